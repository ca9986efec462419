variable "aws_region" {
  description = "Region of the cluster."
  type        = string
  default     = "us-east-1"
}

variable "tenants_export" {
  description = "File with what `aws dynamodb scan --output json` prints of the tenants table."
  type        = string
  default     = "tenants.json"
}

variable "cluster_name" {
  description = "Name of the EKS cluster."
  type        = string
}

variable "oidc_provider_arn" {
  description = "ARN of the cluster's IAM OIDC provider."
  type        = string
}

variable "bucket" {
  description = "Bucket in which every tenant has a prefix; `null` for none."
  type        = string
  default     = null
}

variable "plan_of_tier" {
  description = "Plan of the namespace, by the tenant's tier in the registry."
  type        = map(string)
  default     = { small = "free", medium = "team", large = "business" }
}

variable "tenants" {
  description = "What differs for single tenants, by installation_id."
  type = map(object({
    plan             = optional(string)
    isolation        = optional(string)
    egress           = optional(map(object({ cidr = string, ports = list(object({ port = number, protocol = optional(string, "TCP") })) })))
    service_accounts = optional(map(object({ s3 = optional(bool, false), policy_arns = optional(map(string), {}) })))
    autoscaling      = optional(map(object({ min = number, max = number, cpu_percent = optional(number, 70) })))
  }))
  default = {}
}

variable "defaults" {
  description = "What every tenant has unless `tenants` says otherwise; see the module's inputs of the same names."
  type = object({
    egress             = optional(map(object({ cidr = string, ports = list(object({ port = number, protocol = optional(string, "TCP") })) })), {})
    ingress_namespaces = optional(list(string), [])
    service_accounts   = optional(map(object({ s3 = optional(bool, false), policy_arns = optional(map(string), {}) })), {})
    cluster_admin      = optional(string)
    operator_groups    = optional(list(string), [])
    pod_identity       = optional(bool, false)
  })
  default = {}
}
