################################################################################
# Required: what every installation sets, and its sizes of runners
################################################################################

variable "prefix" {
  description = <<-EOT
    Name of this installation: every resource name starts with it, and the tag `ghr:environment` carries it.
    It must be unique in the account; the same name in another Region needs `iam.suffix`.
  EOT
  type        = string
  nullable    = false

  # The longest name built from it is the runner's at GitHub: prefix, a hyphen, and an instance id of 19 characters, of 64.
  validation {
    condition     = length(var.prefix) <= 44
    error_message = "prefix has ${length(var.prefix)} characters; the maximum is 44, because GitHub allows 64 for the runner name \"prefix-instance_id\"."
  }

  validation {
    condition     = can(regex("^[A-Za-z][A-Za-z0-9_-]*[A-Za-z0-9]$", var.prefix))
    error_message = "prefix \"${var.prefix}\" must have 2 or more letters, digits, hyphens or underscores, start with a letter, and end with a letter or digit."
  }

  # SSM refuses parameters below /aws… and /ssm…, EC2 security groups named sg-…, and EventBridge has a bus named default.
  validation {
    condition     = !can(regex("^(aws|ssm|sg-)|^default$", lower(var.prefix)))
    error_message = "prefix \"${var.prefix}\" is reserved by AWS: it must not start with aws, ssm or sg-, and must not be default."
  }
}

variable "aws_region" {
  description = "Region of the `aws` provider that this module uses; the plan fails for any other."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2,}(-[a-z]+)+-[0-9]+$", var.aws_region))
    error_message = "aws_region \"${var.aws_region}\" must be a Region code such as us-east-1."
  }

  # Services have other names in AWS China, and GitHub is slow or unreachable from there.
  validation {
    condition     = !startswith(var.aws_region, "cn-")
    error_message = "aws_region \"${var.aws_region}\" is a Region of AWS China, which is not supported."
  }
}

variable "vpc_id" {
  description = "VPC of the runners and of their security groups."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^vpc-[0-9a-z]+$", var.vpc_id))
    error_message = "vpc_id \"${var.vpc_id}\" must be the ID of a VPC, such as vpc-0123456789abcdef0."
  }
}

variable "subnet_ids" {
  description = "Subnets of `vpc_id` in which runners start; they need a route to GitHub. Each additional subnet is another place to find capacity."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.subnet_ids) > 0
    error_message = "subnet_ids must name at least one subnet."
  }

  validation {
    condition     = alltrue([for id in var.subnet_ids : can(regex("^subnet-[0-9a-z]+$", id))])
    error_message = "subnet_ids must contain subnet IDs, such as subnet-0123456789abcdef0, not ${join(", ", var.subnet_ids)}."
  }

  validation {
    condition     = length(distinct(var.subnet_ids)) == length(var.subnet_ids)
    error_message = "subnet_ids must name each subnet once."
  }
}

variable "github_app" {
  description = <<-EOT
    The GitHub App. Set each of its three parts either as a value, which the module stores as a SecureString parameter,
    or as the `arn` and `name` of an existing SSM parameter, or as the `arn` of a secret of Secrets Manager, with the `kms_key_arn` that encrypts it
    where that is a key of your own.
    - `id` or `id_ssm`: the App's numeric ID.
    - `key_base64`, `key_base64_ssm` or `key_base64_secret`: its private key, the whole PEM file encoded as base64. In a parameter or secret it may also
      be the file as it is.
    - `webhook_secret`, `webhook_secret_ssm` or `webhook_secret_secret`: its webhook secret; during a rotation, the old and the new one, each on its own
      line. Of a secret the values under AWSPENDING and, for a day, AWSPREVIOUS are accepted too.
  EOT
  type = object({
    id                    = optional(string)
    key_base64            = optional(string)
    webhook_secret        = optional(string)
    id_ssm                = optional(object({ arn = string, name = string }))
    key_base64_ssm        = optional(object({ arn = string, name = string }))
    webhook_secret_ssm    = optional(object({ arn = string, name = string }))
    key_base64_secret     = optional(object({ arn = string, kms_key_arn = optional(string) }))
    webhook_secret_secret = optional(object({ arn = string, kms_key_arn = optional(string) }))
  })
  nullable  = false
  sensitive = true

  validation {
    condition     = (var.github_app.id == null) != (var.github_app.id_ssm == null)
    error_message = "github_app must have exactly one of id and id_ssm."
  }

  validation {
    condition = length([
      for given in [var.github_app.key_base64 != null, var.github_app.key_base64_ssm != null, var.github_app.key_base64_secret != null] : given if given
    ]) == 1
    error_message = "github_app must have exactly one of key_base64, key_base64_ssm and key_base64_secret."
  }

  validation {
    condition = length([
      for given in [
        var.github_app.webhook_secret != null, var.github_app.webhook_secret_ssm != null, var.github_app.webhook_secret_secret != null,
      ] : given if given
    ]) == 1
    error_message = "github_app must have exactly one of webhook_secret, webhook_secret_ssm and webhook_secret_secret."
  }

  validation {
    condition     = var.github_app.id == null ? true : can(regex("^[1-9][0-9]*$", var.github_app.id))
    error_message = "github_app.id must be the App's numeric ID, as its settings page shows it, not its client ID (Iv…)."
  }

  # Any PEM that a key generator writes names itself a private key in its first line.
  validation {
    condition     = var.github_app.key_base64 == null ? true : can(regex("PRIVATE KEY", base64decode(var.github_app.key_base64)))
    error_message = "github_app.key_base64 must be the App's private key file (PEM) encoded as base64: run base64 < app.private-key.pem."
  }

  # A guessed secret can start runners for every tenant.
  validation {
    condition = var.github_app.webhook_secret == null ? true : (
      trimspace(var.github_app.webhook_secret) != "" &&
      alltrue([for line in split("\n", var.github_app.webhook_secret) : trimspace(line) == "" || length(trimspace(line)) >= 16])
    )
    error_message = "github_app.webhook_secret must have 16 characters or more on each line; openssl rand -hex 32 generates one."
  }

  validation {
    condition = alltrue([
      for reference in [var.github_app.id_ssm, var.github_app.key_base64_ssm, var.github_app.webhook_secret_ssm] :
      reference == null ? true : can(regex("^arn:[^:]+:ssm:[^:]*:[0-9]*:parameter/", reference.arn)) && endswith(reference.arn, trimprefix(reference.name, "/"))
    ])
    error_message = "github_app: the arn and the name of each *_ssm reference must belong to the same SSM parameter."
  }

  # Functions may read what exactly this ARN names: without its end it would match nothing.
  validation {
    condition = alltrue([
      for reference in [var.github_app.key_base64_secret, var.github_app.webhook_secret_secret] :
      reference == null ? true : can(regex("^arn:[^:]+:secretsmanager:[^:*?]+:[0-9]{12}:secret:[^:*?]+-[A-Za-z0-9]{6}$", reference.arn))
    ])
    error_message = "github_app: the arn of each *_secret reference must be a secret's whole ARN, with the six characters that Secrets Manager put after its name."
  }

  validation {
    condition = alltrue([
      for reference in [var.github_app.key_base64_secret, var.github_app.webhook_secret_secret] :
      reference == null ? true : reference.kms_key_arn == null ? true : can(regex("^arn:[^:]+:kms:[^:]+:[0-9]{12}:key/", reference.kms_key_arn))
    ])
    error_message = "github_app: kms_key_arn of each *_secret reference must be the ARN of a KMS key, not of an alias."
  }
}

variable "runner_tiers" {
  description = <<-EOT
    The sizes of runners, by name. A tenant's tier sets its maximum of concurrent runners; a job's labels select the size of its runner.
    - `runner_os`: `linux`.
    - `runner_architecture`: `x64` or `arm64`, the architecture of every instance type.
    - `instance_types`: in order of preference; the next is tried when EC2 has no capacity.
    - `max_runners`: concurrent runners of a tenant of this tier, across all sizes; 0 allows none.
    - `labels`: a size fits a job when it has all labels of the job; case does not matter. Two tiers must not have the same labels.
    - `max_minutes_per_day`, `limit_minutes`, `limit_spend`: (Optional) what a tenant of this tier may use, of all sizes together: minutes of machines
      a day and a month (UTC), US dollars a month. Above it jobs wait for the next day or month. A tenant's row may have its own. Default: no cap.
    - `rank`: (Optional) order of the tiers, lowest first. Default: ordered by `max_runners`, then by name.
    - `capacity`: (Optional) `on-demand`; `spot`, whose jobs wait until there is capacity; or `spot-with-fallback`, which tries spot first, then on-demand.
      AWS can reclaim a spot machine with two minutes' notice. Default `on-demand`.
    - `runner_group_id`: (Optional) ID of the GitHub runner group in organisations. Default `1`, the default group.
    - `subnet_ids`: (Optional) subnets of `vpc_id` for this size, instead of the module's `subnet_ids`.
    - `image`: (Optional) `id`, `ssm_parameter`, `filter`, `root_device_name`, instead of `runner.image`.
    - `disk`: (Optional) `size_gb`, `type`, `iops`, `throughput` of the root disk, where they differ from `runner.disk`.
    - `pool`: (Optional) machines of this size that wait for a job, booted and of no tenant. What they cost while they wait is yours. Default: none.
      - `size`: how many, at most 50; 0 where only `schedule` or `dedicated` have some.
      - `schedule`: (Optional) other sizes at other times: `cron`, five fields of figures that all match in the minutes in which `size` holds, such as
        `* 8-17 * * 1-5`; `time_zone`, default `UTC`. The first that matches counts.
      - `max_idle_minutes`: (Optional) minutes after its start at which a machine that still waits is replaced. Default `720`.
      - `dedicated`: (Optional) machines that only one tenant takes and that have its tags and group from birth: how many, by installation id.
  EOT
  type = map(object({
    runner_os           = string
    runner_architecture = string
    instance_types      = list(string)
    max_runners         = number
    labels              = list(string)
    max_minutes_per_day = optional(number)
    limit_minutes       = optional(number)
    limit_spend         = optional(number)
    rank                = optional(number)
    capacity            = optional(string, "on-demand")
    runner_group_id     = optional(number, 1)
    subnet_ids          = optional(list(string))
    image = optional(object({
      id               = optional(string)
      ssm_parameter    = optional(string)
      filter           = optional(object({ name = string, owners = list(string) }))
      root_device_name = optional(string)
    }))
    disk = optional(object({
      size_gb    = optional(number)
      type       = optional(string)
      iops       = optional(number)
      throughput = optional(number)
    }), {})
    pool = optional(object({
      size             = number
      schedule         = optional(list(object({ cron = string, time_zone = optional(string, "UTC"), size = number })), [])
      max_idle_minutes = optional(number, 720)
      dedicated        = optional(map(number), {})
    }))
  }))
  default = {
    small = {
      runner_os           = "linux"
      runner_architecture = "x64"
      instance_types      = ["t3.medium"]
      max_runners         = 2
      labels              = ["self-hosted", "linux", "x64", "small"]
    }
    medium = {
      runner_os           = "linux"
      runner_architecture = "x64"
      instance_types      = ["t3.large", "m5.large"]
      max_runners         = 5
      labels              = ["self-hosted", "linux", "x64", "medium"]
    }
    large = {
      runner_os           = "linux"
      runner_architecture = "x64"
      instance_types      = ["t3.xlarge", "m5.xlarge"]
      max_runners         = 10
      labels              = ["self-hosted", "linux", "x64", "large"]
    }
  }
  nullable = false

  validation {
    condition     = length(var.runner_tiers) > 0
    error_message = "runner_tiers must contain at least one tier."
  }
}

variable "eventbridge" {
  description = <<-EOT
    Events that are published on the event bus for your own rules. The bus always exists, and so do its installation events, which onboard and offboard tenants.
    - `enable`: (Optional) publish `accept_events`. Default `true`.
    - `accept_events`: (Optional) names of GitHub events. Default `["workflow_job", "installation"]`.
  EOT
  type = object({
    enable        = optional(bool, true)
    accept_events = optional(list(string), ["workflow_job", "installation"])
  })
  default  = {}
  nullable = false
}

variable "tags" {
  description = <<-EOT
    Tags of every resource, including runner machines.
    Keys that the instance metadata service does not support are set on a machine's disk and network interface only.
  EOT
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = length(var.tags) <= 40
    error_message = "tags has ${length(var.tags)} entries; the maximum is 40, because AWS allows 50 and the module adds its own."
  }
}
