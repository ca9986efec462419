data "aws_iam_policy_document" "scale_up" {
  source_policy_documents = [
    data.aws_iam_policy_document.app_credentials.json,
    data.aws_iam_policy_document.data_keys.json,
    data.aws_iam_policy_document.usage_ledger.json,
    data.aws_iam_policy_document.fleet_slots.json,
    data.aws_iam_policy_document.pool_scale_up.json,
  ]

  statement {
    sid       = "TakeJobs"
    actions   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"]
    resources = values(local.arns.tier_builds)
  }

  # A slot that is given back wakes a job that waits, of whatever size.
  statement {
    sid       = "WakeWaitingJobs"
    actions   = ["sqs:SendMessage"]
    resources = values(local.arns.tier_builds)
  }

  statement {
    sid       = "AdmitTenants"
    actions   = ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:UpdateItem"]
    resources = [local.arns.tenants]
  }

  statement {
    sid       = "ReadJobsTogether"
    actions   = ["dynamodb:BatchGetItem"]
    resources = [local.arns.jobs]
  }

  statement {
    sid       = "RecordJobsAndLaunches"
    actions   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
    resources = [local.arns.jobs, local.arns.launches]
  }

  statement {
    sid       = "FindWaitingJobs"
    actions   = ["dynamodb:Query"]
    resources = ["${local.arns.jobs}/index/waiting-index"]
  }

  # A job that its gate lets through may still have a machine, which is then used.
  statement {
    sid       = "FindSpareMachines"
    actions   = ["dynamodb:Query"]
    resources = ["${local.arns.launches}/index/open-index"]
  }

  dynamic "statement" {
    for_each = local.configs_in_ssm ? [1] : []

    content {
      sid       = "StoreConfigurations"
      actions   = ["ssm:PutParameter", "ssm:AddTagsToResource", "ssm:DeleteParameters"]
      resources = [local.arns.tenant_parameters]
    }
  }

  dynamic "statement" {
    for_each = local.configs_in_ssm ? [] : [1]

    content {
      sid       = "StoreConfigurations"
      actions   = ["dynamodb:PutItem", "dynamodb:DeleteItem"]
      resources = [local.arns.configurations]
    }
  }

  # Everything a launch makes is tagged from its first moment, or EC2 refuses it.
  statement {
    sid     = "LaunchTagged"
    actions = ["ec2:RunInstances"]
    resources = [
      local.arns.instances,
      "arn:${local.partition}:ec2:${local.arn_end}:volume/*",
      "arn:${local.partition}:ec2:${local.arn_end}:network-interface/*",
    ]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/ghr:environment"
      values   = [var.prefix]
    }
  }

  statement {
    sid     = "LaunchFromOwnTemplatesAndGroups"
    actions = ["ec2:RunInstances"]
    resources = [
      "arn:${local.partition}:ec2:${local.arn_end}:launch-template/*",
      local.arns.security_groups,
    ]

    condition {
      test     = "StringEquals"
      variable = "ec2:ResourceTag/ghr:environment"
      values   = [var.prefix]
    }
  }

  # Any image: the launch template names one, and the newest Amazon Linux has another id every other week. Any account: a subnet that is shared has its
  # owner's in its ARN, and its id is the only one of its kind. https://docs.aws.amazon.com/vpc/latest/userguide/vpc-sharing-service-behavior.html
  statement {
    sid     = "LaunchInSubnets"
    actions = ["ec2:RunInstances"]
    resources = concat(
      [for id in local.runner_subnet_ids : "arn:${local.partition}:ec2:${local.region}:*:subnet/${id}"],
      ["arn:${local.partition}:ec2:${local.region}::image/*"],
      local.any_spot ? ["arn:${local.partition}:ec2:${local.arn_end}:spot-instances-request/*"] : [],
    )
  }

  statement {
    sid     = "TagAtLaunchOnly"
    actions = ["ec2:CreateTags"]
    resources = [
      local.arns.instances,
      "arn:${local.partition}:ec2:${local.arn_end}:volume/*",
      "arn:${local.partition}:ec2:${local.arn_end}:network-interface/*",
    ]

    condition {
      test     = "StringEquals"
      variable = "ec2:CreateAction"
      values   = ["RunInstances"]
    }
  }

  # A launch fills in its secret in the template's user data; one whose call for several machines gave no answer is looked up by the call's
  # token. EC2 knows no resources for these, hence `*`: the Region is all that can be said.
  statement {
    sid       = "DescribeHasNoResources"
    actions   = ["ec2:DescribeLaunchTemplateVersions", "ec2:DescribeInstances"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "ec2:Region"
      values   = [local.region]
    }
  }

  # Machines have a role only where the operator gives them one.
  dynamic "statement" {
    for_each = length(var.runner.policy_arns) == 0 ? [] : [module.runners.role_arn]

    content {
      sid       = "PassRunnerRole"
      actions   = ["iam:PassRole"]
      resources = [statement.value]

      condition {
        test     = "StringEquals"
        variable = "iam:PassedToService"
        values   = ["ec2.amazonaws.com"]
      }
    }
  }

  # EC2 follows the template's `resolve:ssm:` with the rights of the caller.
  dynamic "statement" {
    for_each = length(module.runners.image_parameter_arns) == 0 ? [] : [module.runners.image_parameter_arns]

    content {
      sid       = "ResolveImage"
      actions   = ["ssm:GetParameters"]
      resources = statement.value
    }
  }

  statement {
    sid       = "UndoLaunches"
    actions   = ["ec2:TerminateInstances"]
    resources = [local.arns.instances]

    condition {
      test     = "StringEquals"
      variable = "ec2:ResourceTag/ghr:environment"
      values   = [var.prefix]
    }
  }

  dynamic "statement" {
    for_each = local.configs_in_ssm && var.encryption.parameters != null ? [var.encryption.parameters] : []

    content {
      sid       = "EncryptConfigurations"
      actions   = ["kms:GenerateDataKey"]
      resources = [statement.value]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["ssm.${local.region}.amazonaws.com"]
      }
    }
  }

  # EC2 makes the encrypted disk with the rights of the caller, and reads the image's encrypted snapshot with them too.
  dynamic "statement" {
    for_each = length(local.disk_keys) == 0 ? [] : [local.disk_keys]

    content {
      sid       = "EncryptDisks"
      actions   = ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo"]
      resources = statement.value

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["ec2.${local.region}.amazonaws.com"]
      }
    }
  }

  dynamic "statement" {
    for_each = length(local.disk_keys) == 0 ? [] : [local.disk_keys]

    content {
      sid       = "LetEc2UseTheDisksKey"
      actions   = ["kms:CreateGrant"]
      resources = statement.value

      condition {
        test     = "Bool"
        variable = "kms:GrantIsForAWSResource"
        values   = ["true"]
      }

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["ec2.${local.region}.amazonaws.com"]
      }
    }
  }
}

locals {
  any_spot = anytrue([for tier in values(var.runner_tiers) : tier.capacity != "on-demand"])
}

module "scale_up" {
  source = "./modules/lambda-role"

  name        = "${var.prefix}-scale-up"
  policy_json = data.aws_iam_policy_document.scale_up.json
  log         = local.log
  iam         = var.iam
  vpc         = var.lambda.vpc
  tags        = local.tags
}

resource "aws_lambda_function" "scale_up" {
  function_name = "${var.prefix}-scale-up"
  description   = "Checks the tenant's limit and starts one machine per job."
  role          = module.scale_up.role_arn

  filename         = local.packages["scale-up"].filename
  source_code_hash = local.packages["scale-up"].source_code_hash
  s3_bucket        = local.packages["scale-up"].s3_bucket
  s3_key           = local.packages["scale-up"].s3_key
  handler          = "index.handler"
  runtime          = var.lambda.runtime
  architectures    = [var.lambda.architecture]
  timeout          = var.lambda.timeout_seconds.scale_up
  memory_size      = var.lambda.memory_mb.scale_up

  dynamic "vpc_config" {
    for_each = var.lambda.vpc == null ? [] : [var.lambda.vpc]

    content {
      subnet_ids         = vpc_config.value.subnet_ids
      security_group_ids = vpc_config.value.security_group_ids
    }
  }

  environment {
    variables = merge(local.common_environment, local.fleet_environment, local.pool_environment, local.shared_environment, {
      LAUNCHES_TABLE           = aws_dynamodb_table.launches.name
      USAGE_TABLE              = aws_dynamodb_table.usage.name
      PRICES                   = local.prices_json
      LAUNCH_TEMPLATES         = jsonencode(module.runners.launch_templates)
      SUBNET_IDS               = jsonencode(var.subnet_ids)
      TIER_SUBNET_IDS          = jsonencode(local.tier_subnet_ids)
      RUNNER_TAGS              = jsonencode(var.tags)
      CONFIG_TABLE             = local.config_table
      TENANT_SECURITY_GROUPS   = tostring(var.tenant_security_groups)
      SHARED_SECURITY_GROUP_ID = module.runners.security_group_id
      FUNCTION_TIMEOUT_SECONDS = tostring(var.lambda.timeout_seconds.scale_up)
      LAUNCH_RATE = jsonencode({
        calls    = { burst = var.launch_rate.calls_burst, per_second = var.launch_rate.calls_per_second }
        machines = { burst = var.launch_rate.machines_burst, per_second = var.launch_rate.machines_per_second }
      })
      MACHINES_A_CALL   = tostring(var.launch_rate.machines_a_call)
      MAX_RECEIVE_COUNT = tostring(local.max_receive_count)
      MACHINE_URL       = local.machine_url
      KMS_KEY_ARN       = var.encryption.parameters == null ? "" : var.encryption.parameters
    })
  }

  tags = local.tags

  lifecycle {
    precondition {
      condition     = length(setsubtract(keys(local.shared_calls), keys(var.runner_tiers))) == 0
      error_message = "launch_rate.shared_calls: sizes must be names of runner_tiers."
    }
  }
}

# A slot that is released here, because its job ended while the message was in flight, wakes the next job by a message to this
# function. Lambda mistakes such a chain for a loop and stops it after about 16 messages. It is not a loop: each link ends one
# job, and a refusal that would meet the next job as well wakes none.
# https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
resource "aws_lambda_function_recursion_config" "scale_up" {
  function_name  = aws_lambda_function.scale_up.function_name
  recursive_loop = "Allow"
}

resource "aws_lambda_event_source_mapping" "tier_builds" {
  for_each = aws_sqs_queue.tier_builds

  event_source_arn        = each.value.arn
  function_name           = aws_lambda_function.scale_up.arn
  batch_size              = 10
  function_response_types = ["ReportBatchItemFailures"]

  scaling_config {
    maximum_concurrency = var.lambda.scale_up_concurrency
  }

  tags = local.tags
}
