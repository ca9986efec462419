variable "prefix" {
  description = "Name of the installation."
  type        = string
  default     = "my-saas"
}

variable "aws_region" {
  description = "Region of the VPC."
  type        = string
  default     = "us-east-1"
}

variable "vpc_name" {
  description = "Tag `Name` of the VPC; its private subnets carry the tag `Tier = private`."
  type        = string
}

variable "permissions_boundary" {
  description = "ARN of the policy that bounds every role of the account."
  type        = string
}

variable "github_app" {
  description = "The App's numeric id, and the secrets of Secrets Manager with its private key and its webhook secret: each `arn`, and the `kms_key_arn` that encrypts it, if that is your own."
  type = object({
    id             = string
    key            = object({ arn = string, kms_key_arn = optional(string) })
    webhook_secret = object({ arn = string, kms_key_arn = optional(string) })
  })
}

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
  default     = { Project = "my-saas-runners" }
}
