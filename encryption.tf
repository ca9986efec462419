# What the customer's keys of tables and queues ask of every function; empty without such keys. SSM's key differs from function to function,
# CloudWatch uses the key of logs itself.
data "aws_iam_policy_document" "data_keys" {
  dynamic "statement" {
    for_each = var.encryption.queues == null ? [] : [var.encryption.queues]

    content {
      sid       = "SendAndReceiveEncrypted"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = [statement.value]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["sqs.${local.region}.amazonaws.com"]
      }
    }
  }

  dynamic "statement" {
    for_each = var.encryption.tables == null ? [] : [var.encryption.tables]

    content {
      sid       = "UseEncryptedTables"
      actions   = ["kms:Decrypt", "kms:DescribeKey"]
      resources = [statement.value]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["dynamodb.${local.region}.amazonaws.com"]
      }
    }
  }
}
