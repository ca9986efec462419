variable "prefix" {
  description = "Name of the installation."
  type        = string
  default     = "sandbox"
}

variable "aws_region" {
  description = "Region of the emulator."
  type        = string
  default     = "us-east-1"
}

variable "aws_endpoint_url" {
  description = "Address of the emulator; `null` leaves it to AWS_ENDPOINT_URL."
  type        = string
  default     = null
}

variable "aws_access_key_id" {
  description = "Access key that the emulator knows as its administrator's."
  type        = string
  default     = "test"
}

variable "aws_secret_access_key" {
  description = "Secret of that access key."
  type        = string
  default     = "test"
  sensitive   = true
}

variable "vpc_id" {
  description = "VPC to use; `null` makes a small one."
  type        = string
  default     = null
}

variable "subnet_ids" {
  description = "Subnets of `vpc_id`."
  type        = list(string)
  default     = []
}

variable "github_app_id" {
  description = "Id of the App at the fake GitHub."
  type        = string
}

variable "github_app_key_base64" {
  description = "Private key of the App, as base64."
  type        = string
  sensitive   = true
}

variable "github_webhook_secret" {
  description = "Webhook secret of the App."
  type        = string
  sensitive   = true
}

variable "link_key" {
  description = "Key that signs links to the page."
  type        = string
  sensitive   = true
}

variable "github_api_url" {
  description = "Address of the fake GitHub's REST API."
  type        = string
  default     = "https://api.github.com"
}

variable "github_token_issuer" {
  description = "Issuer of the tokens of the fake GitHub's workflow jobs."
  type        = string
  default     = "https://token.actions.githubusercontent.com"
}

variable "runner_image_id" {
  description = "An image; `null` for the module's default."
  type        = string
  default     = null
}

variable "runner_timeouts" {
  description = "How long a machine may take, in minutes."
  type = object({
    boot     = optional(number, 10)
    idle     = optional(number, 5)
    lifetime = optional(number, 360)
  })
  default = {}
}

variable "lambda_zips" {
  description = "Zip files of functions, instead of those that `npm run dist` writes."
  type        = map(string)
  default     = {}
}

variable "lambda_architecture" {
  description = "Processor of the functions; the emulator runs them on this machine whatever it says."
  type        = string
  default     = "x86_64"
}

variable "log_level" {
  description = "Least severe level that the functions log."
  type        = string
  default     = "info"
}

variable "allow_public_repositories" {
  description = "Whether jobs of public repositories run."
  type        = bool
  default     = false
}

variable "tier_access" {
  description = "Which sizes a tenant's jobs may ask for."
  type        = string
  default     = "any"
}

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
  default     = { Project = "sandbox" }
}

variable "pool_size" {
  description = "Machines of the size small that wait for a job."
  type        = number
  default     = 0
}

variable "shared_calls" {
  description = "Whether tenants' jobs of the size small share calls of EC2: `npm run sandbox -- burst`."
  type        = bool
  default     = false
}
