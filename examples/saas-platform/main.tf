provider "aws" {
  region = var.aws_region

  default_tags {
    tags = local.tags
  }
}

locals {
  name       = "saas-${var.environment_suffix}"
  production = var.environment == "production"
  zones      = coalesce(var.zones, [for letter in ["a", "b", "c"] : "${var.aws_region}${letter}"])

  # On everything; a tenant's own say the tenant as well.
  tags = { for key, value in {
    Environment = var.environment_suffix
    Repository  = var.origin.repository
    Author      = var.origin.author
    PRNumber    = var.origin.pr_number
    Team        = var.origin.team
    CreatedAt   = var.origin.created_at
  } : key => value if value != null }
}

resource "aws_ecs_cluster" "this" {
  #checkov:skip=CKV_AWS_65:environment = "production" turns it on; it costs more than a small tenant does.

  name = local.name

  setting {
    name  = "containerInsights"
    value = local.production ? "enabled" : "disabled"
  }
}

module "tenant" {
  source   = "../../modules/tenant-app"
  for_each = var.tenants

  tenant             = each.key
  environment_suffix = var.environment_suffix
  domain             = var.domain
  hosts              = each.value.hosts
  priority           = each.value.priority
  neighbours         = { for tenant, one in var.tenants : tenant => one.priority }

  vpc_id     = aws_vpc.this.id
  subnet_ids = [for subnet in aws_subnet.private : subnet.id]
  cluster    = { arn = aws_ecs_cluster.this.arn, name = aws_ecs_cluster.this.name }
  load_balancer = {
    listener_arn      = local.listener_arn
    security_group_id = aws_security_group.load_balancer.id
    arn_suffix        = aws_lb.this.arn_suffix
  }

  image           = each.value.image
  repository_arns = each.value.repository_arns
  cpu             = each.value.cpu
  memory          = each.value.memory
  scaling         = { min = coalesce(each.value.min_tasks, local.production ? 3 : 2), max = each.value.max_tasks }
  tracing         = local.production

  database = {
    host = aws_rds_cluster.this.endpoint
    name = aws_rds_cluster.this.database_name
  }
  bucket = {
    force_destroy           = !local.production
    versioning              = local.production
    kms_key                 = local.key
    infrequent_after_days   = local.production ? 90 : null
    old_versions_after_days = local.production ? 30 : null
  }
  password = { recovery_days = local.production ? 30 : 0, kms_key = local.key }
  log      = { kms_key_arn = local.key_arn }
  alarms   = local.production ? { actions = var.alarm_actions } : null

  cost_center = each.value.cost_center
  origin      = var.origin
}
