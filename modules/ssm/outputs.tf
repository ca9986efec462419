output "parameters" {
  description = "`arn` and `name` of the parameters that hold the App's `id`, `key_base64` and `webhook_secret`, whether made here or referenced."
  value = {
    for part, reference in local.references : part => {
      # Put together rather than read back, so that policies that name it are whole at plan.
      arn  = reference == null ? "${local.arn_prefix}/${var.prefix}/app/${local.suffixes[part]}" : reference.arn
      name = reference == null ? "/${var.prefix}/app/${local.suffixes[part]}" : reference.name
    }
  }

  # Functions read them at their first call.
  depends_on = [aws_ssm_parameter.app]
}
