# The one thing of ours that a machine reaches. It has an API of its own: whatever a job sends to it uses up no throttle of the webhook's, and
# shows in none of its metrics, on which alarms hang.

locals {
  machine_url = "${aws_apigatewayv2_api.machine.api_endpoint}/machine"
}

data "aws_iam_policy_document" "machine" {
  source_policy_documents = [data.aws_iam_policy_document.pool_machine.json]

  statement {
    sid       = "FindLaunches"
    actions   = ["dynamodb:Query"]
    resources = ["${local.arns.launches}/index/instance-index"]
  }

  statement {
    sid       = "ClaimAndReport"
    actions   = ["dynamodb:GetItem", "dynamodb:UpdateItem"]
    resources = [local.arns.launches]
  }

  dynamic "statement" {
    for_each = local.configs_in_ssm ? [1] : []

    content {
      sid       = "HandOutConfigurations"
      actions   = ["ssm:GetParameters", "ssm:DeleteParameters"]
      resources = [local.arns.runner_parameters]
    }
  }

  # Reading one is deleting it.
  dynamic "statement" {
    for_each = local.configs_in_ssm ? [] : [1]

    content {
      sid       = "HandOutConfigurations"
      actions   = ["dynamodb:DeleteItem"]
      resources = [local.arns.configurations]
    }
  }

  dynamic "statement" {
    for_each = local.configs_in_ssm && var.encryption.parameters != null ? [var.encryption.parameters] : []

    content {
      sid       = "DecryptConfigurations"
      actions   = ["kms:Decrypt"]
      resources = [statement.value]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["ssm.${local.region}.amazonaws.com"]
      }

      # The App's key is encrypted with the same one.
      condition {
        test     = "StringLike"
        variable = "kms:EncryptionContext:PARAMETER_ARN"
        values   = [local.arns.runner_parameters]
      }
    }
  }

  dynamic "statement" {
    for_each = var.encryption.tables == null ? [] : [var.encryption.tables]

    content {
      sid       = "UseEncryptedTables"
      actions   = ["kms:Decrypt", "kms:DescribeKey"]
      resources = [statement.value]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["dynamodb.${local.region}.amazonaws.com"]
      }
    }
  }
}

module "machine" {
  source = "./modules/lambda-role"

  name        = local.names.machine
  policy_json = data.aws_iam_policy_document.machine.json
  log         = merge(local.log, { class = var.observability.log_class })
  iam         = var.iam
  vpc         = var.lambda.vpc
  tags        = local.tags
}

resource "aws_lambda_function" "machine" {
  function_name = local.names.machine
  description   = "Gives each machine its configuration once, and records what it reports."
  role          = module.machine.role_arn

  filename         = local.packages["machine"].filename
  source_code_hash = local.packages["machine"].source_code_hash
  s3_bucket        = local.packages["machine"].s3_bucket
  s3_key           = local.packages["machine"].s3_key
  handler          = "index.handler"
  runtime          = var.lambda.runtime
  architectures    = [var.lambda.architecture]

  # A machine gives up on an answer sooner, and asks again.
  timeout     = 10
  memory_size = var.lambda.memory_mb.machine

  dynamic "vpc_config" {
    for_each = var.lambda.vpc == null ? [] : [var.lambda.vpc]

    content {
      subnet_ids         = vpc_config.value.subnet_ids
      security_group_ids = vpc_config.value.security_group_ids
    }
  }

  environment {
    variables = merge(local.pool_table_environment, {
      ENVIRONMENT          = var.prefix
      LOG_LEVEL            = var.observability.log_level
      LAUNCHES_TABLE       = aws_dynamodb_table.launches.name
      CONFIG_TABLE         = local.config_table
      BOOT_TIMEOUT_MINUTES = tostring(var.runner.timeouts.boot)
    })
  }

  tags = local.tags
}

resource "aws_apigatewayv2_api" "machine" {
  name          = local.names.machine
  description   = "What the machines of ${var.prefix} call."
  protocol_type = "HTTP"

  tags = local.tags
}

resource "aws_apigatewayv2_integration" "machine" {
  api_id                 = aws_apigatewayv2_api.machine.id
  integration_type       = "AWS_PROXY"
  integration_uri        = aws_lambda_function.machine.invoke_arn
  payload_format_version = "2.0"
}

resource "aws_apigatewayv2_route" "machine" {
  #checkov:skip=CKV_AWS_309:A machine has no identity to sign with: the function checks its secret against the row of its launch.

  for_each = toset(["claim", "report"])

  api_id    = aws_apigatewayv2_api.machine.id
  route_key = "POST /machine/${each.key}"
  target    = "integrations/${aws_apigatewayv2_integration.machine.id}"
}

resource "aws_apigatewayv2_stage" "machine" {
  #checkov:skip=CKV_AWS_76:Jobs can call it as fast as they like, and a line of an access log is paid for by the operator; the function logs what counts.

  api_id      = aws_apigatewayv2_api.machine.id
  name        = "$default"
  auto_deploy = true

  default_route_settings {
    throttling_burst_limit = 400 + 2 * local.pool_most
    throttling_rate_limit  = 200 + 2 * local.pool_most
  }

  # Each its own, so that a flood of reports keeps no machine from its configuration.
  dynamic "route_settings" {
    for_each = aws_apigatewayv2_route.machine

    content {
      route_key              = route_settings.value.route_key
      throttling_burst_limit = 400 + 2 * local.pool_most
      throttling_rate_limit  = 200 + 2 * local.pool_most
    }
  }

  tags = local.tags
}

resource "aws_lambda_permission" "machine_api" {
  statement_id  = "api"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.machine.function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.machine.execution_arn}/*/POST/machine/*"
}
