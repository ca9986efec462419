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
    launches           = "${var.prefix}-launches"
    jobs               = "${var.prefix}-jobs"
    recovery           = "${var.prefix}-recovery"
    configurations     = "${var.prefix}-configurations"
    pool               = "${var.prefix}-pool"
    usage              = "${var.prefix}-usage"
    audit              = "${var.prefix}-audit"
    api                = "${var.prefix}-api"
    machine            = "${var.prefix}-machine"
    runner_events      = "${var.prefix}-runner-events"
    runner_events_dlq  = "${var.prefix}-runner-events-dlq"
    tenant_manager_dlq = "${var.prefix}-tenant-manager-dlq"
    sweep_dlq          = "${var.prefix}-sweep-dlq"
    recovery_dlq       = "${var.prefix}-recovery-dlq"
    installation_rule  = "${var.prefix}-installation"
    sweep_rule         = "${var.prefix}-sweep"
    recovery_rule      = "${var.prefix}-recovery"
    instance_state     = "${var.prefix}-instance-state"
    spot_interruption  = "${var.prefix}-spot-interruption"
  }

  # Built from names instead of read from resources, so that a plan shows, and tests judge, the whole text of every policy.
  arn_end = "${local.region}:${local.account_id}"
  arns = {
    tenants                = "arn:${local.partition}:dynamodb:${local.arn_end}:table/${local.names.tenants}"
    launches               = "arn:${local.partition}:dynamodb:${local.arn_end}:table/${local.names.launches}"
    jobs                   = "arn:${local.partition}:dynamodb:${local.arn_end}:table/${local.names.jobs}"
    recovery               = "arn:${local.partition}:dynamodb:${local.arn_end}:table/${local.names.recovery}"
    configurations         = "arn:${local.partition}:dynamodb:${local.arn_end}:table/${local.names.configurations}"
    pool                   = "arn:${local.partition}:dynamodb:${local.arn_end}:table/${local.names.pool}"
    usage                  = "arn:${local.partition}:dynamodb:${local.arn_end}:table/${local.names.usage}"
    audit                  = "arn:${local.partition}:dynamodb:${local.arn_end}:table/${local.names.audit}"
    api                    = "arn:${local.partition}:dynamodb:${local.arn_end}:table/${local.names.api}"
    tier_builds            = { for tier in keys(var.runner_tiers) : tier => "arn:${local.partition}:sqs:${local.arn_end}:${var.prefix}-builds-${tier}" }
    scale_up               = "arn:${local.partition}:lambda:${local.arn_end}:function:${var.prefix}-scale-up"
    webhook                = "arn:${local.partition}:lambda:${local.arn_end}:function:${var.prefix}-webhook"
    tenant_manager         = "arn:${local.partition}:lambda:${local.arn_end}:function:${var.prefix}-tenant-manager"
    runner_events          = "arn:${local.partition}:sqs:${local.arn_end}:${local.names.runner_events}"
    runner_events_dlq      = "arn:${local.partition}:sqs:${local.arn_end}:${local.names.runner_events_dlq}"
    tenant_manager_dlq     = "arn:${local.partition}:sqs:${local.arn_end}:${local.names.tenant_manager_dlq}"
    sweep_dlq              = "arn:${local.partition}:sqs:${local.arn_end}:${local.names.sweep_dlq}"
    installation_rule      = "arn:${local.partition}:events:${local.arn_end}:rule/${var.prefix}/${local.names.installation_rule}"
    sweep_rule             = "arn:${local.partition}:events:${local.arn_end}:rule/${local.names.sweep_rule}"
    instance_state_rule    = "arn:${local.partition}:events:${local.arn_end}:rule/${local.names.instance_state}"
    spot_interruption_rule = "arn:${local.partition}:events:${local.arn_end}:rule/${local.names.spot_interruption}"
    instances              = "arn:${local.partition}:ec2:${local.arn_end}:instance/*"
    security_groups        = "arn:${local.partition}:ec2:${local.arn_end}:security-group/*"
    tenant_parameters      = "arn:${local.partition}:ssm:${local.arn_end}:parameter/${var.prefix}/tenants/*"
    runner_parameters      = "arn:${local.partition}:ssm:${local.arn_end}:parameter/${var.prefix}/tenants/*/runners/*"
    event_bus              = "arn:${local.partition}:events:${local.arn_end}:event-bus/${var.prefix}"
    recovery_dlq           = "arn:${local.partition}:sqs:${local.arn_end}:${local.names.recovery_dlq}"
    recovery_rule          = "arn:${local.partition}:events:${local.arn_end}:rule/${local.names.recovery_rule}"
  }

  foreign_arns = compact([
    for name, arn in merge(
      { for use in ["parameters", "queues", "tables", "logs", "disks"] : "encryption.${use}" => var.encryption[use] },
      { for index, key in var.encryption.images : "encryption.images[${index}]" => key },
      {
        for part in ["key_base64_secret", "webhook_secret_secret"] :
        "github_app.${part}" => try(nonsensitive(var.github_app[part].arn), null)
      },
      { "webhook.custom_domain.certificate_arn" = try(var.webhook.custom_domain.certificate_arn, null) },
    ) :
    arn != null && try(split(":", arn)[3], "") != local.region ? name : ""
  ])

  # Of the tiers without an image of their own.
  architectures = distinct([for tier in values(var.runner_tiers) : tier.runner_architecture if tier.image == null])
}

################################################################################
# The functions' code
################################################################################

locals {
  zips         = { for name in local.functions : name => lookup(var.lambda_zips, name, "${path.module}/lambdas/dist/${name}.zip") }
  missing_zips = var.lambda.s3_bucket != null ? [] : [for name, zip in local.zips : zip if !fileexists(zip)]

  # The hash of a missing file would be an error for each; the precondition on the tenants table reports it once.
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
    for name, tier in var.runner_tiers : name => merge(
      {
        labels          = tier.labels
        max_runners     = tier.max_runners
        rank            = tier.rank
        instance_types  = tier.instance_types
        capacity        = tier.capacity
        runner_group_id = tier.runner_group_id
      },
      # Only those that are set: the environment is short.
      { for cap in ["max_minutes_per_day", "limit_minutes", "limit_spend"] : cap => tier[cap] if tier[cap] != null },
    )
  })

  # Of the machines in use alone: the whole table is longer than what Lambda allows.
  price_table = jsondecode(file("${path.module}/prices.json"))
  instance_types = distinct(flatten([
    for tier in values(var.runner_tiers) : [for type in tier.instance_types : tier.capacity == "on-demand" ? [type] : [type, "spot/${type}"]]
  ]))
  machine_hour = merge(local.price_table.machine_hour, var.prices.machine_hour)
  prices_json = jsonencode({
    as_of         = coalesce(var.prices.as_of, local.price_table.as_of)
    machine_hour  = { for type in local.instance_types : type => local.machine_hour[type] if contains(keys(local.machine_hour), type) }
    spot_share    = coalesce(var.prices.spot_share, local.price_table.spot_share)
    disk_gb_month = coalesce(var.prices.disk_gb_month, local.price_table.disk_gb_month[var.runner.disk.type])
    disk_gb       = { for name, disk in local.disks : name => disk.size_gb }
  })

  # Lambda allows 4 KB. Queue addresses and template ids are not known at plan, so their usual length stands for them; 1200 covers the rest.
  environment_bytes = sum([
    length(local.runner_tiers_json),
    length(local.prices_json),
    length(jsonencode(local.shared_calls)),
    local.any_pool ? length(jsonencode(local.pools)) + 50 * length(local.pools) : 0,
    length(var.runner_tiers) * (150 + length(var.prefix)),
    length(jsonencode(var.egress_rules)),
    length(jsonencode(var.tags)),
    length(jsonencode(var.subnet_ids)) + length(jsonencode(local.tier_subnet_ids)),
    length(jsonencode(var.onboarding.allowed_accounts)) + length(jsonencode(var.webhook.allowed_source_cidrs)),
    1200,
  ])

  log = {
    retention_days = var.observability.log_retention_days
    kms_key_arn    = var.encryption.logs
  }

  # Where a runner's configuration waits for its machine.
  configs_in_ssm = var.runner.config_store == "ssm"
  config_table   = local.configs_in_ssm ? "" : local.names.configurations

  tier_subnet_ids = { for name, tier in var.runner_tiers : name => tier.subnet_ids if tier.subnet_ids != null }

  # Of every function that calls GitHub; the webhook does not.
  common_environment = merge(
    {
      ENVIRONMENT               = var.prefix
      LOG_LEVEL                 = var.observability.log_level
      TENANTS_TABLE             = aws_dynamodb_table.tenants.name
      JOBS_TABLE                = aws_dynamodb_table.jobs.name
      RUNNER_TIERS              = local.runner_tiers_json
      DEFAULT_TIER              = var.default_tier
      TIER_ACCESS               = var.tier_access
      ALLOW_PUBLIC_REPOSITORIES = tostring(var.allow_public_repositories)
      CHECK_RUNS                = tostring(var.check_runs)
      TIER_QUEUE_URLS           = local.tier_queue_urls_json
      GITHUB_API_URL            = var.github_api_url
      GITHUB_APP_ID_PARAMETER   = module.ssm.parameters.id.name
      GITHUB_APP_KEY_PARAMETER  = module.ssm.parameters.key_base64.name
    },
    var.network.proxy == null ? {} : { GITHUB_PROXY = var.network.proxy, GITHUB_NO_PROXY = join(",", var.network.no_proxy) },
    var.network.ca_bundle == null ? {} : { CA_BUNDLE_PARAMETER = local.ca_bundle_parameter },
  )

  # Of every function that admits jobs.
  fleet_environment = merge(
    var.max_runners_total == null ? {} : { MAX_RUNNERS_TOTAL = tostring(var.max_runners_total) },
  )

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

  prefix = var.prefix
  vpc_id = var.vpc_id
  tiers = {
    for name, tier in var.runner_tiers : name => {
      runner_architecture = tier.runner_architecture
      image               = tier.image == null ? var.runner.image : tier.image
      disk                = local.disks[name]
    }
  }
  binaries            = var.runner.binaries
  max_runner_age_days = var.runner.max_age_days
  lifetime_minutes    = var.runner.timeouts.lifetime
  sudo                = var.runner.sudo
  network = {
    proxy     = var.network.proxy
    no_proxy  = var.network.no_proxy
    ca_bundle = var.network.ca_bundle
  }
  hooks                           = var.runner.hooks
  logs                            = { enabled = var.observability.runner_logs }
  policy_arns                     = var.runner.policy_arns
  egress_rules                    = var.egress_rules
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
  app_parameters = {
    id             = module.ssm.parameters.id.name
    webhook_secret = module.ssm.parameters.webhook_secret.name
    policy_json    = module.ssm.policies.webhook_secret
  }
  routing = {
    runner_tiers              = local.runner_tiers_json
    default_tier              = var.default_tier
    tier_access               = var.tier_access
    allow_public_repositories = var.allow_public_repositories
  }
  custom_domain         = var.webhook.custom_domain
  allowed_source_cidrs  = var.webhook.allowed_source_cidrs
  access_log            = var.webhook.access_log ? merge(local.log, { class = var.observability.log_class }) : null
  vpc                   = var.lambda.vpc
  data_keys_policy_json = data.aws_iam_policy_document.data_keys.json
  publish_events        = var.eventbridge.enable ? var.eventbridge.accept_events : []
  throttle              = var.webhook.throttle
  tenant_rate           = var.webhook.tenant_rate
  check_runs            = var.check_runs
  package               = local.packages["webhook"]
  runtime               = var.lambda.runtime
  architecture          = var.lambda.architecture
  memory_mb             = var.lambda.memory_mb.webhook
  log_level             = var.observability.log_level
  log                   = local.log
  iam                   = var.iam
  tags                  = local.tags
}
