data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  partition  = data.aws_partition.current.partition
  region     = data.aws_region.current.id
  account_id = data.aws_caller_identity.current.account_id

  # Names and ARNs are no secrets; taken out of the sensitive object one by one so that the plan can show and use them.
  references = {
    id             = nonsensitive(var.github_app.id_ssm)
    key_base64     = nonsensitive(var.github_app.key_base64_ssm)
    webhook_secret = nonsensitive(var.github_app.webhook_secret_ssm)
  }
  secrets = {
    id             = null
    key_base64     = nonsensitive(var.github_app.key_base64_secret)
    webhook_secret = nonsensitive(var.github_app.webhook_secret_secret)
  }

  suffixes = {
    id             = "id"
    key_base64     = "key"
    webhook_secret = "webhook-secret"
  }

  # Which ones to create follows from the references alone: `for_each` must never see a secret, nor wait for one.
  stored = toset([for part, reference in local.references : part if reference == null && local.secrets[part] == null])

  arn_prefix = join(":", ["arn", local.partition, "ssm", local.region, local.account_id, "parameter"])
}

resource "aws_ssm_parameter" "app" {
  for_each = local.stored

  name        = "/${var.prefix}/app/${local.suffixes[each.key]}"
  description = "GitHub App of ${var.prefix}: ${replace(each.key, "_", " ")}."
  type        = "SecureString"
  value       = var.github_app[each.key]
  key_id      = var.kms_key_arn

  tags = var.tags
}

# What a function needs to read the App's id and one of its secrets, from where they are.
data "aws_iam_policy_document" "read" {
  for_each = { key_base64 = "Key", webhook_secret = "WebhookSecret" }

  statement {
    sid     = "ReadAppIdAnd${each.value}"
    actions = ["ssm:GetParameters"]
    resources = [for part in ["id", each.key] :
      try(local.references[part].arn, "${local.arn_prefix}/${var.prefix}/app/${local.suffixes[part]}") if local.secrets[part] == null
    ]
  }

  dynamic "statement" {
    for_each = var.kms_key_arn[*]

    content {
      sid       = "DecryptParameters"
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
    for_each = local.secrets[each.key][*]

    content {
      sid       = "ReadApp${each.value}FromSecretsManager"
      actions   = ["secretsmanager:GetSecretValue"]
      resources = [statement.value.arn]
    }
  }

  # https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html#security-encryption-encryption-context
  dynamic "statement" {
    for_each = try(local.secrets[each.key].kms_key_arn, null)[*]

    content {
      sid       = "Decrypt${each.value}OfSecretsManager"
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
        values   = [local.secrets[each.key].arn]
      }
    }
  }
}
