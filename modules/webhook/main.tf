data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  partition  = data.aws_partition.current.partition
  region     = data.aws_region.current.id
  account_id = data.aws_caller_identity.current.account_id

  name    = "${var.prefix}-webhook"
  bus_arn = join(":", ["arn", local.partition, "events", local.region, local.account_id, "event-bus/${var.prefix}"])
}

resource "aws_cloudwatch_event_bus" "this" {
  name = var.prefix

  tags = var.tags
}

################################################################################
# The function
################################################################################

data "aws_iam_policy_document" "webhook" {
  source_policy_documents = compact([var.data_keys_policy_json, var.app_parameters.policy_json])

  statement {
    sid       = "ReadTenants"
    actions   = ["dynamodb:GetItem"]
    resources = [var.tables.tenants.arn]
  }

  statement {
    sid       = "RecordJobs"
    actions   = ["dynamodb:PutItem", "dynamodb:UpdateItem"]
    resources = [var.tables.jobs.arn]
  }

  statement {
    sid       = "SendJobsAndJobEvents"
    actions   = ["sqs:SendMessage"]
    resources = concat([for queue in var.tier_queues : queue.arn], [var.runner_events_queue.arn])
  }

  statement {
    sid       = "PublishOnTheBus"
    actions   = ["events:PutEvents"]
    resources = [local.bus_arn]
  }
}

module "function" {
  source = "../lambda-role"

  name        = local.name
  policy_json = data.aws_iam_policy_document.webhook.json
  log         = var.log
  iam         = var.iam
  vpc         = var.vpc
  tags        = var.tags
}

resource "aws_lambda_function" "webhook" {
  function_name = local.name
  description   = "Verifies GitHub's webhooks and routes each job to the queue of its tier."
  role          = module.function.role_arn

  filename         = var.package.filename
  source_code_hash = var.package.source_code_hash
  s3_bucket        = var.package.s3_bucket
  s3_key           = var.package.s3_key
  handler          = "index.handler"
  runtime          = var.runtime
  architectures    = [var.architecture]

  # GitHub gives up after 10 s.
  timeout     = 10
  memory_size = var.memory_mb

  dynamic "vpc_config" {
    for_each = var.vpc == null ? [] : [var.vpc]

    content {
      subnet_ids         = vpc_config.value.subnet_ids
      security_group_ids = vpc_config.value.security_group_ids
    }
  }

  environment {
    variables = {
      ENVIRONMENT               = var.prefix
      LOG_LEVEL                 = var.log_level
      TENANTS_TABLE             = var.tables.tenants.name
      JOBS_TABLE                = var.tables.jobs.name
      RUNNER_TIERS              = var.routing.runner_tiers
      DEFAULT_TIER              = var.routing.default_tier
      TIER_ACCESS               = var.routing.tier_access
      ALLOW_PUBLIC_REPOSITORIES = tostring(var.routing.allow_public_repositories)
      TIER_QUEUE_URLS           = jsonencode({ for tier, queue in var.tier_queues : tier => queue.url })
      RUNNER_EVENTS_QUEUE_URL   = var.runner_events_queue.url
      EVENT_BUS_NAME            = aws_cloudwatch_event_bus.this.name
      ALLOWED_SOURCE_CIDRS      = jsonencode(var.allowed_source_cidrs)
      TENANT_RATE               = tostring(var.tenant_rate.per_second)
      TENANT_BURST              = tostring(var.tenant_rate.burst)
      TENANT_RATES_BY_TIER      = jsonencode(var.tenant_rate.by_tier)
      CHECK_RUNS                = tostring(var.check_runs)
      PUBLISH_EVENTS            = jsonencode(var.publish_events)
      GITHUB_APP_ID_PARAMETER   = var.app_parameters.id
      WEBHOOK_SECRET_PARAMETER  = var.app_parameters.webhook_secret
    }
  }

  tags = var.tags
}

################################################################################
# The HTTP API
################################################################################

resource "aws_apigatewayv2_api" "this" {
  name          = local.name
  description   = "Receives the webhooks of the GitHub App of ${var.prefix}."
  protocol_type = "HTTP"

  # Two addresses would be one too many to watch.
  disable_execute_api_endpoint = var.custom_domain != null

  tags = var.tags
}

resource "aws_apigatewayv2_integration" "webhook" {
  api_id                 = aws_apigatewayv2_api.this.id
  integration_type       = "AWS_PROXY"
  integration_uri        = aws_lambda_function.webhook.invoke_arn
  payload_format_version = "2.0"
}

resource "aws_apigatewayv2_route" "webhook" {
  #checkov:skip=CKV_AWS_309:GitHub can't sign in: the function checks its signature before it reads anything.

  api_id    = aws_apigatewayv2_api.this.id
  route_key = "POST /webhook"
  target    = "integrations/${aws_apigatewayv2_integration.webhook.id}"
}

resource "aws_apigatewayv2_stage" "default" {
  #checkov:skip=CKV_AWS_76:On unless webhook.access_log is false; a dynamic block is not read.

  api_id      = aws_apigatewayv2_api.this.id
  name        = "$default"
  auto_deploy = true

  # The address is public and every request costs a signature check.
  default_route_settings {
    throttling_burst_limit = var.throttle.burst_limit
    throttling_rate_limit  = var.throttle.rate_limit
  }

  # Of the request only what API Gateway itself knows: bodies and headers hold customers' data and signatures.
  dynamic "access_log_settings" {
    for_each = aws_cloudwatch_log_group.access

    content {
      destination_arn = access_log_settings.value.arn
      format = jsonencode({
        request_id          = "$context.requestId"
        time                = "$context.requestTime"
        source_ip           = "$context.identity.sourceIp"
        user_agent          = "$context.identity.userAgent"
        method              = "$context.httpMethod"
        route               = "$context.routeKey"
        status              = "$context.status"
        response_bytes      = "$context.responseLength"
        latency_ms          = "$context.responseLatency"
        integration_status  = "$context.integrationStatus"
        integration_latency = "$context.integrationLatency"
        error               = "$context.error.message"
        integration_error   = "$context.integrationErrorMessage"
      })
    }
  }

  tags = var.tags
}

# Names below /aws/vendedlogs need no entry in the account's resource policy for logs, which is small and shared.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
resource "aws_cloudwatch_log_group" "access" {
  count = var.access_log == null ? 0 : 1

  name              = "/aws/vendedlogs/${local.name}-access"
  retention_in_days = var.access_log.retention_days
  log_group_class   = var.access_log.class
  kms_key_id        = var.access_log.kms_key_arn

  tags = var.tags
}

resource "aws_apigatewayv2_domain_name" "this" {
  count = var.custom_domain == null ? 0 : 1

  domain_name = var.custom_domain.name

  domain_name_configuration {
    certificate_arn = var.custom_domain.certificate_arn
    endpoint_type   = "REGIONAL"
    security_policy = "TLS_1_2"
  }

  tags = var.tags
}

resource "aws_apigatewayv2_api_mapping" "this" {
  count = var.custom_domain == null ? 0 : 1

  api_id      = aws_apigatewayv2_api.this.id
  domain_name = aws_apigatewayv2_domain_name.this[0].id
  stage       = aws_apigatewayv2_stage.default.id
}

resource "aws_lambda_permission" "api" {
  statement_id  = "api"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.webhook.function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.this.execution_arn}/*/POST/webhook"
}
