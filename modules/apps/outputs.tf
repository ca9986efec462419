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
