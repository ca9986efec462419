# What is there only with `environment = "production"`, besides the switches in the other files.
data "aws_caller_identity" "current" {}

locals {
  account = data.aws_caller_identity.current.account_id
  key_arn = one(aws_kms_key.this[*].arn)
  # Whether there is one is known before its ARN is.
  key = local.production ? { arn = local.key_arn } : null
}

data "aws_iam_policy_document" "key" {
  #checkov:skip=CKV_AWS_109:A key's own policy: the account decides by its IAM policies.
  #checkov:skip=CKV_AWS_111:A key's own policy: the account decides by its IAM policies.
  #checkov:skip=CKV_AWS_356:In a key's own policy `*` is this key.

  statement {
    sid       = "AccountDecides"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::${local.account}:root"]
    }
  }

  # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
  statement {
    sid       = "LogsOfTenants"
    actions   = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["logs.${var.aws_region}.amazonaws.com"]
    }

    condition {
      test     = "ArnLike"
      variable = "kms:EncryptionContext:aws:logs:arn"
      values   = ["arn:aws:logs:${var.aws_region}:${local.account}:log-group:/ecs/tenant/*"]
    }
  }
}

resource "aws_kms_key" "this" {
  count = local.production ? 1 : 0

  description         = "Database, secrets, buckets and logs of ${local.name}."
  enable_key_rotation = true
  policy              = data.aws_iam_policy_document.key.json
}

resource "aws_kms_alias" "this" {
  count = local.production ? 1 : 0

  name          = "alias/${local.name}"
  target_key_id = aws_kms_key.this[0].key_id
}

data "aws_iam_policy_document" "service" {
  for_each = toset(["monitoring.rds.amazonaws.com", "backup.amazonaws.com"])

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = [each.key]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}

resource "aws_iam_role" "monitoring" {
  count = local.production ? 1 : 0

  name               = "${local.name}-monitoring"
  assume_role_policy = data.aws_iam_policy_document.service["monitoring.rds.amazonaws.com"].json
}

resource "aws_iam_role_policy_attachment" "monitoring" {
  count = local.production ? 1 : 0

  role       = aws_iam_role.monitoring[0].name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
}

resource "aws_iam_role" "backup" {
  count = local.production ? 1 : 0

  name               = "${local.name}-backup"
  assume_role_policy = data.aws_iam_policy_document.service["backup.amazonaws.com"].json
}

resource "aws_iam_role_policy_attachment" "backup" {
  count = local.production ? 1 : 0

  role       = aws_iam_role.backup[0].name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup"
}

resource "aws_backup_vault" "this" {
  count = local.production ? 1 : 0

  name        = local.name
  kms_key_arn = local.key_arn
}

# Every night, and a copy in another Region where a vault of yours is named.
resource "aws_backup_plan" "this" {
  count = local.production ? 1 : 0

  name = local.name

  rule {
    rule_name         = "nightly"
    target_vault_name = aws_backup_vault.this[0].name
    schedule          = "cron(0 3 * * ? *)"

    lifecycle {
      delete_after = 35
    }

    dynamic "copy_action" {
      for_each = var.backup_copy_vault_arn[*]

      content {
        destination_vault_arn = copy_action.value

        lifecycle {
          delete_after = 35
        }
      }
    }
  }
}

resource "aws_backup_selection" "this" {
  count = local.production ? 1 : 0

  name         = local.name
  plan_id      = aws_backup_plan.this[0].id
  iam_role_arn = aws_iam_role.backup[0].arn
  resources    = [aws_rds_cluster.this.arn]
}

# A name for the database that a restored cluster can take over.
resource "aws_route53_zone" "private" {
  #checkov:skip=CKV2_AWS_38:DNSSEC is for public zones.
  #checkov:skip=CKV2_AWS_39:Queries of a private zone are the VPC resolver's to log.
  count = local.production ? 1 : 0

  name = "${local.name}.internal"

  vpc {
    vpc_id = aws_vpc.this.id
  }
}

resource "aws_route53_record" "database" {
  count = local.production ? 1 : 0

  zone_id = aws_route53_zone.private[0].zone_id
  name    = "database.${local.name}.internal"
  type    = "CNAME"
  ttl     = 60
  records = [aws_rds_cluster.this.endpoint]
}

# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.AuroraMonitoring.Metrics.html
resource "aws_cloudwatch_metric_alarm" "database" {
  for_each = local.production ? {
    CPUUtilization      = { above = true, threshold = 80 }
    DatabaseConnections = { above = true, threshold = 300 }
    FreeableMemory      = { above = false, threshold = 268435456 }
    FreeLocalStorage    = { above = false, threshold = 2147483648 }
  } : {}

  alarm_name          = "${local.name}-database-${each.key}"
  alarm_description   = "${each.key} of the database has been ${each.value.above ? "above" : "below"} ${each.value.threshold} for 15 minutes: every tenant feels it."
  namespace           = "AWS/RDS"
  metric_name         = each.key
  dimensions          = { DBClusterIdentifier = aws_rds_cluster.this.cluster_identifier }
  statistic           = "Average"
  comparison_operator = each.value.above ? "GreaterThanThreshold" : "LessThanThreshold"
  threshold           = each.value.threshold
  period              = 300
  evaluation_periods  = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_actions
  ok_actions          = var.alarm_actions
}
