variable "name" {
  description = "Name of the function, and of its role."
  type        = string
}

variable "policy_json" {
  description = "What the function may do besides writing its own logs, as a policy document."
  type        = string
}

variable "log_retention_days" {
  description = "Days that CloudWatch keeps its logs."
  type        = number
}

variable "tags" {
  description = "Tags of the role and the log group."
  type        = map(string)
  default     = {}
}
