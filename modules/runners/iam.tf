# A machine has no identity at AWS unless the operator gives it one on purpose: whatever its role may do, the code of every job may do.
locals {
  has_role = length(var.policy_arns) > 0
}

data "aws_iam_policy_document" "assume" {
  count = local.has_role ? 1 : 0

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "runner" {
  count = local.has_role ? 1 : 0

  name                 = "${local.name}${var.iam.suffix}"
  path                 = var.iam.path
  description          = "Runner machines of ${var.prefix}; callable by every job."
  assume_role_policy   = data.aws_iam_policy_document.assume[0].json
  permissions_boundary = var.iam.permissions_boundary

  tags = var.tags
}

resource "aws_iam_role_policy_attachment" "runner" {
  # By place, as the ARN of a policy that is made in the same apply is not known before it.
  count = length(var.policy_arns)

  role       = aws_iam_role.runner[0].name
  policy_arn = var.policy_arns[count.index]
}

resource "aws_iam_instance_profile" "runner" {
  count = local.has_role ? 1 : 0

  name = "${local.name}${var.iam.suffix}"
  path = var.iam.path
  role = aws_iam_role.runner[0].name

  tags = var.tags
}
