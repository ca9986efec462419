################################################################################
# The usual block
################################################################################

variable "prefix" {
  description = "Name of this installation; every resource name starts with it and `ghr:environment` carries it. One in an account: the same in another Region needs `iam.suffix`."
  type        = string
  nullable    = false

  # The longest name built from it is the runner's at GitHub: prefix, a hyphen, and an instance id of 19 characters, of 64.
  validation {
    condition     = length(var.prefix) <= 44
    error_message = "prefix \"${var.prefix}\" has ${length(var.prefix)} characters; at most 44 fit, because GitHub allows 64 for the runner name \"prefix-instance_id\"."
  }

  validation {
    condition     = can(regex("^[A-Za-z][A-Za-z0-9_-]*[A-Za-z0-9]$", var.prefix))
    error_message = "prefix \"${var.prefix}\" must have two or more letters, digits, hyphens or underscores, start with a letter and end with a letter or digit."
  }

  # SSM refuses parameters below /aws… and /ssm…, EC2 security groups named sg-…, and EventBridge has a bus named default.
  validation {
    condition     = !can(regex("^(aws|ssm|sg-)|^default$", lower(var.prefix)))
    error_message = "prefix \"${var.prefix}\" is reserved by AWS: it may not start with aws, ssm or sg-, nor be default."
  }
}

variable "aws_region" {
  description = "Region of the `aws` provider that is handed to this module; anything else is refused at plan."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2,}(-[a-z]+)+-[0-9]+$", var.aws_region))
    error_message = "aws_region \"${var.aws_region}\" must be a Region code such as us-east-1."
  }

  validation {
    condition     = !startswith(var.aws_region, "cn-")
    error_message = "aws_region \"${var.aws_region}\" is one of AWS China's, which are not supported: services have other names there, and GitHub is out of reach or slow. Use a Region of another partition."
  }
}

variable "vpc_id" {
  description = "VPC of the runners and of their security groups."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^vpc-[0-9a-z]+$", var.vpc_id))
    error_message = "vpc_id \"${var.vpc_id}\" must be the id of a VPC, such as vpc-0123456789abcdef0."
  }
}

variable "subnet_ids" {
  description = "Subnets of `vpc_id` in which runners start; they need a way out to GitHub. Each further subnet is another place to look for capacity."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.subnet_ids) > 0
    error_message = "subnet_ids must name at least one subnet."
  }

  validation {
    condition     = alltrue([for id in var.subnet_ids : can(regex("^subnet-[0-9a-z]+$", id))])
    error_message = "subnet_ids must hold subnet ids such as subnet-0123456789abcdef0; these are not: ${join(", ", [for id in var.subnet_ids : id if !can(regex("^subnet-[0-9a-z]+$", id))])}."
  }

  validation {
    condition     = length(distinct(var.subnet_ids)) == length(var.subnet_ids)
    error_message = "subnet_ids must name each subnet once."
  }
}

variable "github_app" {
  description = <<-EOT
    The GitHub App. Each of its three parts is given as a value, which the module stores as a SecureString parameter, or as the `arn` and
    `name` of an SSM parameter that exists already; never both.
    - `id` or `id_ssm`: the App's numeric id.
    - `key_base64` or `key_base64_ssm`: its private key, the whole PEM file encoded as base64.
    - `webhook_secret` or `webhook_secret_ssm`: its webhook secret; while the secret is being rotated, the old and the new one on a line each.
  EOT
  type = object({
    id                 = optional(string)
    key_base64         = optional(string)
    webhook_secret     = optional(string)
    id_ssm             = optional(object({ arn = string, name = string }))
    key_base64_ssm     = optional(object({ arn = string, name = string }))
    webhook_secret_ssm = optional(object({ arn = string, name = string }))
  })
  nullable  = false
  sensitive = true

  validation {
    condition     = (var.github_app.id == null) != (var.github_app.id_ssm == null)
    error_message = "github_app needs exactly one of id and id_ssm."
  }

  validation {
    condition     = (var.github_app.key_base64 == null) != (var.github_app.key_base64_ssm == null)
    error_message = "github_app needs exactly one of key_base64 and key_base64_ssm."
  }

  validation {
    condition     = (var.github_app.webhook_secret == null) != (var.github_app.webhook_secret_ssm == null)
    error_message = "github_app needs exactly one of webhook_secret and webhook_secret_ssm."
  }

  validation {
    condition     = var.github_app.id == null ? true : can(regex("^[1-9][0-9]*$", var.github_app.id))
    error_message = "github_app.id must be the App's numeric id, as its settings page shows it; the client id (Iv…) is something else."
  }

  # Any PEM that a key generator writes names itself a private key in its first line.
  validation {
    condition     = var.github_app.key_base64 == null ? true : can(regex("PRIVATE KEY", base64decode(var.github_app.key_base64)))
    error_message = "github_app.key_base64 must be the App's private key file (PEM) encoded as base64: base64 < app.private-key.pem."
  }

  validation {
    condition     = var.github_app.webhook_secret == null ? true : length(compact([for line in split("\n", var.github_app.webhook_secret) : trimspace(line)])) > 0 && alltrue([for line in split("\n", var.github_app.webhook_secret) : trimspace(line) == "" || length(trimspace(line)) >= 16])
    error_message = "github_app.webhook_secret must have 16 characters or more, on each line if there are two: whoever guesses it can start runners for anybody. openssl rand -hex 32 makes one."
  }

  validation {
    condition = alltrue([
      for reference in [var.github_app.id_ssm, var.github_app.key_base64_ssm, var.github_app.webhook_secret_ssm] :
      reference == null ? true : can(regex("^arn:[^:]+:ssm:[^:]*:[0-9]*:parameter/", reference.arn)) && endswith(reference.arn, trimprefix(reference.name, "/"))
    ])
    error_message = "github_app: each *_ssm reference needs the arn and the name of one and the same SSM parameter."
  }
}

variable "runner_tiers" {
  description = <<-EOT
    The sizes of runners, by name. The tenant's tier sets how many runners it may have; the job's labels select the size.
    - `runner_os`: `linux`.
    - `runner_architecture`: `x64` or `arm64`; every instance type must have it.
    - `instance_types`: in order of preference; the next is tried when EC2 has no capacity.
    - `max_runners`: concurrent runners, over all sizes, of a tenant of this tier; 0 means none.
    - `labels`: a job fits when all its labels are among these, whatever their case. No two tiers have the same.
    - `rank`: (Optional) order among tiers, lowest first; where absent, `max_runners` and then the name decide.
    - `capacity`: (Optional) `on-demand`; `spot`, which waits while there is none; or `spot-with-fallback`, which tries spot first and on-demand after it. AWS may take a spot machine back at two minutes' notice. Default `on-demand`.
    - `runner_group_id`: (Optional) GitHub's runner group in organisations. Default `1`, the default group.
    - `subnet_ids`: (Optional) subnets of `vpc_id` for this size alone, instead of the module's `subnet_ids`.
    - `image`: (Optional) `id`, `ssm_parameter`, `filter`, `root_device_name`, instead of `runner.image`.
    - `disk`: (Optional) `size_gb`, `type`, `iops`, `throughput` of the root disk, where they differ from `runner.disk`.
  EOT
  type = map(object({
    runner_os           = string
    runner_architecture = string
    instance_types      = list(string)
    max_runners         = number
    labels              = list(string)
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
  }))
  default = {
    small  = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 2, labels = ["self-hosted", "linux", "x64", "small"] }
    medium = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.large", "m5.large"], max_runners = 5, labels = ["self-hosted", "linux", "x64", "medium"] }
    large  = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.xlarge", "m5.xlarge"], max_runners = 10, labels = ["self-hosted", "linux", "x64", "large"] }
  }
  nullable = false

  validation {
    condition     = length(var.runner_tiers) > 0
    error_message = "runner_tiers must have at least one tier."
  }
}

variable "eventbridge" {
  description = <<-EOT
    What is published on the event bus for rules of your own. The bus, and the installation events on it that onboard and offboard tenants, always exist.
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
  description = "Tags of every resource, runner machines included. A key that the instance metadata service can't carry is left off the instance and kept on its disk and interface."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = length(var.tags) <= 40
    error_message = "tags has ${length(var.tags)} entries; at most 40 fit, because AWS allows 50 on a resource and the module adds its own."
  }
}
