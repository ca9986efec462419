# An installation, a load balancer and the app plane, as `npm run sandbox -- apps` applies them to the emulator.

terraform {
  required_version = ">= 1.11.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100"
    }
  }
}

provider "aws" {
  region = "us-east-1"

  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
  s3_use_path_style           = true
}

variable "github" {
  description = "The fake GitHub: its App, its address, and the issuer of jobs' tokens."
  type        = object({ app_id = string, key_base64 = string, webhook_secret = string, api_url = string, issuer = string })
  sensitive   = true
}

variable "architecture" {
  description = "Processor of the functions, which run on this machine."
  type        = string
}

variable "builder" {
  description = "Where images are built."
  type        = string
  default     = "codebuild"
}

variable "dns_servers" {
  description = "Who answers for the tenants' own domains."
  type        = list(string)
}

locals {
  prefix = "apps"
  zones  = ["us-east-1a", "us-east-1b"]
}

resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "this" {
  count = length(local.zones)

  vpc_id            = aws_vpc.this.id
  availability_zone = local.zones[count.index]
  cidr_block        = cidrsubnet(aws_vpc.this.cidr_block, 8, count.index)
}

resource "aws_security_group" "balancer" {
  name   = "${local.prefix}-balancer"
  vpc_id = aws_vpc.this.id
}

resource "aws_lb" "this" {
  name               = local.prefix
  load_balancer_type = "application"
  security_groups    = [aws_security_group.balancer.id]
  subnets            = aws_subnet.this[*].id
}

resource "aws_lb_listener" "this" {
  load_balancer_arn = aws_lb.this.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type = "fixed-response"

    fixed_response {
      content_type = "text/plain"
      message_body = "No such app"
      status_code  = "404"
    }
  }
}

resource "aws_ecs_cluster" "this" {
  name = local.prefix
}

module "runners" {
  source = "../../../"

  prefix     = local.prefix
  aws_region = "us-east-1"
  vpc_id     = aws_vpc.this.id
  subnet_ids = aws_subnet.this[*].id

  github_app = {
    id             = var.github.app_id
    key_base64     = var.github.key_base64
    webhook_secret = var.github.webhook_secret
  }
  github_api_url = var.github.api_url
  eventbridge    = { enable = true, accept_events = ["workflow_job", "workflow_run", "installation", "push", "pull_request"] }
  events         = { publish = ["tenant"] }
  lambda         = { architecture = var.architecture }
  tables         = { deletion_protection = false }

  runner_tiers = {
    small = {
      runner_os   = "linux", runner_architecture = "x64", instance_types = ["t3.medium"]
      max_runners = 2, labels = ["self-hosted", "linux", "x64", "small"]
    }
  }

  api = {
    enable        = true
    github_tokens = { audience = local.prefix, issuer = var.github.issuer }
    apps          = module.apps.api
  }
}

module "apps" {
  source = "../../../modules/apps"

  prefix         = local.prefix
  domain         = "apps.localhost"
  https          = false
  builder        = var.builder
  event_bus      = { name = module.runners.webhook.event_bus_name }
  tenant_table   = module.runners.tenant_table
  tiers          = ["small"]
  quotas         = { small = { apps = 2, tasks = 4, vcpu = 1, memory_gb = 2, builds_per_hour = 30 } }
  github         = { api_url = nonsensitive(var.github.api_url) }
  dns_servers    = var.dns_servers
  vpc_id         = aws_vpc.this.id
  subnet_ids     = aws_subnet.this[*].id
  cluster        = { arn = aws_ecs_cluster.this.arn, name = aws_ecs_cluster.this.name }
  load_balancers = [{ listener_arn = aws_lb_listener.this.arn, security_group_id = aws_security_group.balancer.id }]
  lambda         = { architecture = var.architecture }
  tables         = { deletion_protection = false }

  # Nobody here has minutes to wait for.
  rollback_alarms = { p95_seconds = 4, minimum_requests = 10, periods = 1 }
}

output "webhook" {
  description = "Where GitHub's deliveries go."
  value       = module.runners.webhook.endpoint
}

output "api" {
  description = "Addresses of the API."
  value       = module.runners.api.endpoints
}

output "listener_arn" {
  description = "Where the apps' rules are."
  value       = aws_lb_listener.this.arn
}
