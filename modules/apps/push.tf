# What the API hands to the job that builds an image, narrowed to one repository and fifteen minutes by a session policy. Nothing else takes
# this role on, and by itself it reaches repositories of apps alone.

data "aws_iam_policy_document" "push_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${local.partition}:iam::${local.account}:root"]
    }

    # The API's role by its name: its ARN comes from the module that gets this role's.
    condition {
      test     = "ArnEquals"
      variable = "aws:PrincipalArn"
      values   = ["arn:${local.partition}:iam::${local.account}:role${var.iam.path}${var.prefix}-api${var.iam.suffix}"]
    }
  }
}

data "aws_iam_policy_document" "push" {
  # AWS has this action for all repositories or none; the token that it gives is worth what its holder may do.
  statement {
    sid       = "LogIn"
    actions   = ["ecr:GetAuthorizationToken"]
    resources = ["*"]
  }

  statement {
    sid = "Push"
    actions = [
      "ecr:BatchCheckLayerAvailability",
      "ecr:BatchGetImage",
      "ecr:CompleteLayerUpload",
      "ecr:GetDownloadUrlForLayer",
      "ecr:InitiateLayerUpload",
      "ecr:PutImage",
      "ecr:UploadLayerPart",
    ]
    resources = [
      local.arns.repositories,
    ]
  }
}

resource "aws_iam_role" "push" {
  name                 = "${var.prefix}-app-push${var.iam.suffix}"
  path                 = var.iam.path
  permissions_boundary = var.iam.permissions_boundary
  description          = "The API narrows it to one repository for the job that builds an app's image."
  assume_role_policy   = data.aws_iam_policy_document.push_trust.json

  tags = local.tags
}

resource "aws_iam_role_policy" "push" {
  name   = "push"
  role   = aws_iam_role.push.name
  policy = data.aws_iam_policy_document.push.json
}
