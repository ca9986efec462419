# Private: the module at the root sets these variables and validates their values.

variable "prefix" {
  description = "Name of the installation: of the bus, and the start of the other names."
  type        = string
}

variable "tables" {
  description = "The `tenants` and `jobs` tables."
  type = object({
    tenants = object({ name = string, arn = string })
    jobs    = object({ name = string, arn = string })
  })
}

variable "tier_queues" {
  description = "The queue of each tier."
  type        = map(object({ url = string, arn = string }))
}

variable "runner_events_queue" {
  description = "Queue for jobs that started or ended."
  type        = object({ url = string, arn = string })
}

variable "app_parameters" {
  description = "Where the App's id and webhook secret are: names of SSM parameters, or the ARN of a secret; and the policy that lets a function read both."
  type = object({
    id             = string
    webhook_secret = string
    policy_json    = string
  })
}

variable "routing" {
  description = "What decides a job's way: `runner_tiers` (a JSON document), `default_tier`, `tier_access`, `allow_public_repositories`."
  type = object({
    runner_tiers              = string
    default_tier              = string
    tier_access               = string
    allow_public_repositories = bool
  })
}

variable "data_keys_policy_json" {
  description = "What the customer's keys of tables and queues ask of the function, as a policy document; `null` where there are none."
  type        = string
  default     = null
}

variable "custom_domain" {
  description = "A name of one's own for the API, with its certificate; `null` for the API's own address."
  type        = object({ name = string, certificate_arn = string })
  default     = null
}

variable "allowed_source_cidrs" {
  description = "Addresses that deliveries are taken from; empty for any."
  type        = list(string)
  default     = []
}

variable "access_log" {
  description = "Log group of the API's access log; `null` for none."
  type        = object({ retention_days = number, class = string, kms_key_arn = string })
  default     = null
}

variable "publish_events" {
  description = "GitHub events to publish on the bus besides the installation's."
  type        = list(string)
  default     = []
}

variable "throttle" {
  description = "Requests a second (`rate_limit`) and at once (`burst_limit`) that the API lets through."
  type        = object({ rate_limit = number, burst_limit = number })
}

variable "check_runs" {
  description = "Whether GitHub shows on commits why jobs wait."
  type        = bool
}

variable "tenant_rate" {
  description = "Deliveries of jobs that the function takes from one installation: `per_second`, and `burst` at once; `by_tier`: those of a tier's tenants."
  type = object({
    per_second = number
    burst      = number
    by_tier    = map(object({ per_second = number, burst = number }))
  })
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
  description = "The log group: `retention_days` and `kms_key_arn` (`null` for CloudWatch's own encryption)."
  type = object({
    retention_days = optional(number, 30)
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
