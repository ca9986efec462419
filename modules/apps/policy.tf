# What of AWS the deployer may touch: what carries the installation's name, or its tag where AWS knows no names.
data "aws_iam_policy_document" "deployer" {
  statement {
    sid       = "ReadTenants"
    actions   = ["dynamodb:GetItem"]
    resources = [var.tenant_table.arn]
  }

  # Previews, and apps that their repository declares, are rows that the deployer makes.
  statement {
    sid       = "KeepApps"
    actions   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
    resources = [local.arns.apps]
  }

  statement {
    sid       = "KeepDeployments"
    actions   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:Query"]
    resources = [local.arns.deployments]
  }

  statement {
    sid       = "FindApps"
    actions   = ["dynamodb:Query"]
    resources = ["${local.arns.apps}/index/tenant-index", "${local.arns.apps}/index/due-index"]
  }

  statement {
    sid       = "HearWhatIsAskedFor"
    actions   = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"]
    resources = ["${local.arns.apps}/stream/*"]
  }

  # DynamoDB knows no resource for it.
  statement {
    sid       = "FindStreams"
    actions   = ["dynamodb:ListStreams"]
    resources = ["*"]
  }

  statement {
    sid       = "TakeEvents"
    actions   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"]
    resources = [local.arns.queue]
  }

  statement {
    sid       = "ReportFailures"
    actions   = ["sqs:SendMessage"]
    resources = [local.arns.dlq]
  }

  statement {
    sid     = "ReadAppOfGitHub"
    actions = ["ssm:GetParameters"]
    resources = [for name in compact([local.parameters.id, local.parameters.key, var.github.ca_bundle_parameter]) :
      "${local.arns.parameters}${name}" if startswith(name, "/")
    ]
  }

  dynamic "statement" {
    for_each = var.github.app_key_secret[*]

    content {
      sid       = "ReadKeyOfGitHubFromSecretsManager"
      actions   = ["secretsmanager:GetSecretValue"]
      resources = [statement.value.arn]
    }
  }

  dynamic "statement" {
    for_each = try(var.github.app_key_secret.kms_key_arn, null)[*]

    content {
      sid       = "DecryptKeyOfGitHubOfSecretsManager"
      actions   = ["kms:Decrypt"]
      resources = [statement.value]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["secretsmanager.${local.region}.amazonaws.com"]
      }

      condition {
        test     = "StringEquals"
        variable = "kms:EncryptionContext:SecretARN"
        values   = [var.github.app_key_secret.arn]
      }
    }
  }

  dynamic "statement" {
    for_each = var.github.parameters_key_arn[*]

    content {
      sid       = "DecryptAppOfGitHub"
      actions   = ["kms:Decrypt"]
      resources = [statement.value]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["ssm.${local.region}.amazonaws.com"]
      }
    }
  }

  dynamic "statement" {
    for_each = toset(compact([var.tables.kms_key_arn, var.sources.kms_key_arn]))

    content {
      sid       = "UseKey${substr(sha256(statement.value), 0, 8)}"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = [statement.value]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["dynamodb.${local.region}.amazonaws.com", "s3.${local.region}.amazonaws.com"]
      }
    }
  }

  statement {
    sid       = "KeepSources"
    actions   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
    resources = ["${local.arns.sources}/tenants/*"]
  }

  statement {
    sid       = "FindSources"
    actions   = ["s3:ListBucket"]
    resources = [local.arns.sources]
  }

  statement {
    sid = "KeepRepositories"
    actions = [
      "ecr:CreateRepository", "ecr:DeleteRepository", "ecr:DescribeImages", "ecr:DescribeRepositories",
      "ecr:PutLifecyclePolicy", "ecr:TagResource",
    ]
    resources = [local.arns.repositories]
  }

  statement {
    sid       = "KeepLogGroups"
    actions   = ["logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:PutRetentionPolicy", "logs:TagResource"]
    resources = [local.arns.log_groups, "${local.arns.log_groups}:*"]
  }

  statement {
    sid       = "DeleteSecrets"
    actions   = ["secretsmanager:DeleteSecret", "secretsmanager:DescribeSecret"]
    resources = [local.arns.secrets]
  }

  # None of them knows resources, and the same holds for the looks at load balancers, groups and task definitions.
  statement {
    sid = "Look"
    actions = [
      "logs:DescribeLogGroups", "secretsmanager:ListSecrets", "ec2:DescribeSecurityGroups", "ecs:DescribeTaskDefinition",
      "ecs:ListTaskDefinitions",
    ]
    resources = ["*"]
  }

  statement {
    sid = "LookAtLoadBalancers"
    actions = [
      "elasticloadbalancing:DescribeTargetGroups", "elasticloadbalancing:DescribeRules", "elasticloadbalancing:DescribeTags",
    ]
    resources = ["*"]
  }
}

data "aws_iam_policy_document" "services" {
  #checkov:skip=CKV_AWS_111:ECS deregisters a task definition by no resource.
  #checkov:skip=CKV_AWS_356:ECS deregisters a task definition by no resource.

  statement {
    sid       = "KeepServices"
    actions   = ["ecs:CreateService", "ecs:UpdateService", "ecs:DeleteService", "ecs:DescribeServices", "ecs:TagResource"]
    resources = [local.arns.services]
  }

  statement {
    sid       = "KeepTaskDefinitions"
    actions   = ["ecs:RegisterTaskDefinition", "ecs:TagResource"]
    resources = [local.arns.tasks]
  }

  statement {
    sid       = "DeleteTaskDefinitions"
    actions   = ["ecs:DeleteTaskDefinitions"]
    resources = [local.arns.tasks]
  }

  # ECS knows no resource for it. What is deregistered still runs, and can be read; what deletes it knows one.
  statement {
    sid       = "DeregisterTaskDefinitions"
    actions   = ["ecs:DeregisterTaskDefinition"]
    resources = ["*"]
  }

  # A role of one app's tasks, within the boundary or not at all.
  statement {
    sid       = "MakeRolesOfApps"
    actions   = ["iam:CreateRole", "iam:PutRolePolicy"]
    resources = [local.arns.roles]

    condition {
      test     = "StringEquals"
      variable = "iam:PermissionsBoundary"
      values   = [local.arns.boundary]
    }
  }

  statement {
    sid       = "KeepRolesOfApps"
    actions   = ["iam:TagRole", "iam:GetRole", "iam:DeleteRolePolicy", "iam:DeleteRole"]
    resources = [local.arns.roles]
  }

  # Metrics of a load balancer need no right: CloudWatch itself reads what an alarm is on.
  statement {
    sid       = "KeepAlarms"
    actions   = ["cloudwatch:PutMetricAlarm", "cloudwatch:DeleteAlarms", "cloudwatch:TagResource"]
    resources = [local.arns.alarms]
  }

  # Which one took a version back: the operator's may be read, and not changed.
  statement {
    sid       = "LookAtAlarms"
    actions   = ["cloudwatch:DescribeAlarms"]
    resources = concat([local.arns.alarms], [for name in var.rollback_alarms.names : "arn:${local.partition}:cloudwatch:${local.end}:alarm:${name}"])
  }

  # Tasks have no role of their own, so these are the only ones that can be given.
  statement {
    sid       = "GiveExecutionRoles"
    actions   = ["iam:PassRole"]
    resources = ["arn:${local.partition}:iam::${local.account}:role${var.iam.path}${local.execution_role}", local.arns.roles]

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["ecs-tasks.amazonaws.com"]
    }
  }

  statement {
    sid     = "MakeTargetGroupsAndRules"
    actions = ["elasticloadbalancing:CreateTargetGroup", "elasticloadbalancing:CreateRule"]
    resources = concat(
      ["${local.arns.balancing}:targetgroup/*/*"],
      [for one in var.load_balancers : one.listener_arn],
    )

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/ghr:environment"
      values   = [var.prefix]
    }
  }

  # Only as they are made: a tag makes them the deployer's.
  statement {
    sid       = "TagNewTargetGroupsAndRules"
    actions   = ["elasticloadbalancing:AddTags"]
    resources = ["${local.arns.balancing}:targetgroup/*/*", "${local.arns.balancing}:listener-rule/app/*"]

    condition {
      test     = "StringEquals"
      variable = "elasticloadbalancing:CreateAction"
      values   = ["CreateTargetGroup", "CreateRule"]
    }
  }

  statement {
    sid = "KeepTargetGroupsAndRules"
    actions = [
      "elasticloadbalancing:ModifyTargetGroup", "elasticloadbalancing:DeleteTargetGroup", "elasticloadbalancing:ModifyRule",
      "elasticloadbalancing:DeleteRule",
    ]
    resources = ["${local.arns.balancing}:targetgroup/*/*", "${local.arns.balancing}:listener-rule/app/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/ghr:environment"
      values   = [var.prefix]
    }
  }

  statement {
    sid       = "MakeGroups"
    actions   = ["ec2:CreateSecurityGroup"]
    resources = ["${local.arns.ec2}:security-group/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/ghr:environment"
      values   = [var.prefix]
    }
  }

  statement {
    sid       = "MakeGroupsInVpc"
    actions   = ["ec2:CreateSecurityGroup"]
    resources = ["${local.arns.ec2}:vpc/${var.vpc_id}"]
  }

  statement {
    sid       = "TagNewGroups"
    actions   = ["ec2:CreateTags"]
    resources = ["${local.arns.ec2}:security-group/*"]

    condition {
      test     = "StringEquals"
      variable = "ec2:CreateAction"
      values   = ["CreateSecurityGroup"]
    }
  }

  statement {
    sid       = "KeepGroups"
    actions   = ["ec2:AuthorizeSecurityGroupIngress", "ec2:DeleteSecurityGroup"]
    resources = ["${local.arns.ec2}:security-group/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/ghr:environment"
      values   = [var.prefix]
    }
  }

  dynamic "statement" {
    for_each = var.builder == "codebuild" ? [1] : []

    content {
      sid       = "Build"
      actions   = ["codebuild:StartBuild", "codebuild:BatchGetBuilds"]
      resources = ["arn:${local.partition}:codebuild:${local.end}:project/${local.builder}"]
    }
  }
}

data "aws_iam_policy_document" "function" {
  source_policy_documents = [data.aws_iam_policy_document.deployer.json, data.aws_iam_policy_document.services.json]
}
