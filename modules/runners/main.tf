data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  name       = "${var.prefix}-runner"
  partition  = data.aws_partition.current.partition
  region     = data.aws_region.current.id
  account_id = data.aws_caller_identity.current.account_id

  # AWS's own names for the architectures, in its public image parameters. The root module rejects any other.
  image_architectures = { x64 = "x86_64", arm64 = "arm64" }

  # Only of the tiers whose image is not settled at plan.
  image_parameters = {
    for tier, settings in var.tiers : tier => coalesce(
      settings.image.ssm_parameter,
      "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-${lookup(local.image_architectures, settings.runner_architecture, "none")}"
    ) if settings.image.id == null && settings.image.filter == null
  }

  image_ids = {
    for tier, settings in var.tiers : tier => (
      settings.image.id != null ? settings.image.id :
      # Followed at launch, so a new image needs no apply.
      contains(keys(local.image_parameters), tier) ? "resolve:ssm:${local.image_parameters[tier]}" :
      data.aws_ami.tier[tier].id
    )
  }

  root_device_names = {
    for tier, settings in var.tiers : tier => coalesce(settings.image.root_device_name, try(data.aws_ami.tier[tier].root_device_name, null), "/dev/xvda")
  }
}

locals {
  # The snapshot of an image's root disk, in GB, where the image is looked up; 0 where it is not known before a launch.
  image_sizes = {
    for tier, settings in var.tiers : tier => max(concat([0], [
      for mapping in try(tolist(data.aws_ami.tier[tier].block_device_mappings), []) : try(tonumber(mapping.ebs.volume_size), 0)
      if mapping.device_name == local.root_device_names[tier]
    ])...)
  }
}

data "aws_ami" "tier" {
  for_each = { for tier, settings in var.tiers : tier => settings if settings.image.filter != null }

  most_recent = true
  owners      = each.value.image.filter.owners

  filter {
    name   = "name"
    values = [each.value.image.filter.name]
  }

  filter {
    name   = "architecture"
    values = [lookup(local.image_architectures, each.value.runner_architecture, "none")]
  }

  filter {
    name   = "state"
    values = ["available"]
  }
}

# Zero ingress is written out: without `ingress` Terraform would keep a rule that someone adds manually.
resource "aws_security_group" "runner" {
  #checkov:skip=CKV2_AWS_5:Attached at run time: scale-up names it at each launch.

  name        = local.name
  description = "Runners of ${var.prefix}: nothing comes in."
  vpc_id      = var.vpc_id

  ingress = []
  egress = [for rule in var.egress_rules : {
    description      = rule.description
    protocol         = rule.protocol
    from_port        = rule.from_port
    to_port          = rule.to_port
    cidr_blocks      = rule.cidr_blocks
    ipv6_cidr_blocks = rule.ipv6_cidr_blocks
    prefix_list_ids  = []
    security_groups  = []
    self             = false
  }]

  tags = merge(var.tags, { Name = local.name })
}

# No network interfaces and no security groups: each launch brings its tenant's group, and a template that has its own refuses that.
resource "aws_launch_template" "tier" {
  for_each = var.tiers

  name = "${var.prefix}-${each.key}"
  # With the pinned runner, as "mtr doctor" compares its version with GitHub's releases. EC2 takes 255 characters.
  description = substr(join(" ", compact([
    "Runners of the size ${each.key}.",
    try("Pinned: ${var.binaries[each.value.runner_architecture].url}", ""),
  ])), 0, 255)
  update_default_version = true

  image_id  = local.image_ids[each.key]
  user_data = base64encode(local.user_data[each.value.runner_architecture])

  # The last thing a machine does, whatever happened, is to shut down.
  instance_initiated_shutdown_behavior = "terminate"

  dynamic "iam_instance_profile" {
    for_each = aws_iam_instance_profile.runner

    content {
      arn = iam_instance_profile.value.arn
    }
  }

  # One hop keeps containers of a job away; the tags tell the machine its tenant.
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
    instance_metadata_tags      = "enabled"
  }

  block_device_mappings {
    device_name = local.root_device_names[each.key]

    ebs {
      volume_type           = each.value.disk.type
      volume_size           = each.value.disk.size_gb
      iops                  = each.value.disk.iops
      throughput            = each.value.disk.throughput
      kms_key_id            = var.disk_kms_key_arn
      encrypted             = true
      delete_on_termination = true
    }
  }

  tags = var.tags

  lifecycle {
    precondition {
      # A launch replaces the placeholders by the machine API's address and a secret, which are longer.
      condition = length(local.user_data[each.value.runner_architecture]) <= 16384 - 256
      error_message = join(" ", [
        "The user data of tier ${each.key} has ${length(local.user_data[each.value.runner_architecture])} bytes, and EC2 allows 16384, of which a launch needs 256;",
        "shorten the hooks, or put them in the image as /opt/ghr/hooks/job-started.sh and job-completed.sh; name fewer certificates in network.ca_bundle.",
      ])
    }

    # EC2 would say so at each launch: InvalidBlockDeviceMapping.
    precondition {
      condition = each.value.disk.size_gb >= local.image_sizes[each.key]
      error_message = join(" ", [
        "The disk of tier ${each.key} has ${each.value.disk.size_gb} GB, but the snapshot of its image ${local.image_ids[each.key]}",
        "needs ${local.image_sizes[each.key]}; increase disk.size_gb.",
      ])
    }
  }
}

resource "aws_iam_service_linked_role" "spot" {
  count = var.create_spot_service_linked_role ? 1 : 0

  aws_service_name = "spot.amazonaws.com"

  tags = var.tags
}
