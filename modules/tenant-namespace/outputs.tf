output "namespace" {
  description = "Name of the tenant's namespace."
  value       = local.namespace

  # In an output, because without a service account there may be no resource at all.
  precondition {
    condition     = contains(keys(local.plans), var.plan)
    error_message = "plan must be one of ${join(", ", keys(local.plans))}; it is \"${var.plan}\"."
  }

  precondition {
    condition     = length(local.s3_without_bucket) == 0
    error_message = "bucket is required, because these service accounts have s3: ${join(", ", local.s3_without_bucket)}."
  }

  precondition {
    condition     = length(local.namespace) <= 54
    error_message = "The namespace \"${local.namespace}\" has more than 54 characters, and the policies that are named after it have no room; shorten namespace_prefix or tenant.name."
  }
}

output "manifests" {
  description = "The tenant's manifests, by file name."
  value       = local.manifests
}

output "yaml" {
  description = "The same as one stream for `kubectl apply -f -`."
  value       = local.stream
}

output "kustomization" {
  description = "The `kustomization.yaml` to put beside the files."
  value       = local.kustomization
}

output "role_arns" {
  description = "ARN of the IAM role of each service account that has one."
  value       = { for name, role in aws_iam_role.account : name => role.arn }
}

output "deploy_role_arn" {
  description = "ARN of the role that the tenant's jobs on GitHub take; `null` without `deploy`."
  value       = one(aws_iam_role.deploy[*].arn)
}

output "kms_key_arn" {
  description = "ARN of the tenant's key; `null` without `kms`."
  value       = one(aws_kms_key.this[*].arn)
}

output "s3_prefix" {
  description = "The tenant's prefix in `bucket`."
  value       = local.s3_prefix
}

output "repository_urls" {
  description = "Addresses of the tenant's ECR repositories, by name."
  value       = { for name, repository in aws_ecr_repository.this : name => repository.repository_url }
}
