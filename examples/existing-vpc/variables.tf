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

variable "github_app_parameters" {
  description = "SSM parameters that hold the App's id, private key (base64) and webhook secret."
  type = object({
    id             = object({ arn = string, name = string })
    key_base64     = object({ arn = string, name = string })
    webhook_secret = object({ arn = string, name = string })
  })
}

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
  default     = { Project = "my-saas-runners" }
}
