# Whatever this role may do, the code of every job may do: a job can reach the instance's credentials. Nothing is listed or described
# here, because that would show one tenant's job the machines and tags of another.
data "aws_iam_policy_document" "runner" {
  # scale-up tags the parameter with the id of the machine it is for, and the machine's credentials say which machine they belong to.
  statement {
    sid       = "ReadAndDeleteOwnConfiguration"
    actions   = ["ssm:GetParameter", "ssm:DeleteParameter"]
    resources = ["arn:${local.partition}:ssm:${local.region}:${local.account_id}:parameter${local.parameter_root}/*"]

    condition {
      test     = "StringLike"
      variable = "ec2:SourceInstanceARN"
      values   = ["*/$${aws:ResourceTag/InstanceId}"]
    }
  }

  # Two tags in which the machine tells how far it came. They are believed only to spare a machine, never to end one.
  statement {
    sid       = "TagItself"
    actions   = ["ec2:CreateTags"]
    resources = ["arn:${local.partition}:ec2:${local.region}:${local.account_id}:instance/*"]

    condition {
      test     = "StringLike"
      variable = "ec2:SourceInstanceARN"
      values   = ["*/$${ec2:InstanceID}"]
    }

    condition {
      test     = "ForAllValues:StringEquals"
      variable = "aws:TagKeys"
      values   = ["ghr:state", "ghr:boot"]
    }

    # ForAllValues also holds for a request without any key.
    condition {
      test     = "Null"
      variable = "aws:TagKeys"
      values   = ["false"]
    }
  }

  # Writing only. The streams of one group can't be told apart by a policy: a stream's name has no colon, and what tells machines apart has.
  dynamic "statement" {
    for_each = var.network.ca_bundle_parameter == null ? [] : [var.network.ca_bundle_parameter]

    content {
      sid       = "ReadCertificates"
      actions   = ["ssm:GetParameter"]
      resources = ["arn:${local.partition}:ssm:${local.region}:${local.account_id}:parameter${statement.value}"]
    }
  }

  dynamic "statement" {
    for_each = var.logs.enabled ? [1] : []

    content {
      sid       = "WriteLogs"
      actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      resources = ["arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:${local.log_group}:log-stream:*"]
    }
  }

  dynamic "statement" {
    for_each = var.kms_key_arn == null ? [] : [var.kms_key_arn]

    content {
      sid       = "DecryptConfigurations"
      actions   = ["kms:Decrypt"]
      resources = [statement.value]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["ssm.${local.region}.amazonaws.com"]
      }

      condition {
        test     = "StringLike"
        variable = "kms:EncryptionContext:PARAMETER_ARN"
        values   = ["arn:${local.partition}:ssm:${local.region}:${local.account_id}:parameter${local.parameter_root}/*"]
      }
    }
  }
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "runner" {
  name                 = "${local.name}${var.iam.suffix}"
  path                 = var.iam.path
  description          = "Runner machines of ${var.prefix}; callable by every job."
  assume_role_policy   = data.aws_iam_policy_document.assume.json
  permissions_boundary = var.iam.permissions_boundary

  tags = var.tags
}

resource "aws_iam_role_policy" "runner" {
  name   = "runner"
  role   = aws_iam_role.runner.name
  policy = data.aws_iam_policy_document.runner.json
}

resource "aws_iam_role_policy_attachment" "runner" {
  # By place, as the ARN of a policy that is made in the same apply is not known before it.
  count = length(var.policy_arns)

  role       = aws_iam_role.runner.name
  policy_arn = var.policy_arns[count.index]
}

resource "aws_iam_instance_profile" "runner" {
  name = "${local.name}${var.iam.suffix}"
  path = var.iam.path
  role = aws_iam_role.runner.name

  tags = var.tags
}
