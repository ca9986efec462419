output "endpoints" {
  description = "Addresses of the APIs: `operators`, and `tenants` (`null` without an issuer of tokens and without `link_key_parameter`)."
  value = {
    operators = "${aws_apigatewayv2_api.this["operators"].api_endpoint}/v1"
    tenants   = try("${aws_apigatewayv2_api.this["tenants"].api_endpoint}/v1", null)
  }

  depends_on = [aws_apigatewayv2_route.this, aws_apigatewayv2_stage.this, aws_lambda_permission.api]
}

output "policies" {
  description = "IAM policies for who calls the operators' API, as JSON: `operator` may call everything, `read_only` what changes nothing."
  value       = { for who, policy in data.aws_iam_policy_document.callers : who => policy.json }
}

output "function_name" {
  description = "Name of the function."
  value       = aws_lambda_function.api.function_name
}

output "role_arn" {
  description = "ARN of the function's role."
  value       = module.function.role_arn
}

output "log_group_name" {
  description = "Name of its log group."
  value       = module.function.log_group_name
}
