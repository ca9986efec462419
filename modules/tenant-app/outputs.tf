output "endpoint" {
  description = "Name at which the tenant answers."
  value       = local.hosts[0]
}

output "hosts" {
  description = "All names that lead to the tenant."
  value       = local.hosts
}

output "bucket" {
  description = "Name of the tenant's bucket."
  value       = aws_s3_bucket.this.id
}

output "security_group_id" {
  description = "Group of the tasks, for the ingress of what they call, such as a database."
  value       = aws_security_group.this.id
}

output "secret" {
  description = "The secret with the tenant's password: its `name` and `arn`."
  value       = { name = aws_secretsmanager_secret.password.name, arn = aws_secretsmanager_secret.password.arn }
}

output "database_user" {
  description = "The tenant's role in the database."
  value       = local.database_user
}

output "log_group" {
  description = "Name of the tenant's log group."
  value       = aws_cloudwatch_log_group.this.name
}

output "service" {
  description = "Name of the ECS service."
  value       = aws_ecs_service.this.name
}

output "target_group_arn" {
  description = "ARN of the tenant's target group."
  value       = aws_lb_target_group.this.arn
}

output "roles" {
  description = "ARNs of the roles: `task`, which the tenant's code has, and `execution`, which starts it."
  value       = { task = aws_iam_role.task.arn, execution = aws_iam_role.execution.arn }
}
