# What ECS does to start a task: the image, the logs. A tenant's code never has this role, and has none of its own.
# An app with secrets has a role of its own, which the deployer makes within the boundary at the end.
locals {
  execution_role = "${var.prefix}-app-execution${var.iam.suffix}"
}

# Only tasks of this account: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["arn:${local.partition}:ecs:${local.region}:${local.account}:*"]
    }
  }
}

resource "aws_iam_role" "execution" {
  name                 = local.execution_role
  path                 = var.iam.path
  description          = "Starts tasks of apps of ${var.prefix}: images and logs."
  assume_role_policy   = data.aws_iam_policy_document.assume.json
  permissions_boundary = var.iam.permissions_boundary

  tags = local.tags
}

data "aws_iam_policy_document" "execution" {
  statement {
    sid       = "WriteLogs"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${local.arns.log_groups}:*"]
  }

  # A token is the whole registry's: ECR knows no resource for it.
  statement {
    sid       = "LogInToEcr"
    actions   = ["ecr:GetAuthorizationToken"]
    resources = ["*"]
  }

  statement {
    sid       = "PullImages"
    actions   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    resources = [local.arns.repositories]
  }
}

resource "aws_iam_role_policy" "execution" {
  name   = "execution"
  role   = aws_iam_role.execution.name
  policy = data.aws_iam_policy_document.execution.json
}

# The most that an app's own role may do, whatever policy it is given.
data "aws_iam_policy_document" "tasks" {
  source_policy_documents = [data.aws_iam_policy_document.execution.json]

  statement {
    sid       = "ReadSecrets"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [local.arns.secrets]
  }
}

resource "aws_iam_policy" "tasks" {
  name        = "${var.prefix}-app-tasks${var.iam.suffix}"
  path        = var.iam.path
  description = "The most that a role may do by which tasks of one app of ${var.prefix} start."
  policy      = data.aws_iam_policy_document.tasks.json

  tags = local.tags
}
