locals {
  architectures = toset([for settings in var.tiers : settings.runner_architecture])

  user_data = {
    for architecture in local.architectures : architecture => templatefile("${path.module}/templates/user-data.sh.tftpl", {
      parameter_root = local.parameter_root
      architecture   = architecture
      binary_url     = try(var.binaries[architecture].url, "")
      binary_sha256  = try(var.binaries[architecture].sha256, "")
    })
  }
}
