# The API for operators and tenants, where it is asked for.

locals {
  all_queues = concat(
    [for tier, queue in aws_sqs_queue.tier_builds : { url = queue.url, arn = local.arns.tier_builds[tier], feeds = null }],
    [
      for tier, queue in aws_sqs_queue.tier_builds_dlq : {
        url = queue.url, arn = "${local.arns.tier_builds[tier]}-dlq", feeds = local.arns.tier_builds[tier]
      }
    ],
    [
      { url = aws_sqs_queue.runner_events.url, arn = local.arns.runner_events, feeds = null },
      { url = aws_sqs_queue.runner_events_dlq.url, arn = local.arns.runner_events_dlq, feeds = local.arns.runner_events },
      { url = aws_sqs_queue.tenant_manager_dlq.url, arn = local.arns.tenant_manager_dlq, feeds = null },
      { url = aws_sqs_queue.sweep_dlq.url, arn = local.arns.sweep_dlq, feeds = null },
      { url = aws_sqs_queue.recovery_dlq.url, arn = local.arns.recovery_dlq, feeds = null },
    ],
    [for events in module.events : { url = events.dead_letter_queue.url, arn = events.dead_letter_queue.arn, feeds = null }],
    [for callbacks in local.callbacks : { url = callbacks.queue.url, arn = callbacks.queue.arn, feeds = null }],
    [
      for callbacks in local.callbacks : {
        url = callbacks.dead_letter_queue.url, arn = callbacks.dead_letter_queue.arn, feeds = callbacks.queue.arn
      }
    ],
  )

  token_issuers = concat(
    [for issuer in var.api.token_issuers : merge({ kind = "claims" }, issuer)],
    # Their claims are GitHub's own, so none is named.
    [for github in var.api.github_tokens[*] : merge({ kind = "github", tenant_claim = null, role_claim = null }, github)],
  )
}

module "api" {
  source = "./modules/api"
  count  = var.api.enable ? 1 : 0

  prefix = var.prefix
  tables = {
    tenants  = { name = aws_dynamodb_table.tenants.name, arn = local.arns.tenants }
    jobs     = { name = aws_dynamodb_table.jobs.name, arn = local.arns.jobs }
    launches = { name = aws_dynamodb_table.launches.name, arn = local.arns.launches }
    audit    = { name = aws_dynamodb_table.audit.name, arn = local.arns.audit }
    usage    = { name = aws_dynamodb_table.usage.name, arn = local.arns.usage }
    recovery = { name = aws_dynamodb_table.recovery.name, arn = local.arns.recovery }
    api      = { name = aws_dynamodb_table.api[0].name, arn = local.arns.api }
  }
  queues                = local.all_queues
  tier_queue_urls_json  = local.tier_queue_urls_json
  launch_triggers       = [for tier, trigger in aws_lambda_event_source_mapping.tier_builds : trigger.uuid]
  scale_up_arn          = local.arns.scale_up
  tenant_manager        = { name = aws_lambda_function.tenant_manager.function_name, arn = local.arns.tenant_manager }
  github_api_url        = var.github_api_url
  rates                 = var.api.rates
  runner_tiers_json     = local.runner_tiers_json
  default_tier          = var.default_tier
  issuers               = local.token_issuers
  link_key_parameter    = var.api.link_key_ssm
  parameters_key_arn    = var.encryption.parameters
  has_callbacks         = var.events.callbacks.enable
  data_keys_policy_json = data.aws_iam_policy_document.data_keys.json
  apps                  = var.api.apps
  webhook_function      = { name = "${var.prefix}-webhook", arn = local.arns.webhook }
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
