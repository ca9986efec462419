# CodeBuild, where images are not built on the tenants' own runners. The buildspec is the project's: a repository has
# no say in it. A Dockerfile's own commands run in a container within the build, which has none of its credentials.
locals {
  builder = "${var.prefix}-app-builder"
}

resource "aws_codebuild_project" "builder" {
  #checkov:skip=CKV_AWS_316:Docker within a build needs it; the machine is CodeBuild's own and serves one build.
  #checkov:skip=CKV_AWS_147:The only output is an image in ECR.

  count = var.builder == "codebuild" ? 1 : 0

  name           = local.builder
  description    = "Builds images of apps of ${var.prefix}."
  service_role   = aws_iam_role.builder[0].arn
  build_timeout  = 30
  queued_timeout = 30

  artifacts {
    type = "NO_ARTIFACTS"
  }

  source {
    type      = "S3"
    location  = "${local.bucket}/tenants/"
    buildspec = file("${path.module}/buildspec.yml")
  }

  environment {
    type            = "LINUX_CONTAINER"
    compute_type    = "BUILD_GENERAL1_SMALL"
    image           = "aws/codebuild/standard:7.0"
    privileged_mode = true
  }

  logs_config {
    cloudwatch_logs {
      group_name = aws_cloudwatch_log_group.builder[0].name
    }
  }

  tags = local.tags
}

resource "aws_cloudwatch_log_group" "builder" {
  #checkov:skip=CKV_AWS_338:log.retention_days says how long; a year of them is rarely read and always paid for.

  count = var.builder == "codebuild" ? 1 : 0

  name              = "/aws/codebuild/${local.builder}"
  retention_in_days = var.log.retention_days
  kms_key_id        = var.log.kms_key_arn

  tags = local.tags
}

data "aws_iam_policy_document" "builder_assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["codebuild.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceArn"
      values   = ["arn:${local.partition}:codebuild:${local.end}:project/${local.builder}"]
    }
  }
}

resource "aws_iam_role" "builder" {
  count = var.builder == "codebuild" ? 1 : 0

  name                 = "${local.builder}${var.iam.suffix}"
  path                 = var.iam.path
  description          = "Builds images of apps of ${var.prefix}."
  assume_role_policy   = data.aws_iam_policy_document.builder_assume.json
  permissions_boundary = var.iam.permissions_boundary

  tags = local.tags
}

data "aws_iam_policy_document" "builder" {
  statement {
    sid       = "WriteOwnLogs"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["arn:${local.partition}:logs:${local.end}:log-group:/aws/codebuild/${local.builder}:*"]
  }

  statement {
    sid       = "ReadSources"
    actions   = ["s3:GetObject", "s3:GetObjectVersion"]
    resources = ["${local.arns.sources}/tenants/*"]
  }

  # A token is the whole registry's: ECR knows no resource for it.
  statement {
    sid       = "LogInToEcr"
    actions   = ["ecr:GetAuthorizationToken"]
    resources = ["*"]
  }

  statement {
    sid = "PushImages"
    actions = [
      "ecr:BatchCheckLayerAvailability", "ecr:CompleteLayerUpload", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart",
    ]
    resources = [local.arns.repositories]
  }
}

resource "aws_iam_role_policy" "builder" {
  count = var.builder == "codebuild" ? 1 : 0

  name   = "builder"
  role   = aws_iam_role.builder[0].name
  policy = data.aws_iam_policy_document.builder.json
}
