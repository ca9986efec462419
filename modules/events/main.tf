data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  name      = "${var.prefix}-events"
  partition = data.aws_partition.current.partition
  # Put together rather than read, so that a plan shows the policies that name it.
  queue_arns = "arn:${local.partition}:sqs:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}"
  dlq_name   = "${local.name}-dlq"
  dlq_arn    = "${local.queue_arns}:${local.dlq_name}"

  # What Lambda need not even call the function for. A change of a tenant's row can mean anything, and may be its removal.
  # https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html
  filters = {
    jobs     = { eventName = ["INSERT", "MODIFY"] }
    launches = { eventName = ["INSERT", "MODIFY"] }
    usage    = { eventName = ["INSERT"], dynamodb = { Keys = { book = { S = [{ suffix = "/lives" }] } } } }
    audit    = { eventName = ["INSERT"] }
  }
}

################################################################################
# The function
################################################################################

data "aws_iam_policy_document" "events" {
  source_policy_documents = concat(compact([var.data_keys_policy_json]), data.aws_iam_policy_document.call_back[*].json)

  statement {
    sid       = "FollowTables"
    actions   = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"]
    resources = [for name in sort(var.followed) : "${var.tables[name].arn}/stream/*"]
  }

  # Lambda asks for it to read a stream, and DynamoDB knows neither resources nor conditions for it: names of streams, nothing of what is in them.
  # https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html
  statement {
    sid       = "ListStreamsHasNoResources"
    actions   = ["dynamodb:ListStreams"]
    resources = ["*"]
  }

  dynamic "statement" {
    for_each = length(var.kinds) == 0 ? [] : [var.event_bus.arn]

    content {
      sid       = "Publish"
      actions   = ["events:PutEvents"]
      resources = [statement.value]
    }
  }

  # Puts objects, and can neither read nor remove them.
  dynamic "statement" {
    for_each = var.export[*]

    content {
      sid       = "ExportAuditTrail"
      actions   = ["s3:PutObject"]
      resources = ["${local.bucket_arn}/audit/*"]
    }
  }

  dynamic "statement" {
    for_each = var.export == null ? [] : var.export.kms_key_arn[*]

    content {
      sid       = "EncryptExport"
      actions   = ["kms:GenerateDataKey"]
      resources = [statement.value]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["s3.${data.aws_region.current.id}.amazonaws.com"]
      }
    }
  }

  statement {
    sid       = "ReportFailures"
    actions   = ["sqs:SendMessage"]
    resources = [local.dlq_arn]
  }
}

module "function" {
  source = "../lambda-role"

  name        = local.name
  policy_json = data.aws_iam_policy_document.events.json
  log         = var.log
  iam         = var.iam
  vpc         = var.vpc
  tags        = var.tags
}

resource "aws_lambda_function" "events" {
  function_name = local.name
  description   = "Publishes what happened to tenants, jobs and runners, and exports the audit trail."
  role          = module.function.role_arn

  filename         = var.package.filename
  source_code_hash = var.package.source_code_hash
  s3_bucket        = var.package.s3_bucket
  s3_key           = var.package.s3_key
  handler          = "index.handler"
  runtime          = var.runtime
  architectures    = [var.architecture]
  timeout          = 60
  memory_size      = var.memory_mb

  dynamic "vpc_config" {
    for_each = var.vpc == null ? [] : [var.vpc]

    content {
      subnet_ids         = vpc_config.value.subnet_ids
      security_group_ids = vpc_config.value.security_group_ids
    }
  }

  environment {
    variables = {
      ENVIRONMENT    = var.prefix
      LOG_LEVEL      = var.log_level
      TABLES         = jsonencode({ for use, table in var.tables : use => table.name })
      EVENT_BUS_NAME = var.event_bus.name
      EVENT_KINDS    = jsonencode(sort(var.kinds))
      EXPORT_BUCKET  = try(aws_s3_bucket.audit[0].bucket, "")

      CALLBACKS_QUEUE_URL = try(aws_sqs_queue.callbacks[0].url, "")
    }
  }

  tags = var.tags
}

# A day, as long as a stream keeps a change: retried until then, and halved, so that one that fails does not hold up those beside it.
resource "aws_lambda_event_source_mapping" "this" {
  for_each = var.followed

  event_source_arn                   = var.tables[each.key].stream_arn
  function_name                      = aws_lambda_function.events.arn
  starting_position                  = "LATEST"
  batch_size                         = 100
  maximum_batching_window_in_seconds = 1
  bisect_batch_on_function_error     = true
  maximum_retry_attempts             = -1
  maximum_record_age_in_seconds      = 86400
  function_response_types            = ["ReportBatchItemFailures"]

  dynamic "filter_criteria" {
    for_each = contains(keys(local.filters), each.key) ? [local.filters[each.key]] : []

    content {
      filter {
        pattern = jsonencode(filter_criteria.value)
      }
    }
  }

  destination_config {
    on_failure {
      destination_arn = aws_sqs_queue.dlq.arn
    }
  }

  tags = var.tags

  # Lambda looks at the role's rights when it makes a mapping.
  depends_on = [module.function]
}

resource "aws_sqs_queue" "dlq" {
  name                      = local.dlq_name
  message_retention_seconds = 14 * 24 * 60 * 60
  sqs_managed_sse_enabled   = var.queue_kms_key_arn == null ? true : null
  kms_master_key_id         = var.queue_kms_key_arn
  policy                    = data.aws_iam_policy_document.queue["dlq"].json

  tags = var.tags
}

data "aws_iam_policy_document" "queue" {
  for_each = merge(
    { dlq = local.dlq_arn },
    var.callbacks == null ? {} : { callbacks = local.callbacks_arn, callbacks_dlq = local.callbacks_dlq_arn },
  )

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
}
