# Private: the module at the root sets these variables and validates their values.

variable "prefix" {
  description = "Name of the installation: the value of the metrics' dimension `environment`, and the start of every name here."
  type        = string
}

variable "account_wide_name" {
  description = "Name of the dashboard and of the budget, of which an account has one of a name whatever the Region; `null` for `prefix`."
  type        = string
  default     = null
}

variable "tiers" {
  description = "The sizes of runners, for the dashboard."
  type        = list(string)
}

variable "dead_letter_queues" {
  description = "Names of the dead-letter queues, by what they hold; each gets an alarm of its own."
  type        = map(string)
}

variable "functions" {
  description = "The functions, by what they are: `name` and `log_group`."
  type        = map(object({ name = string, log_group = string }))
}

variable "api_id" {
  description = "Id of the HTTP API that takes webhooks."
  type        = string
}

variable "fleet_limited" {
  description = "Whether there is a limit of runners over all tenants, which has an alarm."
  type        = bool
  default     = false
  nullable    = false
}

variable "has_events" {
  description = "Whether there is the function `events`, which must keep up with the tables."
  type        = bool
  default     = false
  nullable    = false
}

variable "has_callbacks" {
  description = "Whether tenants' events are sent to endpoints of theirs."
  type        = bool
  default     = false
  nullable    = false
}

variable "alarms" {
  description = <<-EOT
    `enabled`; `actions`: ARNs, such as SNS topics, that are notified when an alarm starts and ends; `runbooks`: URL of the page to which the
    descriptions link; `oldest_job_seconds`: age at which a waiting job raises an alarm.
  EOT
  type = object({
    enabled            = optional(bool, true)
    actions            = optional(list(string), [])
    runbooks           = optional(string, "docs/operations.md")
    oldest_job_seconds = optional(number, 900)
  })
  default  = {}
  nullable = false
}

variable "dashboard" {
  description = "Whether to make the dashboard."
  type        = bool
  default     = true
  nullable    = false
}

variable "budget" {
  description = <<-EOT
    A monthly AWS budget for everything with the tag `ghr:environment`: `monthly_usd`; `emails` and `sns_topic_arns`, notified at each of
    `thresholds` (percent); `null` for none.
  EOT
  type = object({
    monthly_usd    = number
    emails         = optional(list(string), [])
    sns_topic_arns = optional(list(string), [])
    thresholds     = optional(list(number), [80, 100])
  })
  default = null
}

variable "tags" {
  description = "Tags of the alarms and the budget."
  type        = map(string)
  default     = {}
}
