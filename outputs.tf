output "tenant_table" {
  description = "The tenant registry: `name` and `arn` of the table, `stream_arn` of its stream of old and new rows."
  value = {
    name       = aws_dynamodb_table.tenants.name
    arn        = aws_dynamodb_table.tenants.arn
    stream_arn = aws_dynamodb_table.tenants.stream_arn
  }
}

output "webhook" {
  description = <<-EOT
    What GitHub and your own rules connect to: `endpoint`, the App's webhook URL; `dns_target` (`name`, `hosted_zone_id`), the target of a
    custom domain's record, or `null`; `event_bus_name` and `event_bus_arn`; `function_name` and `log_group_name` of the webhook's function;
    `access_log_group_name` of the API, or `null`.
  EOT
  value = {
    endpoint              = module.webhook.endpoint
    event_bus_name        = module.webhook.event_bus_name
    event_bus_arn         = module.webhook.event_bus_arn
    function_name         = module.webhook.function_name
    log_group_name        = module.webhook.log_group_name
    dns_target            = module.webhook.dns_target
    access_log_group_name = module.webhook.access_log_group_name
  }
}

output "runner_tiers" {
  description = "`runner_tiers` with the defaults of its optional settings; `disk` includes the settings of `runner.disk`."
  value       = { for name, tier in var.runner_tiers : name => merge(tier, { disk = local.disks[name] }) }
}

output "queues" {
  description = "The job queues by tier: `name`, `url` and `arn` of the queue, `dlq_url` and `dlq_arn` of its dead-letter queue."
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
  description = "`dashboard_name` of the CloudWatch dashboard (`null` if disabled), `alarm_arns` by what each alarm watches."
  value = {
    dashboard_name = module.observability.dashboard_name
    alarm_arns     = module.observability.alarm_arns
  }
}

output "api" {
  description = <<-EOT
    The API, or `null`: `endpoints` of `operators` and `tenants` (`null` without an issuer of tokens and without `link_key_ssm`); `policies` for who calls as an operator,
    `operator` and `read_only`, as JSON; `function_name` and `log_group_name`.
  EOT
  value = one([for api in module.api : {
    endpoints      = api.endpoints
    policies       = api.policies
    function_name  = api.function_name
    log_group_name = api.log_group_name
  }])
}

output "events" {
  description = "What tells of events, or `null`: `function_name`, `log_group_name`, `dead_letter_queue` (`name`, `url`, `arn`), `export_bucket` of the audit trail and `callbacks` (`null` without them)."
  value = one([for events in module.events : {
    function_name     = events.function_name
    log_group_name    = events.log_group_name
    dead_letter_queue = events.dead_letter_queue
    export_bucket     = events.export_bucket
    callbacks         = events.callbacks
  }])
}

output "tables" {
  description = "The tables, for backups and restores: `name` and `arn` of `tenants`, `jobs`, `launches`, `audit`, `usage` and `recovery`; recovery itself rebuilds the last."
  value = {
    for table, resource in {
      tenants  = aws_dynamodb_table.tenants
      jobs     = aws_dynamodb_table.jobs
      launches = aws_dynamodb_table.launches
      audit    = aws_dynamodb_table.audit
      recovery = aws_dynamodb_table.recovery
      usage    = aws_dynamodb_table.usage
    } : table => { name = resource.name, arn = resource.arn }
  }
}

output "roles" {
  description = "ARNs of the roles: `webhook`, `scale_up`, `scale_down`, `tenant_manager`, `recovery`, `machine`, `api`, `events` and `callbacks` (`null` without them), and `runner`, which every job can use (`null` without `runner.policy_arns`)."
  value = {
    webhook        = module.webhook.role_arn
    scale_up       = module.scale_up.role_arn
    scale_down     = module.scale_down.role_arn
    tenant_manager = module.tenant_manager.role_arn
    recovery       = module.recovery.role_arn
    machine        = module.machine.role_arn
    api            = one(module.api[*].role_arn)
    events         = one(module.events[*].role_arn)
    callbacks      = one(local.callbacks[*].role_arn)
    runner         = module.runners.role_arn
  }
}

output "dead_letter_queues" {
  description = "Dead-letter queues of everything but the tiers, by path: `name`, `url` and `arn`. Those of the tiers are in `queues`."
  value = {
    for path, queue in {
      runner_events  = aws_sqs_queue.runner_events_dlq
      tenant_manager = aws_sqs_queue.tenant_manager_dlq
      sweep          = aws_sqs_queue.sweep_dlq
      recovery       = aws_sqs_queue.recovery_dlq
    } : path => { name = queue.name, url = queue.url, arn = queue.arn }
  }
}

output "runners" {
  description = "The machines: `security_group_id` of the shared group, `api_url` that they call, `log_group_name` of what they report, and by tier `launch_templates` with `id` and `version`."
  value = {
    security_group_id = module.runners.security_group_id
    api_url           = local.machine_url
    log_group_name    = module.machine.log_group_name
    launch_templates  = module.runners.launch_templates
  }
}
