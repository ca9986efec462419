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

  suffixes = {
    id             = "id"
    key_base64     = "key"
    webhook_secret = "webhook-secret"
  }

  # Which ones to create follows from the references alone: `for_each` must never see a secret, nor wait for one.
  stored = toset([for part, reference in local.references : part if reference == null])

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
