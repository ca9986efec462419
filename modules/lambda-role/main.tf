data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  partition  = data.aws_partition.current.partition
  region     = data.aws_region.current.id
  account_id = data.aws_caller_identity.current.account_id

  function_arn   = join(":", ["arn", local.partition, "lambda", local.region, local.account_id, "function", var.name])
  ec2_arn        = join(":", ["arn", local.partition, "ec2", local.region, local.account_id])
  any_owners_arn = join(":", ["arn", local.partition, "ec2", local.region, "*"])
  log_group_name = "/aws/lambda/${var.name}"
  log_group_arn  = join(":", ["arn", local.partition, "logs", local.region, local.account_id, "log-group", local.log_group_name])
}

# Made before the function: left to itself Lambda makes one that keeps logs for ever.
resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_338:observability.log_retention_days says how long; a year of them is rarely read and always paid for.

  name              = local.log_group_name
  retention_in_days = var.log.retention_days
  log_group_class   = var.log.class
  kms_key_id        = var.log.kms_key_arn

  tags = var.tags
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

# Lambda makes the network interfaces in the role's name, and asks for the right to remove any of the account's.
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
data "aws_iam_policy_document" "vpc" {
  count = var.vpc == null ? 0 : 1

  statement {
    sid     = "CreateNetworkInterfaces"
    actions = ["ec2:CreateNetworkInterface"]
    resources = concat(
      ["${local.ec2_arn}:network-interface/*"],
      # Shared ones have their owner's account in their ARN.
      [for id in var.vpc.subnet_ids : "${local.any_owners_arn}:subnet/${id}"],
      [for id in var.vpc.security_group_ids : "${local.any_owners_arn}:security-group/${id}"],
    )
  }

  statement {
    sid       = "RemoveNetworkInterfaces"
    actions   = ["ec2:DeleteNetworkInterface", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"]
    resources = ["${local.ec2_arn}:*"]
  }

  # EC2 knows no resources for these, hence `*`: the Region is all that can be said.
  statement {
    sid       = "DescribeNetworksHasNoResources"
    actions   = ["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "ec2:Region"
      values   = [data.aws_region.current.id]
    }
  }

  # All that is for Lambda, none of it for the code.
  statement {
    sid    = "NotByTheCode"
    effect = "Deny"
    actions = [
      "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:AssignPrivateIpAddresses",
      "ec2:UnassignPrivateIpAddresses", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets",
    ]
    resources = ["*"]

    condition {
      test     = "ArnEquals"
      variable = "lambda:SourceFunctionArn"
      values   = [local.function_arn]
    }
  }
}

data "aws_iam_policy_document" "this" {
  source_policy_documents = concat([var.policy_json], data.aws_iam_policy_document.vpc[*].json)

  statement {
    sid       = "WriteOwnLogs"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${local.log_group_arn}:*"]
  }
}

resource "aws_iam_role" "this" {
  name                 = "${var.name}${var.iam.suffix}"
  path                 = var.iam.path
  description          = "Execution role of the Lambda function ${var.name}."
  assume_role_policy   = data.aws_iam_policy_document.assume.json
  permissions_boundary = var.iam.permissions_boundary

  tags = var.tags
}

resource "aws_iam_role_policy" "this" {
  name   = "function"
  role   = aws_iam_role.this.name
  policy = data.aws_iam_policy_document.this.json
}
