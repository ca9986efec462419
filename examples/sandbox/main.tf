provider "aws" {
  region     = var.aws_region
  access_key = var.aws_access_key_id
  secret_key = var.aws_secret_access_key

  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
  s3_use_path_style           = true

  dynamic "endpoints" {
    for_each = var.aws_endpoint_url == null ? [] : [var.aws_endpoint_url]

    content {
      apigatewayv2   = endpoints.value
      budgets        = endpoints.value
      cloudwatch     = endpoints.value
      cloudwatchlogs = endpoints.value
      dynamodb       = endpoints.value
      ec2            = endpoints.value
      eventbridge    = endpoints.value
      iam            = endpoints.value
      kms            = endpoints.value
      lambda         = endpoints.value
      s3             = endpoints.value
      sqs            = endpoints.value
      ssm            = endpoints.value
      sts            = endpoints.value
    }
  }
}

data "aws_caller_identity" "current" {}

locals {
  create_vpc = var.vpc_id == null
  zones      = ["${var.aws_region}a", "${var.aws_region}b"]

  # Put together rather than read back, so that a plan shows the policy that names it.
  link_key = {
    arn  = "arn:aws:ssm:${var.aws_region}:${data.aws_caller_identity.current.account_id}:parameter/${var.prefix}/links"
    name = "/${var.prefix}/links"
  }
}

# One size, with machines that wait for a job: `npm run sandbox -- hot`.
locals {
  tiers_with_pool = {
    small = {
      runner_os           = "linux"
      runner_architecture = "x64"
      instance_types      = ["t3.medium"]
      max_runners         = 2
      labels              = ["self-hosted", "linux", "x64", "small"]
      pool                = { size = var.pool_size }
    }
    medium = {
      runner_os           = "linux"
      runner_architecture = "x64"
      instance_types      = ["t3.large", "m5.large"]
      max_runners         = 5
      labels              = ["self-hosted", "linux", "x64", "medium"]
      pool                = null
    }
    large = {
      runner_os           = "linux"
      runner_architecture = "x64"
      instance_types      = ["t3.xlarge", "m5.xlarge"]
      max_runners         = 10
      labels              = ["self-hosted", "linux", "x64", "large"]
      pool                = null
    }
  }
}

resource "aws_vpc" "this" {
  #checkov:skip=CKV2_AWS_11:A network to try the module in; flow logs cost more than all else here.
  #checkov:skip=CKV2_AWS_12:Nothing is ever put into the default group: each runner has a group of its own.

  count = local.create_vpc ? 1 : 0

  cidr_block = "10.0.0.0/16"

  tags = { Name = var.prefix }
}

resource "aws_subnet" "this" {
  count = local.create_vpc ? length(local.zones) : 0

  vpc_id            = aws_vpc.this[0].id
  availability_zone = local.zones[count.index]
  cidr_block        = cidrsubnet(aws_vpc.this[0].cidr_block, 8, count.index)

  tags = { Name = "${var.prefix}-${local.zones[count.index]}" }
}

resource "aws_ssm_parameter" "link_key" {
  #checkov:skip=CKV_AWS_337:No other account reads it, so the account's default key for SSM serves.
  name  = local.link_key.name
  type  = "SecureString"
  value = var.link_key
}

module "multi_tenant_runners" {
  source = "../../"

  prefix     = var.prefix
  aws_region = var.aws_region

  vpc_id     = local.create_vpc ? aws_vpc.this[0].id : var.vpc_id
  subnet_ids = local.create_vpc ? aws_subnet.this[*].id : var.subnet_ids

  github_app = {
    id             = var.github_app_id
    key_base64     = var.github_app_key_base64
    webhook_secret = var.github_webhook_secret
  }

  eventbridge = { enable = true, accept_events = ["workflow_job", "installation"] }

  github_api_url            = var.github_api_url
  runner                    = { image = { id = var.runner_image_id }, timeouts = var.runner_timeouts }
  lambda_zips               = var.lambda_zips
  lambda                    = { architecture = var.lambda_architecture, scale_up_concurrency = var.shared_calls ? 10 : 5 }
  launch_rate               = { shared_calls = var.shared_calls ? { sizes = ["small"] } : null }
  observability             = { log_level = var.log_level, log_retention_days = 1 }
  allow_public_repositories = var.allow_public_repositories
  tier_access               = var.tier_access

  # Few enough webhooks of a large tenant that the sandbox can send more.
  webhook = { tenant_rate = { by_tier = { large = { per_second = 1, burst = 5 } } } }

  # GitHub shows on commits why jobs wait.
  check_runs = true

  # Without a figure the module's own sizes.
  runner_tiers = var.pool_size == 0 ? null : local.tiers_with_pool

  # Never reached here; the functions count by it all the same.
  max_runners_total = 100

  api = {
    enable        = true
    github_tokens = { audience = var.prefix, issuer = var.github_token_issuer }
    link_key_ssm  = local.link_key
  }

  events = { publish = ["tenant", "job", "runner", "usage"], callbacks = { enable = true } }
  audit  = { export = { enable = true } }

  # A sandbox goes as it came.
  tables = { deletion_protection = false }

  tags = var.tags
}
