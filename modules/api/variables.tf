# Private: the module at the root sets these variables and validates their values.

variable "prefix" {
  description = "Name of the installation: the start of the names."
  type        = string
}

variable "tables" {
  description = "The tables `tenants`, `jobs`, `launches`, `audit`, `usage`, `recovery` and `api`, the API's own."
  type = object({
    tenants  = object({ name = string, arn = string })
    jobs     = object({ name = string, arn = string })
    launches = object({ name = string, arn = string })
    audit    = object({ name = string, arn = string })
    usage    = object({ name = string, arn = string })
    recovery = object({ name = string, arn = string })
    api      = object({ name = string, arn = string })
  })
}

variable "queues" {
  description = "All queues of the installation; `feeds` is the ARN of the queue whose dead letters it has, or `null`."
  type        = list(object({ url = string, arn = string, feeds = string }))
}

variable "tier_queue_urls_json" {
  description = "Address of the queue of each size, as a JSON object."
  type        = string
}

variable "launch_triggers" {
  description = "Ids of the event source mappings of scale-up."
  type        = list(string)
}

variable "scale_up_arn" {
  description = "ARN of the function scale-up."
  type        = string
}

variable "tenant_manager" {
  description = "The function that looks for what a tenant has."
  type        = object({ name = string, arn = string })
}

variable "rates" {
  description = "Requests in a minute of each `caller`, and of all callers of a `tenant`."
  type        = object({ caller = number, tenant = number })
}

variable "runner_tiers_json" {
  description = "The tiers as the functions know them, as a JSON document."
  type        = string
}

variable "default_tier" {
  description = "The tier that counts where a tenant's row names none."
  type        = string
}

variable "issuers" {
  description = "Whose tokens tenants call with; without any there is only the operators' API."
  type = list(object({
    kind         = string
    issuer       = string
    audience     = string
    tenant_claim = string
    role_claim   = string
  }))
  default = []
}

variable "link_key_parameter" {
  description = "The SSM parameter that holds the keys of signed links to the page; `null`: there are no links."
  type        = object({ arn = string, name = string })
  default     = null
}

variable "apps" {
  description = "The tables `apps` and `deployments` of `modules/apps`, and the role of pushes; `null`: there are no apps."
  type = object({
    tables = object({
      apps        = object({ name = string, arn = string })
      deployments = object({ name = string, arn = string })
    })
    push_role_arn = optional(string)
  })
  default = null
}

variable "webhook_function" {
  description = "The function that GitHub's deliveries go to."
  type        = object({ name = string, arn = string })
}

variable "github_api_url" {
  description = "Of GitHub's API: where jobs have their pages follows from it."
  type        = string
  default     = "https://api.github.com"
}

variable "has_callbacks" {
  description = "Whether tenants may have their events sent to an endpoint of theirs."
  type        = bool
  default     = false
  nullable    = false
}

variable "parameters_key_arn" {
  description = "The customer's key of SSM parameters; `null` for AWS's own."
  type        = string
  default     = null
}

variable "data_keys_policy_json" {
  description = "What the customer's keys of tables and queues ask of the function, as a policy document; `null` where there are none."
  type        = string
  default     = null
}

variable "access_log" {
  description = "Log group of the APIs' access log; `null` for none."
  type        = object({ retention_days = number, class = string, kms_key_arn = string })
  default     = null
}

variable "throttle" {
  description = "Requests a second (`rate_limit`) and at once (`burst_limit`) that each API lets through."
  type        = object({ rate_limit = number, burst_limit = number })
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
