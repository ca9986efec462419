module "function" {
  source = "../lambda-role"

  name        = local.deployer
  policy_json = data.aws_iam_policy_document.function.json
  log         = var.log
  iam         = var.iam
  tags        = local.tags
}

resource "aws_lambda_function" "deployer" {
  function_name = local.deployer
  description   = "Brings what stands of tenants' apps to what they are to be."
  role          = module.function.role_arn

  filename         = var.package.s3_bucket == null ? local.zip : null
  source_code_hash = var.package.s3_bucket == null && fileexists(local.zip) ? filebase64sha256(local.zip) : null
  s3_bucket        = var.package.s3_bucket
  s3_key           = var.package.s3_key
  handler          = "index.handler"
  runtime          = var.lambda.runtime
  architectures    = [var.lambda.architecture]
  timeout          = var.lambda.timeout_seconds
  memory_size      = var.lambda.memory_mb

  environment {
    variables = {
      ENVIRONMENT              = var.prefix
      LOG_LEVEL                = var.log.level
      TENANTS_TABLE            = var.tenant_table.name
      APPS_TABLE               = aws_dynamodb_table.apps.name
      DEPLOYMENTS_TABLE        = aws_dynamodb_table.deployments.name
      GITHUB_API_URL           = var.github.api_url
      GITHUB_PROXY             = var.github.proxy == null ? "" : var.github.proxy
      GITHUB_NO_PROXY          = join(",", var.github.no_proxy)
      CA_BUNDLE_PARAMETER      = var.github.ca_bundle_parameter == null ? "" : var.github.ca_bundle_parameter
      GITHUB_APP_ID_PARAMETER  = local.parameters.id
      GITHUB_APP_KEY_PARAMETER = local.parameters.key
      DEFAULT_TIER             = var.default_tier
      TIERS                    = jsonencode(var.tiers)
      PLATFORM                 = local.platform_json
      WORKFLOW                 = var.workflow
      CODEBUILD_PROJECT        = var.builder == "codebuild" ? local.builder : ""
      ARCHIVE_LIMITS           = jsonencode(var.archive_limits)
      PREVIEW_HOURS            = tostring(var.preview_hours)
      DNS_SERVERS              = join(",", var.dns_servers)
      FUNCTION_TIMEOUT_SECONDS = tostring(var.lambda.timeout_seconds)
    }
  }

  tags = local.tags

  lifecycle {
    precondition {
      condition     = var.package.s3_bucket != null || fileexists(local.zip)
      error_message = "There is no ${local.zip}: run `yarn dist`, or take the package of a release and name it in package.filename."
    }
  }
}

locals {
  zip = coalesce(var.package.filename, "${path.module}/../../lambdas/dist/deployer.zip")
  parameters = {
    id  = coalesce(var.github.app_id_parameter, "/${var.prefix}/app/id")
    key = coalesce(try(var.github.app_key_secret.arn, null), var.github.app_key_parameter, "/${var.prefix}/app/key")
  }
}

resource "aws_lambda_event_source_mapping" "events" {
  event_source_arn        = aws_sqs_queue.events.arn
  function_name           = aws_lambda_function.deployer.arn
  batch_size              = 10
  function_response_types = ["ReportBatchItemFailures"]

  scaling_config {
    maximum_concurrency = var.lambda.concurrency
  }
}

# Who asks for something of an app writes it into its row.
resource "aws_lambda_event_source_mapping" "asked" {
  event_source_arn                   = aws_dynamodb_table.apps.stream_arn
  function_name                      = aws_lambda_function.deployer.arn
  starting_position                  = "LATEST"
  batch_size                         = 10
  maximum_retry_attempts             = 5
  bisect_batch_on_function_error     = true
  function_response_types            = ["ReportBatchItemFailures"]
  maximum_batching_window_in_seconds = 0

  # Rows of apps alone: the others of the table are counters.
  filter_criteria {
    filter {
      pattern = jsonencode({ dynamodb = { NewImage = { asked = { N = [{ exists = true }] } } } })
    }
  }

  destination_config {
    on_failure {
      destination_arn = aws_sqs_queue.dlq.arn
    }
  }
}
