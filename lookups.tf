# What only AWS knows, asked at plan, so that a mistake in the inputs is an error in words before anything is made. The conditions are preconditions of
# the tenants table. Each is one call for all of its names; what another resource of the same apply makes is asked for once that is there.

data "aws_subnets" "runners" {
  filter {
    name   = "vpc-id"
    values = [var.vpc_id]
  }

  filter {
    name   = "subnet-id"
    values = local.runner_subnet_ids
  }
}

# Filters, as the parameter for names fails the whole plan for one that does not exist, without saying which tier asked for it.
data "aws_ec2_instance_types" "runners" {
  for_each = toset([for tier in values(var.runner_tiers) : tier.runner_architecture])

  filter {
    name   = "processor-info.supported-architecture"
    values = [each.key == "arm64" ? "arm64" : "x86_64"]
  }

  filter {
    name   = "instance-type"
    values = coalescelist(distinct(flatten([for tier in values(var.runner_tiers) : tier.instance_types if tier.runner_architecture == each.key])), ["none"])
  }
}

# `alias/aws/ebs`, AWS's own, or the ARN of a key that the account has made its default.
data "aws_ebs_default_kms_key" "current" {}

locals {
  runner_subnet_ids = distinct(concat(var.subnet_ids, flatten(values(local.tier_subnet_ids))))

  # A provider that is mocked, as in a user's own `terraform test`, knows no subnets and no instance types, and gives ids of eight letters and digits.
  # AWS's provider gives these the Region as their id.
  is_mocked = can(regex("^[a-z0-9]{8}$", data.aws_subnets.runners.id))

  lost_subnets = local.is_mocked ? [] : tolist(setsubtract(local.runner_subnet_ids, data.aws_subnets.runners.ids))

  unfit_instance_types = local.is_mocked ? {} : {
    for name, tier in var.runner_tiers : name => [
      for type in tier.instance_types : type if !contains(data.aws_ec2_instance_types.runners[tier.runner_architecture].instance_types, type)
    ]
  }

  # Without a key in `encryption` EC2 takes the account's default: when that is a customer's key, scale-up needs rights to it.
  # https://docs.aws.amazon.com/ebs/latest/userguide/encryption-by-default.html
  default_disk_key = can(regex("^arn:[^:]+:kms:", data.aws_ebs_default_kms_key.current.key_arn)) ? data.aws_ebs_default_kms_key.current.key_arn : null

  # Of the disks that a launch makes, and of the images' snapshots that it reads.
  disk_keys = distinct(compact(concat([var.encryption.disks == null ? local.default_disk_key : var.encryption.disks], var.encryption.images)))
}
