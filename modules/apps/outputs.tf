output "tables" {
  description = "The tables `apps` and `deployments`: `name` and `arn`."
  value = {
    apps        = { name = aws_dynamodb_table.apps.name, arn = aws_dynamodb_table.apps.arn }
    deployments = { name = aws_dynamodb_table.deployments.name, arn = aws_dynamodb_table.deployments.arn }
  }
}
