# Tenants' own events, at their own endpoints.

locals {
  callbacks_name    = "${var.prefix}-callbacks"
  callbacks_arn     = "${local.queue_arns}:${local.callbacks_name}"
  callbacks_dlq_arn = "${local.queue_arns}:${var.prefix}-callbacks-dlq"
  secrets_arn = join(":", [
    "arn", local.partition, "ssm", data.aws_region.current.id, data.aws_caller_identity.current.account_id,
    "parameter/${var.prefix}/callbacks/*",
  ])
  callbacks = var.callbacks[*]

  # A batch waits for its slowest endpoint, and then for what is written of it.
  callbacks_timeout_seconds = try(var.callbacks.timeout_seconds, 0) + 20
  # As the function has it: what failed so often is given up.
  callback_tries = 10
}

# What the function of events needs of it: to whom, where to, and to forget who is gone.
data "aws_iam_policy_document" "call_back" {
  count = length(local.callbacks)

  statement {
    sid       = "ReadCallbacks"
    actions   = ["dynamodb:GetItem"]
    resources = [var.tables.tenants.arn]
  }

  statement {
    sid       = "SendCallbacks"
    actions   = ["sqs:SendMessage"]
    resources = [local.callbacks_arn]
  }

  statement {
    sid       = "ForgetSecrets"
    actions   = ["ssm:DeleteParameters"]
    resources = [local.secrets_arn]
  }
}

data "aws_iam_policy_document" "callbacks" {
  count = length(local.callbacks)

  source_policy_documents = compact([var.data_keys_policy_json])

  statement {
    sid       = "ReadCallbacks"
    actions   = ["dynamodb:GetItem"]
    resources = [var.tables.tenants.arn]
  }

  statement {
    sid       = "TakeCallbacks"
    actions   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"]
    resources = [local.callbacks_arn]
  }

  statement {
    sid       = "ReadSecrets"
    actions   = ["ssm:GetParameters"]
    resources = [local.secrets_arn]
  }

  statement {
    sid       = "NoteHowTheyFare"
    actions   = ["dynamodb:UpdateItem"]
    resources = [var.callbacks.recovery_table.arn]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values   = ["callbacks/*"]
    }
  }

  dynamic "statement" {
    for_each = var.parameters_key_arn[*]

    content {
      sid       = "DecryptSecrets"
      actions   = ["kms:Decrypt"]
      resources = [statement.value]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["ssm.${data.aws_region.current.id}.amazonaws.com"]
      }
    }
  }
}

module "callbacks" {
  source = "../lambda-role"
  count  = length(local.callbacks)

  name        = local.callbacks_name
  policy_json = data.aws_iam_policy_document.callbacks[0].json
  log         = var.log
  iam         = var.iam
  vpc         = var.vpc
  tags        = var.tags
}

resource "aws_lambda_function" "callbacks" {
  count = length(local.callbacks)

  function_name = local.callbacks_name
  description   = "Sends tenants their own events."
  role          = module.callbacks[0].role_arn

  filename         = var.callbacks.package.filename
  source_code_hash = var.callbacks.package.source_code_hash
  s3_bucket        = var.callbacks.package.s3_bucket
  s3_key           = var.callbacks.package.s3_key
  handler          = "index.handler"
  runtime          = var.runtime
  architectures    = [var.architecture]
  timeout          = local.callbacks_timeout_seconds
  memory_size      = var.callbacks.memory_mb

  dynamic "vpc_config" {
    for_each = var.vpc == null ? [] : [var.vpc]

    content {
      subnet_ids         = vpc_config.value.subnet_ids
      security_group_ids = vpc_config.value.security_group_ids
    }
  }

  environment {
    variables = {
      ENVIRONMENT              = var.prefix
      LOG_LEVEL                = var.log_level
      TENANTS_TABLE            = var.tables.tenants.name
      RECOVERY_TABLE           = var.callbacks.recovery_table.name
      CALLBACKS_QUEUE_URL      = aws_sqs_queue.callbacks[0].url
      CALLBACK_TIMEOUT_SECONDS = tostring(var.callbacks.timeout_seconds)
    }
  }

  tags = var.tags
}

resource "aws_lambda_event_source_mapping" "callbacks" {
  count = length(local.callbacks)

  event_source_arn        = aws_sqs_queue.callbacks[0].arn
  function_name           = aws_lambda_function.callbacks[0].arn
  batch_size              = 10
  function_response_types = ["ReportBatchItemFailures"]

  scaling_config {
    maximum_concurrency = var.callbacks.concurrency
  }

  tags = var.tags

  depends_on = [module.callbacks]
}

resource "aws_sqs_queue" "callbacks" {
  count = length(local.callbacks)

  name                       = local.callbacks_name
  visibility_timeout_seconds = 6 * local.callbacks_timeout_seconds
  message_retention_seconds  = 24 * 60 * 60
  sqs_managed_sse_enabled    = var.queue_kms_key_arn == null ? true : null
  kms_master_key_id          = var.queue_kms_key_arn
  policy                     = data.aws_iam_policy_document.queue["callbacks"].json
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.callbacks_dlq[0].arn
    maxReceiveCount     = local.callback_tries
  })

  tags = var.tags
}

resource "aws_sqs_queue" "callbacks_dlq" {
  count = length(local.callbacks)

  name                      = "${var.prefix}-callbacks-dlq"
  message_retention_seconds = 14 * 24 * 60 * 60
  sqs_managed_sse_enabled   = var.queue_kms_key_arn == null ? true : null
  kms_master_key_id         = var.queue_kms_key_arn
  policy                    = data.aws_iam_policy_document.queue["callbacks_dlq"].json

  tags = var.tags
}
