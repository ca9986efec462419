provider "aws" {
  region = var.aws_region
}

data "aws_vpc" "shared" {
  tags = { Name = var.vpc_name }
}

data "aws_subnets" "private" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.shared.id]
  }

  tags = { Tier = "private" }
}

# What leaves a function: AWS's services and GitHub, over TLS.
resource "aws_security_group" "functions" {
  name        = "${var.prefix}-functions"
  description = "Functions of ${var.prefix}: nothing comes in, TLS goes out."
  vpc_id      = data.aws_vpc.shared.id

  egress {
    description = "TLS"
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["0.0.0.0/0"]
  }

  tags = var.tags
}

module "multi_tenant_runners" {
  source = "../../"

  prefix     = var.prefix
  aws_region = var.aws_region

  vpc_id     = data.aws_vpc.shared.id
  subnet_ids = data.aws_subnets.private.ids

  # The secrets exist already, so that no state file has them.
  github_app = {
    id                    = var.github_app.id
    key_base64_secret     = var.github_app.key
    webhook_secret_secret = var.github_app.webhook_secret
  }

  iam = {
    permissions_boundary = var.permissions_boundary
    path                 = "/ci/"
  }

  lambda = {
    vpc = { subnet_ids = data.aws_subnets.private.ids, security_group_ids = [aws_security_group.functions.id] }
  }

  # Runners reach the web, but no host of the company's networks.
  egress_rules = [
    { description = "TLS", protocol = "tcp", from_port = 443, to_port = 443, cidr_blocks = ["0.0.0.0/0"] },
    { description = "Plain HTTP, for package mirrors", protocol = "tcp", from_port = 80, to_port = 80, cidr_blocks = ["0.0.0.0/0"] },
  ]

  tags = var.tags
}
