variable "github_app_id" {
  description = "Id of the GitHub App."
  type        = string
}

variable "github_app_key_base64" {
  description = "Its private key file, as base64."
  type        = string
  sensitive   = true
}

variable "github_app_webhook_secret" {
  description = "Its webhook secret."
  type        = string
  sensitive   = true
}

variable "vpc_id" {
  description = "VPC of the runners."
  type        = string
}

variable "subnet_ids" {
  description = "Its private subnets, with a way out to GitHub."
  type        = list(string)
}

variable "create_spot_service_linked_role" {
  description = "Whether the account still lacks EC2's role for spot; AWS allows one in an account."
  type        = bool
  default     = false
}
