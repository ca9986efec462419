################################################################################
# Tenants
################################################################################

variable "default_tier" {
  description = "Tier of a new tenant, and of a row that names an unknown tier; a key of `runner_tiers`."
  type        = string
  default     = "small"
  nullable    = false
}

variable "tier_access" {
  description = "Which sizes a tenant's jobs may ask for: `any`, or `up_to_own` to refuse those larger than the tenant's own tier."
  type        = string
  default     = "any"
  nullable    = false

  validation {
    condition     = contains(["any", "up_to_own"], var.tier_access)
    error_message = "tier_access must be any or up_to_own, not \"${var.tier_access}\"."
  }
}

variable "allow_public_repositories" {
  description = "Whether jobs of public repositories run; anyone who may open a pull request there can then run code on a runner. A tenant's row may override it."
  type        = bool
  default     = false
  nullable    = false
}

variable "tenant_security_groups" {
  description = "Whether each tenant gets a security group of its own (a Region allows 2,500); otherwise all share one. Neither lets anything in."
  type        = bool
  default     = true
  nullable    = false
}

variable "egress_rules" {
  description = <<-EOT
    What runners may reach, as rules of every runner security group. Default: everything.
    - `description`: (Optional) text on the rule.
    - `protocol`: `tcp`, `udp`, `icmp`, `icmpv6`, or `-1` for all.
    - `from_port`, `to_port`: (Optional) port range; 0 and 0 with protocol `-1`.
    - `cidr_blocks`, `ipv6_cidr_blocks`: (Optional) where to; at least one block in all.
  EOT
  type = list(object({
    description      = optional(string, "")
    protocol         = string
    from_port        = optional(number, 0)
    to_port          = optional(number, 0)
    cidr_blocks      = optional(list(string), [])
    ipv6_cidr_blocks = optional(list(string), [])
  }))
  default = [{
    description      = "All outbound"
    protocol         = "-1"
    cidr_blocks      = ["0.0.0.0/0"]
    ipv6_cidr_blocks = ["::/0"]
  }]
  nullable = false

  validation {
    condition     = alltrue([for rule in var.egress_rules : contains(["tcp", "udp", "icmp", "icmpv6", "-1"], rule.protocol)])
    error_message = "egress_rules: protocol must be tcp, udp, icmp, icmpv6 or -1; not so: ${join(", ", [for rule in var.egress_rules : rule.protocol if !contains(["tcp", "udp", "icmp", "icmpv6", "-1"], rule.protocol)])}."
  }

  validation {
    condition     = alltrue([for rule in var.egress_rules : rule.from_port <= rule.to_port && rule.from_port >= -1 && rule.to_port <= 65535])
    error_message = "egress_rules: from_port must not be above to_port, and both at most 65535; not so in entries ${join(", ", [for index, rule in var.egress_rules : index if !(rule.from_port <= rule.to_port && rule.from_port >= -1 && rule.to_port <= 65535)])} (counted from 0)."
  }

  validation {
    condition     = alltrue([for rule in var.egress_rules : rule.protocol != "-1" || (rule.from_port == 0 && rule.to_port == 0)])
    error_message = "egress_rules: protocol -1 means every port, so from_port and to_port must be 0; not so in entries ${join(", ", [for index, rule in var.egress_rules : index if rule.protocol == "-1" && (rule.from_port != 0 || rule.to_port != 0)])} (counted from 0)."
  }

  validation {
    condition     = alltrue([for rule in var.egress_rules : length(rule.cidr_blocks) + length(rule.ipv6_cidr_blocks) > 0 && alltrue([for block in concat(rule.cidr_blocks, rule.ipv6_cidr_blocks) : can(cidrhost(block, 0))])])
    error_message = "egress_rules: each rule needs at least one CIDR block, and each block must be valid, such as 10.0.0.0/8; not so in entries ${join(", ", [for index, rule in var.egress_rules : index if !(length(rule.cidr_blocks) + length(rule.ipv6_cidr_blocks) > 0 && alltrue([for block in concat(rule.cidr_blocks, rule.ipv6_cidr_blocks) : can(cidrhost(block, 0))]))])} (counted from 0)."
  }
}

################################################################################
# Runners
################################################################################

variable "runner_image" {
  description = <<-EOT
    Image of the runner machines. Default: the newest Amazon Linux 2023 of each tier's architecture, looked up at every launch.
    - `id`: (Optional) an AMI.
    - `ssm_parameter`: (Optional) name of an SSM parameter that holds an AMI id; followed at every launch.
    - `root_device_name`: (Optional) where that image has its root disk. Default `/dev/xvda`.
  EOT
  type = object({
    id               = optional(string)
    ssm_parameter    = optional(string)
    root_device_name = optional(string, "/dev/xvda")
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.runner_image.id == null || var.runner_image.ssm_parameter == null
    error_message = "runner_image takes id or ssm_parameter, not both."
  }

  validation {
    condition     = var.runner_image.id == null ? true : can(regex("^ami-[0-9a-z]+$", var.runner_image.id))
    error_message = "runner_image.id must be the id of an AMI, such as ami-0123456789abcdef0."
  }

  validation {
    condition     = var.runner_image.ssm_parameter == null ? true : can(regex("^/[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*$", var.runner_image.ssm_parameter))
    error_message = "runner_image.ssm_parameter must be the full name of an SSM parameter, starting with a slash."
  }
}

variable "runner_binaries" {
  description = <<-EOT
    Where a machine whose image has no `/opt/actions-runner` gets GitHub's runner from, by architecture (`x64`, `arm64`). Default: the latest release on github.com;
    GitHub gives no jobs to a runner more than 30 days behind, so a pinned one must be moved along.
    - `url`: the `.tar.gz`.
    - `sha256`: its digest; the machine refuses any other file.
  EOT
  type        = map(object({ url = string, sha256 = string }))
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for architecture in keys(var.runner_binaries) : contains(["x64", "arm64"], architecture)])
    error_message = "runner_binaries: the keys are x64 and arm64; not so: ${join(", ", [for architecture in keys(var.runner_binaries) : architecture if !contains(["x64", "arm64"], architecture)])}."
  }

  validation {
    condition     = alltrue([for binary in values(var.runner_binaries) : can(regex("^https://[^'\\s]+$", binary.url)) && can(regex("^[0-9a-f]{64}$", binary.sha256))])
    error_message = "runner_binaries: url must be an https address and sha256 64 lower-case hexadecimal digits; not so: ${join(", ", [for architecture, binary in var.runner_binaries : architecture if !(can(regex("^https://[^'\\s]+$", binary.url)) && can(regex("^[0-9a-f]{64}$", binary.sha256)))])}."
  }
}

variable "runner_timeouts" {
  description = <<-EOT
    How long a machine may take, in minutes.
    - `boot`: (Optional) from launch to its registration at GitHub. Default `10`.
    - `idle`: (Optional) without a job, after its last one or, where none ever came, after the time to boot. Default `5`.
    - `lifetime`: (Optional) in all, busy or not. Default `360`, GitHub's own default for a job.
  EOT
  type = object({
    boot     = optional(number, 10)
    idle     = optional(number, 5)
    lifetime = optional(number, 360)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for minutes in values(var.runner_timeouts) : minutes >= 1 && floor(minutes) == minutes])
    error_message = "runner_timeouts must be whole minutes, 1 or more; not so: ${join(", ", [for name, minutes in var.runner_timeouts : name if minutes < 1 || floor(minutes) != minutes])}."
  }

  validation {
    condition     = var.runner_timeouts.lifetime > var.runner_timeouts.boot + var.runner_timeouts.idle
    error_message = "runner_timeouts: lifetime must be longer than boot and idle together."
  }
}

variable "create_spot_service_linked_role" {
  description = "Whether to create the role that EC2 needs for the account's first spot launch; leave `false` where the account has it."
  type        = bool
  default     = false
  nullable    = false
}

################################################################################
# GitHub and the webhook
################################################################################

variable "github_api_url" {
  description = "Base address of GitHub's REST API; for GitHub Enterprise Server `https://host/api/v3`."
  type        = string
  default     = "https://api.github.com"
  nullable    = false

  # Tokens travel to this address, so plain http is for a fake on this machine only.
  validation {
    condition     = can(regex("^(https://[^/\\s]+|http://(127\\.0\\.0\\.1|localhost)(:[0-9]+)?)(/[^\\s]*[^/\\s])?$", var.github_api_url))
    error_message = "github_api_url \"${var.github_api_url}\" must be an https address without a slash at its end (http only for 127.0.0.1 and localhost)."
  }
}

variable "webhook_throttle" {
  description = <<-EOT
    What the API lets through; GitHub's deliveries above it fail with 429.
    - `rate_limit`: (Optional) requests a second. Default `100`.
    - `burst_limit`: (Optional) requests at once. Default `200`.
  EOT
  type = object({
    rate_limit  = optional(number, 100)
    burst_limit = optional(number, 200)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.webhook_throttle.rate_limit >= 1 && var.webhook_throttle.burst_limit >= 1
    error_message = "webhook_throttle: rate_limit and burst_limit must be 1 or more."
  }
}

################################################################################
# Functions and data
################################################################################

variable "lambda_zips" {
  description = "Zip files of functions, by name (`webhook`, `scale-up`, `scale-down`, `tenant-manager`), instead of `lambdas/dist/<name>.zip` in this module."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.lambda_zips) : contains(["webhook", "scale-up", "scale-down", "tenant-manager"], name)])
    error_message = "lambda_zips: the functions are webhook, scale-up, scale-down and tenant-manager; unknown: ${join(", ", [for name in keys(var.lambda_zips) : name if !contains(["webhook", "scale-up", "scale-down", "tenant-manager"], name)])}."
  }
}

variable "lambda_s3_bucket" {
  description = "S3 bucket that holds the functions' zips as `<lambda_s3_prefix><name>.zip`, instead of files; `null` for files."
  type        = string
  default     = null
}

variable "lambda_s3_prefix" {
  description = "Start of the zips' keys in `lambda_s3_bucket`. Put each release under its own, such as `v1.2.0/`: a changed key is how Terraform sees new code."
  type        = string
  default     = ""
  nullable    = false
}

variable "lambda_runtime" {
  description = "Runtime of the functions: `nodejs22.x`, or `nodejs24.x` with provider 6.19 or later."
  type        = string
  default     = "nodejs22.x"
  nullable    = false

  validation {
    condition     = contains(["nodejs22.x", "nodejs24.x"], var.lambda_runtime)
    error_message = "lambda_runtime must be nodejs22.x or nodejs24.x, not \"${var.lambda_runtime}\"."
  }
}

variable "lambda_architecture" {
  description = "Processor of the functions: `arm64` or `x86_64`."
  type        = string
  default     = "arm64"
  nullable    = false

  validation {
    condition     = contains(["arm64", "x86_64"], var.lambda_architecture)
    error_message = "lambda_architecture must be arm64 or x86_64, not \"${var.lambda_architecture}\"."
  }
}

variable "scale_up_concurrency" {
  description = "How many scale-up functions work on one tier's queue at once, 2 to 10. EC2 refills two launches a second, so more gains little."
  type        = number
  default     = 5
  nullable    = false

  validation {
    condition     = contains(range(2, 11), var.scale_up_concurrency)
    error_message = "scale_up_concurrency must be a whole number from 2 to 10."
  }
}

variable "log_level" {
  description = "Least severe level that the functions log: `debug`, `info`, `warn` or `error`."
  type        = string
  default     = "info"
  nullable    = false

  validation {
    condition     = contains(["debug", "info", "warn", "error"], var.log_level)
    error_message = "log_level must be debug, info, warn or error, not \"${var.log_level}\"."
  }
}

variable "log_retention_days" {
  description = "Days that CloudWatch keeps the functions' logs."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be a retention that CloudWatch offers, such as 7, 14, 30, 90 or 365."
  }
}

variable "deletion_protection" {
  description = "Whether DynamoDB refuses to delete the tables; set it to `false` and apply before a destroy."
  type        = bool
  default     = true
  nullable    = false
}

variable "kms_key_arn" {
  description = "Customer key for the SSM parameters (the App's secrets and the runners' configurations); `null` for AWS's own key. Must also be that of any `*_ssm` reference."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null ? true : can(regex("^arn:[^:]+:kms:[^:]+:[0-9]+:key/", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of a KMS key (not of an alias)."
  }
}
