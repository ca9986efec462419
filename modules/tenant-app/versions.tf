terraform {
  # Ephemeral resources and write-only attributes: the tenant's password is in no state.
  required_version = ">= 1.11.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100"
    }
  }
}
