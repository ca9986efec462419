output "webhook_url" {
  description = "Enter it as the App's webhook URL."
  value       = module.multi_tenant_runners.webhook.endpoint
}

output "queues" {
  description = "The job queues by tier."
  value       = module.multi_tenant_runners.queues
}
