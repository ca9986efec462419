# Private: the module at the root sets these variables and validates their values.

variable "prefix" {
  description = "Name of the installation: the start of the names."
  type        = string
}

variable "tables" {
  description = "The tables `tenants`, `jobs`, `launches`, `usage` and `audit`; `stream_arn` of those that are followed, else `null`."
  type        = map(object({ name = string, arn = string, stream_arn = string }))
}

variable "followed" {
  description = "Names of the tables that are followed, among those of `tables`."
  type        = set(string)
}

variable "kinds" {
  description = "Kinds of events that are published."
  type        = set(string)
}

variable "event_bus" {
  description = "The bus that they are published on."
  type        = object({ name = string, arn = string })
}

variable "export" {
  description = <<-EOT
    The bucket of the audit trail, `null` for none: `name`; `expire_days` after which objects go, `null` for never; `kms_key_arn`, `null` for S3's
    own key; `force_destroy`: it may be removed with what is in it.
  EOT
  type        = object({ name = string, expire_days = number, kms_key_arn = string, force_destroy = bool })
  default     = null
}

variable "callbacks" {
  description = <<-EOT
    Whether tenants' own events are sent to their endpoints, `null` for not: `package` of the function that does, as `package` is; the
    `recovery_table`, in which it notes how they fare; its `memory_mb`;
    `timeout_seconds` that an endpoint has; `concurrency` of the function.
  EOT
  type = object({
    package         = object({ filename = string, source_code_hash = string, s3_bucket = string, s3_key = string })
    recovery_table  = object({ name = string, arn = string })
    memory_mb       = number
    timeout_seconds = number
    concurrency     = number
  })
  default = null
}

variable "parameters_key_arn" {
  description = "The customer's key of SSM parameters; `null` for AWS's own."
  type        = string
  default     = null
}

variable "queue_kms_key_arn" {
  description = "The customer's key of queues; `null` for SQS's own."
  type        = string
  default     = null
}

variable "data_keys_policy_json" {
  description = "What the customer's keys of tables and queues ask of the function, as a policy document; `null` where there are none."
  type        = string
  default     = null
}

variable "package" {
  description = "The function's code: `filename` with its `source_code_hash`, or `s3_bucket` and `s3_key`."
  type = object({
    filename         = string
    source_code_hash = string
    s3_bucket        = string
    s3_key           = string
  })
}

variable "runtime" {
  description = "Runtime of the function."
  type        = string
  default     = "nodejs22.x"
}

variable "architecture" {
  description = "Processor of the function."
  type        = string
  default     = "arm64"
}

variable "memory_mb" {
  description = "Memory of the function."
  type        = number
  default     = 512
}

variable "log_level" {
  description = "Least severe level that the function logs."
  type        = string
  default     = "info"
}

variable "log" {
  description = "The log group: `retention_days`, `class` and `kms_key_arn` (`null` for CloudWatch's own encryption)."
  type = object({
    retention_days = optional(number, 30)
    class          = optional(string, "STANDARD")
    kms_key_arn    = optional(string)
  })
  default = {}
}

variable "vpc" {
  description = "Subnets and security groups that the function runs in; `null` for Lambda's own network."
  type        = object({ subnet_ids = list(string), security_group_ids = list(string) })
  default     = null
}

variable "iam" {
  description = "`path` of the role, and the policy that is its `permissions_boundary`."
  type = object({
    permissions_boundary = optional(string)
    path                 = optional(string, "/")
    suffix               = optional(string, "")
  })
  default = {}
}

variable "tags" {
  description = "Tags of everything here."
  type        = map(string)
  default     = {}
}
