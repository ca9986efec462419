output "tenant_table" {
  description = "The tenant registry: `name` and `arn` of the table, `stream_arn` of its stream of old and new rows."
  value = {
    name       = aws_dynamodb_table.tenants.name
    arn        = aws_dynamodb_table.tenants.arn
    stream_arn = aws_dynamodb_table.tenants.stream_arn
  }
}

output "webhook" {
  description = "What GitHub and your own rules connect to: `endpoint` is the App's webhook URL, `event_bus_name` and `event_bus_arn` the bus; `function_name` and `log_group_name` are the webhook function's."
  value = {
    endpoint       = module.webhook.endpoint
    event_bus_name = module.webhook.event_bus_name
    event_bus_arn  = module.webhook.event_bus_arn
    function_name  = module.webhook.function_name
    log_group_name = module.webhook.log_group_name
  }
}

output "runner_tiers" {
  description = "`runner_tiers` with the defaults of its optional settings filled in, by tier; `disk` with what `runner.disk` says."
  value       = { for name, tier in var.runner_tiers : name => merge(tier, { disk = local.disks[name] }) }
}

output "queues" {
  description = "The job queues by tier: `name`, `url` and `arn` of the queue, `dlq_url` and `dlq_arn` of its dead letters."
  value = {
    for tier, queue in aws_sqs_queue.tier_builds : tier => {
      name    = queue.name
      url     = queue.url
      arn     = queue.arn
      dlq_url = aws_sqs_queue.tier_builds_dlq[tier].url
      dlq_arn = aws_sqs_queue.tier_builds_dlq[tier].arn
    }
  }
}

output "observability" {
  description = "`dashboard_name` of the CloudWatch dashboard (`null` where it is off), `alarm_arns` by what each alarm watches."
  value = {
    dashboard_name = module.observability.dashboard_name
    alarm_arns     = module.observability.alarm_arns
  }
}
