output "endpoint" {
  description = "Address to enter as the App's webhook URL."
  value       = "${aws_apigatewayv2_api.this.api_endpoint}/webhook"

  depends_on = [aws_apigatewayv2_route.webhook, aws_apigatewayv2_stage.default, aws_lambda_permission.api]
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

output "log_group_name" {
  description = "Name of its log group."
  value       = module.function.log_group_name
}
