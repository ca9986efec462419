output "role_arn" {
  description = "ARN of the role; its users wait for its policy and the log group."
  value       = aws_iam_role.this.arn

  # An event source mapping is refused while the policy is missing, and a function without a log group makes its own.
  depends_on = [aws_iam_role_policy.this, aws_cloudwatch_log_group.this]
}

output "log_group_name" {
  description = "Name of the log group."
  value       = aws_cloudwatch_log_group.this.name
}
