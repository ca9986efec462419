variable "event_bus" {
  description = "The installation's bus: `name` is the root module's output `webhook.event_bus_name`. `eventbridge.accept_events` there has to name `push`, for previews `pull_request`, and should name `workflow_run`; `events.publish` should name `tenant`, so that a suspension takes effect at once."
  type        = object({ name = string })
}

variable "tenant_table" {
  description = "The tenant registry, the root module's output `tenant_table`: `name` and `arn`."
  type        = object({ name = string, arn = string })
}

variable "tiers" {
  description = "Names of the installation's tiers: `keys(module.….runner_tiers)`."
  type        = list(string)
  default     = ["small", "medium", "large"]

  validation {
    condition     = length(var.tiers) > 0
    error_message = "tiers must name the tiers of the installation, such as keys(module.runners.runner_tiers)."
  }
}

variable "default_tier" {
  description = "The tier of a tenant whose row names none: `default_tier` of the installation."
  type        = string
  default     = "small"
}

variable "github" {
  description = "How GitHub is reached: `api_url`; `app_id_parameter` and `app_key_parameter`, where the installation refers to SSM parameters of yours, or `app_key_secret` as its `github_app.key_base64_secret`; the customer's key of parameters; and a proxy and certificates, as the installation has them. The App needs to read contents, for previews pull requests, and to write actions and deployments."
  type = object({
    api_url             = optional(string, "https://api.github.com")
    app_id_parameter    = optional(string)
    app_key_parameter   = optional(string)
    app_key_secret      = optional(object({ arn = string, kms_key_arn = optional(string) }))
    parameters_key_arn  = optional(string)
    proxy               = optional(string)
    no_proxy            = optional(list(string), [])
    ca_bundle_parameter = optional(string)
  })
  default = {}

  validation {
    condition     = can(regex("^https?://", var.github.api_url))
    error_message = "github.api_url must begin with https://, such as https://api.github.com; it is \"${var.github.api_url}\"."
  }

  validation {
    condition     = var.github.app_key_parameter == null || var.github.app_key_secret == null
    error_message = "github must have at most one of app_key_parameter and app_key_secret."
  }

  # The deployer may read what exactly this ARN names: without its end it would match nothing.
  validation {
    condition     = var.github.app_key_secret == null || can(regex("^arn:[^:]+:secretsmanager:[^:*?]+:[0-9]{12}:secret:[^:*?]+-[A-Za-z0-9]{6}$", var.github.app_key_secret.arn))
    error_message = "github.app_key_secret must have a secret's whole ARN, with the six characters that Secrets Manager put after its name."
  }
}

variable "vpc_id" {
  description = "The VPC of the load balancers and the subnets."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets for the tasks, with a way to ECR and to CloudWatch."
  type        = list(string)

  validation {
    condition     = length(var.subnet_ids) > 0
    error_message = "subnet_ids must have at least one subnet."
  }
}

variable "cluster" {
  description = "The ECS cluster: its ARN and its name."
  type        = object({ arn = string, name = string })
}

# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
variable "load_balancers" {
  description = "Load balancers of apps, in an order that stays: an app keeps the place of its own. Of each the listener that takes the rules (443 where TLS ends there), its security group, how many rules of apps it may have, and the first priority of theirs: below it are rules of your own. When one is full, add another at the end."
  type = list(object({
    listener_arn      = string
    security_group_id = string
    rules             = optional(number, 100)
    first_priority    = optional(number, 1000)
  }))

  validation {
    condition     = length(var.load_balancers) > 0 && alltrue([for one in var.load_balancers : one.rules >= 1 && one.rules <= 100 && floor(one.rules) == one.rules])
    error_message = "load_balancers must have at least one, and each from 1 to 100 rules: a load balancer has no more."
  }

  validation {
    condition     = alltrue([for one in var.load_balancers : one.first_priority >= 1 && one.first_priority + one.rules <= 50001 && floor(one.first_priority) == one.first_priority])
    error_message = "load_balancers: first_priority must be a whole number of at least 1, and with the rules go no further than 50000."
  }

  validation {
    condition     = length(distinct([for one in var.load_balancers : one.listener_arn])) == length(var.load_balancers)
    error_message = "load_balancers must not name a listener twice: two apps would want one priority."
  }
}

# Periods: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
variable "rollback_alarms" {
  description = "On what ECS takes a version back, besides its own circuit breaker. Of each app's own target group the deployer makes an alarm for each figure that is given: `five_xx_percent` of the version's answers that may be errors of the class 5xx (100: no such alarm), and `p95_seconds` within which 95 % of them have to begin (`null`: no such alarm). One goes off after `periods` of `period_seconds` in a row over its figure, and a period with fewer than `minimum_requests` counts as good. `names` are alarms of your own. Each counts for every app that rolls out while it is on, so one over a whole load balancer takes back versions of apps that did not cause it. A changed figure holds within the hour, a changed name from an app's next version on. What an alarm costs: docs/cost.md."
  type = object({
    names            = optional(list(string), [])
    five_xx_percent  = optional(number, 5)
    p95_seconds      = optional(number)
    minimum_requests = optional(number, 20)
    period_seconds   = optional(number, 60)
    periods          = optional(number, 2)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.rollback_alarms.five_xx_percent >= 0 && var.rollback_alarms.five_xx_percent <= 100
    error_message = "rollback_alarms.five_xx_percent must be from 0 to 100; 100 makes no such alarm."
  }

  validation {
    condition     = var.rollback_alarms.p95_seconds == null ? true : var.rollback_alarms.p95_seconds > 0
    error_message = "rollback_alarms.p95_seconds must be above 0, or null."
  }

  validation {
    condition     = var.rollback_alarms.minimum_requests >= 1 && floor(var.rollback_alarms.minimum_requests) == var.rollback_alarms.minimum_requests
    error_message = "rollback_alarms.minimum_requests must be a whole number of at least 1."
  }

  # ECS watches a version for longer the further its alarms look back, and after an hour the deployer gives it up.
  validation {
    condition     = var.rollback_alarms.period_seconds >= 60 && var.rollback_alarms.period_seconds % 60 == 0 && var.rollback_alarms.periods >= 1 && floor(var.rollback_alarms.periods) == var.rollback_alarms.periods && var.rollback_alarms.period_seconds * var.rollback_alarms.periods <= 900
    error_message = "rollback_alarms: period_seconds must be a multiple of 60, periods a whole number of at least 1, and both together at most 900 seconds: a version has an hour to roll out."
  }

  validation {
    condition     = length(distinct(var.rollback_alarms.names)) == length(var.rollback_alarms.names) && alltrue([for name in var.rollback_alarms.names : length(name) >= 1 && length(name) <= 255])
    error_message = "rollback_alarms.names must be names of alarms, from 1 to 255 characters each, and none of them twice."
  }
}

variable "workflow" {
  description = "File in `.github/workflows` of a tenant's repository that builds its image on the tenant's own runner, where `builder` is `runner`."
  type        = string
  default     = "mtr-deploy.yml"

  validation {
    condition     = can(regex("^[A-Za-z0-9._-]+\\.ya?ml$", var.workflow))
    error_message = "workflow must be the name of a file of YAML, such as mtr-deploy.yml; it is \"${var.workflow}\"."
  }
}

variable "archive_limits" {
  description = "What the archive of a source may be: its `bytes`, the `unpacked_bytes` and `files` in it, and how many times as large it may be unpacked. It is held in the function's memory."
  type = object({
    bytes          = optional(number, 52428800)
    unpacked_bytes = optional(number, 524288000)
    files          = optional(number, 20000)
    ratio          = optional(number, 100)
  })
  default = {}

  validation {
    condition     = alltrue([for limit in values(var.archive_limits) : limit >= 1 && floor(limit) == limit]) && var.archive_limits.bytes <= 209715200
    error_message = "archive_limits must be whole numbers of at least 1, and bytes at most 209715200: the function holds the archive in its memory."
  }
}

variable "preview_hours" {
  description = "For how many hours a pull request's preview stays after its last commit, if the pull request is open for so long."
  type        = number
  default     = 72

  validation {
    condition     = var.preview_hours >= 1 && var.preview_hours <= 8760 && floor(var.preview_hours) == var.preview_hours
    error_message = "preview_hours must be a whole number from 1 to 8760."
  }
}

variable "dns_servers" {
  description = "Addresses of the resolvers that the deployer asks for the TXT records of tenants' own domains. None: Lambda's own, which know public DNS."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for address in var.dns_servers : can(regex("^[0-9.]+(:[0-9]+)?$|^\\[?[0-9a-f:]+\\]?(:[0-9]+)?$", address))])
    error_message = "dns_servers must be IP addresses, such as 1.1.1.1 or 192.0.2.53:5353."
  }
}

variable "sources" {
  description = "The bucket of sources: for how many days they are kept, and the key that encrypts them (`null`: S3's own)."
  type        = object({ retention_days = optional(number, 90), kms_key_arn = optional(string) })
  default     = {}
}

variable "log" {
  description = "Logs of the apps and of the deployer: `retention_days`, `kms_key_arn` (`null` for CloudWatch's own encryption), and the deployer's `level`."
  type        = object({ retention_days = optional(number, 30), kms_key_arn = optional(string), level = optional(string, "info") })
  default     = {}

  validation {
    condition     = contains(["debug", "info", "warn", "error"], var.log.level)
    error_message = "log.level must be debug, info, warn or error; it is \"${var.log.level}\"."
  }
}

variable "lambda" {
  description = "The function: seconds that it may take, its memory, how many run at once, and as what."
  type = object({
    timeout_seconds = optional(number, 120)
    memory_mb       = optional(number, 512)
    concurrency     = optional(number, 50)
    runtime         = optional(string, "nodejs22.x")
    architecture    = optional(string, "arm64")
  })
  default = {}

  validation {
    condition     = var.lambda.timeout_seconds >= 30 && var.lambda.timeout_seconds <= 900 && var.lambda.concurrency >= 2 && var.lambda.concurrency <= 1000
    error_message = "lambda: timeout_seconds must be from 30 to 900, and concurrency from 2 to 1000, the least and the most that SQS takes."
  }
}

variable "package" {
  description = "The deployer's code: `filename` of the zip, or `s3_bucket` and `s3_key`. By default the zip that `yarn dist` leaves."
  type        = object({ filename = optional(string), s3_bucket = optional(string), s3_key = optional(string) })
  default     = {}
}

variable "alarms" {
  description = "Alarms of the deployer, which tell `actions`, ARNs of SNS topics. `null` for none."
  type        = object({ actions = optional(list(string), []) })
  default     = null
}
