# The tenant registry. Indexes project only what listing needs: `slots`, which changes with every launch, must write no index.
resource "aws_dynamodb_table" "tenants" {
  #checkov:skip=CKV_AWS_28:On unless tables.point_in_time_recovery is false; the default of an attribute is not read.

  name         = local.names.tenants
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "installation_id"

  attribute {
    name = "installation_id"
    type = "N"
  }

  attribute {
    name = "status"
    type = "S"
  }

  attribute {
    name = "org_name"
    type = "S"
  }

  attribute {
    name = "account_id"
    type = "N"
  }

  attribute {
    name = "cleanup"
    type = "S"
  }

  attribute {
    name = "open_shard"
    type = "N"
  }

  global_secondary_index {
    name               = "status-index"
    hash_key           = "status"
    range_key          = "installation_id"
    projection_type    = "INCLUDE"
    non_key_attributes = ["org_name", "tier", "max_runners"]
  }

  global_secondary_index {
    name               = "org-name-index"
    hash_key           = "org_name"
    range_key          = "installation_id"
    projection_type    = "INCLUDE"
    non_key_attributes = ["status"]
  }

  # Finds the earlier installation of an account that comes back.
  global_secondary_index {
    name            = "account-id-index"
    hash_key        = "account_id"
    range_key       = "installation_id"
    projection_type = "KEYS_ONLY"
  }

  # Sparse: the uninstalled, of whom the sweep asks for those that are not cleaned up.
  global_secondary_index {
    name            = "cleanup-index"
    hash_key        = "cleanup"
    range_key       = "installation_id"
    projection_type = "KEYS_ONLY"
  }

  # Sparse: the tenants that may have something open, for the sweep; a few of them to a key. An admission writes the key,
  # and the index only where there was none.
  global_secondary_index {
    name            = "open-tenants-index"
    hash_key        = "open_shard"
    range_key       = "installation_id"
    projection_type = "KEYS_ONLY"
  }

  stream_enabled   = true
  stream_view_type = local.stream_view

  deletion_protection_enabled = var.tables.deletion_protection

  point_in_time_recovery {
    enabled = var.tables.point_in_time_recovery
  }

  # Without a key of the operator's DynamoDB encrypts with its own.
  dynamic "server_side_encryption" {
    for_each = var.encryption.tables == null ? [] : [var.encryption.tables]

    content {
      enabled     = true
      kms_key_arn = server_side_encryption.value
    }
  }

  tags = local.tags

  # The rules of rules.tf, and those that need AWS. They are here because every plan has this table and almost everything waits for it.
  lifecycle {
    precondition {
      condition     = local.region == var.aws_region
      error_message = "aws_region is \"${var.aws_region}\", but the Region of the aws provider is \"${local.region}\"."
    }

    precondition {
      condition     = length(local.problems.settings) == 0
      error_message = join("\n", local.problems.settings)
    }

    precondition {
      condition     = length(local.problems.tier_references) == 0
      error_message = join("\n", local.problems.tier_references)
    }

    precondition {
      condition     = length(local.problems.egress_blocks) == 0
      error_message = join("\n", local.problems.egress_blocks)
    }

    precondition {
      condition     = var.runner.image.id == null || length(local.architectures) <= 1
      error_message = "runner.image.id has one architecture, but its tiers have ${join(" and ", local.architectures)}; set runner_tiers image for one of them."
    }

    precondition {
      condition     = length(local.lost_subnets) == 0
      error_message = "${var.vpc_id} does not contain these subnets, or they are not visible in ${local.region}: ${join(", ", local.lost_subnets)}."
    }

    precondition {
      condition = alltrue([for types in values(local.unfit_instance_types) : length(types) == 0])
      error_message = join("\n", [
        for tier, types in local.unfit_instance_types :
        "runner_tiers: ${local.region} has no ${join(", ", types)} with the architecture ${var.runner_tiers[tier].runner_architecture}. Invalid tiers: ${tier}."
        if length(types) > 0
      ])
    }

    precondition {
      condition     = length(local.foreign_arns) == 0
      error_message = "KMS keys, certificates and secrets must be in ${local.region}. Invalid inputs: ${join(", ", local.foreign_arns)}."
    }

    precondition {
      condition = local.environment_bytes <= 4096
      error_message = join(" ", [
        "runner_tiers, egress_rules, tags and the lists of accounts and addresses need about ${local.environment_bytes} bytes of the functions' environment;",
        "Lambda allows 4096. Use fewer or shorter ones.",
      ])
    }

    precondition {
      condition = length(local.missing_zips) == 0
      error_message = join(" ", [
        "The Lambda packages are not built: ${join(", ", local.missing_zips)} missing;",
        "run `npm run dist` in the module's checkout, or set lambda_zips or lambda.s3_bucket.",
      ])
    }
  }
}

# One row is one launch of a machine.
resource "aws_dynamodb_table" "launches" {
  #checkov:skip=CKV_AWS_28:On unless tables.point_in_time_recovery is false; the default of an attribute is not read.

  name         = local.names.launches
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "installation_id"
  range_key    = "launch_id"

  attribute {
    name = "installation_id"
    type = "N"
  }

  attribute {
    name = "launch_id"
    type = "S"
  }

  attribute {
    name = "open_at"
    type = "S"
  }

  attribute {
    name = "instance_id"
    type = "S"
  }

  # Local, because only a local index can be read consistently; rows that have ended leave it by losing `open_at`. With keys alone it is written
  # twice in a launch's life and not by each step of it; a query of a local index reads the rest from the table.
  local_secondary_index {
    name            = "open-index"
    range_key       = "open_at"
    projection_type = "KEYS_ONLY"
  }

  # EC2's events name the machine and nothing else.
  global_secondary_index {
    name            = "instance-index"
    hash_key        = "instance_id"
    projection_type = "KEYS_ONLY"
  }

  ttl {
    attribute_name = "expires_at"
    enabled        = true
  }

  stream_enabled   = contains(local.followed, "launches")
  stream_view_type = contains(local.followed, "launches") ? local.stream_view : null

  deletion_protection_enabled = var.tables.deletion_protection

  point_in_time_recovery {
    enabled = var.tables.point_in_time_recovery
  }

  # Without a key of the operator's DynamoDB encrypts with its own.
  dynamic "server_side_encryption" {
    for_each = var.encryption.tables == null ? [] : [var.encryption.tables]

    content {
      enabled     = true
      kms_key_arn = server_side_encryption.value
    }
  }

  tags = local.tags
}

resource "aws_dynamodb_table" "jobs" {
  #checkov:skip=CKV_AWS_28:On unless tables.point_in_time_recovery is false; the default of an attribute is not read.

  name         = local.names.jobs
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "installation_id"
  range_key    = "job_id"

  attribute {
    name = "installation_id"
    type = "N"
  }

  attribute {
    name = "job_id"
    type = "N"
  }

  attribute {
    name = "waiting_at"
    type = "S"
  }

  attribute {
    name = "open_at"
    type = "S"
  }

  attribute {
    name = "due"
    type = "S"
  }

  attribute {
    name = "next_try"
    type = "S"
  }

  attribute {
    name = "check_shard"
    type = "N"
  }

  attribute {
    name = "open_shard"
    type = "N"
  }

  # Read consistently, hence local; rows that have ended leave it by losing `open_at`.
  local_secondary_index {
    name            = "open-index"
    range_key       = "open_at"
    projection_type = "ALL"
  }

  # Sparse: the jobs that a free slot may be given to. One that is not seen then is a lost job, so it is local too.
  local_secondary_index {
    name            = "waiting-index"
    range_key       = "waiting_at"
    projection_type = "ALL"
  }

  # Sparse: the sweep's work over all tenants.
  global_secondary_index {
    name            = "due-index"
    hash_key        = "due"
    range_key       = "next_try"
    projection_type = "KEYS_ONLY"
  }

  # Sparse: the open jobs that no admission covers, for the sweep; a few tenants to a key. Each row's age, which stays as
  # it is while the row is open, tells who of all tenants waits the longest.
  global_secondary_index {
    name               = "open-tenants-index"
    hash_key           = "open_shard"
    range_key          = "installation_id"
    projection_type    = "INCLUDE"
    non_key_attributes = ["open_at"]
  }

  # Sparse: the jobs whose check at GitHub is to be made or ended; without `check_runs` it stays empty.
  global_secondary_index {
    name               = "checks-index"
    hash_key           = "check_shard"
    range_key          = "installation_id"
    projection_type    = "INCLUDE"
    non_key_attributes = ["state", "check_state"]
  }

  ttl {
    attribute_name = "expires_at"
    enabled        = true
  }

  stream_enabled   = contains(local.followed, "jobs")
  stream_view_type = contains(local.followed, "jobs") ? local.stream_view : null

  deletion_protection_enabled = var.tables.deletion_protection

  point_in_time_recovery {
    enabled = var.tables.point_in_time_recovery
  }

  # Without a key of the operator's DynamoDB encrypts with its own.
  dynamic "server_side_encryption" {
    for_each = var.encryption.tables == null ? [] : [var.encryption.tables]

    content {
      enabled     = true
      kms_key_arn = server_side_encryption.value
    }
  }

  tags = local.tags
}

# What recovery remembers from run to run, and how tenants' callbacks fare: nothing that a run could not find again.
resource "aws_dynamodb_table" "recovery" {
  #checkov:skip=CKV_AWS_28:On unless tables.point_in_time_recovery is false; the default of an attribute is not read.

  name         = local.names.recovery
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "book"
  range_key    = "entry"

  attribute {
    name = "book"
    type = "S"
  }

  attribute {
    name = "entry"
    type = "S"
  }

  attribute {
    name = "open_at"
    type = "S"
  }

  # A delivery that was asked for must be seen as asked for: read consistently, hence local.
  local_secondary_index {
    name            = "open-index"
    range_key       = "open_at"
    projection_type = "ALL"
  }

  ttl {
    attribute_name = "expires_at"
    enabled        = true
  }

  deletion_protection_enabled = var.tables.deletion_protection

  point_in_time_recovery {
    enabled = var.tables.point_in_time_recovery
  }

  # Without a key of the operator's DynamoDB encrypts with its own.
  dynamic "server_side_encryption" {
    for_each = var.encryption.tables == null ? [] : [var.encryption.tables]

    content {
      enabled     = true
      kms_key_arn = server_side_encryption.value
    }
  }

  tags = local.tags
}

# What each machine was and cost, a row for its life, and the sums of these rows: for as long as the books are kept.
resource "aws_dynamodb_table" "usage" {
  #checkov:skip=CKV_AWS_28:On unless tables.point_in_time_recovery is false; the default of an attribute is not read.

  name         = local.names.usage
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "book"
  range_key    = "entry"

  attribute {
    name = "book"
    type = "S"
  }

  attribute {
    name = "entry"
    type = "S"
  }

  attribute {
    name = "month"
    type = "S"
  }

  # Sparse: which sums by month there are, for the tenants of a month without a scan. With keys alone a sum that grows does not write it.
  global_secondary_index {
    name            = "month-keys-index"
    hash_key        = "month"
    range_key       = "book"
    projection_type = "KEYS_ONLY"
  }

  stream_enabled   = contains(local.followed, "usage")
  stream_view_type = contains(local.followed, "usage") ? local.stream_view : null

  deletion_protection_enabled = var.tables.deletion_protection

  point_in_time_recovery {
    enabled = var.tables.point_in_time_recovery
  }

  # Without a key of the operator's DynamoDB encrypts with its own.
  dynamic "server_side_encryption" {
    for_each = var.encryption.tables == null ? [] : [var.encryption.tables]

    content {
      enabled     = true
      kms_key_arn = server_side_encryption.value
    }
  }

  tags = local.tags
}

# Runners' configurations until their machine takes them, for more launches than SSM's writes allow.
resource "aws_dynamodb_table" "configurations" {
  #checkov:skip=CKV_AWS_28:Each row is a secret of an hour at most, which no backup must keep.

  count = local.configs_in_ssm ? 0 : 1

  name         = local.names.configurations
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "installation_id"
  range_key    = "launch_id"

  attribute {
    name = "installation_id"
    type = "N"
  }

  attribute {
    name = "launch_id"
    type = "S"
  }

  ttl {
    attribute_name = "expires_at"
    enabled        = true
  }

  # Without a key of the operator's DynamoDB encrypts with its own.
  dynamic "server_side_encryption" {
    for_each = var.encryption.tables == null ? [] : [var.encryption.tables]

    content {
      enabled     = true
      kms_key_arn = server_side_encryption.value
    }
  }

  tags = local.tags
}

# A row for each place of a pool, and one for each machine that was taken within the last half hour. Its rows are no tenant's, hence a table of its own.
resource "aws_dynamodb_table" "pool" {
  #checkov:skip=CKV_AWS_28:What waits here is replaced within a minute or two; a restored row would name a machine that is gone.

  count = local.any_pool ? 1 : 0

  name         = local.names.pool
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "book"
  range_key    = "entry"

  attribute {
    name = "book"
    type = "S"
  }

  attribute {
    name = "entry"
    type = "S"
  }

  # Without a key of the operator's DynamoDB encrypts with its own.
  dynamic "server_side_encryption" {
    for_each = var.encryption.tables == null ? [] : [var.encryption.tables]

    content {
      enabled     = true
      kms_key_arn = server_side_encryption.value
    }
  }

  tags = local.tags
}

# Who changed what, and why. No function may change or remove an entry, and the table's own policy keeps everyone else from it.
resource "aws_dynamodb_table" "audit" {
  #checkov:skip=CKV_AWS_28:On unless tables.point_in_time_recovery is false; the default of an attribute is not read.

  name         = local.names.audit
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "installation_id"
  range_key    = "entry"

  attribute {
    name = "installation_id"
    type = "N"
  }

  attribute {
    name = "entry"
    type = "S"
  }

  attribute {
    name = "day"
    type = "S"
  }

  # All tenants', by day.
  global_secondary_index {
    name            = "day-index"
    hash_key        = "day"
    range_key       = "entry"
    projection_type = "ALL"
  }

  stream_enabled   = contains(local.followed, "audit")
  stream_view_type = contains(local.followed, "audit") ? local.stream_view : null

  deletion_protection_enabled = var.tables.deletion_protection

  point_in_time_recovery {
    enabled = var.tables.point_in_time_recovery
  }

  # Without a key of the operator's DynamoDB encrypts with its own.
  dynamic "server_side_encryption" {
    for_each = var.encryption.tables == null ? [] : [var.encryption.tables]

    content {
      enabled     = true
      kms_key_arn = server_side_encryption.value
    }
  }

  tags = local.tags
}

data "aws_iam_policy_document" "audit" {
  statement {
    sid    = "AppendOnly"
    effect = "Deny"
    actions = [
      "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem", "dynamodb:PartiQLInsert", "dynamodb:PartiQLUpdate",
      "dynamodb:PartiQLDelete",
    ]
    resources = [local.arns.audit]

    principals {
      type        = "AWS"
      identifiers = ["*"]
    }
  }
}

resource "aws_dynamodb_resource_policy" "audit" {
  resource_arn = aws_dynamodb_table.audit.arn
  policy       = data.aws_iam_policy_document.audit.json
}

# What the API keeps between requests: how often each caller has called, answers to requests that may be repeated, the key of its cursors,
# and tenants' locks.
resource "aws_dynamodb_table" "api" {
  #checkov:skip=CKV_AWS_28:Counters of a minute, answers of a day and leases of hours, whose numbers grow even from nothing; a lost key makes cursors worthless.

  count = var.api.enable ? 1 : 0

  name         = local.names.api
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }

  ttl {
    attribute_name = "expires_at"
    enabled        = true
  }

  # Without a key of the operator's DynamoDB encrypts with its own.
  dynamic "server_side_encryption" {
    for_each = var.encryption.tables == null ? [] : [var.encryption.tables]

    content {
      enabled     = true
      kms_key_arn = server_side_encryption.value
    }
  }

  tags = local.tags
}
