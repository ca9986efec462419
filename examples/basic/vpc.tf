# Runners sit in private subnets and reach GitHub through one NAT gateway, whose traffic costs: a gateway in each zone, or VPC endpoints for
# AWS's own services, pay off with volume.

locals {
  private_subnets = {
    "us-east-1a" = "10.0.0.0/20"
    "us-east-1b" = "10.0.16.0/20"
  }

  tags = { Project = "my-saas-runners" }
}

resource "aws_vpc" "runners" {
  #checkov:skip=CKV2_AWS_11:A network to try the module in; flow logs cost more than all else here.
  #checkov:skip=CKV2_AWS_12:Nothing is ever put into the default group: each runner has a group of its own.

  cidr_block           = "10.0.0.0/16"
  enable_dns_hostnames = true

  tags = merge(local.tags, { Name = "my-saas-runners" })
}

resource "aws_subnet" "private" {
  for_each = local.private_subnets

  vpc_id            = aws_vpc.runners.id
  availability_zone = each.key
  cidr_block        = each.value

  tags = merge(local.tags, { Name = "my-saas-runners-private-${each.key}" })
}

resource "aws_subnet" "public" {
  vpc_id            = aws_vpc.runners.id
  availability_zone = "us-east-1a"
  cidr_block        = "10.0.240.0/24"

  tags = merge(local.tags, { Name = "my-saas-runners-public" })
}

resource "aws_internet_gateway" "runners" {
  vpc_id = aws_vpc.runners.id

  tags = local.tags
}

resource "aws_eip" "nat" {
  domain = "vpc"

  tags = local.tags
}

resource "aws_nat_gateway" "runners" {
  allocation_id = aws_eip.nat.id
  subnet_id     = aws_subnet.public.id

  tags = local.tags

  # The gateway works only once its subnet has a way out.
  depends_on = [aws_route_table_association.public]
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.runners.id

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.runners.id
  }

  tags = local.tags
}

resource "aws_route_table" "private" {
  vpc_id = aws_vpc.runners.id

  route {
    cidr_block     = "0.0.0.0/0"
    nat_gateway_id = aws_nat_gateway.runners.id
  }

  tags = local.tags
}

resource "aws_route_table_association" "public" {
  subnet_id      = aws_subnet.public.id
  route_table_id = aws_route_table.public.id
}

resource "aws_route_table_association" "private" {
  for_each = aws_subnet.private

  subnet_id      = each.value.id
  route_table_id = aws_route_table.private.id
}
