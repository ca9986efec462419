################################################################################
# What several functions may do, written once
################################################################################

# The App's id and key, and the certificates that the functions trust on their way to GitHub: of each function that calls GitHub.
data "aws_iam_policy_document" "app_credentials" {
  source_policy_documents = [module.ssm.policies.key_base64]

  dynamic "statement" {
    for_each = length(local.ca_bundle_arns) == 0 ? [] : [local.ca_bundle_arns]

    content {
      sid       = "ReadCertificates"
      actions   = ["ssm:GetParameters"]
      resources = statement.value
    }
  }
}

# What the customer's keys of tables and queues ask of every function; empty without such keys. SSM's key differs from function to function,
# CloudWatch uses the key of logs itself.
data "aws_iam_policy_document" "data_keys" {
  dynamic "statement" {
    for_each = var.encryption.queues == null ? [] : [var.encryption.queues]

    content {
      sid       = "SendAndReceiveEncrypted"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = [statement.value]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["sqs.${local.region}.amazonaws.com"]
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

# The ledger: a machine's life is put there once and never changed; only sums are added to. Of each function that ends launches.
data "aws_iam_policy_document" "usage_ledger" {
  statement {
    sid       = "RecordLives"
    actions   = ["dynamodb:PutItem"]
    resources = [local.arns.usage]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values   = ["*/lives"]
    }
  }

  statement {
    sid       = "AddToSums"
    actions   = ["dynamodb:UpdateItem", "dynamodb:Query"]
    resources = [local.arns.usage]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values   = ["*/sums"]
    }
  }
}

# The slots of the whole fleet are read together before one is taken. Of each function that admits jobs; empty without a limit.
data "aws_iam_policy_document" "fleet_slots" {
  dynamic "statement" {
    for_each = var.max_runners_total == null ? [] : [1]

    content {
      sid       = "ReadFleetSlots"
      actions   = ["dynamodb:BatchGetItem"]
      resources = [local.arns.launches]
    }
  }
}

# What it takes to end a tenant's machines and remove its parameters and security group. The tenant manager does it when the App is
# uninstalled, scale-down's sweep repeats it until nothing is left: one text, so that neither can do less than the other.
data "aws_iam_policy_document" "tenant_cleanup" {
  # EC2 knows no resources for these, hence `*`: the Region is all that can be said.
  statement {
    sid       = "DescribeHasNoResources"
    actions   = ["ec2:DescribeInstances", "ec2:DescribeSecurityGroups"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "ec2:Region"
      values   = [local.region]
    }
  }

  statement {
    sid       = "TerminateRunners"
    actions   = ["ec2:TerminateInstances"]
    resources = [local.arns.instances]

    condition {
      test     = "StringEquals"
      variable = "ec2:ResourceTag/ghr:environment"
      values   = [var.prefix]
    }
  }

  dynamic "statement" {
    for_each = local.configs_in_ssm ? [1] : []

    content {
      sid       = "RemoveConfigurations"
      actions   = ["ssm:GetParametersByPath", "ssm:DeleteParameters"]
      resources = [local.arns.tenant_parameters]
    }
  }

  dynamic "statement" {
    for_each = local.configs_in_ssm ? [] : [1]

    content {
      sid       = "RemoveConfigurations"
      actions   = ["dynamodb:Query", "dynamodb:DeleteItem"]
      resources = [local.arns.configurations]
    }
  }

  # Not the shared group, which belongs to no tenant.
  statement {
    sid       = "DeleteTenantGroups"
    actions   = ["ec2:DeleteSecurityGroup"]
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
