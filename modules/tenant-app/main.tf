data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.id
  account   = data.aws_caller_identity.current.account_id

  name = "${var.tenant}-${var.environment_suffix}"

  # Of a target group: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html
  target_group_name = trim(substr(local.name, 0, 32), "-")

  hosts = concat(["${var.tenant}.${var.domain}", "*.${var.tenant}.${var.domain}"], var.hosts)

  tags = merge(
    var.tags,
    { for key, value in {
      Repository = var.origin.repository
      Author     = var.origin.author
      PRNumber   = var.origin.pr_number
      Team       = var.origin.team
      CreatedAt  = var.origin.created_at
    } : key => value if value != null },
    {
      Environment = var.environment_suffix
      tenant_id   = var.tenant
      cost_center = coalesce(var.cost_center, var.tenant)
    },
  )
}
