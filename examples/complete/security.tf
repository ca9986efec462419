data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

locals {
  spot_role_arn = join(":", [
    "arn", data.aws_partition.current.partition, "iam", "", data.aws_caller_identity.current.account_id,
    "role/aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot",
  ])
}

# Accounts that have ever used spot have it.
resource "aws_iam_service_linked_role" "spot" {
  count = var.create_spot_service_linked_role ? 1 : 0

  aws_service_name = "spot.amazonaws.com"
}

# One key for everything; a company with stricter rules has one for each use.
resource "aws_kms_key" "this" {
  description         = "Data of ${var.prefix}."
  enable_key_rotation = true
  policy              = data.aws_iam_policy_document.key.json

  depends_on = [aws_iam_service_linked_role.spot]
}

data "aws_iam_policy_document" "key" {
  #checkov:skip=CKV_AWS_109:The policy of a key names that key alone, and the account must be able to manage it.
  #checkov:skip=CKV_AWS_111:The policy of a key names that key alone, and the account must be able to manage it.
  #checkov:skip=CKV_AWS_356:The policy of a key names that key alone: * is the only resource it can have.

  # The policies of the roles decide who uses it.
  statement {
    sid       = "LeaveItToIam"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root"]
    }
  }

  # CloudWatch encrypts the log groups in its own name.
  statement {
    sid       = "Logs"
    actions   = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:GenerateDataKey", "kms:DescribeKey"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["logs.${var.aws_region}.amazonaws.com"]
    }

    condition {
      test     = "ArnLike"
      variable = "kms:EncryptionContext:aws:logs:arn"
      values   = ["arn:${data.aws_partition.current.partition}:logs:${var.aws_region}:${data.aws_caller_identity.current.account_id}:log-group:*"]
    }
  }

  # CloudWatch sends alarms to the encrypted topic in its own name.
  statement {
    sid       = "AlarmsToTopic"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
  }

  # EC2 makes the encrypted disks of spot machines in the name of a role of its own, which KMS must find when the policy is set.
  statement {
    sid = "DisksOfSpotMachines"
    actions = [
      "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt",
      "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo",
    ]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = [local.spot_role_arn]
    }
  }

  statement {
    sid       = "GrantsForSpotMachines"
    actions   = ["kms:CreateGrant"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = [local.spot_role_arn]
    }

    condition {
      test     = "Bool"
      variable = "kms:GrantIsForAWSResource"
      values   = ["true"]
    }
  }

  # EventBridge sends to the encrypted queues in its own name.
  statement {
    sid       = "EventBridgeToQueues"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
  }
}

# Stands for the boundary that a company has: whatever a role is given, it can't touch users, roles and bills.
resource "aws_iam_policy" "boundary" {
  name        = "${var.prefix}-boundary"
  path        = "/ci/"
  description = "Bounds every role of ${var.prefix}."
  policy      = data.aws_iam_policy_document.boundary.json
}

data "aws_iam_policy_document" "boundary" {
  #checkov:skip=CKV_AWS_107:A boundary grants nothing: it says what the policies of the roles may grant at most.
  #checkov:skip=CKV_AWS_108:A boundary grants nothing: it says what the policies of the roles may grant at most.
  #checkov:skip=CKV_AWS_109:A boundary grants nothing: it says what the policies of the roles may grant at most.
  #checkov:skip=CKV_AWS_110:A boundary grants nothing: it says what the policies of the roles may grant at most.
  #checkov:skip=CKV_AWS_111:A boundary grants nothing: it says what the policies of the roles may grant at most.
  #checkov:skip=CKV_AWS_356:A boundary grants nothing: it says what the policies of the roles may grant at most.
  #checkov:skip=CKV2_AWS_40:A boundary grants nothing: it says what the policies of the roles may grant at most.

  statement {
    actions   = ["dynamodb:*", "ec2:*", "events:*", "kms:*", "logs:*", "s3:GetObject", "sqs:*", "ssm:*", "iam:PassRole"]
    resources = ["*"]
  }
}

# What every job may do besides: read this bucket, whoever its tenant is.
resource "aws_iam_policy" "artifacts" {
  name        = "${var.prefix}-artifacts"
  path        = "/ci/"
  description = "Lets runners of ${var.prefix} read shared build tools."
  policy      = data.aws_iam_policy_document.artifacts.json
}

data "aws_iam_policy_document" "artifacts" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["arn:${data.aws_partition.current.partition}:s3:::${var.prefix}-build-tools/*"]
  }
}

# Whoever is on call subscribes to it.
resource "aws_sns_topic" "alarms" {
  name              = "${var.prefix}-alarms"
  kms_master_key_id = aws_kms_key.this.arn
}
