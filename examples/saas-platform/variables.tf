variable "aws_region" {
  description = "Region of the platform."
  type        = string
  default     = "us-east-1"
}

variable "zones" {
  description = "Three availability zones; `null` for a, b and c of the Region."
  type        = list(string)
  default     = null

  validation {
    condition     = var.zones == null ? true : length(distinct(var.zones)) == 3
    error_message = "zones must be three different availability zones, such as us-east-1b, us-east-1c and us-east-1d."
  }
}

variable "environment" {
  description = "`development`, which a destroy removes whole, or `production`; the README lists what differs."
  type        = string
  default     = "development"

  validation {
    condition     = contains(["development", "production"], var.environment)
    error_message = "environment must be development or production, not \"${var.environment}\"."
  }
}

variable "environment_suffix" {
  description = "What tells this copy of the platform from another, in every name and as the tag `Environment`."
  type        = string
  default     = "dev"
}

variable "domain" {
  description = "Domain below which every tenant answers. Lead `*.<domain>` and its subdomains to the output `alb_dns_name`."
  type        = string
  default     = "example.com"
}

variable "tenants" {
  description = "The tenants, by id. Each has the priority of its rule, which it keeps; see the inputs of modules/tenant-app for the rest."
  type = map(object({
    priority        = number
    image           = optional(string, "nginx:latest")
    repository_arns = optional(list(string), [])
    cpu             = optional(number, 1024)
    memory          = optional(number, 2048)
    min_tasks       = optional(number)
    max_tasks       = optional(number, 8)
    hosts           = optional(list(string), [])
    cost_center     = optional(string)
  }))
  default = {
    acme-corp   = { priority = 1 }
    globex-inc  = { priority = 2 }
    initech-llc = { priority = 3 }
  }
}

variable "one_nat_gateway" {
  description = "Whether all zones share one NAT gateway: $66 a month less, and no way out when its zone fails."
  type        = bool
  default     = false
}

variable "certificate_arn" {
  description = "Certificate of ACM for `*.<domain>` and the names that tenants use; production asks for one. `null` for plain HTTP."
  type        = string
  default     = null

  validation {
    condition     = var.environment != "production" || var.certificate_arn != null
    error_message = "certificate_arn is required in production: without it tenants' passwords and cookies travel in the clear."
  }
}

# 15.8 is what the platform was drawn with. AWS makes no new clusters of minor versions that it no longer supports; then
# take a later 15, such as 15.10, which has long-term support.
variable "engine_version" {
  description = "Version of Aurora PostgreSQL 15."
  type        = string
  default     = "15.8"

  validation {
    condition     = can(regex("^15\\.[0-9]+$", var.engine_version))
    error_message = "engine_version must be a version of Aurora PostgreSQL 15, such as 15.10: the parameter group is of that family."
  }
}

variable "instance_class" {
  description = "Class of the database's instances."
  type        = string
  default     = "db.t3.medium"
}

variable "readers" {
  description = "Readers beside the writer; `null` for none, and two in production."
  type        = number
  default     = null
}

variable "operator_security_group_ids" {
  description = "Groups, besides the tenants', that may reach the database, to apply sql/."
  type        = set(string)
  default     = []
}

variable "requests_per_five_minutes" {
  description = "In production the WAF blocks an address that asks more often."
  type        = number
  default     = 2000
}

variable "alarm_actions" {
  description = "ARNs of SNS topics that the alarms of production tell."
  type        = list(string)
  default     = []
}

variable "backup_copy_vault_arn" {
  description = "Vault of AWS Backup in another Region, for copies of production's backups; `null` for none."
  type        = string
  default     = null
}

variable "origin" {
  description = "Where this comes from, as the tags `Repository`, `Author`, `PRNumber`, `Team` and `CreatedAt` (ISO 8601)."
  type = object({
    repository = optional(string)
    author     = optional(string)
    pr_number  = optional(string)
    team       = optional(string)
    created_at = optional(string)
  })
  default = {}
}
