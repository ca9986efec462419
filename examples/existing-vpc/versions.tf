terraform {
  required_version = ">= 1.3.0"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # 5.100 is the oldest release that is tried. Nothing here was removed or renamed in 6.x.
      version = ">= 5.100"
    }
  }
}
