variable "log" {
  description = "The tenant's log group `/ecs/tenant/<tenant>/<environment_suffix>`: for how many days lines are kept, and the KMS key that they are under; `null` for CloudWatch's own."
  type        = object({ retention_days = optional(number, 30), kms_key_arn = optional(string) })
  default     = {}

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log.retention_days)
    error_message = "log.retention_days must be a number that CloudWatch has, such as 30, 90 or 365; it is ${var.log.retention_days}."
  }
}

variable "bucket" {
  description = "The tenant's bucket. `name` is `null` for `saas-platform-<tenant>-data-<environment_suffix>`; `force_destroy` empties it when it is destroyed; `kms_key` is `null` for S3's own key. `admit_only`: ARNs of the roles that work in every tenant's bucket, such as that of your deployment; with them nobody else without the tag `tenant_id` of this tenant is admitted, whatever its rights say. `null` refuses the other tenants' roles alone."
  type = object({
    name                    = optional(string)
    force_destroy           = optional(bool, false)
    versioning              = optional(bool, false)
    kms_key                 = optional(object({ arn = string }))
    admit_only              = optional(list(string))
    infrequent_after_days   = optional(number)
    old_versions_after_days = optional(number)
  })
  default = {}

  validation {
    condition     = length(coalesce(var.bucket.name, "saas-platform-${var.tenant}-data-${var.environment_suffix}")) <= 63
    error_message = "The bucket would be named ${coalesce(var.bucket.name, "saas-platform-${var.tenant}-data-${var.environment_suffix}")}, and a name has at most 63 characters; set bucket.name, or take a shorter environment_suffix."
  }

  validation {
    condition     = var.bucket.admit_only == null ? true : length(var.bucket.admit_only) > 0 && alltrue([for one in var.bucket.admit_only : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/[^*]+$", one))])
    error_message = "bucket.admit_only must name the role that destroys and restores this bucket, as ARNs without wildcards; without one nobody could."
  }

  # https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
  validation {
    condition     = coalesce(var.bucket.infrequent_after_days, 30) >= 30 && coalesce(var.bucket.old_versions_after_days, 1) >= 1
    error_message = "bucket.infrequent_after_days must be at least 30, which S3 asks for, and old_versions_after_days at least 1."
  }

  validation {
    condition     = var.bucket.old_versions_after_days == null || var.bucket.versioning
    error_message = "bucket.old_versions_after_days needs versioning: there are no old versions without it."
  }
}

variable "password" {
  description = "The tenant's password of the database, in the secret `rds/tenant/<tenant>/<environment_suffix>/password`. Secrets Manager makes it up; it is in no state and no plan. A higher `version` replaces it. With `managed = false` the secret is made without a value, and yours to write and to rotate. `recovery_days` is 0 to delete the secret at once, or 7 to 30; `kms_key` is `null` for the account's own key."
  type        = object({ managed = optional(bool, true), version = optional(number, 1), length = optional(number, 32), recovery_days = optional(number, 7), kms_key = optional(object({ arn = string })) })
  default     = {}

  validation {
    condition     = var.password.version >= 1 && floor(var.password.version) == var.password.version && var.password.length >= 16 && var.password.length <= 99
    error_message = "password: version must be a whole number of at least 1, and length from 16 to 99, the most that Aurora takes."
  }

  validation {
    condition     = var.password.recovery_days == 0 || var.password.recovery_days >= 7 && var.password.recovery_days <= 30
    error_message = "password.recovery_days must be 0, or from 7 to 30; it is ${var.password.recovery_days}."
  }
}

variable "database" {
  description = "The database that the container is told of, as PGHOST, PGPORT, PGDATABASE, PGUSER, PGSSLMODE and, from the secret, PGPASSWORD. The tenant's role in it is `tenant_<tenant>`, with `_` for `-`. `null` tells it of none, and lets neither role read the secret."
  type        = object({ host = string, name = string, port = optional(number, 5432), sslmode = optional(string, "require") })
  default     = null

  validation {
    condition     = var.database == null ? true : contains(["require", "verify-ca", "verify-full"], var.database.sslmode)
    error_message = "database.sslmode must be require, verify-ca or verify-full: all others may send the password in the clear."
  }
}

variable "alarms" {
  description = "Alarms of this tenant alone: its own errors of the class 5xx in five minutes, how slow the slowest 5 % of answers are, tasks that fail the health check, processor and memory of the service. They tell `actions`, ARNs of SNS topics. `null` for none."
  type = object({
    actions        = optional(list(string), [])
    errors         = optional(number, 10)
    p95_seconds    = optional(number, 2)
    cpu_percent    = optional(number, 90)
    memory_percent = optional(number, 90)
  })
  default = null

  validation {
    condition     = var.alarms == null ? true : var.load_balancer.arn_suffix != null
    error_message = "alarms need load_balancer.arn_suffix: CloudWatch counts a target group's answers by load balancer."
  }
}
