################################################################################
# Runners
################################################################################

variable "runner" {
  description = <<-EOT
    The runner machines. A tier's own settings in `runner_tiers` take precedence.
    - `image`: (Optional) their image. Default: the newest Amazon Linux 2023 of each tier's architecture, resolved at every launch.
      - `id`: (Optional) an AMI.
      - `ssm_parameter`: (Optional) name of an SSM parameter that contains an AMI ID; resolved at every launch.
      - `filter`: (Optional) the newest AMI of each tier's architecture whose name matches `name` and whose owner is one of `owners` (account IDs, `self`,
        `amazon`); resolved at every plan, so that an apply installs a new one.
      - `root_device_name`: (Optional) root device of that image. Default `/dev/xvda`, or with `filter` the image's own.
    - `binaries`: (Optional) source of GitHub's runner for images without `/opt/actions-runner`, by architecture (`x64`, `arm64`):
      `url` of the `.tar.gz`, and `sha256`, the only digest that the machine accepts. Default: the latest release on github.com.
      GitHub assigns no jobs to a runner that is more than 30 days behind, so update a pinned one in time.
    - `max_age_days`: (Optional) days after its release at which the runner in an image is too old and the machine downloads it from `binaries`.
      Default `25`, of the 30 that GitHub allows.
    - `hooks`: (Optional) your own bash scripts, which every job can read. The user data has room for a few hundred bytes; longer scripts belong in the image.
      - `before_runner`: (Optional) runs as root before the runner is installed, for at most 5 minutes, with `GHR_TENANT_ID`,
        `GHR_INSTANCE_ID` and `AWS_REGION` set; if it fails, the machine ends without a job.
      - `job_started`, `job_completed`: (Optional) run as the runner's user before and after the job; if one fails, the job fails.
    - `timeouts`: (Optional) limits for a machine, in minutes.
      - `boot`: (Optional) from its launch to its registration with GitHub. Default `10`.
      - `idle`: (Optional) without a job, since its last job or, if it had none, since the end of `boot`. Default `5`.
      - `lifetime`: (Optional) of a job, from its start; ten minutes later the machine shuts down, even if the job is still running.
        Default `360`, which is GitHub's default for a job, so that GitHub ends the job first.
    - `sudo`: (Optional) whether jobs may use `sudo` without a password, as on GitHub-hosted runners. Default `false`.
    - `disk`: (Optional) the encrypted root disk.
      - `size_gb`: (Optional) default `30`.
      - `type`: (Optional) `gp3` or `io2`. Default `gp3`.
      - `iops`: (Optional) default: what the type includes; required for `io2`.
      - `throughput`: (Optional) MB/s, for `gp3` only. Default: what the type includes, 125.
    - `policy_arns`: (Optional) policies of a role for the machines, which the jobs of every tenant can use. Default none: machines have no role.
    - `config_store`: (Optional) where a runner's configuration waits for its machine: `ssm`, an encrypted parameter for each, or `dynamodb`, a table,
      for more launches than the three parameters a second that SSM lets an account write. Change it while no machine boots. Default `ssm`.
  EOT
  type = object({
    image = optional(object({
      id               = optional(string)
      ssm_parameter    = optional(string)
      filter           = optional(object({ name = string, owners = list(string) }))
      root_device_name = optional(string)
    }), {})
    binaries     = optional(map(object({ url = string, sha256 = string })), {})
    max_age_days = optional(number, 25)
    sudo         = optional(bool, false)
    hooks = optional(object({
      before_runner = optional(string)
      job_started   = optional(string)
      job_completed = optional(string)
    }), {})
    timeouts = optional(object({
      boot     = optional(number, 10)
      idle     = optional(number, 5)
      lifetime = optional(number, 360)
    }), {})
    disk = optional(object({
      size_gb    = optional(number, 30)
      type       = optional(string, "gp3")
      iops       = optional(number)
      throughput = optional(number)
    }), {})
    policy_arns  = optional(list(string), [])
    config_store = optional(string, "ssm")
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["ssm", "dynamodb"], var.runner.config_store)
    error_message = "runner.config_store must be ssm or dynamodb, not \"${var.runner.config_store}\"."
  }

  validation {
    condition     = length(compact([var.runner.image.id, var.runner.image.ssm_parameter, try(var.runner.image.filter.name, null)])) <= 1
    error_message = "runner.image must have at most one of id, ssm_parameter and filter."
  }

  validation {
    condition     = var.runner.image.id == null ? true : can(regex("^ami-[0-9a-z]+$", var.runner.image.id))
    error_message = "runner.image.id must be the ID of an AMI, such as ami-0123456789abcdef0."
  }

  validation {
    condition     = var.runner.image.ssm_parameter == null ? true : can(regex("^/[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*$", var.runner.image.ssm_parameter))
    error_message = "runner.image.ssm_parameter must be the full name of an SSM parameter, starting with a slash."
  }

  # Anyone can publish an image under any name.
  validation {
    condition = var.runner.image.filter == null ? true : length(var.runner.image.filter.owners) > 0 && alltrue([
      for owner in var.runner.image.filter.owners : can(regex("^([0-9]{12}|self|amazon|aws-marketplace)$", owner))
    ])
    error_message = "runner.image.filter.owners must name the trusted owners of images: account IDs, self or amazon."
  }

  validation {
    condition     = var.runner.timeouts.lifetime > var.runner.timeouts.boot + var.runner.timeouts.idle
    error_message = "runner.timeouts: lifetime must exceed boot and idle together."
  }

  validation {
    condition     = var.runner.max_age_days >= 1 && var.runner.max_age_days <= 30 && floor(var.runner.max_age_days) == var.runner.max_age_days
    error_message = "runner.max_age_days must be an integer from 1 to 30: GitHub assigns no jobs to a runner that is more than 30 days behind."
  }

  validation {
    condition     = var.runner.disk.size_gb >= 8 && var.runner.disk.size_gb <= 16384 && floor(var.runner.disk.size_gb) == var.runner.disk.size_gb
    error_message = "runner.disk.size_gb must be an integer from 8 (the size of the image) to 16384."
  }

  validation {
    condition     = contains(["gp3", "io2"], var.runner.disk.type)
    error_message = "runner.disk.type must be gp3 or io2, not \"${var.runner.disk.type}\"."
  }

  validation {
    condition     = var.runner.disk.throughput == null ? true : var.runner.disk.throughput >= 125 && var.runner.disk.throughput <= 1000
    error_message = "runner.disk.throughput must be from 125 to 1000 MB/s."
  }

  validation {
    condition = length(var.runner.policy_arns) <= 10 && alltrue([
      for arn in var.runner.policy_arns : can(regex("^arn:[^:]+:iam::([0-9]{12}|aws):policy/", arn))
    ])
    error_message = "runner.policy_arns must contain at most 10 ARNs of IAM policies, not ${join(", ", var.runner.policy_arns)}."
  }
}

variable "egress_rules" {
  description = <<-EOT
    Destinations that runners may reach, as rules of every runner security group. Default: all.
    - `description`: (Optional) description of the rule.
    - `protocol`: `tcp`, `udp`, `icmp`, `icmpv6`, or `-1` for all.
    - `from_port`, `to_port`: (Optional) port range; 0 and 0 with protocol `-1`.
    - `cidr_blocks`, `ipv6_cidr_blocks`: (Optional) destinations; a rule needs at least one block.
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
}

variable "create_spot_service_linked_role" {
  description = "Whether to create the service-linked role that EC2 needs for spot; leave `false` if the account has it."
  type        = bool
  default     = false
  nullable    = false
}
