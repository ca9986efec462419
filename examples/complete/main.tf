provider "aws" {
  region = var.aws_region
}

module "multi_tenant_runners" {
  source = "../../"

  prefix     = var.prefix
  aws_region = var.aws_region

  vpc_id     = aws_vpc.this.id
  subnet_ids = [for subnet in aws_subnet.this : subnet.id]

  github_app = {
    id             = var.github_app_id
    key_base64     = var.github_app_key_base64
    webhook_secret = var.github_app_webhook_secret
  }

  default_tier              = "small"
  tier_access               = "up_to_own"
  allow_public_repositories = false
  tenant_security_groups    = true
  onboarding                = { mode = "allow_list", allowed_accounts = { ids = [9919], logins = ["acme"] } }

  runner_tiers = {
    small = {
      runner_os           = "linux"
      runner_architecture = "x64"
      instance_types      = ["t3.medium", "t3a.medium"]
      max_runners         = 2
      labels              = ["self-hosted", "linux", "x64", "small"]
      rank                = 1
    }
    large = {
      runner_os           = "linux"
      runner_architecture = "x64"
      instance_types      = ["m5.xlarge", "m6i.xlarge"]
      max_runners         = 10
      labels              = ["self-hosted", "linux", "x64", "large"]
      rank                = 3
      capacity            = "spot-with-fallback"
      runner_group_id     = 1
      subnet_ids          = [aws_subnet.this["a"].id]
      disk                = { size_gb = 200, type = "io2", iops = 5000 }
    }
    arm = {
      runner_os           = "linux"
      runner_architecture = "arm64"
      instance_types      = ["t4g.large", "m7g.large"]
      max_runners         = 5
      labels              = ["self-hosted", "linux", "arm64"]
      rank                = 2
      image               = { ssm_parameter = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64" }
    }
  }

  runner = {
    timeouts     = { boot = 10, idle = 5, lifetime = 240 }
    disk         = { size_gb = 60, iops = 4000, throughput = 250 }
    policy_arns  = [aws_iam_policy.artifacts.arn]
    max_age_days = 25
    hooks = {
      before_runner = "echo \"machine of tenant $GHR_TENANT_ID\""
      job_started   = "echo \"the job begins\""
      job_completed = "echo \"the job has ended\""
    }
  }

  egress_rules = [
    { description = "TLS", protocol = "tcp", from_port = 443, to_port = 443, cidr_blocks = ["0.0.0.0/0"], ipv6_cidr_blocks = ["::/0"] },
    { description = "Plain HTTP, for package mirrors", protocol = "tcp", from_port = 80, to_port = 80, cidr_blocks = ["0.0.0.0/0"] },
  ]

  webhook = {
    throttle = { rate_limit = 200, burst_limit = 400 }
    # The field `hooks` of https://api.github.com/meta; look them up before you copy these.
    allowed_source_cidrs = ["192.30.252.0/22", "185.199.108.0/22", "140.82.112.0/20", "143.55.64.0/20", "2a0a:a440::/29", "2606:50c0::/32"]
    custom_domain        = var.custom_domain
    access_log           = true
  }

  eventbridge = { enable = true, accept_events = ["workflow_job", "installation", "check_run"] }

  lambda = {
    architecture         = "arm64"
    memory_mb            = { webhook = 512, scale_up = 1024, scale_down = 1024, tenant_manager = 512 }
    timeout_seconds      = { scale_up = 60, scale_down = 60, tenant_manager = 120 }
    scale_up_concurrency = 5
    vpc                  = { subnet_ids = [for subnet in aws_subnet.this : subnet.id], security_group_ids = [aws_security_group.functions.id] }
  }
  lambda_zips = var.lambda_zips

  observability = {
    log_level          = "info"
    log_retention_days = 90
    log_class          = "INFREQUENT_ACCESS"

    # `runbooks` is where your operators find docs/operations.md.
    alarms = { actions = [aws_sns_topic.alarms.arn], runbooks = "https://wiki.example.com/runners/operations", oldest_job_seconds = 600 }
    budget = { monthly_usd = 500, emails = ["platform@example.com"] }
  }

  encryption = {
    parameters = aws_kms_key.this.arn
    queues     = aws_kms_key.this.arn
    tables     = aws_kms_key.this.arn
    logs       = aws_kms_key.this.arn
    disks      = aws_kms_key.this.arn
  }

  iam = {
    permissions_boundary = aws_iam_policy.boundary.arn
    path                 = "/ci/"
  }

  # In production leave both at their default, true.
  tables = { deletion_protection = var.deletion_protection, point_in_time_recovery = true }

  tags = { Project = "my-saas-runners", CostCenter = "4711" }
}
