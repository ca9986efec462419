# Private: the module at the root sets these variables and validates their values.

variable "name" {
  description = "Name of the function, and of its role."
  type        = string
}

variable "policy_json" {
  description = "What the function may do besides writing its own logs, as a policy document."
  type        = string
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
  description = "Tags of the role and the log group."
  type        = map(string)
  default     = {}
}
