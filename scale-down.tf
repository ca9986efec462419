data "aws_iam_policy_document" "scale_down" {
  source_policy_documents = [
    data.aws_iam_policy_document.app_credentials.json,
    data.aws_iam_policy_document.data_keys.json,
    data.aws_iam_policy_document.usage_ledger.json,
    data.aws_iam_policy_document.fleet_slots.json,
    data.aws_iam_policy_document.pool_scale_down.json,
    data.aws_iam_policy_document.tenant_cleanup.json,
  ]

  statement {
    sid       = "TakeRunnerEvents"
    actions   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"]
    resources = [local.arns.runner_events]
  }

  statement {
    sid       = "WakeWaitingJobs"
    actions   = ["sqs:SendMessage"]
    resources = values(local.arns.tier_builds)
  }

  statement {
    sid       = "ReportFailedSweeps"
    actions   = ["sqs:SendMessage"]
    resources = [local.arns.sweep_dlq]
  }

  # The sweep goes over every tenant, hence Scan.
  statement {
    sid       = "SettleTenants"
    actions   = ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:UpdateItem", "dynamodb:Scan"]
    resources = [local.arns.tenants]
  }

  statement {
    sid       = "SettleJobsAndLaunches"
    actions   = ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
    resources = [local.arns.jobs, local.arns.launches]
  }

  statement {
    sid     = "FindJobsAndLaunches"
    actions = ["dynamodb:Query"]
    resources = [
      "${local.arns.jobs}/index/open-index", "${local.arns.jobs}/index/due-index",
      "${local.arns.jobs}/index/open-tenants-index", "${local.arns.jobs}/index/waiting-index",
      "${local.arns.launches}/index/open-index", "${local.arns.launches}/index/instance-index",
      "${local.arns.tenants}/index/cleanup-index", "${local.arns.tenants}/index/open-tenants-index",
    ]
  }

  dynamic "statement" {
    for_each = var.check_runs ? [1] : []

    content {
      sid       = "FindJobsWithChecks"
      actions   = ["dynamodb:Query"]
      resources = ["${local.arns.jobs}/index/checks-index"]
    }
  }
}

module "scale_down" {
  source = "./modules/lambda-role"

  name        = "${var.prefix}-scale-down"
  policy_json = data.aws_iam_policy_document.scale_down.json
  log         = local.log
  iam         = var.iam
  vpc         = var.lambda.vpc
  tags        = local.tags
}

resource "aws_lambda_function" "scale_down" {
  function_name = "${var.prefix}-scale-down"
  description   = "Releases slots when machines end, and repairs every difference once a minute."
  role          = module.scale_down.role_arn

  filename         = local.packages["scale-down"].filename
  source_code_hash = local.packages["scale-down"].source_code_hash
  s3_bucket        = local.packages["scale-down"].s3_bucket
  s3_key           = local.packages["scale-down"].s3_key
  handler          = "index.handler"
  runtime          = var.lambda.runtime
  architectures    = [var.lambda.architecture]
  timeout          = var.lambda.timeout_seconds.scale_down
  memory_size      = var.lambda.memory_mb.scale_down

  dynamic "vpc_config" {
    for_each = var.lambda.vpc == null ? [] : [var.lambda.vpc]

    content {
      subnet_ids         = vpc_config.value.subnet_ids
      security_group_ids = vpc_config.value.security_group_ids
    }
  }

  environment {
    variables = merge(local.common_environment, local.fleet_environment, local.pool_environment, {
      LAUNCHES_TABLE           = aws_dynamodb_table.launches.name
      USAGE_TABLE              = aws_dynamodb_table.usage.name
      PRICES                   = local.prices_json
      VPC_ID                   = var.vpc_id
      RUNNER_TAGS              = jsonencode(var.tags)
      CONFIG_TABLE             = local.config_table
      FUNCTION_TIMEOUT_SECONDS = tostring(var.lambda.timeout_seconds.scale_down)
      BOOT_TIMEOUT_MINUTES     = tostring(var.runner.timeouts.boot)
      IDLE_TIMEOUT_MINUTES     = tostring(var.runner.timeouts.idle)
      MAX_LIFETIME_MINUTES     = tostring(var.runner.timeouts.lifetime)
      MAX_RECEIVE_COUNT        = tostring(local.max_receive_count)
      RUNNER_EVENTS_QUEUE_URL  = aws_sqs_queue.runner_events.url
    })
  }

  tags = local.tags
}

################################################################################
# Job events and machines that stop, by queue
################################################################################

resource "aws_lambda_event_source_mapping" "runner_events" {
  event_source_arn        = aws_sqs_queue.runner_events.arn
  function_name           = aws_lambda_function.scale_down.arn
  batch_size              = 10
  function_response_types = ["ReportBatchItemFailures"]

  scaling_config {
    maximum_concurrency = 5
  }

  tags = local.tags
}

# On the account's default bus, which gets EC2's events. An event has no tags, so the end of every machine arrives and the function looks up its tenant.
# `terminated` follows `shutting-down` and says nothing new: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-instance-state-changes.html
# Where EC2, whose events are delivered with best effort, lost the first, the sweep hears of the end before the second would come.
resource "aws_cloudwatch_event_rule" "instance_state" {
  name        = local.names.instance_state
  description = "EC2 machines that end, of ${var.prefix}."
  event_pattern = jsonencode({
    source        = ["aws.ec2"]
    "detail-type" = ["EC2 Instance State-change Notification"]
    detail        = { state = ["shutting-down", "stopped"] }
  })

  tags = local.tags
}

resource "aws_cloudwatch_event_target" "instance_state" {
  rule = aws_cloudwatch_event_rule.instance_state.name
  arn  = aws_sqs_queue.runner_events.arn

  dead_letter_config {
    arn = aws_sqs_queue.runner_events_dlq.arn
  }
}

# Two minutes before AWS reclaims a spot machine. Like the end of a machine, it names the machine only.
resource "aws_cloudwatch_event_rule" "spot_interruption" {
  name        = local.names.spot_interruption
  description = "Spot machines that AWS reclaims, of ${var.prefix}."
  event_pattern = jsonencode({
    source        = ["aws.ec2"]
    "detail-type" = ["EC2 Spot Instance Interruption Warning"]
  })

  tags = local.tags
}

resource "aws_cloudwatch_event_target" "spot_interruption" {
  rule = aws_cloudwatch_event_rule.spot_interruption.name
  arn  = aws_sqs_queue.runner_events.arn

  dead_letter_config {
    arn = aws_sqs_queue.runner_events_dlq.arn
  }
}

################################################################################
# The sweep
################################################################################

resource "aws_cloudwatch_event_rule" "sweep" {
  name                = local.names.sweep_rule
  description         = "Starts the sweep of ${var.prefix}, which repairs differences between rows and machines."
  schedule_expression = "rate(1 minute)"

  tags = local.tags
}

# The next sweep is a minute away: late ones are not worth retrying for long.
resource "aws_cloudwatch_event_target" "sweep" {
  rule  = aws_cloudwatch_event_rule.sweep.name
  arn   = aws_lambda_function.scale_down.arn
  input = jsonencode({ source = "multi-tenant-runner.sweep" })

  retry_policy {
    maximum_retry_attempts       = 2
    maximum_event_age_in_seconds = 60
  }

  dead_letter_config {
    arn = aws_sqs_queue.sweep_dlq.arn
  }
}

resource "aws_lambda_permission" "sweep" {
  statement_id  = "sweep"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.scale_down.function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.sweep.arn
}

resource "aws_lambda_function_event_invoke_config" "scale_down" {
  function_name                = aws_lambda_function.scale_down.function_name
  maximum_retry_attempts       = 0
  maximum_event_age_in_seconds = 60

  destination_config {
    on_failure {
      destination = aws_sqs_queue.sweep_dlq.arn
    }
  }
}
