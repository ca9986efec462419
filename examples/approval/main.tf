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

  # Nobody runs a job before an operator said so.
  onboarding = { mode = "approval" }

  tags = { Project = "my-saas-runners" }
}
