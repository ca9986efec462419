# What tenants' apps are to be, and each deployment of theirs. The API writes what is asked for, the deployer what became of it.

locals {
  names = {
    apps        = "${var.prefix}-apps"
    deployments = "${var.prefix}-deployments"
  }
}

# Beside the apps it has who has what name, what of its quota each tenant has in use, and the priorities taken at each load balancer.
resource "aws_dynamodb_table" "apps" {
  #checkov:skip=CKV_AWS_119:tables.kms_key_arn takes your key; without one DynamoDB encrypts with its own.
  #checkov:skip=CKV_AWS_28:tables.point_in_time_recovery, on unless it is switched off.

  name                        = local.names.apps
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "app"
  deletion_protection_enabled = var.tables.deletion_protection
  stream_enabled              = true
  stream_view_type            = "NEW_AND_OLD_IMAGES"

  attribute {
    name = "app"
    type = "S"
  }

  attribute {
    name = "installation_id"
    type = "N"
  }

  attribute {
    name = "due_shard"
    type = "S"
  }

  attribute {
    name = "due"
    type = "N"
  }

  # Only rows of apps have these.
  global_secondary_index {
    name            = "tenant-index"
    hash_key        = "installation_id"
    range_key       = "app"
    projection_type = "ALL"
  }

  global_secondary_index {
    name            = "due-index"
    hash_key        = "due_shard"
    range_key       = "due"
    projection_type = "KEYS_ONLY"
  }

  point_in_time_recovery {
    enabled = var.tables.point_in_time_recovery
  }

  dynamic "server_side_encryption" {
    for_each = var.tables.kms_key_arn[*]

    content {
      enabled     = true
      kms_key_arn = server_side_encryption.value
    }
  }

  tags = local.tags
}

resource "aws_dynamodb_table" "deployments" {
  #checkov:skip=CKV_AWS_119:tables.kms_key_arn takes your key; without one DynamoDB encrypts with its own.
  #checkov:skip=CKV_AWS_28:tables.point_in_time_recovery, on unless it is switched off.

  name                        = local.names.deployments
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "app_key"
  range_key                   = "deployment_id"
  deletion_protection_enabled = var.tables.deletion_protection

  attribute {
    name = "app_key"
    type = "S"
  }

  attribute {
    name = "deployment_id"
    type = "S"
  }

  ttl {
    attribute_name = "expires_at"
    enabled        = true
  }

  point_in_time_recovery {
    enabled = var.tables.point_in_time_recovery
  }

  dynamic "server_side_encryption" {
    for_each = var.tables.kms_key_arn[*]

    content {
      enabled     = true
      kms_key_arn = server_side_encryption.value
    }
  }

  tags = local.tags
}

# What the API and the deployer both know: one row, so that the API needs nothing of this module but the table's name.
resource "aws_dynamodb_table_item" "settings" {
  table_name = aws_dynamodb_table.apps.name
  hash_key   = "app"
  item = jsonencode({
    app   = { S = "#settings" }
    value = { S = local.settings_json }
  })
}
