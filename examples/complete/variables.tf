variable "prefix" {
  description = "Name of the installation."
  type        = string
  default     = "my-saas"
}

variable "aws_region" {
  description = "Region of everything."
  type        = string
  default     = "us-east-1"
}

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

variable "custom_domain" {
  description = "A name of your own for the webhook, with its ACM certificate; `null` for the API's own address."
  type        = object({ name = string, certificate_arn = string })
  default     = null
}

variable "create_spot_service_linked_role" {
  description = "Whether to create the service-linked role that EC2 needs for spot, and that the key's policy names; leave `false` if the account has it."
  type        = bool
  default     = false
}

variable "deletion_protection" {
  description = "Whether DynamoDB refuses to delete the tables; set it to `false` and apply before a destroy."
  type        = bool
  default     = true
}

variable "lambda_zips" {
  description = "Zip files of functions, instead of those that `npm run dist` writes."
  type        = map(string)
  default     = {}
}
