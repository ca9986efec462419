provider "aws" {
  region = "us-east-1"
}

module "multi_tenant_runners" {
  source = "../../"

  prefix     = "my-saas"
  aws_region = "us-east-1"

  vpc_id     = var.vpc_id
  subnet_ids = var.subnet_ids

  github_app = {
    id             = var.github_app_id
    key_base64     = var.github_app_key_base64
    webhook_secret = var.github_app_webhook_secret
  }

  # Many kinds of machines of about one size: where spot capacity of one runs out, the next is tried.
  runner_tiers = {
    small = {
      runner_os           = "linux"
      runner_architecture = "x64"
      instance_types      = ["t3.medium", "t3a.medium"]
      max_runners         = 2
      labels              = ["self-hosted", "linux", "x64", "small"]
    }
    large = {
      runner_os           = "linux"
      runner_architecture = "x64"
      instance_types      = ["m5.xlarge", "m5a.xlarge", "m6i.xlarge", "t3.xlarge"]
      max_runners         = 10
      labels              = ["self-hosted", "linux", "x64", "large"]
      capacity            = "spot-with-fallback"
      disk                = { size_gb = 100, throughput = 250 }
    }
    arm = {
      runner_os           = "linux"
      runner_architecture = "arm64"
      instance_types      = ["t4g.large", "m6g.large", "m7g.large"]
      max_runners         = 10
      labels              = ["self-hosted", "linux", "arm64"]
      capacity            = "spot"
    }
  }

  # Tenants of small may ask for small only.
  tier_access = "up_to_own"

  # For an account that never used spot.
  create_spot_service_linked_role = var.create_spot_service_linked_role

  tags = { Project = "my-saas-runners" }
}
