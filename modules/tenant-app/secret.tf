locals {
  # PostgreSQL takes no dash in a name without quotes; a tenant's id has no underscore, so no two become one.
  database_user = "tenant_${replace(var.tenant, "-", "_")}"

  # Secrets Manager ends it in six characters of its own; from the name a plan shows the whole policy.
  # https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_iam-permissions.html
  secret_name = "rds/tenant/${var.tenant}/${var.environment_suffix}/password"
  secret_arn  = "arn:${local.partition}:secretsmanager:${local.region}:${local.account}:secret:${local.secret_name}-??????"
}

# Made up by Secrets Manager at each plan, and thrown away unless `password.version` has risen.
ephemeral "aws_secretsmanager_random_password" "this" {
  count = var.password.managed ? 1 : 0

  password_length = var.password.length
  # What Aurora does not take, and what a connection string would have to escape.
  # https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/CHAP_Limits.html
  exclude_punctuation = true
}

resource "aws_secretsmanager_secret" "password" {
  #checkov:skip=CKV2_AWS_57:The database would have to be told at the same time; password.version replaces it.
  #checkov:skip=CKV_AWS_149:The account's own key encrypts it; password.kms_key takes yours.

  name                    = local.secret_name
  description             = "Password of ${local.database_user} in the platform's database."
  recovery_window_in_days = var.password.recovery_days
  kms_key_id              = try(var.password.kms_key.arn, null)

  tags = local.tags
}

resource "aws_secretsmanager_secret_version" "password" {
  count = var.password.managed ? 1 : 0

  secret_id                = aws_secretsmanager_secret.password.id
  secret_string_wo         = ephemeral.aws_secretsmanager_random_password.this[0].random_password
  secret_string_wo_version = var.password.version
}
