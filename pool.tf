################################################################################
# Machines that are there before a job is: only where a size has a pool
################################################################################

locals {
  any_pool = length(local.pools) > 0
  # Machines that begin without a tenant: of pools, or of calls that tenants share.
  any_blank = local.any_pool || var.launch_rate.shared_calls != null

  # Of each size whose jobs may share calls, the tenants that never do.
  shared_calls = {
    for name in try(var.launch_rate.shared_calls.sizes, []) : name => distinct(concat(
      [for id in var.launch_rate.shared_calls.except : tostring(id)],
      keys(try(local.pools[name].dedicated, {})),
    ))
  }

  pools_json = jsonencode({
    for name, pool in local.pools : name => merge(
      {
        size     = pool.size
        max_idle = pool.max_idle_minutes
        # A machine of another version has another image or script, and is replaced.
        template = "${module.runners.launch_templates[name].id}/${module.runners.launch_templates[name].version}"
      },
      length(pool.schedule) == 0 ? {} : { schedule = pool.schedule },
      length(pool.dedicated) == 0 ? {} : { dedicated = pool.dedicated },
    )
  })

  # The most machines that ever wait at once: each asks for its configuration about twice a second.
  pool_most = sum(concat([0], [
    for pool in values(local.pools) : max(concat([pool.size], pool.schedule[*].size)...) + sum(concat([0], values(pool.dedicated)))
  ]))

  pool_environment = merge(
    local.any_pool ? { POOL_TABLE = local.names.pool, POOLS = local.pools_json } : {},
  )

  shared_environment = merge(
    length(local.shared_calls) > 0 ? { SHARED_CALLS = jsonencode(local.shared_calls) } : {},
  )

  pool_table_environment = merge(
    local.any_pool ? { POOL_TABLE = local.names.pool } : {},
  )
}

# Scale-up fills places, and gives a machine that begins without a tenant the tenant's group and tags.
data "aws_iam_policy_document" "pool_scale_up" {
  dynamic "statement" {
    for_each = local.any_pool ? [1] : []

    content {
      sid       = "FillAndTakePlaces"
      actions   = ["dynamodb:Query", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"]
      resources = [local.arns.pool]
    }
  }

  # EC2 knows no resources for this, hence `*`: the Region is all that can be said.
  dynamic "statement" {
    for_each = local.any_blank ? [1] : []

    content {
      sid       = "DescribeHasNoResources"
      actions   = ["ec2:DescribeInstances"]
      resources = ["*"]

      condition {
        test     = "StringEquals"
        variable = "ec2:Region"
        values   = [local.region]
      }
    }
  }

  # A machine of a pool that is nobody's, or the same tenant's already: no tenant's machine becomes another's.
  dynamic "statement" {
    for_each = local.any_blank ? [1] : []

    content {
      sid     = "GiveBlankMachinesTheirTenant"
      actions = ["ec2:CreateTags"]
      resources = [
        local.arns.instances,
        "arn:${local.partition}:ec2:${local.arn_end}:volume/*",
        "arn:${local.partition}:ec2:${local.arn_end}:network-interface/*",
      ]

      condition {
        test     = "StringEquals"
        variable = "aws:ResourceTag/ghr:environment"
        values   = [var.prefix]
      }

      condition {
        test     = "StringLike"
        variable = "aws:ResourceTag/ghr:blank_id"
        values   = ["*"]
      }

      condition {
        test     = "StringEqualsIfExists"
        variable = "aws:ResourceTag/ghr:tenant_id"
        values   = ["&{aws:RequestTag/ghr:tenant_id}"]
      }

      condition {
        test     = "ForAllValues:StringEquals"
        variable = "aws:TagKeys"
        values   = ["ghr:tenant_id", "ghr:tenant_tier", "ghr:launch_id"]
      }
    }
  }

  dynamic "statement" {
    for_each = local.any_blank ? [1] : []

    content {
      sid       = "GiveBlankMachinesTheirGroup"
      actions   = ["ec2:ModifyNetworkInterfaceAttribute"]
      resources = ["arn:${local.partition}:ec2:${local.arn_end}:network-interface/*"]

      condition {
        test     = "StringEquals"
        variable = "aws:ResourceTag/ghr:environment"
        values   = [var.prefix]
      }

      condition {
        test     = "StringLike"
        variable = "aws:ResourceTag/ghr:blank_id"
        values   = ["*"]
      }
    }
  }

  dynamic "statement" {
    for_each = local.any_blank ? [1] : []

    content {
      sid       = "GroupsOfThisInstallation"
      actions   = ["ec2:ModifyNetworkInterfaceAttribute"]
      resources = [local.arns.security_groups]

      condition {
        test     = "StringEquals"
        variable = "aws:ResourceTag/ghr:environment"
        values   = [var.prefix]
      }
    }
  }
}

# The sweep reads all places, and clears those that nobody needs.
data "aws_iam_policy_document" "pool_scale_down" {
  dynamic "statement" {
    for_each = local.any_pool ? [1] : []

    content {
      sid       = "ClearPlaces"
      actions   = ["dynamodb:Scan", "dynamodb:Query", "dynamodb:DeleteItem"]
      resources = [local.arns.pool]
    }
  }
}

data "aws_iam_policy_document" "pool_machine" {
  dynamic "statement" {
    for_each = local.any_pool ? [1] : []

    content {
      sid       = "AnnounceMachines"
      actions   = ["dynamodb:GetItem", "dynamodb:UpdateItem"]
      resources = [local.arns.pool]
    }
  }
}
