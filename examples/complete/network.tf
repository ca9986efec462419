locals {
  zones = { a = "10.0.0.0/20", b = "10.0.16.0/20" }
}

resource "aws_vpc" "this" {
  #checkov:skip=CKV2_AWS_11:A network to try the module in; flow logs cost more than all else here.
  #checkov:skip=CKV2_AWS_12:Nothing is ever put into the default group: each runner has a group of its own.

  cidr_block           = "10.0.0.0/16"
  enable_dns_hostnames = true

  tags = { Name = var.prefix }
}

# Their way out, a NAT gateway, is in the basic example.
resource "aws_subnet" "this" {
  for_each = local.zones

  vpc_id            = aws_vpc.this.id
  availability_zone = "${var.aws_region}${each.key}"
  cidr_block        = each.value

  tags = { Name = "${var.prefix}-${each.key}" }
}

resource "aws_security_group" "functions" {
  name        = "${var.prefix}-functions"
  description = "Functions of ${var.prefix}: nothing comes in, TLS goes out."
  vpc_id      = aws_vpc.this.id

  egress {
    description = "TLS"
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["0.0.0.0/0"]
  }

  tags = { Name = "${var.prefix}-functions" }
}
