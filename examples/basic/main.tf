provider "aws" {
  region = "us-east-1"
}

module "multi_tenant_runners" {
  source = "../../"

  prefix     = "my-saas"
  aws_region = "us-east-1"

  vpc_id     = aws_vpc.runners.id
  subnet_ids = values(aws_subnet.private)[*].id

  github_app = {
    id             = var.github_app_id
    key_base64     = var.github_app_key_base64
    webhook_secret = var.github_app_webhook_secret
  }

  runner_tiers = {
    small  = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 2, labels = ["self-hosted", "linux", "x64", "small"] }
    medium = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.large", "m5.large"], max_runners = 5, labels = ["self-hosted", "linux", "x64", "medium"] }
    large  = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.xlarge", "m5.xlarge"], max_runners = 10, labels = ["self-hosted", "linux", "x64", "large"] }
  }

  eventbridge = { enable = true, accept_events = ["workflow_job", "installation"] }

  tags = { Project = "my-saas-runners" }
}
