output "webhook_url" {
  description = "Enter it as the App's webhook URL."
  value       = module.multi_tenant_runners.webhook.endpoint
}

output "approve" {
  description = "The command that lets a tenant in; put its installation id in place of 12345678."
  value       = <<-EOT
    aws dynamodb update-item --table-name ${module.multi_tenant_runners.tenant_table.name} \
      --key '{"installation_id": {"N": "12345678"}}' \
      --update-expression "SET #status = :active REMOVE suspended_by" \
      --condition-expression "suspended_by = :approval" \
      --expression-attribute-names '{"#status": "status"}' \
      --expression-attribute-values '{":active": {"S": "active"}, ":approval": {"S": "approval"}}'
  EOT
}
