data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  name = "${var.prefix}-api"

  # Their ids are not known at plan; the condition says whose they must be.
  mappings_arn = join(":", [
    "arn", data.aws_partition.current.partition, "lambda", data.aws_region.current.id, data.aws_caller_identity.current.account_id,
    "event-source-mapping", "*",
  ])

  repositories_arn = join(":", [
    "arn", data.aws_partition.current.partition, "ecr", data.aws_region.current.id, data.aws_caller_identity.current.account_id, "repository/",
  ])
  apps = [for apps in var.apps[*] : {
    prefix           = var.prefix
    region           = data.aws_region.current.id
    tables           = { for use, table in apps.tables : use => table.name }
    webhook_function = var.webhook_function.name
    push = try({
      role_arn         = coalesce(apps.push_role_arn)
      registry         = "${data.aws_caller_identity.current.account_id}.dkr.ecr.${data.aws_region.current.id}.${data.aws_partition.current.dns_suffix}"
      repositories_arn = local.repositories_arn
    }, null)
  }]
  secrets_arn = join(":", [
    "arn", data.aws_partition.current.partition, "ssm", data.aws_region.current.id, data.aws_caller_identity.current.account_id,
    "parameter/${var.prefix}/callbacks/*",
  ])

  # An API each, so that no tenant's flood uses up the operators' throttle. API Gateway itself checks who signed on the operators'; tokens of
  # several issuers are for the function, as an authorizer of an HTTP API knows one.
  apis = merge(
    { operators = { authorization = "AWS_IAM", says = "Operators of ${var.prefix}: requests are signed." } },
    length(var.issuers) == 0 && var.link_key_parameter == null ? {} : {
      tenants = { authorization = "NONE", says = "Tenants of ${var.prefix}: requests carry a token." }
    },
  )
}

################################################################################
# The function
################################################################################

data "aws_iam_policy_document" "api" {
  source_policy_documents = compact([var.data_keys_policy_json])

  statement {
    sid       = "ReadAndEditTenants"
    actions   = ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:UpdateItem"]
    resources = [var.tables.tenants.arn]
  }

  statement {
    sid       = "ReadAndChangeJobsAndLaunches"
    actions   = ["dynamodb:GetItem", "dynamodb:UpdateItem"]
    resources = [var.tables.jobs.arn, var.tables.launches.arn]
  }

  # Of what waits in the whole fleet, and of what a tenant's launches lead to: a request for a hundred rows.
  statement {
    sid       = "ReadManyJobs"
    actions   = ["dynamodb:BatchGetItem"]
    resources = [var.tables.jobs.arn]
  }

  # No list reads a whole table: each is a page of one key.
  statement {
    sid     = "List"
    actions = ["dynamodb:Query"]
    resources = [
      "${var.tables.tenants.arn}/index/account-id-index",
      "${var.tables.tenants.arn}/index/open-tenants-index",
      "${var.tables.tenants.arn}/index/org-name-index",
      "${var.tables.tenants.arn}/index/status-index",
      var.tables.jobs.arn,
      "${var.tables.jobs.arn}/index/open-index",
      "${var.tables.jobs.arn}/index/open-tenants-index",
      "${var.tables.launches.arn}/index/open-index",
      var.tables.audit.arn,
      "${var.tables.audit.arn}/index/day-index",
      "${var.tables.usage.arn}/index/month-keys-index",
    ]
  }

  # Not what each machine was; of one that is named, to correct it.
  statement {
    sid       = "ReadSumsAndCorrections"
    actions   = ["dynamodb:Query"]
    resources = [var.tables.usage.arn]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values   = ["*/sums", "*/corrections"]
    }
  }

  statement {
    sid       = "FindCorrectedLife"
    actions   = ["dynamodb:GetItem"]
    resources = [var.tables.usage.arn]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values   = ["*/lives"]
    }
  }

  statement {
    sid       = "RecordCorrections"
    actions   = ["dynamodb:PutItem"]
    resources = [var.tables.usage.arn]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values   = ["*/corrections", "*/correction-ids"]
    }
  }

  statement {
    sid       = "AddToSums"
    actions   = ["dynamodb:UpdateItem"]
    resources = [var.tables.usage.arn]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values   = ["*/sums"]
    }
  }

  # Bookmarks, which say how far recovery is.
  statement {
    sid       = "ReadBookmarks"
    actions   = ["dynamodb:GetItem"]
    resources = [var.tables.recovery.arn]
  }

  # Never a row's deletion: the deployer says of each app what is left of it.
  dynamic "statement" {
    for_each = var.apps[*]

    content {
      sid       = "ReadAndChangeApps"
      actions   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
      resources = values(statement.value.tables)[*].arn
    }
  }

  dynamic "statement" {
    for_each = var.apps[*]

    content {
      sid       = "ListApps"
      actions   = ["dynamodb:Query"]
      resources = ["${statement.value.tables.apps.arn}/index/tenant-index", statement.value.tables.deployments.arn]
    }
  }

  dynamic "statement" {
    for_each = var.apps[*]

    content {
      sid       = "PassDeliveriesOn"
      actions   = ["lambda:InvokeFunction"]
      resources = [var.webhook_function.arn]
    }
  }

  # Only made: their values are for the apps' tasks, and the deployer deletes them.
  dynamic "statement" {
    for_each = var.apps[*]

    content {
      sid       = "KeepSecretsOfApps"
      actions   = ["secretsmanager:CreateSecret", "secretsmanager:TagResource"]
      resources = ["arn:${data.aws_partition.current.partition}:secretsmanager:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:secret:${var.prefix}/apps/*"]
    }
  }

  dynamic "statement" {
    for_each = compact(var.apps[*].push_role_arn)

    content {
      sid       = "NarrowPushes"
      actions   = ["sts:AssumeRole"]
      resources = [statement.value]
    }
  }

  dynamic "statement" {
    for_each = var.link_key_parameter[*]

    content {
      sid       = "ReadLinkKey"
      actions   = ["ssm:GetParameters"]
      resources = [statement.value.arn]
    }
  }

  dynamic "statement" {
    for_each = var.link_key_parameter == null ? [] : var.parameters_key_arn[*]

    content {
      sid       = "DecryptLinkKey"
      actions   = ["kms:Decrypt"]
      resources = [statement.value]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["ssm.${data.aws_region.current.id}.amazonaws.com"]
      }
    }
  }

  # Writes them, and reads the newest to leave it a day beside the next one.
  dynamic "statement" {
    for_each = var.has_callbacks ? [local.secrets_arn] : []

    content {
      sid       = "KeepCallbackSecrets"
      actions   = ["ssm:GetParameters", "ssm:PutParameter", "ssm:DeleteParameters"]
      resources = [statement.value]
    }
  }

  dynamic "statement" {
    for_each = var.has_callbacks ? var.parameters_key_arn[*] : []

    content {
      sid       = "EncryptCallbackSecrets"
      actions   = ["kms:Decrypt", "kms:Encrypt"]
      resources = [statement.value]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["ssm.${data.aws_region.current.id}.amazonaws.com"]
      }
    }
  }

  statement {
    sid       = "RecordChanges"
    actions   = ["dynamodb:PutItem"]
    resources = [var.tables.audit.arn]
  }

  statement {
    sid       = "KeepState"
    actions   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
    resources = [var.tables.api.arn]
  }

  statement {
    sid       = "CountMessages"
    actions   = ["sqs:GetQueueAttributes"]
    resources = [for queue in var.queues : queue.arn]
  }

  # What SQS asks for to move messages back.
  # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
  statement {
    sid       = "TakeDeadLetters"
    actions   = ["sqs:StartMessageMoveTask", "sqs:ReceiveMessage", "sqs:DeleteMessage"]
    resources = [for queue in var.queues : queue.arn if queue.feeds != null]
  }

  statement {
    sid       = "SendDeadLettersBack"
    actions   = ["sqs:SendMessage"]
    resources = compact([for queue in var.queues : queue.feeds])
  }

  statement {
    sid       = "LookForWhatTenantsHave"
    actions   = ["lambda:InvokeFunction"]
    resources = [var.tenant_manager.arn]
  }

  statement {
    sid       = "FreezeLaunches"
    actions   = ["lambda:UpdateEventSourceMapping"]
    resources = [local.mappings_arn]

    condition {
      test     = "ArnEquals"
      variable = "lambda:FunctionArn"
      values   = [var.scale_up_arn]
    }
  }
}

module "function" {
  source = "../lambda-role"

  name        = local.name
  policy_json = data.aws_iam_policy_document.api.json
  log         = var.log
  iam         = var.iam
  vpc         = var.vpc
  tags        = var.tags
}

resource "aws_lambda_function" "api" {
  function_name = local.name
  description   = "Answers operators and tenants at /v1."
  role          = module.function.role_arn

  filename         = var.package.filename
  source_code_hash = var.package.source_code_hash
  s3_bucket        = var.package.s3_bucket
  s3_key           = var.package.s3_key
  handler          = "index.handler"
  runtime          = var.runtime
  architectures    = [var.architecture]
  timeout          = 10
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
      LOG_LEVEL       = var.log_level
      TABLES          = jsonencode({ for use, table in var.tables : use => table.name })
      RUNNER_TIERS    = var.runner_tiers_json
      DEFAULT_TIER    = var.default_tier
      TOKEN_ISSUERS   = jsonencode(var.issuers)
      RATES           = jsonencode(var.rates)
      TIER_QUEUE_URLS = var.tier_queue_urls_json
      QUEUE_URLS      = jsonencode([for queue in var.queues : queue.url])
      LAUNCH_TRIGGERS = jsonencode(var.launch_triggers)
      ENDPOINTS = jsonencode({
        operators = aws_apigatewayv2_api.this["operators"].api_endpoint
        tenants   = try(aws_apigatewayv2_api.this["tenants"].api_endpoint, null)
      })
      TENANT_MANAGER = var.tenant_manager.name
      PLACES = jsonencode({
        github_api_url = var.github_api_url
        region         = data.aws_region.current.id
        prefix         = var.prefix
      })
      LINK_KEY_PARAMETER = try(var.link_key_parameter.name, "")
      APPS               = try(jsonencode(local.apps[0]), "")
      CALLBACKS_OF       = var.has_callbacks ? var.prefix : ""
      KMS_KEY_ARN        = var.parameters_key_arn == null ? "" : var.parameters_key_arn
    }
  }

  tags = var.tags
}

################################################################################
# The HTTP APIs
################################################################################

resource "aws_apigatewayv2_api" "this" {
  for_each = local.apis

  name          = "${local.name}-${each.key}"
  description   = each.value.says
  protocol_type = "HTTP"

  tags = var.tags
}

resource "aws_apigatewayv2_integration" "this" {
  for_each = local.apis

  api_id                 = aws_apigatewayv2_api.this[each.key].id
  integration_type       = "AWS_PROXY"
  integration_uri        = aws_lambda_function.api.invoke_arn
  payload_format_version = "2.0"
}

resource "aws_apigatewayv2_route" "this" {
  #checkov:skip=CKV_AWS_309:AWS_IAM on the operators' API; on the tenants' the function checks tokens of several issuers.

  for_each = local.apis

  api_id             = aws_apigatewayv2_api.this[each.key].id
  route_key          = "ANY /v1/{proxy+}"
  target             = "integrations/${aws_apigatewayv2_integration.this[each.key].id}"
  authorization_type = each.value.authorization
}

resource "aws_apigatewayv2_stage" "this" {
  #checkov:skip=CKV_AWS_76:On unless api.access_log is false; a dynamic block is not read.

  for_each = local.apis

  api_id      = aws_apigatewayv2_api.this[each.key].id
  name        = "$default"
  auto_deploy = true

  default_route_settings {
    throttling_burst_limit = var.throttle.burst_limit
    throttling_rate_limit  = var.throttle.rate_limit
  }

  # Of the request only what API Gateway itself knows: a token or a signature is in a header.
  dynamic "access_log_settings" {
    for_each = aws_cloudwatch_log_group.access

    content {
      destination_arn = access_log_settings.value.arn
      format = jsonencode({
        api        = each.key
        request_id = "$context.requestId"
        time       = "$context.requestTime"
        source_ip  = "$context.identity.sourceIp"
        signer     = "$context.identity.userArn"
        user_agent = "$context.identity.userAgent"
        method     = "$context.httpMethod"
        path       = "$context.path"
        status     = "$context.status"
        latency_ms = "$context.responseLatency"
        error      = "$context.error.message"
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

resource "aws_lambda_permission" "api" {
  for_each = local.apis

  statement_id  = each.key
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.api.function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.this[each.key].execution_arn}/*/*/v1/*"
}

################################################################################
# Who may call the operators' API: for the caller's own roles
################################################################################

data "aws_iam_policy_document" "callers" {
  for_each = { operator = "*", read_only = "GET" }

  statement {
    sid       = "CallApi"
    actions   = ["execute-api:Invoke"]
    resources = ["${aws_apigatewayv2_api.this["operators"].execution_arn}/$default/${each.value}/v1/*"]
  }
}
