# Events for the operator's own rules, and the export of the audit trail: where they are asked for.

locals {
  # The tables whose streams are read.
  followed = toset(concat(
    length(setintersection(["tenant", "usage"], var.events.publish)) > 0 || var.events.callbacks.enable ? ["tenants"] : [],
    contains(var.events.publish, "job") ? ["jobs"] : [],
    contains(var.events.publish, "runner") ? ["launches"] : [],
    contains(var.events.publish, "usage") ? ["usage"] : [],
    var.audit.export.enable ? ["audit"] : [],
  ))

  stream_view = "NEW_AND_OLD_IMAGES"

  # At most 63 characters, as the prefix has 44 at most.
  export_bucket = coalesce(var.audit.export.bucket_name, "${lower(replace(var.prefix, "_", "-"))}-audit-${local.account_id}")
}

module "events" {
  source = "./modules/events"
  count  = length(local.followed) > 0 ? 1 : 0

  prefix = var.prefix
  tables = {
    tenants  = { name = aws_dynamodb_table.tenants.name, arn = local.arns.tenants, stream_arn = aws_dynamodb_table.tenants.stream_arn }
    jobs     = { name = aws_dynamodb_table.jobs.name, arn = local.arns.jobs, stream_arn = aws_dynamodb_table.jobs.stream_arn }
    launches = { name = aws_dynamodb_table.launches.name, arn = local.arns.launches, stream_arn = aws_dynamodb_table.launches.stream_arn }
    usage    = { name = aws_dynamodb_table.usage.name, arn = local.arns.usage, stream_arn = aws_dynamodb_table.usage.stream_arn }
    audit    = { name = aws_dynamodb_table.audit.name, arn = local.arns.audit, stream_arn = aws_dynamodb_table.audit.stream_arn }
  }
  followed  = local.followed
  kinds     = var.events.publish
  event_bus = { name = module.webhook.event_bus_name, arn = local.arns.event_bus }
  export = var.audit.export.enable ? {
    name          = local.export_bucket
    expire_days   = var.audit.export.expire_days
    kms_key_arn   = var.audit.export.kms_key_arn
    force_destroy = !var.tables.deletion_protection
  } : null
  callbacks = var.events.callbacks.enable ? {
    recovery_table  = { name = aws_dynamodb_table.recovery.name, arn = local.arns.recovery }
    package         = local.packages["callbacks"]
    memory_mb       = var.lambda.memory_mb.callbacks
    timeout_seconds = var.events.callbacks.timeout_seconds
    concurrency     = var.events.callbacks.concurrency
  } : null
  parameters_key_arn    = var.encryption.parameters
  queue_kms_key_arn     = var.encryption.queues
  data_keys_policy_json = data.aws_iam_policy_document.data_keys.json
  package               = local.packages["events"]
  runtime               = var.lambda.runtime
  architecture          = var.lambda.architecture
  memory_mb             = var.lambda.memory_mb.events
  log_level             = var.observability.log_level
  # The cheap class reads no metrics out of logs.
  log  = local.log
  iam  = var.iam
  vpc  = var.lambda.vpc
  tags = local.tags
}

locals {
  callbacks = [for events in module.events : events.callbacks if var.events.callbacks.enable]
}
