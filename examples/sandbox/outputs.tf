output "tenant_table" {
  description = "The tenant registry."
  value       = module.multi_tenant_runners.tenant_table
}

output "webhook" {
  description = "The webhook's endpoint and the event bus."
  value       = module.multi_tenant_runners.webhook
}

output "runner_tiers" {
  description = "The sizes with their defaults."
  value       = module.multi_tenant_runners.runner_tiers
}

output "api" {
  description = "The API for operators and tenants."
  value       = module.multi_tenant_runners.api
}

output "queues" {
  description = "The queues by tier."
  value       = module.multi_tenant_runners.queues
}
