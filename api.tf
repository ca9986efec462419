# The API for operators and tenants, where it is asked for.

locals {
  token_issuers = concat(
    [for issuer in var.api.token_issuers : merge({ kind = "claims" }, issuer)],
    # Their claims are GitHub's own, so none is named.
    [for github in var.api.github_tokens[*] : merge({ kind = "github", tenant_claim = null, role_claim = null }, github)],
  )
}

module "api" {
  source = "./modules/api"
  count  = var.api.enable ? 1 : 0

  prefix                = var.prefix
  tables                = { tenants = { name = aws_dynamodb_table.tenants.name, arn = local.arns.tenants } }
  runner_tiers_json     = local.runner_tiers_json
  default_tier          = var.default_tier
  issuers               = local.token_issuers
  data_keys_policy_json = data.aws_iam_policy_document.data_keys.json
  access_log            = var.api.access_log ? merge(local.log, { class = var.observability.log_class }) : null
  throttle              = var.api.throttle
  package               = local.packages["api"]
  runtime               = var.lambda.runtime
  architecture          = var.lambda.architecture
  memory_mb             = var.lambda.memory_mb.api
  log_level             = var.observability.log_level
  log                   = merge(local.log, { class = var.observability.log_class })
  iam                   = var.iam
  vpc                   = var.lambda.vpc
  tags                  = local.tags
}
