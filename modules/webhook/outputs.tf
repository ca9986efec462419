output "endpoint" {
  description = "Address to enter as the App's webhook URL."
  value       = var.custom_domain == null ? "${aws_apigatewayv2_api.this.api_endpoint}/webhook" : "https://${var.custom_domain.name}/webhook"

  depends_on = [aws_apigatewayv2_route.webhook, aws_apigatewayv2_stage.default, aws_apigatewayv2_api_mapping.this, aws_lambda_permission.api]
}

output "dns_target" {
  description = "Where the DNS record of a custom domain points: `name` and `hosted_zone_id` for an alias record; `null` without a custom domain."
  value = one([for domain in aws_apigatewayv2_domain_name.this : {
    name           = domain.domain_name_configuration[0].target_domain_name
    hosted_zone_id = domain.domain_name_configuration[0].hosted_zone_id
  }])
}

output "event_bus_name" {
  description = "Name of the event bus."
  value       = aws_cloudwatch_event_bus.this.name
}

output "event_bus_arn" {
  description = "ARN of the event bus."
  value       = aws_cloudwatch_event_bus.this.arn
}

output "function_name" {
  description = "Name of the webhook function."
  value       = aws_lambda_function.webhook.function_name
}

output "access_log_group_name" {
  description = "Name of the log group of the API's access log; `null` without one."
  value       = one(aws_cloudwatch_log_group.access[*].name)
}

output "role_arn" {
  description = "ARN of the function's role."
  value       = module.function.role_arn
}

output "log_group_name" {
  description = "Name of its log group."
  value       = module.function.log_group_name
}

output "api_id" {
  description = "Id of the HTTP API."
  value       = aws_apigatewayv2_api.this.id
}
