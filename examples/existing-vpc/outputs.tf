output "webhook_url" {
  description = "Enter it as the App's webhook URL."
  value       = module.multi_tenant_runners.webhook.endpoint
}

output "roles" {
  description = "The roles that the permissions boundary bounds."
  value       = module.multi_tenant_runners.roles
}
