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

output "callbacks" {
  description = "What sends callbacks, or `null`: `function_name`, `role_arn`, `log_group_name`, and `queue` and `dead_letter_queue` with `name`, `url` and `arn`."
  value = one([for function in aws_lambda_function.callbacks : {
    function_name     = function.function_name
    role_arn          = module.callbacks[0].role_arn
    log_group_name    = module.callbacks[0].log_group_name
    queue             = { name = aws_sqs_queue.callbacks[0].name, url = aws_sqs_queue.callbacks[0].url, arn = local.callbacks_arn }
    dead_letter_queue = { name = aws_sqs_queue.callbacks_dlq[0].name, url = aws_sqs_queue.callbacks_dlq[0].url, arn = local.callbacks_dlq_arn }
  }])
}
