output "webhook_url" {
  description = "Enter it as the App's webhook URL."
  value       = module.multi_tenant_runners.webhook.endpoint
}

output "webhook" {
  description = "The webhook and the event bus."
  value       = module.multi_tenant_runners.webhook
}

output "tenant_table" {
  description = "The tenant registry."
  value       = module.multi_tenant_runners.tenant_table
}

output "tables" {
  description = "The tables."
  value       = module.multi_tenant_runners.tables
}

output "queues" {
  description = "The job queues by tier."
  value       = module.multi_tenant_runners.queues
}

output "dead_letter_queues" {
  description = "Where failures end."
  value       = module.multi_tenant_runners.dead_letter_queues
}

output "roles" {
  description = "The roles."
  value       = module.multi_tenant_runners.roles
}

output "runners" {
  description = "The security group and launch templates."
  value       = module.multi_tenant_runners.runners
}

output "runner_tiers" {
  description = "The sizes with their defaults."
  value       = module.multi_tenant_runners.runner_tiers
}
