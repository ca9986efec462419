locals {
  tags = merge(var.tags, { "ghr:environment" = var.prefix })

  settings_json = jsonencode({
    domain         = var.domain
    https          = var.https
    builder        = var.builder
    quotas         = var.quotas
    reserved_names = var.reserved_names
  })
}
