locals {
  namespace = "${var.namespace_prefix}${var.tenant.name}"
  plans     = merge(jsondecode(file("${path.module}/plans.json")), var.plans)
  plan      = lookup(local.plans, var.plan, local.plans["free"])

  # arn:<partition>:iam::<account>:oidc-provider/<issuer>
  oidc      = split(":", var.oidc_provider_arn)
  partition = local.oidc[1]
  account   = local.oidc[4]
  issuer    = trimprefix(local.oidc[5], "oidc-provider/")

  # With dots, which no part has: "a-b" and "c" never make the name that "a" and "b-c" make. IAM takes 64 characters; what
  # is longer ends in a hash of the whole.
  role_names = { for name in concat(keys(var.service_accounts), ["github.deploy"]) : name => {
    full = "${var.cluster_name}.${local.namespace}.${name}"
    hash = substr(sha256("${var.cluster_name}.${local.namespace}.${name}"), 0, 8)
  } }
  roles = { for name, account in var.service_accounts : name => account if account.s3 || length(account.policy_arns) > 0 }
  role_name = { for name, one in local.role_names :
    name => length(one.full) <= 64 ? one.full : "${substr(one.full, 0, 55)}.${one.hash}"
  }

  groups = {
    admin  = coalesce(var.groups.admin, "${local.namespace}:admin")
    user   = coalesce(var.groups.user, "${local.namespace}:user")
    viewer = coalesce(var.groups.viewer, "${local.namespace}:viewer")
  }

  # All that the templates know. namespaces/src/facts.ts makes the same from a row of the registry; a test compares what
  # both render.
  facts = {
    namespace   = local.namespace
    tenant_id   = var.tenant.id
    tenant_name = var.tenant.name
    plan_name   = var.plan
    plan        = merge(local.plan, var.tenant.suspended ? { pods = 0, jobs = 0 } : {})
    isolation   = var.isolation
    egress = [for name in sort(keys(var.egress)) : {
      name  = name
      cidr  = var.egress[name].cidr
      ports = var.egress[name].ports
      # An exception must lie in its block.
      has_link_local = try(tonumber(split("/", var.egress[name].cidr)[1]) < 16 && cidrhost("169.254.0.0/${split("/", var.egress[name].cidr)[1]}", 0) == cidrhost(var.egress[name].cidr, 0), false)
    }]
    ingress_namespaces = sort(var.ingress_namespaces)
    service_accounts = [for name in sort(keys(var.service_accounts)) : {
      name     = name
      role_arn = contains(keys(local.roles), name) && !var.pod_identity ? "arn:${local.partition}:iam::${local.account}:role/${local.role_name[name]}" : ""
    }]
    bindings = concat(
      var.groups.cluster_admin == null ? [] : [{ name = "cluster-admin", kind = "ClusterRole", role = "cluster-admin", group = var.groups.cluster_admin }],
      [for persona in ["admin", "user", "viewer"] : { name = "tenant-${persona}", kind = "Role", role = "tenant-${persona}", group = local.groups[persona] }],
    )
    operators    = join(", ", [for group in concat(["system:masters", "system:serviceaccounts:kube-system"], compact([var.groups.cluster_admin]), var.operator_groups) : "\"${group}\""])
    autoscaling  = [for name in sort(keys(var.autoscaling)) : merge(var.autoscaling[name], { name = name })]
    pod_identity = var.pod_identity && length(local.roles) > 0
  }

  rendered = { for file in fileset("${path.module}/manifests", "*.tftpl") :
    trimsuffix(file, ".tftpl") => templatefile("${path.module}/manifests/${file}", { t = local.facts })
  }
  manifests     = { for name, text in local.rendered : name => text if trimspace(text) != "" }
  stream        = join("", [for name in sort(keys(local.manifests)) : startswith(local.manifests[name], "---") ? local.manifests[name] : "---\n${local.manifests[name]}"])
  kustomization = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n${join("", [for name in sort(keys(local.manifests)) : "  - ${name}\n"])}"

  s3_without_bucket = [for name, account in var.service_accounts : name if account.s3 && var.bucket == null]
  tags              = merge(var.tags, { "ghr:tenant_id" = var.tenant.id, "ghr:namespace" = local.namespace })
}
