data "aws_iam_policy_document" "tenant_manager" {
  source_policy_documents = [
    data.aws_iam_policy_document.app_credentials.json,
    data.aws_iam_policy_document.data_keys.json,
    data.aws_iam_policy_document.usage_ledger.json,
    data.aws_iam_policy_document.fleet_slots.json,
    data.aws_iam_policy_document.tenant_cleanup.json,
  ]

  statement {
    sid       = "KeepTenants"
    actions   = ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:UpdateItem"]
    resources = [local.arns.tenants]
  }

  statement {
    sid       = "FindEarlierInstallations"
    actions   = ["dynamodb:Query"]
    resources = ["${local.arns.tenants}/index/account-id-index"]
  }

  statement {
    sid       = "FollowTenants"
    actions   = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"]
    resources = ["${local.arns.tenants}/stream/*"]
  }

  # Lambda asks for it to read a stream, and DynamoDB knows neither resources nor conditions for it: names of streams, nothing of what is in them.
  # https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html
  statement {
    sid       = "ListStreamsHasNoResources"
    actions   = ["dynamodb:ListStreams"]
    resources = ["*"]
  }

  statement {
    sid       = "SettleJobs"
    actions   = ["dynamodb:BatchGetItem", "dynamodb:UpdateItem"]
    resources = [local.arns.jobs]
  }

  statement {
    sid       = "SettleLaunches"
    actions   = ["dynamodb:PutItem", "dynamodb:UpdateItem"]
    resources = [local.arns.launches]
  }

  statement {
    sid     = "FindOpenJobsAndLaunches"
    actions = ["dynamodb:Query"]
    resources = [
      "${local.arns.jobs}/index/open-index", "${local.arns.jobs}/index/waiting-index",
      "${local.arns.launches}/index/open-index",
    ]
  }

  statement {
    sid       = "RecordChanges"
    actions   = ["dynamodb:PutItem"]
    resources = [local.arns.audit]
  }

  # A tenant's locks, which end with it.
  dynamic "statement" {
    for_each = var.api.enable ? [1] : []

    content {
      sid       = "EndLocks"
      actions   = ["dynamodb:GetItem", "dynamodb:UpdateItem"]
      resources = [local.arns.api]
    }
  }

  statement {
    sid       = "WakeWaitingJobs"
    actions   = ["sqs:SendMessage"]
    resources = values(local.arns.tier_builds)
  }

  statement {
    sid       = "ReportFailures"
    actions   = ["sqs:SendMessage"]
    resources = [local.arns.tenant_manager_dlq]
  }

  statement {
    sid       = "CreateTaggedTenantGroups"
    actions   = ["ec2:CreateSecurityGroup"]
    resources = [local.arns.security_groups]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/ghr:environment"
      values   = [var.prefix]
    }
  }

  # Any account: the subnets' owner is the VPC's, and the id is the only one of its kind.
  statement {
    sid       = "CreateTenantGroupsInVpc"
    actions   = ["ec2:CreateSecurityGroup"]
    resources = ["arn:${local.partition}:ec2:${local.region}:*:vpc/${var.vpc_id}"]
  }

  statement {
    sid       = "TagTenantGroupsAtCreation"
    actions   = ["ec2:CreateTags"]
    resources = [local.arns.security_groups]

    condition {
      test     = "StringEquals"
      variable = "ec2:CreateAction"
      values   = ["CreateSecurityGroup"]
    }
  }

  # A new group's rules: AWS's open egress goes, the configured ones come.
  statement {
    sid       = "SetTenantGroupsEgress"
    actions   = ["ec2:AuthorizeSecurityGroupEgress", "ec2:RevokeSecurityGroupEgress"]
    resources = [local.arns.security_groups]

    condition {
      test     = "StringEquals"
      variable = "ec2:ResourceTag/ghr:environment"
      values   = [var.prefix]
    }

    condition {
      test     = "StringLike"
      variable = "ec2:ResourceTag/ghr:tenant_id"
      values   = ["*"]
    }
  }
}

module "tenant_manager" {
  source = "./modules/lambda-role"

  name        = "${var.prefix}-tenant-manager"
  policy_json = data.aws_iam_policy_document.tenant_manager.json
  log         = local.log
  iam         = var.iam
  vpc         = var.lambda.vpc
  tags        = local.tags
}

resource "aws_lambda_function" "tenant_manager" {
  function_name = "${var.prefix}-tenant-manager"
  description   = "Onboards, suspends and offboards tenants, and applies changes of their rows."
  role          = module.tenant_manager.role_arn

  filename         = local.packages["tenant-manager"].filename
  source_code_hash = local.packages["tenant-manager"].source_code_hash
  s3_bucket        = local.packages["tenant-manager"].s3_bucket
  s3_key           = local.packages["tenant-manager"].s3_key
  handler          = "index.handler"
  runtime          = var.lambda.runtime
  architectures    = [var.lambda.architecture]
  timeout          = var.lambda.timeout_seconds.tenant_manager
  memory_size      = var.lambda.memory_mb.tenant_manager

  dynamic "vpc_config" {
    for_each = var.lambda.vpc == null ? [] : [var.lambda.vpc]

    content {
      subnet_ids         = vpc_config.value.subnet_ids
      security_group_ids = vpc_config.value.security_group_ids
    }
  }

  environment {
    variables = merge(local.common_environment, local.fleet_environment, {
      API_TABLE                = var.api.enable ? aws_dynamodb_table.api[0].name : ""
      AUDIT_TABLE              = aws_dynamodb_table.audit.name
      LAUNCHES_TABLE           = aws_dynamodb_table.launches.name
      USAGE_TABLE              = aws_dynamodb_table.usage.name
      PRICES                   = local.prices_json
      TENANT_SECURITY_GROUPS   = tostring(var.tenant_security_groups)
      VPC_ID                   = var.vpc_id
      EGRESS_RULES             = jsonencode(var.egress_rules)
      RUNNER_TAGS              = jsonencode(var.tags)
      CONFIG_TABLE             = local.config_table
      ONBOARDING_MODE          = var.onboarding.mode
      ALLOWED_ACCOUNTS         = jsonencode(var.onboarding.allowed_accounts)
      FUNCTION_TIMEOUT_SECONDS = tostring(var.lambda.timeout_seconds.tenant_manager)
    })
  }

  tags = local.tags
}

################################################################################
# Installation events
################################################################################

resource "aws_cloudwatch_event_rule" "installation" {
  name           = local.names.installation_rule
  description    = "The App was installed, suspended, unsuspended or uninstalled, or its account was renamed."
  event_bus_name = module.webhook.event_bus_name
  event_pattern = jsonencode({
    source        = ["multi-tenant-runner"]
    "detail-type" = ["installation", "installation_target"]
  })

  tags = local.tags
}

resource "aws_cloudwatch_event_target" "tenant_manager" {
  rule           = aws_cloudwatch_event_rule.installation.name
  event_bus_name = module.webhook.event_bus_name
  arn            = aws_lambda_function.tenant_manager.arn

  retry_policy {
    maximum_retry_attempts       = 185
    maximum_event_age_in_seconds = 86400
  }

  dead_letter_config {
    arn = aws_sqs_queue.tenant_manager_dlq.arn
  }
}

resource "aws_lambda_permission" "installation" {
  statement_id  = "installation"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.tenant_manager.function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.installation.arn
}

resource "aws_lambda_function_event_invoke_config" "tenant_manager" {
  function_name                = aws_lambda_function.tenant_manager.function_name
  maximum_retry_attempts       = 2
  maximum_event_age_in_seconds = 21600

  destination_config {
    on_failure {
      destination = aws_sqs_queue.tenant_manager_dlq.arn
    }
  }
}

################################################################################
# Changed rows
################################################################################

resource "aws_lambda_event_source_mapping" "tenants" {
  event_source_arn               = aws_dynamodb_table.tenants.stream_arn
  function_name                  = aws_lambda_function.tenant_manager.arn
  starting_position              = "LATEST"
  batch_size                     = 25
  bisect_batch_on_function_error = true
  maximum_retry_attempts         = 5
  function_response_types        = ["ReportBatchItemFailures"]

  destination_config {
    on_failure {
      destination_arn = aws_sqs_queue.tenant_manager_dlq.arn
    }
  }

  tags = local.tags
}
