output "function_name" {
  description = "Name of the function."
  value       = aws_lambda_function.events.function_name
}

output "role_arn" {
  description = "ARN of the function's role."
  value       = module.function.role_arn
}

output "log_group_name" {
  description = "Name of its log group."
  value       = module.function.log_group_name
}

output "dead_letter_queue" {
  description = "Queue of what could not be told within a day: `name`, `url` and `arn`."
  value       = { name = aws_sqs_queue.dlq.name, url = aws_sqs_queue.dlq.url, arn = local.dlq_arn }
}

output "export_bucket" {
  description = "Name of the bucket of the audit trail, or `null`."
  value       = one(aws_s3_bucket.audit[*].bucket)
}
