output "files" {
  description = "Every file of the GitOps repository, by its path."
  value = merge([for one in values(module.namespace) : merge(
    { for name, text in one.manifests : "${one.namespace}/${name}" => text },
    { "${one.namespace}/kustomization.yaml" = one.kustomization },
  )]...)

  precondition {
    condition     = length(local.taken) == 0
    error_message = "Tenants have the same namespace: ${join("; ", local.taken)}. Rename an organisation, or leave one out of the export."
  }
}

output "namespaces" {
  description = "Namespace of each tenant, by installation_id."
  value       = { for id, one in module.namespace : id => one.namespace }
}
