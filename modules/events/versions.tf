terraform {
  required_version = ">= 1.3.0"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # 5.100 is the oldest release that is tried. In 6.x take 6.41 or later: some before it plan changes of the tables' indexes for ever.
      # https://github.com/hashicorp/terraform-provider-aws/issues/44692
      version = ">= 5.100"
    }
  }
}
