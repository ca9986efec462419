output "parameters" {
  description = "`arn` and `name` of the parameters that hold the App's `id`, `key_base64` and `webhook_secret`, whether made here or referenced; of a secret in Secrets Manager its ARN is both."
  value = {
    for part, reference in local.references : part => {
      # Put together rather than read back, so that policies that name it are whole at plan.
      arn  = try(local.secrets[part].arn, reference.arn, "${local.arn_prefix}/${var.prefix}/app/${local.suffixes[part]}")
      name = try(local.secrets[part].arn, reference.name, "/${var.prefix}/app/${local.suffixes[part]}")
    }
  }

  # Functions read them at their first call.
  depends_on = [aws_ssm_parameter.app]
}

output "policies" {
  description = "By what of the App a function reads, besides its id, as a policy: `key_base64` and `webhook_secret`."
  value       = { for part, document in data.aws_iam_policy_document.read : part => document.json }
}
