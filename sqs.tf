locals {
  # Lambda's advice: six times the function's time-out, or a slow batch is delivered again while it is still worked on.
  # https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
  visibility_timeout_seconds = { for function, seconds in var.lambda.timeout_seconds : function => 6 * seconds }
  max_receive_count          = 5

  # Either SQS's key or one of the operator's, which EventBridge and the functions then need to use as well.
  sqs_managed_encryption = var.encryption.queues == null ? true : null
  dlq_retention_seconds  = 14 * 24 * 60 * 60
}

################################################################################
# Jobs, by size
################################################################################

resource "aws_sqs_queue" "tier_builds" {
  for_each = var.runner_tiers

  name                       = "${var.prefix}-builds-${each.key}"
  visibility_timeout_seconds = local.visibility_timeout_seconds.scale_up
  sqs_managed_sse_enabled    = local.sqs_managed_encryption
  kms_master_key_id          = var.encryption.queues
  policy                     = data.aws_iam_policy_document.queue["builds-${each.key}"].json
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.tier_builds_dlq[each.key].arn
    maxReceiveCount     = local.max_receive_count
  })

  tags = local.tags
}

resource "aws_sqs_queue" "tier_builds_dlq" {
  for_each = var.runner_tiers

  name                      = "${var.prefix}-builds-${each.key}-dlq"
  message_retention_seconds = local.dlq_retention_seconds
  sqs_managed_sse_enabled   = local.sqs_managed_encryption
  kms_master_key_id         = var.encryption.queues
  policy                    = data.aws_iam_policy_document.queue["builds-${each.key}-dlq"].json

  tags = local.tags
}

################################################################################
# What happened to runners: jobs that started or ended, machines that stopped
################################################################################

resource "aws_sqs_queue" "runner_events" {
  name                       = local.names.runner_events
  visibility_timeout_seconds = local.visibility_timeout_seconds.scale_down
  sqs_managed_sse_enabled    = local.sqs_managed_encryption
  kms_master_key_id          = var.encryption.queues
  policy                     = data.aws_iam_policy_document.queue["runner_events"].json
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.runner_events_dlq.arn
    maxReceiveCount     = local.max_receive_count
  })

  tags = local.tags
}

resource "aws_sqs_queue" "runner_events_dlq" {
  name                      = local.names.runner_events_dlq
  message_retention_seconds = local.dlq_retention_seconds
  sqs_managed_sse_enabled   = local.sqs_managed_encryption
  kms_master_key_id         = var.encryption.queues
  policy                    = data.aws_iam_policy_document.queue["runner_events_dlq"].json

  tags = local.tags
}

################################################################################
# Dead letters of the paths without a queue
################################################################################

# Installation events that could not be delivered or handled, and records of the tenants table's stream.
resource "aws_sqs_queue" "tenant_manager_dlq" {
  name                      = local.names.tenant_manager_dlq
  message_retention_seconds = local.dlq_retention_seconds
  sqs_managed_sse_enabled   = local.sqs_managed_encryption
  kms_master_key_id         = var.encryption.queues
  policy                    = data.aws_iam_policy_document.queue["tenant_manager_dlq"].json

  tags = local.tags
}

# Sweeps that could not be delivered or failed.
resource "aws_sqs_queue" "sweep_dlq" {
  name                      = local.names.sweep_dlq
  message_retention_seconds = local.dlq_retention_seconds
  sqs_managed_sse_enabled   = local.sqs_managed_encryption
  kms_master_key_id         = var.encryption.queues
  policy                    = data.aws_iam_policy_document.queue["sweep_dlq"].json

  tags = local.tags
}

locals {
  # Who besides the functions' roles may send: the rule that delivers to the queue or leaves its failures there.
  queue_rules = {
    runner_events      = [local.arns.instance_state_rule, local.arns.spot_interruption_rule]
    runner_events_dlq  = [local.arns.instance_state_rule, local.arns.spot_interruption_rule]
    tenant_manager_dlq = [local.arns.installation_rule]
    sweep_dlq          = [local.arns.sweep_rule]
    recovery_dlq       = [local.arns.recovery_rule]
  }

  queue_arns = merge(
    { for name in keys(local.queue_rules) : name => local.arns[name] },
    { for tier, arn in local.arns.tier_builds : "builds-${tier}" => arn },
    { for tier, arn in local.arns.tier_builds : "builds-${tier}-dlq" => "${arn}-dlq" },
  )
}

data "aws_iam_policy_document" "queue" {
  for_each = local.queue_arns

  statement {
    sid       = "OnlyOverTls"
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = [each.value]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }

  # Without this EventBridge drops what it can't deliver, and says nothing.
  # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
  dynamic "statement" {
    for_each = contains(keys(local.queue_rules), each.key) ? [local.queue_rules[each.key]] : []

    content {
      sid       = "EventBridgeRule"
      actions   = ["sqs:SendMessage"]
      resources = [each.value]

      principals {
        type        = "Service"
        identifiers = ["events.amazonaws.com"]
      }

      condition {
        test     = "ArnEquals"
        variable = "aws:SourceArn"
        values   = statement.value
      }
    }
  }
}
