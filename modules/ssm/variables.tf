# Private: the module at the root sets these variables and validates their values.

variable "prefix" {
  description = "First part of the parameters' names."
  type        = string
}

variable "github_app" {
  description = "The GitHub App: for each of `id`, `key_base64` and `webhook_secret` a value to store, or `*_ssm` naming a parameter that exists, or `*_secret` naming a secret of Secrets Manager."
  type = object({
    id                    = optional(string)
    key_base64            = optional(string)
    webhook_secret        = optional(string)
    id_ssm                = optional(object({ arn = string, name = string }))
    key_base64_ssm        = optional(object({ arn = string, name = string }))
    webhook_secret_ssm    = optional(object({ arn = string, name = string }))
    key_base64_secret     = optional(object({ arn = string, kms_key_arn = optional(string) }))
    webhook_secret_secret = optional(object({ arn = string, kms_key_arn = optional(string) }))
  })
  sensitive = true
}

variable "kms_key_arn" {
  description = "Customer key of the parameters; `null` for AWS's own."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of the parameters."
  type        = map(string)
  default     = {}
}
