data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  # `name` is deprecated in provider 6 and `region` absent in 5; `id` is in both.
  region     = data.aws_region.current.id
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition

  tags = merge(var.tags, { "ghr:environment" = var.prefix })

  names = {
    tenants            = "${var.prefix}-tenants"
    runners            = "${var.prefix}-runners"
    jobs               = "${var.prefix}-jobs"
    runner_events      = "${var.prefix}-runner-events"
    runner_events_dlq  = "${var.prefix}-runner-events-dlq"
    tenant_manager_dlq = "${var.prefix}-tenant-manager-dlq"
    sweep_dlq          = "${var.prefix}-sweep-dlq"
    installation_rule  = "${var.prefix}-installation"
    sweep_rule         = "${var.prefix}-sweep"
    instance_state     = "${var.prefix}-instance-state"
  }

  # Put together from names instead of read from resources, so that a plan already shows, and tests judge, the whole text of every policy.
  arn_end = "${local.region}:${local.account_id}"
  arns = {
    tenants             = "arn:${local.partition}:dynamodb:${local.arn_end}:table/${local.names.tenants}"
    runners             = "arn:${local.partition}:dynamodb:${local.arn_end}:table/${local.names.runners}"
    jobs                = "arn:${local.partition}:dynamodb:${local.arn_end}:table/${local.names.jobs}"
    tier_builds         = { for tier in keys(var.runner_tiers) : tier => "arn:${local.partition}:sqs:${local.arn_end}:${var.prefix}-builds-${tier}" }
    runner_events       = "arn:${local.partition}:sqs:${local.arn_end}:${local.names.runner_events}"
    runner_events_dlq   = "arn:${local.partition}:sqs:${local.arn_end}:${local.names.runner_events_dlq}"
    tenant_manager_dlq  = "arn:${local.partition}:sqs:${local.arn_end}:${local.names.tenant_manager_dlq}"
    sweep_dlq           = "arn:${local.partition}:sqs:${local.arn_end}:${local.names.sweep_dlq}"
    installation_rule   = "arn:${local.partition}:events:${local.arn_end}:rule/${var.prefix}/${local.names.installation_rule}"
    sweep_rule          = "arn:${local.partition}:events:${local.arn_end}:rule/${local.names.sweep_rule}"
    instance_state_rule = "arn:${local.partition}:events:${local.arn_end}:rule/${local.names.instance_state}"
    instances           = "arn:${local.partition}:ec2:${local.arn_end}:instance/*"
    security_groups     = "arn:${local.partition}:ec2:${local.arn_end}:security-group/*"
    tenant_parameters   = "arn:${local.partition}:ssm:${local.arn_end}:parameter/${var.prefix}/tenants/*"
  }

  # A tier's own setting, else that of all runners.
  disks = {
    for name, tier in var.runner_tiers : name => {
      for setting, value in var.runner.disk : setting => try(coalesce(tier.disk[setting], value), null)
    }
  }

  architectures = distinct([for tier in values(var.runner_tiers) : tier.runner_architecture])
}

################################################################################
# The functions' code
################################################################################

locals {
  functions = ["webhook", "scale-up", "scale-down", "tenant-manager"]

  zips         = { for name in local.functions : name => lookup(var.lambda_zips, name, "${path.module}/lambdas/dist/${name}.zip") }
  missing_zips = var.lambda.s3_bucket != null ? [] : [for name, zip in local.zips : zip if !fileexists(zip)]

  # A hash of a file that is not there would be an error for each; the precondition on the tenants table says it once.
  packages = {
    for name, zip in local.zips : name => {
      filename         = var.lambda.s3_bucket == null ? zip : null
      source_code_hash = var.lambda.s3_bucket == null && fileexists(zip) ? filebase64sha256(zip) : null
      s3_bucket        = var.lambda.s3_bucket
      s3_key           = var.lambda.s3_bucket == null ? null : "${var.lambda.s3_prefix}${name}.zip"
    }
  }

  # What the functions need to know of the tiers.
  runner_tiers_json = jsonencode({
    for name, tier in var.runner_tiers : name => {
      labels          = tier.labels
      max_runners     = tier.max_runners
      rank            = tier.rank
      instance_types  = tier.instance_types
      spot            = tier.spot
      runner_group_id = tier.runner_group_id
    }
  })

  # Lambda allows 4 KB. Queue addresses and template ids are not known at plan, so their usual length stands for them; 1200 covers the rest.
  environment_bytes = sum([
    length(local.runner_tiers_json),
    length(var.runner_tiers) * (150 + length(var.prefix)),
    length(jsonencode(var.egress_rules)),
    length(jsonencode(var.tags)),
    length(var.subnet_ids) * 30,
    1200,
  ])

  log = {
    retention_days = var.observability.log_retention_days
    class          = var.observability.log_class
    kms_key_arn    = var.encryption.logs
  }

  tier_queue_urls_json = jsonencode({ for name, queue in aws_sqs_queue.tier_builds : name => queue.url })
}

################################################################################
# Parts
################################################################################

module "ssm" {
  source = "./modules/ssm"

  prefix      = var.prefix
  github_app  = var.github_app
  kms_key_arn = var.encryption.parameters
  tags        = local.tags
}

module "runners" {
  source = "./modules/runners"

  prefix                          = var.prefix
  vpc_id                          = var.vpc_id
  tiers                           = { for name, tier in var.runner_tiers : name => { runner_architecture = tier.runner_architecture, disk = local.disks[name] } }
  image                           = var.runner.image
  binaries                        = var.runner.binaries
  max_runner_age_days             = var.runner.max_age_days
  lifetime_minutes                = var.runner.timeouts.lifetime
  hooks                           = var.runner.hooks
  logs                            = merge(local.log, { enabled = var.observability.runner_logs })
  policy_arns                     = var.runner.policy_arns
  egress_rules                    = var.egress_rules
  kms_key_arn                     = var.encryption.parameters
  disk_kms_key_arn                = var.encryption.disks
  iam                             = var.iam
  create_spot_service_linked_role = var.create_spot_service_linked_role
  tags                            = local.tags
}

module "webhook" {
  source = "./modules/webhook"

  prefix = var.prefix
  tables = {
    tenants = { name = aws_dynamodb_table.tenants.name, arn = local.arns.tenants }
    jobs    = { name = aws_dynamodb_table.jobs.name, arn = local.arns.jobs }
  }
  tier_queues         = { for name, queue in aws_sqs_queue.tier_builds : name => { url = queue.url, arn = local.arns.tier_builds[name] } }
  runner_events_queue = { url = aws_sqs_queue.runner_events.url, arn = local.arns.runner_events }
  app_parameters      = { id = module.ssm.parameters.id, webhook_secret = module.ssm.parameters.webhook_secret }
  kms_key_arn         = var.encryption.parameters
  routing = {
    runner_tiers              = local.runner_tiers_json
    default_tier              = var.default_tier
    tier_access               = var.tier_access
    allow_public_repositories = var.allow_public_repositories
  }
  publish_events = var.eventbridge.enable ? var.eventbridge.accept_events : []
  throttle       = var.webhook.throttle
  package        = local.packages["webhook"]
  runtime        = var.lambda.runtime
  architecture   = var.lambda.architecture
  memory_mb      = var.lambda.memory_mb.webhook
  log_level      = var.observability.log_level
  log            = local.log
  iam            = var.iam
  tags           = local.tags
}
