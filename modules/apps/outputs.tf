output "tables" {
  description = "The tables `apps` and `deployments`: `name` and `arn`."
  value = {
    apps        = { name = aws_dynamodb_table.apps.name, arn = aws_dynamodb_table.apps.arn }
    deployments = { name = aws_dynamodb_table.deployments.name, arn = aws_dynamodb_table.deployments.arn }
  }
}

output "api" {
  description = "For `api.apps` of the installation: the tables, and the role that it narrows to one repository for a job that builds an image."
  value = {
    tables = {
      apps        = { name = aws_dynamodb_table.apps.name, arn = aws_dynamodb_table.apps.arn }
      deployments = { name = aws_dynamodb_table.deployments.name, arn = aws_dynamodb_table.deployments.arn }
    }
    push_role_arn = aws_iam_role.push.arn
  }
}

output "deployer" {
  description = "The function: `function_name`, `role_arn` and `log_group_name`; its queues `queue_url` and `dlq_url`."
  value = {
    function_name  = aws_lambda_function.deployer.function_name
    role_arn       = module.function.role_arn
    log_group_name = module.function.log_group_name
    queue_url      = aws_sqs_queue.events.url
    dlq_url        = aws_sqs_queue.dlq.url
  }
}

output "sources_bucket" {
  description = "Name of the bucket of sources."
  value       = aws_s3_bucket.sources.id
}

output "repositories" {
  description = "Of the apps' ECR repositories: the `registry`, and the `prefix` before an app's name; the ARN that all of them match."
  value       = { registry = local.registry, prefix = "${var.prefix}/apps/", arn = local.arns.repositories }
}

output "execution_role_arn" {
  description = "ARN of the role by which ECS starts tasks."
  value       = aws_iam_role.execution.arn
}

output "alarm_arns" {
  description = "ARNs of the alarms, by what each watches."
  value       = { for name, alarm in aws_cloudwatch_metric_alarm.this : name => alarm.arn }
}
