module "observability" {
  source = "./modules/observability"

  prefix            = var.prefix
  account_wide_name = "${var.prefix}${var.iam.suffix}"
  tiers             = keys(var.runner_tiers)
  dead_letter_queues = merge(
    { for tier, queue in aws_sqs_queue.tier_builds_dlq : "builds-${tier}" => queue.name },
    {
      "runner-events"  = aws_sqs_queue.runner_events_dlq.name
      "tenant-manager" = aws_sqs_queue.tenant_manager_dlq.name
      "sweep"          = aws_sqs_queue.sweep_dlq.name
      "recovery"       = aws_sqs_queue.recovery_dlq.name
    },
    { for events in module.events : "events" => events.dead_letter_queue.name },
    { for callbacks in local.callbacks : "callbacks" => callbacks.dead_letter_queue.name },
  )
  functions = merge({
    webhook        = { name = module.webhook.function_name, log_group = module.webhook.log_group_name }
    scale-up       = { name = aws_lambda_function.scale_up.function_name, log_group = module.scale_up.log_group_name }
    scale-down     = { name = aws_lambda_function.scale_down.function_name, log_group = module.scale_down.log_group_name }
    tenant-manager = { name = aws_lambda_function.tenant_manager.function_name, log_group = module.tenant_manager.log_group_name }
    recovery       = { name = aws_lambda_function.recovery.function_name, log_group = module.recovery.log_group_name }
    machine        = { name = aws_lambda_function.machine.function_name, log_group = module.machine.log_group_name }
    }, { for events in module.events : "events" => { name = events.function_name, log_group = events.log_group_name } },
  { for callbacks in local.callbacks : "callbacks" => { name = callbacks.function_name, log_group = callbacks.log_group_name } })
  api_id        = module.webhook.api_id
  has_events    = length(module.events) > 0
  has_callbacks = var.events.callbacks.enable
  fleet_limited = var.max_runners_total != null

  alarms    = var.observability.alarms
  dashboard = var.observability.dashboard
  budget    = var.observability.budget
  tags      = local.tags
}
