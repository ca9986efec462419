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

variable "onboarding" {
  description = <<-EOT
    What happens when somebody installs the App.
    - `mode`: (Optional) `automatic` lets every new tenant run jobs at once, `allow_list` only those of `allowed_accounts`, `approval` nobody before his row is set to `active` by hand. The others' rows are written as `suspended` by `approval`. Default `automatic`.
    - `allowed_accounts`: (Optional) accounts on the list, as GitHub logins or as numeric account ids; an id survives a rename. Default none.
  EOT
  type = object({
    mode             = optional(string, "automatic")
    allowed_accounts = optional(list(string), [])
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["automatic", "allow_list", "approval"], var.onboarding.mode)
    error_message = "onboarding.mode must be automatic, allow_list or approval, not \"${var.onboarding.mode}\"."
  }

  validation {
    condition     = (var.onboarding.mode == "allow_list") == (length(var.onboarding.allowed_accounts) > 0)
    error_message = "onboarding.allowed_accounts belongs to the mode allow_list, which needs at least one account; mode is ${var.onboarding.mode}, with ${length(var.onboarding.allowed_accounts)} accounts."
  }
}

################################################################################
# GitHub and the webhook
################################################################################

variable "github_api_url" {
  description = "Base address of GitHub's REST API; for GitHub Enterprise Server `https://host/api/v3`, with data residency `https://api.SUBDOMAIN.ghe.com`."
  type        = string
  default     = "https://api.github.com"
  nullable    = false

  # Tokens travel to this address, so plain http is for a fake on this machine only.
  validation {
    condition     = can(regex("^(https://[^/\\s]+|http://(127\\.0\\.0\\.1|localhost)(:[0-9]+)?)(/[^\\s]*[^/\\s])?$", var.github_api_url))
    error_message = "github_api_url \"${var.github_api_url}\" must be an https address without a slash at its end (http only for 127.0.0.1 and localhost)."
  }
}

variable "network" {
  description = <<-EOT
    What stands between GitHub and the functions and machines. AWS's own addresses are never asked through the proxy: VPC endpoints or a NAT gateway lead there.
    - `proxy`: (Optional) an HTTP proxy that takes `CONNECT`, as `http://host:port` or `https://host:port`. Functions reach one in your network by `lambda.vpc`. Default none.
    - `no_proxy`: (Optional) hosts that are asked without it, each with all hosts below. Default none.
    - `ca_bundle`: (Optional) certificates of authorities that are trusted besides the public ones, as PEM: those of a GitHub Enterprise Server or of a proxy that opens TLS. About three fit. Default none.
  EOT
  type = object({
    proxy     = optional(string)
    no_proxy  = optional(list(string), [])
    ca_bundle = optional(string)
  })
  default  = {}
  nullable = false

  # Every job would read a password in it.
  validation {
    condition     = var.network.proxy == null ? true : can(regex("^https?://[A-Za-z0-9.-]+(:[0-9]+)?$", var.network.proxy))
    error_message = "network.proxy must be http://host:port or https://host:port, without a user, a password, a path or a slash at its end."
  }

  validation {
    condition     = var.network.ca_bundle == null ? true : can(regex("-----BEGIN CERTIFICATE-----", var.network.ca_bundle)) && !can(regex("PRIVATE KEY", var.network.ca_bundle))
    error_message = "network.ca_bundle must hold certificates as PEM (-----BEGIN CERTIFICATE-----) and no private key; read it by file()."
  }
}

variable "webhook" {
  description = <<-EOT
    The address that GitHub calls.
    - `throttle`: (Optional) what the API lets through: `rate_limit` requests a second (default `100`), `burst_limit` at once (default `200`). GitHub's deliveries above it fail with 429.
    - `custom_domain`: (Optional) a name of your own: `name`, and `certificate_arn` of its ACM certificate in this Region. The output `webhook` says where its DNS record has to point; the API's own address is then closed.
    - `allowed_source_cidrs`: (Optional) addresses that deliveries are taken from, IPv4 and IPv6, such as those that https://api.github.com/meta lists as `hooks`; others are answered 403. Behind a proxy or CloudFront it is the proxy's address that counts. Default `[]`: any, as every delivery is signed.
    - `access_log`: (Optional) log who called and what was answered, nothing of the bodies, headers or secrets. Default `true`.
  EOT
  type = object({
    throttle = optional(object({
      rate_limit  = optional(number, 100)
      burst_limit = optional(number, 200)
    }), {})
    custom_domain        = optional(object({ name = string, certificate_arn = string }))
    allowed_source_cidrs = optional(list(string), [])
    access_log           = optional(bool, true)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.webhook.throttle.rate_limit >= 1 && var.webhook.throttle.burst_limit >= 1
    error_message = "webhook.throttle: rate_limit and burst_limit must be 1 or more."
  }

  validation {
    condition     = var.webhook.custom_domain == null ? true : can(regex("^[a-z0-9-]+(\\.[a-z0-9-]+)+$", var.webhook.custom_domain.name))
    error_message = "webhook.custom_domain.name must be a host name in lower case, such as runners.example.com, without https:// and without a path."
  }

  validation {
    condition     = var.webhook.custom_domain == null ? true : can(regex("^arn:[^:]+:acm:[^:]+:[0-9]{12}:certificate/", var.webhook.custom_domain.certificate_arn))
    error_message = "webhook.custom_domain.certificate_arn must be the ARN of an ACM certificate."
  }
}

################################################################################
# Functions
################################################################################

variable "lambda_zips" {
  description = "Zip files of functions, by name (`webhook`, `scale-up`, `scale-down`, `tenant-manager`, `recovery`), instead of `lambdas/dist/<name>.zip` in this module."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "lambda" {
  description = <<-EOT
    The functions.
    - `runtime`: (Optional) `nodejs22.x`, or `nodejs24.x` with provider 6.19 or later. Default `nodejs22.x`.
    - `architecture`: (Optional) `arm64` or `x86_64`. Default `arm64`.
    - `memory_mb`: (Optional) memory of `webhook`, `scale_up`, `scale_down`, `tenant_manager`, `recovery`; the processor's share grows with it. Default `512` each.
    - `timeout_seconds`: (Optional) time-out of `scale_up`, `scale_down`, `tenant_manager`, `recovery`. Default `60` each. The webhook's is 10 s, which is what GitHub waits.
    - `scale_up_concurrency`: (Optional) how many scale-up functions work on one tier's queue at once, 2 to 10; EC2 refills two launches a second, so more gains little. Default `5`.
    - `vpc`: (Optional) `subnet_ids` and `security_group_ids` that the functions run in; they need a way out to AWS's services and to GitHub. Default: none, Lambda's own network.
    - `s3_bucket`: (Optional) bucket that holds the zips as `<s3_prefix><name>.zip`, instead of files.
    - `s3_prefix`: (Optional) start of the zips' keys. Put each release under its own, such as `v1.2.0/`: a changed key is how Terraform sees new code. Default none.
  EOT
  type = object({
    runtime      = optional(string, "nodejs22.x")
    architecture = optional(string, "arm64")
    memory_mb = optional(object({
      webhook        = optional(number, 512)
      scale_up       = optional(number, 512)
      scale_down     = optional(number, 512)
      tenant_manager = optional(number, 512)
      recovery       = optional(number, 512)
    }), {})
    timeout_seconds = optional(object({
      scale_up       = optional(number, 60)
      scale_down     = optional(number, 60)
      tenant_manager = optional(number, 60)
      recovery       = optional(number, 60)
    }), {})
    scale_up_concurrency = optional(number, 5)
    vpc                  = optional(object({ subnet_ids = list(string), security_group_ids = list(string) }))
    s3_bucket            = optional(string)
    s3_prefix            = optional(string, "")
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["nodejs22.x", "nodejs24.x"], var.lambda.runtime)
    error_message = "lambda.runtime must be nodejs22.x or nodejs24.x, not \"${var.lambda.runtime}\"."
  }

  validation {
    condition     = contains(["arm64", "x86_64"], var.lambda.architecture)
    error_message = "lambda.architecture must be arm64 or x86_64, not \"${var.lambda.architecture}\"."
  }

  validation {
    condition     = contains(range(2, 11), var.lambda.scale_up_concurrency)
    error_message = "lambda.scale_up_concurrency must be a whole number from 2 to 10."
  }

  validation {
    condition     = var.lambda.vpc == null ? true : length(var.lambda.vpc.subnet_ids) > 0 && alltrue([for id in var.lambda.vpc.subnet_ids : can(regex("^subnet-[0-9a-z]+$", id))])
    error_message = "lambda.vpc.subnet_ids must hold at least one subnet id, such as subnet-0123456789abcdef0."
  }

  validation {
    condition     = var.lambda.vpc == null ? true : length(var.lambda.vpc.security_group_ids) > 0 && alltrue([for id in var.lambda.vpc.security_group_ids : can(regex("^sg-[0-9a-z]+$", id))])
    error_message = "lambda.vpc.security_group_ids must hold at least one security group id, such as sg-0123456789abcdef0."
  }

  validation {
    condition     = var.lambda.s3_bucket == null ? true : can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.lambda.s3_bucket))
    error_message = "lambda.s3_bucket must be the name of a bucket, not its ARN or address."
  }

  validation {
    condition     = var.lambda.s3_bucket != null || var.lambda.s3_prefix == ""
    error_message = "lambda.s3_prefix has an effect only together with lambda.s3_bucket."
  }
}

variable "iam" {
  description = <<-EOT
    Rules of your organisation for roles, and what tells two Regions' installations of one prefix apart.
    - `permissions_boundary`: (Optional) ARN of the policy that bounds every role made here; it must let through what the functions do.
    - `path`: (Optional) path of every role, policy and instance profile made here. Default `/`.
    - `suffix`: (Optional) end of the names of which an account has one, whatever the Region: roles, instance profile, dashboard and budget. A second installation of the same `prefix` in another Region needs one, such as `-eu`. Default none.
  EOT
  type = object({
    permissions_boundary = optional(string)
    path                 = optional(string, "/")
    suffix               = optional(string, "")
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.iam.permissions_boundary == null ? true : can(regex("^arn:[^:]+:iam::([0-9]{12}|aws):policy/", var.iam.permissions_boundary))
    error_message = "iam.permissions_boundary must be the ARN of an IAM policy."
  }

  validation {
    condition     = can(regex("^/([!-.0-~]+/)*$", var.iam.path)) && length(var.iam.path) <= 512
    error_message = "iam.path \"${var.iam.path}\" must begin and end with a slash, such as /platform/runners/."
  }

  validation {
    condition     = can(regex("^([A-Za-z0-9_-]*[A-Za-z0-9])?$", var.iam.suffix))
    error_message = "iam.suffix \"${var.iam.suffix}\" must have letters, digits, hyphens and underscores, and end with a letter or digit, such as -eu."
  }
}

################################################################################
# Data, logs and keys
################################################################################

variable "tables" {
  description = <<-EOT
    Protection of the DynamoDB tables.
    - `deletion_protection`: (Optional) DynamoDB refuses to delete them; set it to `false` and apply before a destroy. Default `true`.
    - `point_in_time_recovery`: (Optional) every second of the last 35 days can be restored. Default `true`.
  EOT
  type = object({
    deletion_protection    = optional(bool, true)
    point_in_time_recovery = optional(bool, true)
  })
  default  = {}
  nullable = false
}

variable "encryption" {
  description = <<-EOT
    Customer keys (ARNs of KMS keys of this Region) in place of AWS's own, by what they encrypt. docs/security.md shows what their policies must allow.
    - `parameters`: (Optional) the App's secrets and the runners' configurations in SSM; must also be the key of any `*_ssm` reference.
    - `queues`: (Optional) the SQS queues. The key's policy must let `events.amazonaws.com` use it, or EventBridge's messages are lost.
    - `tables`: (Optional) the DynamoDB tables.
    - `logs`: (Optional) the log groups. The key's policy must let `logs.<region>.amazonaws.com` use it.
    - `disks`: (Optional) the runners' disks. Default: the account's default key for EBS. With spot, the policy of either, if it is a customer's key, must let the role AWSServiceRoleForEC2Spot use it.
    - `images`: (Optional) keys that encrypt the snapshots of your own images, where those are others than that of the disks. Default none.
  EOT
  type = object({
    parameters = optional(string)
    queues     = optional(string)
    tables     = optional(string)
    logs       = optional(string)
    disks      = optional(string)
    images     = optional(list(string), [])
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for key in concat([var.encryption.parameters, var.encryption.queues, var.encryption.tables, var.encryption.logs, var.encryption.disks], var.encryption.images) : key == null ? true : can(regex("^arn:[^:]+:kms:[^:]+:[0-9]{12}:key/", key))])
    error_message = "encryption takes ARNs of KMS keys (not of aliases); not so: ${join(", ", [for use, keys in merge(var.encryption, { images = join(" ", var.encryption.images) }) : use if anytrue([for key in split(" ", keys == null ? "" : keys) : key != "" && !can(regex("^arn:[^:]+:kms:[^:]+:[0-9]{12}:key/", key))])])}."
  }
}

variable "observability" {
  description = <<-EOT
    Logs, alarms, dashboard and budget.
    - `log_level`: (Optional) least severe level that the functions log: `debug`, `info`, `warn` or `error`. Default `info`.
    - `log_retention_days`: (Optional) days that CloudWatch keeps logs. Default `30`.
    - `log_class`: (Optional) class of the logs that carry no metrics, which are the API's access log and the machines': `STANDARD`, or `INFREQUENT_ACCESS` at half the price. A log group keeps its class for life, so a change replaces both groups and deletes what is in them. Default `STANDARD`.
    - `runner_logs`: (Optional) whether machines send the logs of their boot and of their runner, each to a stream of its own in `/<prefix>/runners`. Default `true`.
    - `alarms`: (Optional) `enabled` (default `true`); `actions`, ARNs such as SNS topics that are told when an alarm starts and ends (default none); `runbooks`, the address of your copy of docs/operations.md, into which every alarm's description points; `oldest_job_seconds`, how long a job may wait although its tenant may have a runner (default `900`).
    - `dashboard`: (Optional) whether to make a CloudWatch dashboard. Default `true`.
    - `budget`: (Optional) a monthly AWS budget over everything tagged `ghr:environment`: `monthly_usd`, `emails` (ten at most) and `sns_topic_arns` (one at most) to tell, `thresholds` in percent (default 80 and 100). Default none.
  EOT
  type = object({
    log_level          = optional(string, "info")
    log_retention_days = optional(number, 30)
    log_class          = optional(string, "STANDARD")
    runner_logs        = optional(bool, true)
    alarms = optional(object({
      enabled            = optional(bool, true)
      actions            = optional(list(string), [])
      runbooks           = optional(string, "docs/operations.md")
      oldest_job_seconds = optional(number, 900)
    }), {})
    dashboard = optional(bool, true)
    budget = optional(object({
      monthly_usd    = number
      emails         = optional(list(string), [])
      sns_topic_arns = optional(list(string), [])
      thresholds     = optional(list(number), [80, 100])
    }))
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["debug", "info", "warn", "error"], var.observability.log_level)
    error_message = "observability.log_level must be debug, info, warn or error, not \"${var.observability.log_level}\"."
  }

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.observability.log_retention_days)
    error_message = "observability.log_retention_days must be a retention that CloudWatch offers, such as 7, 14, 30, 90 or 365."
  }

  validation {
    condition     = contains(["STANDARD", "INFREQUENT_ACCESS"], var.observability.log_class)
    error_message = "observability.log_class must be STANDARD or INFREQUENT_ACCESS, not \"${var.observability.log_class}\"."
  }

  validation {
    condition     = alltrue([for action in var.observability.alarms.actions : can(regex("^arn:", action))])
    error_message = "observability.alarms.actions takes ARNs; not so: ${join(", ", [for action in var.observability.alarms.actions : action if !can(regex("^arn:", action))])}."
  }

  # A machine takes one to three minutes to start, so less would be an alarm on every job.
  validation {
    condition     = var.observability.alarms.oldest_job_seconds >= 300
    error_message = "observability.alarms.oldest_job_seconds must be 300 or more."
  }

  validation {
    condition     = var.observability.budget == null ? true : var.observability.budget.monthly_usd > 0
    error_message = "observability.budget.monthly_usd must be more than 0."
  }

  validation {
    condition     = var.observability.budget == null ? true : length(var.observability.budget.emails) + length(var.observability.budget.sns_topic_arns) > 0
    error_message = "observability.budget tells nobody: give it emails or sns_topic_arns."
  }

  # https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_NotificationWithSubscribers.html
  validation {
    condition     = var.observability.budget == null ? true : length(var.observability.budget.emails) <= 10 && length(var.observability.budget.sns_topic_arns) <= 1
    error_message = "observability.budget has ${try(length(var.observability.budget.emails), 0)} emails and ${try(length(var.observability.budget.sns_topic_arns), 0)} sns_topic_arns; AWS Budgets tells at most ten addresses and one topic. Subscribe the others to the topic."
  }

  # AWS Budgets takes five notifications of a budget; one of them is the forecast.
  validation {
    condition     = var.observability.budget == null ? true : length(var.observability.budget.thresholds) >= 1 && length(var.observability.budget.thresholds) <= 4 && alltrue([for percent in var.observability.budget.thresholds : percent > 0 && percent <= 1000])
    error_message = "observability.budget.thresholds must be one to four percentages above 0 and up to 1000."
  }
}
