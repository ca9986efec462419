################################################################################
# Tenants
################################################################################

variable "default_tier" {
  description = "Tier of a new tenant, and of a tenant whose row names an unknown tier; a key of `runner_tiers`."
  type        = string
  default     = "small"
  nullable    = false
}

variable "tier_access" {
  description = "Sizes that a tenant's jobs may request: `any`, or `up_to_own` to reject sizes above the tenant's own tier."
  type        = string
  default     = "any"
  nullable    = false

  validation {
    condition     = contains(["any", "up_to_own"], var.tier_access)
    error_message = "tier_access must be any or up_to_own, not \"${var.tier_access}\"."
  }
}

variable "max_runners_total" {
  description = <<-EOT
    Runners of all tenants together. Above it jobs wait with the reason `fleet-limit`, and tenants with fewer runners are served first.
    A lower value ends no job. Default `null`: as many as the tenants' own limits allow.
  EOT
  type        = number
  default     = null

  validation {
    condition     = var.max_runners_total == null ? true : var.max_runners_total >= 0 && var.max_runners_total <= 100000 && floor(var.max_runners_total) == var.max_runners_total
    error_message = "max_runners_total must be an integer from 0 to 100000, or null."
  }
}

variable "allow_public_repositories" {
  description = <<-EOT
    Whether jobs of public repositories run: anyone who can open a pull request there can then run code on a runner.
    A tenant's row can override it.
  EOT
  type        = bool
  default     = false
  nullable    = false
}

variable "tenant_security_groups" {
  description = "Whether each tenant gets its own security group (a Region allows 2,500) instead of a shared one. Both block all inbound traffic."
  type        = bool
  default     = true
  nullable    = false
}

variable "onboarding" {
  description = <<-EOT
    What happens when an account installs the App.
    - `mode`: (Optional) `automatic`: every new tenant can run jobs immediately.
      `allow_list`: only the accounts in `allowed_accounts` can; others stay suspended.
      `approval`: every new tenant stays suspended until an operator sets its status to `active`. Default `automatic`.
    - `allowed_accounts`: (Optional) accounts on the list. Default none.
      - `ids`: (Optional) numeric account IDs.
      - `logins`: (Optional) GitHub logins. A login counts for the account that has it when that account first installs the App; nobody who takes it over
        later is admitted. Prefer `ids` for an account that has not installed the App yet.
  EOT
  type = object({
    mode = optional(string, "automatic")
    allowed_accounts = optional(object({
      ids    = optional(list(number), [])
      logins = optional(list(string), [])
    }), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["automatic", "allow_list", "approval"], var.onboarding.mode)
    error_message = "onboarding.mode must be automatic, allow_list or approval, not \"${var.onboarding.mode}\"."
  }

  validation {
    condition     = (var.onboarding.mode == "allow_list") == (length(var.onboarding.allowed_accounts.ids) + length(var.onboarding.allowed_accounts.logins) > 0)
    error_message = "onboarding.allowed_accounts is required with mode allow_list and must be empty with any other; the mode is ${var.onboarding.mode}."
  }
}

################################################################################
# GitHub and the webhook
################################################################################

variable "github_api_url" {
  description = "Base URL of GitHub's REST API; for GitHub Enterprise Server `https://host/api/v3`, with data residency `https://api.SUBDOMAIN.ghe.com`."
  type        = string
  default     = "https://api.github.com"
  nullable    = false

  # Tokens are sent to this URL, so plain http is for a fake on the same machine only.
  validation {
    condition     = can(regex("^(https://[^/\\s]+|http://(127\\.0\\.0\\.1|localhost)(:[0-9]+)?)(/[^\\s]*[^/\\s])?$", var.github_api_url))
    error_message = "github_api_url \"${var.github_api_url}\" must be an https URL without a trailing slash (http only for 127.0.0.1 and localhost)."
  }
}

variable "network" {
  description = <<-EOT
    The network between GitHub and the functions and machines. Requests to AWS never use the proxy: they need VPC endpoints or a NAT gateway.
    - `proxy`: (Optional) an HTTP proxy that supports `CONNECT`, as `http://host:port` or `https://host:port`.
      Functions need `lambda.vpc` to reach a proxy in your network. Default none.
    - `no_proxy`: (Optional) hosts that are reached without it, including their subdomains. Default none.
    - `ca_bundle`: (Optional) additional CA certificates as PEM, for a GitHub Enterprise Server or a proxy that inspects TLS. There is room for about three.
      Default none.
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
    error_message = "network.proxy must be http://host:port or https://host:port, without a user, password, path or trailing slash."
  }

  validation {
    condition = var.network.ca_bundle == null ? true : (
      can(regex("-----BEGIN CERTIFICATE-----", var.network.ca_bundle)) && !can(regex("PRIVATE KEY", var.network.ca_bundle))
    )
    error_message = "network.ca_bundle must contain PEM certificates (-----BEGIN CERTIFICATE-----) and no private key; use file() to read one."
  }
}

variable "check_runs" {
  description = <<-EOT
    Whether GitHub shows on a commit why its jobs wait: a job that has waited for a minute, or is refused, gets a neutral check with one sentence.
    The App needs *Checks*: write, and each organisation has to accept it.
  EOT
  type        = bool
  default     = false
  nullable    = false
}

variable "webhook" {
  description = <<-EOT
    The URL that GitHub calls.
    - `throttle`: (Optional) limits of the API: `rate_limit` requests per second (default `1000`) and `burst_limit` (default `2000`).
      Deliveries above them fail with 429, whoever they are of; keep them far above `tenant_rate`.
    - `tenant_rate`: (Optional) deliveries of jobs that are taken from one installation: `per_second` (default `25`) and `burst` (default `2000`).
      Its deliveries above them fail with 429 and are redelivered; nobody else's do. `by_tier`: (Optional) other figures for the tenants of a tier.
    - `custom_domain`: (Optional) your own domain: `name`, and `certificate_arn` of its ACM certificate in this Region.
      The output `webhook` contains the target of its DNS record; the API's default URL is then disabled.
    - `allowed_source_cidrs`: (Optional) IPv4 and IPv6 addresses that may send deliveries, such as `hooks` of https://api.github.com/meta; others get a 403.
      Behind a proxy or CloudFront, the proxy's address counts. Default `[]`: any, because every delivery is signed.
    - `access_log`: (Optional) log callers and status codes, without bodies, headers or secrets. Default `true`.
  EOT
  type = object({
    throttle = optional(object({
      rate_limit  = optional(number, 1000)
      burst_limit = optional(number, 2000)
    }), {})
    tenant_rate = optional(object({
      per_second = optional(number, 25)
      burst      = optional(number, 2000)
      by_tier    = optional(map(object({ per_second = number, burst = number })), {})
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
    condition = alltrue([
      for figure in flatten([
        var.webhook.tenant_rate.per_second, var.webhook.tenant_rate.burst,
        [for rate in values(var.webhook.tenant_rate.by_tier) : values(rate)],
      ]) : figure >= 1 && floor(figure) == figure
    ])
    error_message = "webhook.tenant_rate: per_second and burst must be integers of 1 or more."
  }

  validation {
    condition     = var.webhook.custom_domain == null ? true : can(regex("^[a-z0-9-]+(\\.[a-z0-9-]+)+$", var.webhook.custom_domain.name))
    error_message = "webhook.custom_domain.name must be a lower-case host name, such as runners.example.com, without https:// and a path."
  }

  validation {
    condition = var.webhook.custom_domain == null ? true : can(
      regex("^arn:[^:]+:acm:[^:]+:[0-9]{12}:certificate/", var.webhook.custom_domain.certificate_arn)
    )
    error_message = "webhook.custom_domain.certificate_arn must be the ARN of an ACM certificate."
  }
}

################################################################################
# Functions
################################################################################

variable "api" {
  description = <<-EOT
    The API for operators and tenants: docs/api.md.
    - `enable`: (Optional) make it. Default `false`.
    - `token_issuers`: (Optional) whose tokens tenants call with, each an OpenID Connect provider. Default none.
      - `issuer`: its https address, as in the claim `iss`. Its `/.well-known/openid-configuration` names the keys.
      - `audience`: what the claim `aud` must have.
      - `tenant_claim`: (Optional) claim with the tenant's installation id. Default `tenant_id`.
      - `role_claim`: (Optional) claim with `tenant-admin`, `tenant-user` or `tenant-viewer`. Default `role`.
    - `github_tokens`: (Optional) let workflow jobs call with their own tokens of GitHub's, for the tenant that owns their repository. Default: no.
      - `audience`: what a job asks for as its token's audience, such as the API's address.
      - `issuer`: (Optional) GitHub's own. Default `https://token.actions.githubusercontent.com`.
    - `link_key_ssm`: (Optional) `arn` and `name` of an SSM parameter (SecureString) with the key that signs links to the page, 32 characters or more:
      `openssl rand -base64 32`. While it changes, the new and the old one, each on its own line. Default: no links.
    - `throttle`: (Optional) limits of the operators' API and of the tenants', each: `rate_limit` requests per second (default `50`) and
      `burst_limit` (default `100`).
    - `rates`: (Optional) requests in a minute, over all containers: of each `caller` (default `120`), and of all callers of a `tenant`
      (default `600`).
    - `access_log`: (Optional) log callers and status codes, without bodies, headers or secrets. Default `true`.
    - `apps`: (Optional) the tenants' apps: the output `api` of `modules/apps`. Default: no operations of them.
      - `tables`: the tables `apps` and `deployments`, each with `name` and `arn`.
      - `push_role_arn`: (Optional) role that the API narrows to one repository for a job that has built an image. Default: no job may push.
  EOT
  type = object({
    enable = optional(bool, false)
    token_issuers = optional(list(object({
      issuer       = string
      audience     = string
      tenant_claim = optional(string, "tenant_id")
      role_claim   = optional(string, "role")
    })), [])
    github_tokens = optional(object({
      audience = string
      issuer   = optional(string, "https://token.actions.githubusercontent.com")
    }))
    link_key_ssm = optional(object({ arn = string, name = string }))
    throttle = optional(object({
      rate_limit  = optional(number, 50)
      burst_limit = optional(number, 100)
    }), {})
    rates = optional(object({
      caller = optional(number, 120)
      tenant = optional(number, 600)
    }), {})
    access_log = optional(bool, true)
    apps = optional(object({
      tables = object({
        apps        = object({ name = string, arn = string })
        deployments = object({ name = string, arn = string })
      })
      push_role_arn = optional(string)
    }))
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for rate in values(var.api.rates) : rate >= 1 && floor(rate) == rate])
    error_message = "api.rates must be integers (requests in a minute), 1 or more."
  }

  validation {
    condition     = var.api.throttle.rate_limit >= 1 && var.api.throttle.burst_limit >= 1
    error_message = "api.throttle: rate_limit and burst_limit must be 1 or more."
  }

  validation {
    condition = var.api.link_key_ssm == null ? true : (
      can(regex("^arn:[^:]+:ssm:[^:]*:[0-9]*:parameter/", var.api.link_key_ssm.arn)) &&
      endswith(var.api.link_key_ssm.arn, trimprefix(var.api.link_key_ssm.name, "/"))
    )
    error_message = "api.link_key_ssm: its arn and its name must belong to the same SSM parameter."
  }

  # A token could come from either, and would count as whose is found first.
  validation {
    condition = length(distinct(concat(var.api.token_issuers[*].issuer, var.api.github_tokens[*].issuer))) == (
      length(var.api.token_issuers) + length(var.api.github_tokens[*])
    )
    error_message = "api.token_issuers and api.github_tokens: each issuer must be named once."
  }
}

variable "events" {
  description = <<-EOT
    Events about tenants, jobs, runners and usage: docs/events.md.
    - `publish`: (Optional) kinds that are published on the event bus: `tenant`, `job`, `runner`, `usage`. Default none.
    - `callbacks`: (Optional) let each tenant have its own events of these kinds sent to an https address of its own.
      - `enable`: (Optional) Default `false`.
      - `timeout_seconds`: (Optional) that an endpoint has to answer, 1 to 30. Default `5`.
      - `concurrency`: (Optional) functions that call endpoints at once, each ten of them; 2 to 100. Default `5`.
  EOT
  type = object({
    publish = optional(set(string), [])
    callbacks = optional(object({
      enable          = optional(bool, false)
      timeout_seconds = optional(number, 5)
      concurrency     = optional(number, 5)
    }), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = length(setsubtract(var.events.publish, ["tenant", "job", "runner", "usage"])) == 0
    error_message = "events.publish must contain tenant, job, runner or usage."
  }

  validation {
    condition     = !var.events.callbacks.enable || length(var.events.publish) > 0
    error_message = "events.callbacks sends what events.publish names: name some kinds."
  }

  validation {
    condition     = contains(range(1, 31), var.events.callbacks.timeout_seconds) && contains(range(2, 101), var.events.callbacks.concurrency)
    error_message = "events.callbacks: timeout_seconds must be an integer from 1 to 30, concurrency from 2 to 100."
  }
}

variable "audit" {
  description = <<-EOT
    The audit trail, which is always kept in the table `<prefix>-audit`.
    - `export`: (Optional) each new entry as an object of a bucket: docs/events.md.
      - `enable`: (Optional) make the bucket and export. Default `false`.
      - `bucket_name`: (Optional) all accounts and Regions share the names of buckets. Default `<prefix>-audit-<account>`.
      - `expire_days`: (Optional) days after which objects are removed. Default: never.
      - `kms_key_arn`: (Optional) ARN of a KMS key of this Region that encrypts them. Default: S3's own key.
  EOT
  type = object({
    export = optional(object({
      enable      = optional(bool, false)
      bucket_name = optional(string)
      expire_days = optional(number)
      kms_key_arn = optional(string)
    }), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.audit.export.bucket_name == null ? true : can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.audit.export.bucket_name))
    error_message = "audit.export.bucket_name must be the name of a bucket, not its ARN or URL."
  }

  validation {
    condition     = var.audit.export.expire_days == null ? true : var.audit.export.expire_days >= 1 && floor(var.audit.export.expire_days) == var.audit.export.expire_days
    error_message = "audit.export.expire_days must be an integer of 1 or more."
  }

  validation {
    condition     = var.audit.export.kms_key_arn == null ? true : can(regex("^arn:[^:]+:kms:[^:]+:[0-9]{12}:key/", var.audit.export.kms_key_arn))
    error_message = "audit.export.kms_key_arn must be the ARN of a KMS key, not of an alias, and no key ID."
  }
}

variable "lambda_zips" {
  description = <<-EOT
    Zip files of functions, by name (`webhook`, `scale-up`, `scale-down`, `tenant-manager`, `recovery`, `machine`,
    `api`),
    instead of `lambdas/dist/<name>.zip` in this module.
  EOT
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "launch_rate" {
  description = <<-EOT
    What EC2's RunInstances is asked for, by all functions together. Raise the figures after AWS has raised the account's limits.
    - `calls_burst`, `calls_per_second`: (Optional) calls at once, and a second after that. Default `5` and `2`, as EC2 gives it to every account.
    - `machines_burst`, `machines_per_second`: (Optional) machines at once, and a second after that. Default `1000` and `2`, as EC2 gives it.
    - `machines_a_call`: (Optional) machines that one call asks for at most, for jobs of one tenant and size that come together, 1 to 50;
      `1`: one call for each machine. Default `25`.
    - `shared_calls`: (Optional) let jobs of several tenants share a call when the account's calls are taken. Their machines start in the
      shared security group and without a tenant, and get both before a configuration. Default: each tenant has calls of its own.
      - `sizes`: for which runner tiers.
      - `except`: (Optional) tenants that never share, by installation id, beside those with a pool of their own. Default none.
  EOT
  type = object({
    calls_burst         = optional(number, 5)
    calls_per_second    = optional(number, 2)
    machines_burst      = optional(number, 1000)
    machines_per_second = optional(number, 2)
    machines_a_call     = optional(number, 25)
    shared_calls = optional(object({
      sizes  = set(string)
      except = optional(set(number), [])
    }))
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(range(1, 51), var.launch_rate.machines_a_call)
    error_message = "launch_rate.machines_a_call must be an integer from 1 to 50."
  }

  validation {
    condition = alltrue([
      for figure in ["calls_burst", "calls_per_second", "machines_burst", "machines_per_second"] : var.launch_rate[figure] > 0
    ])
    error_message = "launch_rate: calls_burst, calls_per_second, machines_burst and machines_per_second must be above 0."
  }
}

variable "lambda" {
  description = <<-EOT
    The functions.
    - `runtime`: (Optional) `nodejs22.x`, or `nodejs24.x` with provider 6.19 or later. Default `nodejs22.x`.
    - `architecture`: (Optional) `arm64` or `x86_64`. Default `arm64`.
    - `memory_mb`: (Optional) memory of `webhook`, `scale_up`, `scale_down`, `tenant_manager`, `recovery`, `machine`, `api`, `events`, `callbacks`; CPU is proportional to it. Default `512` for `scale_up`, `scale_down` and `recovery`, `256` for the others ([docs/performance.md](docs/performance.md#memory)).
    - `timeout_seconds`: (Optional) timeout of `scale_up`, `scale_down`, `tenant_manager`, default `60` each, and of `recovery`, default `110`.
      The webhook's is 10 s, GitHub's own timeout; so is the machine's.
    - `scale_up_concurrency`: (Optional) concurrent scale-up functions for each tier's queue, 2 to 100. More than 10 gains only
      with `launch_rate.shared_calls`, because EC2 allows about two calls per second. Default `5`.
    - `vpc`: (Optional) `subnet_ids` and `security_group_ids` of the functions; they need a route to AWS services and GitHub.
      Default: none, Lambda's own network.
    - `s3_bucket`: (Optional) bucket with the zips as `<s3_prefix><name>.zip`, instead of files.
    - `s3_prefix`: (Optional) prefix of the zips' keys. Use one per release, such as `v1.2.0/`: Terraform detects new code by a changed key. Default none.
  EOT
  type = object({
    runtime      = optional(string, "nodejs22.x")
    architecture = optional(string, "arm64")
    memory_mb = optional(object({
      webhook        = optional(number, 256)
      scale_up       = optional(number, 512)
      scale_down     = optional(number, 512)
      tenant_manager = optional(number, 256)
      recovery       = optional(number, 512)
      machine        = optional(number, 256)
      api            = optional(number, 256)
      events         = optional(number, 256)
      callbacks      = optional(number, 256)
    }), {})
    timeout_seconds = optional(object({
      scale_up       = optional(number, 60)
      scale_down     = optional(number, 60)
      tenant_manager = optional(number, 60)
      recovery       = optional(number, 110)
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
    condition     = contains(range(2, 101), var.lambda.scale_up_concurrency)
    error_message = "lambda.scale_up_concurrency must be an integer from 2 to 100."
  }

  validation {
    condition = var.lambda.vpc == null ? true : length(var.lambda.vpc.subnet_ids) > 0 && alltrue([
      for id in var.lambda.vpc.subnet_ids : can(regex("^subnet-[0-9a-z]+$", id))
    ])
    error_message = "lambda.vpc.subnet_ids must contain at least one subnet ID, such as subnet-0123456789abcdef0."
  }

  validation {
    condition = var.lambda.vpc == null ? true : length(var.lambda.vpc.security_group_ids) > 0 && alltrue([
      for id in var.lambda.vpc.security_group_ids : can(regex("^sg-[0-9a-z]+$", id))
    ])
    error_message = "lambda.vpc.security_group_ids must contain at least one security group ID, such as sg-0123456789abcdef0."
  }

  validation {
    condition     = var.lambda.s3_bucket == null ? true : can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.lambda.s3_bucket))
    error_message = "lambda.s3_bucket must be the name of a bucket, not its ARN or URL."
  }

  validation {
    condition     = var.lambda.s3_bucket != null || var.lambda.s3_prefix == ""
    error_message = "lambda.s3_prefix requires lambda.s3_bucket."
  }
}

variable "iam" {
  description = <<-EOT
    Your organisation's rules for roles, and a suffix that separates installations of the same prefix in two Regions.
    - `permissions_boundary`: (Optional) ARN of the permissions boundary of every role of this module; it must allow what the functions do.
    - `path`: (Optional) path of every role, policy and instance profile of this module. Default `/`.
    - `suffix`: (Optional) suffix of names that must be unique in the account, across Regions: roles, instance profile, dashboard and budget.
      A second installation of the same `prefix` in another Region needs one, such as `-eu`. Default none.
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
    error_message = "iam.path \"${var.iam.path}\" must start and end with a slash, such as /platform/runners/."
  }

  validation {
    condition     = can(regex("^([A-Za-z0-9_-]*[A-Za-z0-9])?$", var.iam.suffix))
    error_message = "iam.suffix \"${var.iam.suffix}\" must contain only letters, digits, hyphens and underscores, and end with a letter or digit, such as -eu."
  }
}

################################################################################
# Data, logs and keys
################################################################################

variable "tables" {
  description = <<-EOT
    Protection of the DynamoDB tables.
    - `deletion_protection`: (Optional) DynamoDB does not delete them; set it to `false` and apply before a destroy. Default `true`.
    - `point_in_time_recovery`: (Optional) restores to any second of the last 35 days. Default `true`.
  EOT
  type = object({
    deletion_protection    = optional(bool, true)
    point_in_time_recovery = optional(bool, true)
  })
  default  = {}
  nullable = false
}

variable "prices" {
  description = <<-EOT
    What machines cost, in US dollars, for the usage ledger and `limit_spend`. Default: `prices.json`, list prices of us-east-1 with their date.
    They are never fetched; each row of the ledger keeps the price that it was written with.
    - `machine_hour`: (Optional) of an hour, by instance type; `spot/<type>` is the price of that type as spot. Takes precedence over the file's.
    - `spot_share`: (Optional) of the price on demand, for spot machines without a price of their own. Default `0.35`.
    - `disk_gb_month`: (Optional) of a GB and month of the root disk. Default: that of the type of `runner.disk`.
    - `as_of`: (Optional) the date that rows name as that of their price. Default: the file's.
  EOT
  type = object({
    machine_hour  = optional(map(number), {})
    spot_share    = optional(number)
    disk_gb_month = optional(number)
    as_of         = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for price in values(var.prices.machine_hour) : price >= 0])
    error_message = "prices.machine_hour must have numbers of at least 0."
  }

  validation {
    condition     = alltrue([for key in keys(var.prices.machine_hour) : can(regex("^(spot/)?[a-z0-9-]+[.][a-z0-9-]+$", key))])
    error_message = "prices.machine_hour must be keyed by instance types such as t3.medium, or spot/t3.medium."
  }

  validation {
    condition     = var.prices.spot_share == null ? true : var.prices.spot_share >= 0 && var.prices.spot_share <= 1
    error_message = "prices.spot_share must be from 0 to 1."
  }

  validation {
    condition     = var.prices.disk_gb_month == null ? true : var.prices.disk_gb_month >= 0
    error_message = "prices.disk_gb_month must be at least 0."
  }
}

variable "encryption" {
  description = <<-EOT
    Customer managed keys (ARNs of KMS keys in this Region), by what they encrypt; docs/security.md shows the key policies that they need.
    - `parameters`: (Optional) the App's secrets, the runners' configurations and the secrets of tenants' callbacks in SSM; also the key of any `*_ssm` reference.
    - `queues`: (Optional) the SQS queues. The key policy must allow `events.amazonaws.com`, or EventBridge drops its messages.
    - `tables`: (Optional) the DynamoDB tables.
    - `logs`: (Optional) the log groups. The key policy must allow `logs.<region>.amazonaws.com`.
    - `disks`: (Optional) the runners' disks. Default: the account's default key for EBS.
      With spot, the policy of a customer managed key must allow the role AWSServiceRoleForEC2Spot.
    - `images`: (Optional) keys of your own images' snapshots, if they differ from the key of the disks. Default none.
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
    condition = alltrue([
      for keys in values(merge(var.encryption, { images = join(" ", var.encryption.images) })) : keys == null ? true : alltrue([
        for key in compact(split(" ", keys)) : can(regex("^arn:[^:]+:kms:[^:]+:[0-9]{12}:key/", key))
      ])
    ])
    error_message = "encryption must contain ARNs of KMS keys, not of aliases, and no key IDs."
  }
}

variable "observability" {
  description = <<-EOT
    Logs, alarms, dashboard and budget.
    - `log_level`: (Optional) log level of the functions: `debug`, `info`, `warn` or `error`. Default `info`.
    - `log_retention_days`: (Optional) retention of the logs. Default `30`.
    - `log_class`: (Optional) class of the logs without metrics, which are the webhook's access log and the machines' reports:
      `STANDARD`, or `INFREQUENT_ACCESS` at half the price. AWS can't change the class of a log group,
      so a change replaces both groups and deletes their logs. Default `STANDARD`.
    - `runner_logs`: (Optional) whether machines report the logs of their boot and their runner, to `/aws/lambda/<prefix>-machine`. Default `true`.
    - `alarms`: (Optional) `enabled` (default `true`); `actions`, ARNs, such as SNS topics, that are notified when an alarm starts and ends (default none);
      `runbooks`, the URL of your copy of docs/operations.md, to which every alarm's description links;
      `oldest_job_seconds`, the maximum wait of a job whose tenant is below its limit (default `900`).
    - `dashboard`: (Optional) whether to create a CloudWatch dashboard. Default `true`.
    - `budget`: (Optional) a monthly AWS budget for everything tagged `ghr:environment`:
      `monthly_usd`, the recipients `emails` (at most ten) and `sns_topic_arns` (at most one), `thresholds` in percent (default 80 and 100). Default none.
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
    condition = contains(
      [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
      var.observability.log_retention_days
    )
    error_message = "observability.log_retention_days must be a retention that CloudWatch offers, such as 7, 14, 30, 90 or 365."
  }

  validation {
    condition     = contains(["STANDARD", "INFREQUENT_ACCESS"], var.observability.log_class)
    error_message = "observability.log_class must be STANDARD or INFREQUENT_ACCESS, not \"${var.observability.log_class}\"."
  }

  validation {
    condition     = alltrue([for action in var.observability.alarms.actions : can(regex("^arn:", action))])
    error_message = "observability.alarms.actions must contain ARNs, not ${join(", ", var.observability.alarms.actions)}."
  }

  # A machine takes one to three minutes to start, so a lower limit would alarm on every job.
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
    error_message = "observability.budget needs at least one of emails and sns_topic_arns."
  }

  # https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_NotificationWithSubscribers.html
  validation {
    condition = var.observability.budget == null ? true : (
      length(var.observability.budget.emails) <= 10 && length(var.observability.budget.sns_topic_arns) <= 1
    )
    error_message = "observability.budget can have at most 10 emails and 1 sns_topic_arns, which are the limits of AWS Budgets; subscribe others to the topic."
  }

  # AWS Budgets allows five notifications for each budget; one of them is the forecast.
  validation {
    condition = var.observability.budget == null ? true : (
      length(var.observability.budget.thresholds) >= 1 && length(var.observability.budget.thresholds) <= 4 &&
      alltrue([for percent in var.observability.budget.thresholds : percent > 0 && percent <= 1000])
    )
    error_message = "observability.budget.thresholds must contain one to four percentages, above 0 and up to 1000."
  }
}
