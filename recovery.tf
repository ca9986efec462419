data "aws_iam_policy_document" "recovery" {
  source_policy_documents = [
    data.aws_iam_policy_document.app_credentials.json,
    data.aws_iam_policy_document.data_keys.json,
  ]

  # Compares all rows with GitHub's list of installations, hence Scan. The tenant manager repairs the differences.
  statement {
    sid       = "ReadTenants"
    actions   = ["dynamodb:GetItem", "dynamodb:Scan"]
    resources = [local.arns.tenants]
  }

  statement {
    sid       = "SendLostInstallationEvents"
    actions   = ["events:PutEvents"]
    resources = [local.arns.event_bus]
  }

  statement {
    sid       = "JudgeFoundJobs"
    actions   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:Query"]
    resources = [local.arns.jobs]
  }

  statement {
    sid       = "SendFoundJobs"
    actions   = ["sqs:SendMessage"]
    resources = values(local.arns.tier_builds)
  }

  # A table of its own, so that isolation needs no condition: AWS describes dynamodb:LeadingKeys for string keys, and launches have numeric ones.
  # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
  statement {
    sid       = "KeepOwnRows"
    actions   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:Query"]
    resources = [local.arns.recovery]
  }

  statement {
    sid       = "FindOwnDueRows"
    actions   = ["dynamodb:Query"]
    resources = ["${local.arns.recovery}/index/open-index"]
  }

  statement {
    sid       = "ReportFailures"
    actions   = ["sqs:SendMessage"]
    resources = [local.arns.recovery_dlq]
  }
}

module "recovery" {
  source = "./modules/lambda-role"

  name        = "${var.prefix}-recovery"
  policy_json = data.aws_iam_policy_document.recovery.json
  log         = local.log
  iam         = var.iam
  vpc         = var.lambda.vpc
  tags        = local.tags
}

resource "aws_lambda_function" "recovery" {
  function_name = "${var.prefix}-recovery"
  description   = "Handles missed webhooks: redelivers failed ones, finds jobs and installations that never arrived."
  role          = module.recovery.role_arn

  filename         = local.packages["recovery"].filename
  source_code_hash = local.packages["recovery"].source_code_hash
  s3_bucket        = local.packages["recovery"].s3_bucket
  s3_key           = local.packages["recovery"].s3_key
  handler          = "index.handler"
  runtime          = var.lambda.runtime
  architectures    = [var.lambda.architecture]
  timeout          = var.lambda.timeout_seconds.recovery
  memory_size      = var.lambda.memory_mb.recovery

  dynamic "vpc_config" {
    for_each = var.lambda.vpc == null ? [] : [var.lambda.vpc]

    content {
      subnet_ids         = vpc_config.value.subnet_ids
      security_group_ids = vpc_config.value.security_group_ids
    }
  }

  environment {
    variables = merge(local.common_environment, {
      RECOVERY_TABLE = aws_dynamodb_table.recovery.name
      EVENT_BUS_NAME = module.webhook.event_bus_name
    })
  }

  tags = local.tags
}

resource "aws_cloudwatch_event_rule" "recovery" {
  name                = local.names.recovery_rule
  description         = "Starts the recovery of missed webhooks of ${var.prefix}."
  schedule_expression = "rate(2 minutes)"

  tags = local.tags
}

# The next run continues where this one would have: late ones are not worth retrying.
resource "aws_cloudwatch_event_target" "recovery" {
  rule  = aws_cloudwatch_event_rule.recovery.name
  arn   = aws_lambda_function.recovery.arn
  input = jsonencode({ source = "multi-tenant-runner.recovery" })

  retry_policy {
    maximum_retry_attempts       = 2
    maximum_event_age_in_seconds = 120
  }

  dead_letter_config {
    arn = aws_sqs_queue.recovery_dlq.arn
  }
}

resource "aws_lambda_permission" "recovery" {
  statement_id  = "recovery"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.recovery.function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.recovery.arn
}

resource "aws_lambda_function_event_invoke_config" "recovery" {
  function_name                = aws_lambda_function.recovery.function_name
  maximum_retry_attempts       = 0
  maximum_event_age_in_seconds = 120

  destination_config {
    on_failure {
      destination = aws_sqs_queue.recovery_dlq.arn
    }
  }
}

# Runs that could not be started or failed.
resource "aws_sqs_queue" "recovery_dlq" {
  name                      = local.names.recovery_dlq
  message_retention_seconds = local.dlq_retention_seconds
  sqs_managed_sse_enabled   = local.sqs_managed_encryption
  kms_master_key_id         = var.encryption.queues
  policy                    = data.aws_iam_policy_document.queue["recovery_dlq"].json

  tags = local.tags
}
