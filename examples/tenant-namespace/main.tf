provider "aws" {
  region = var.aws_region
}

locals {
  rows = [for row in jsondecode(file(var.tenants_export)).Items : {
    id     = row.installation_id.N
    org    = row.org_name.S
    status = row.status.S
    tier   = row.tier.S
  } if try(contains(["active", "suspended"], row.status.S), false) && can(row.org_name.S) && !can(row.deleted_at) && !can(row.cleanup)]

  # As a label of DNS, and cut to what has room.
  names = { for row in local.rows : row.id => trim(substr(replace(lower(row.org), "/[^a-z0-9]+/", "-"), 0, 40), "-") }
  same  = { for name in distinct(values(local.names)) : name => sort([for id, other in local.names : id if other == name]) }
  taken = [for name, ids in local.same : "${name} (${join(", ", ids)})" if length(ids) > 1]
}

module "namespace" {
  source   = "../../modules/tenant-namespace"
  for_each = { for row in local.rows : row.id => row }

  tenant = { id = each.key, name = local.names[each.key], suspended = each.value.status == "suspended" }
  plan   = coalesce(try(var.tenants[each.key].plan, null), lookup(var.plan_of_tier, each.value.tier, "free"))

  isolation          = coalesce(try(var.tenants[each.key].isolation, null), "namespace")
  egress             = try(var.tenants[each.key].egress, null) == null ? var.defaults.egress : var.tenants[each.key].egress
  service_accounts   = try(var.tenants[each.key].service_accounts, null) == null ? var.defaults.service_accounts : var.tenants[each.key].service_accounts
  autoscaling        = try(var.tenants[each.key].autoscaling, null) == null ? {} : var.tenants[each.key].autoscaling
  ingress_namespaces = var.defaults.ingress_namespaces
  groups             = { cluster_admin = var.defaults.cluster_admin }
  operator_groups    = var.defaults.operator_groups
  pod_identity       = var.defaults.pod_identity

  cluster_name      = var.cluster_name
  oidc_provider_arn = var.oidc_provider_arn
  bucket            = var.bucket
}
