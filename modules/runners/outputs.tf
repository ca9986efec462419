output "launch_templates" {
  description = "`id` and `version` of each tier's launch template."
  value       = { for tier, template in aws_launch_template.tier : tier => { id = template.id, version = tostring(template.latest_version) } }
}

output "role_arn" {
  description = "ARN of the role of the machines, which a launch passes; `null` without policies."
  value       = !local.has_role ? null : "arn:${local.partition}:iam::${local.account_id}:role${var.iam.path}${local.name}${var.iam.suffix}"
}

output "security_group_id" {
  description = "Security group for machines of tenants that have none of their own."
  value       = aws_security_group.runner.id
}

output "image_parameter_arns" {
  description = "SSM parameters from which a launch reads its image; the caller needs permission to read them."
  value = distinct([
    # AWS's public parameters belong to no account.
    for name in values(local.image_parameters) :
    "arn:${local.partition}:ssm:${local.region}:${startswith(name, "/aws/service/") ? "" : local.account_id}:parameter${name}"
  ])
}
