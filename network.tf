################################################################################
# The way to GitHub
################################################################################

locals {
  ca_bundle_parameter = "/${var.prefix}/network/ca-bundle"
  ca_bundle_arns      = [for parameter in aws_ssm_parameter.ca_bundle : "arn:${local.partition}:ssm:${local.arn_end}:parameter${parameter.name}"]
}

# In a parameter as neither a function's environment nor a machine's user data has room for it; compressed, as a parameter has 4 KB.
resource "aws_ssm_parameter" "ca_bundle" {
  #checkov:skip=CKV2_AWS_34:Certificates are public.
  #checkov:skip=CKV_AWS_337:Certificates are public.
  count = var.network.ca_bundle == null ? 0 : 1

  name        = local.ca_bundle_parameter
  description = "Certificates that functions and machines trust besides the public ones, as PEM in gzip and base64."
  type        = "String"
  value       = base64gzip(var.network.ca_bundle)

  tags = local.tags

  lifecycle {
    precondition {
      condition = length(base64gzip(var.network.ca_bundle)) <= 4096
      error_message = join(" ", [
        "network.ca_bundle has ${length(base64gzip(var.network.ca_bundle))} compressed bytes, and an SSM parameter allows 4096;",
        "keep the root certificates of GitHub and the proxy only.",
      ])
    }
  }
}
