variable "prefix" {
  description = "The `prefix` of the installation whose tenants have the apps: the start of all names here."
  type        = string

  validation {
    condition     = can(regex("^[a-z]([a-z0-9]|-[a-z0-9]){0,19}$", var.prefix)) && length(var.prefix) <= 20
    error_message = "prefix must have 1 to 20 lower-case letters, digits and single dashes, start with a letter and not end with a dash, as that of the installation; it is \"${var.prefix}\"."
  }
}

variable "domain" {
  description = "Domain below which each app has its address: `<app>.<domain>`. Its own DNS leads `*.<domain>` to the load balancer."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,}$", var.domain))
    error_message = "domain must be a name of DNS in lower case, such as apps.example.com; it is \"${var.domain}\"."
  }
}

variable "https" {
  description = "Whether the load balancer's listener ends TLS, and so the addresses that GitHub and users are told begin with https."
  type        = bool
  default     = true
}

variable "builder" {
  description = "Where images are built: `runner`, a job of the tenant's repository on its own runner, or `codebuild`."
  type        = string
  default     = "runner"

  validation {
    condition     = contains(["runner", "codebuild"], var.builder)
    error_message = "builder must be runner or codebuild; it is \"${var.builder}\"."
  }
}

variable "quotas" {
  description = "By tier of the tenant, what it may have at once: `apps`, and `tasks`, `vcpu`, `memory_gb` and `secrets` of all its apps together, and `builds_per_hour`. A tier without a quota may have no app."
  type = map(object({
    apps            = number
    tasks           = number
    vcpu            = number
    memory_gb       = number
    secrets         = optional(number, 20)
    builds_per_hour = number
  }))
  default = {
    small  = { apps = 2, tasks = 4, vcpu = 1, memory_gb = 2, secrets = 20, builds_per_hour = 10 }
    medium = { apps = 10, tasks = 20, vcpu = 10, memory_gb = 20, secrets = 100, builds_per_hour = 60 }
    large  = { apps = 50, tasks = 100, vcpu = 50, memory_gb = 100, secrets = 500, builds_per_hour = 300 }
  }

  validation {
    condition = alltrue(flatten([for tier, quota in var.quotas : [
      for figure in values(quota) : figure >= 0
      ]])) && alltrue(flatten([for tier, quota in var.quotas : [
      for figure in [quota.apps, quota.tasks, quota.secrets, quota.builds_per_hour] : floor(figure) == figure
    ]]))
    error_message = "quotas: figures must be at least 0, and apps, tasks, secrets and builds_per_hour whole numbers."
  }
}

variable "reserved_names" {
  description = "Names that no tenant may give an app, besides those that are the platform's everywhere, such as `www`, `api` and `admin`."
  type        = list(string)
  default     = []
}

variable "tables" {
  description = "The two tables: `kms_key_arn` encrypts them (`null`: DynamoDB's own key), and they are protected from deletion and can be restored to any second of 35 days."
  type = object({
    kms_key_arn            = optional(string)
    deletion_protection    = optional(bool, true)
    point_in_time_recovery = optional(bool, true)
  })
  default = {}
}

variable "tags" {
  description = "Further tags of everything here."
  type        = map(string)
  default     = {}
}

variable "iam" {
  description = "As `iam` of the installation: `path` of its roles, their `suffix` and the policy that is their `permissions_boundary`."
  type = object({
    permissions_boundary = optional(string)
    path                 = optional(string, "/")
    suffix               = optional(string, "")
  })
  default = {}
}
