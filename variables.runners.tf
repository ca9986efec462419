################################################################################
# Runners
################################################################################

variable "runner" {
  description = <<-EOT
    The runner machines; what a tier sets for itself in `runner_tiers` counts instead.
    - `image`: (Optional) their image. Default: the newest Amazon Linux 2023 of each tier's architecture, looked up at every launch.
      - `id`: (Optional) an AMI.
      - `ssm_parameter`: (Optional) name of an SSM parameter that holds an AMI id; followed at every launch.
      - `filter`: (Optional) the newest AMI of each tier's architecture whose name is like `name` and whose owner is among `owners` (account ids, `self`, `amazon`); looked up at every plan, so a new one comes with an apply.
      - `root_device_name`: (Optional) where that image has its root disk. Default `/dev/xvda`; with `filter`, what the image says.
    - `binaries`: (Optional) where a machine whose image has no `/opt/actions-runner` gets GitHub's runner from, by architecture (`x64`, `arm64`): `url` of the `.tar.gz`, and `sha256`, its digest, as the machine refuses any other file. Default: the latest release on github.com. GitHub gives no jobs to a runner more than 30 days behind, so a pinned one must be moved along.
    - `max_age_days`: (Optional) days since its release after which the runner in an image counts as old, so that the machine takes it from `binaries` instead. Default `25`, of the 30 that GitHub grants.
    - `hooks`: (Optional) bash scripts of your own, readable by every job. A few hundred bytes fit into the user data; longer ones belong into the image.
      - `before_runner`: (Optional) as root, before the runner is installed, for 5 minutes at most, with `GHR_TENANT_ID`, `GHR_INSTANCE_ID` and `AWS_REGION` set; when it fails, the machine ends without a job.
      - `job_started`, `job_completed`: (Optional) before and after the job, as the runner's user; one that fails, fails the job.
    - `timeouts`: (Optional) how long a machine may take, in minutes.
      - `boot`: (Optional) from launch to its registration at GitHub. Default `10`.
      - `idle`: (Optional) without a job, after its last one or, where none ever came, after the time to boot. Default `5`.
      - `lifetime`: (Optional) of a job, counted from its start; ten minutes later the machine ends it, busy or not. Default `360`, GitHub's own default for a job, so that GitHub's own end comes first.
    - `sudo`: (Optional) whether jobs may become root on their machine, by `sudo` without a password, as on GitHub's own runners. Default `false`.
    - `disk`: (Optional) the encrypted root disk.
      - `size_gb`: (Optional) default `30`.
      - `type`: (Optional) `gp3` or `io2`. Default `gp3`.
      - `iops`: (Optional) default what the type includes; `io2` needs it.
      - `throughput`: (Optional) MB/s, for `gp3`. Default what the type includes, 125.
    - `policy_arns`: (Optional) further policies of the machines' role. The code of every job can use them, whoever its tenant is. Default none.
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
    policy_arns = optional(list(string), [])
  })
  default  = {}
  nullable = false

  validation {
    condition     = length([for way in [var.runner.image.id, var.runner.image.ssm_parameter, try(var.runner.image.filter.name, null)] : way if way != null]) <= 1
    error_message = "runner.image takes one of id, ssm_parameter and filter."
  }

  validation {
    condition     = var.runner.image.id == null ? true : can(regex("^ami-[0-9a-z]+$", var.runner.image.id))
    error_message = "runner.image.id must be the id of an AMI, such as ami-0123456789abcdef0."
  }

  validation {
    condition     = var.runner.image.ssm_parameter == null ? true : can(regex("^/[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*$", var.runner.image.ssm_parameter))
    error_message = "runner.image.ssm_parameter must be the full name of an SSM parameter, starting with a slash."
  }

  # Anybody may publish an image under any name.
  validation {
    condition     = var.runner.image.filter == null ? true : length(var.runner.image.filter.owners) > 0 && alltrue([for owner in var.runner.image.filter.owners : can(regex("^([0-9]{12}|self|amazon|aws-marketplace)$", owner))])
    error_message = "runner.image.filter.owners must name whose images are trusted: account ids, self or amazon."
  }

  validation {
    condition     = var.runner.timeouts.lifetime > var.runner.timeouts.boot + var.runner.timeouts.idle
    error_message = "runner.timeouts: lifetime must be longer than boot and idle together."
  }

  validation {
    condition     = var.runner.max_age_days >= 1 && var.runner.max_age_days <= 30 && floor(var.runner.max_age_days) == var.runner.max_age_days
    error_message = "runner.max_age_days must be a whole number from 1 to 30: GitHub gives no jobs to a runner that is more than 30 days behind."
  }

  validation {
    condition     = var.runner.disk.size_gb >= 8 && var.runner.disk.size_gb <= 16384 && floor(var.runner.disk.size_gb) == var.runner.disk.size_gb
    error_message = "runner.disk.size_gb must be a whole number from 8 (the image's own size) to 16384."
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
    condition     = alltrue([for arn in var.runner.policy_arns : can(regex("^arn:[^:]+:iam::([0-9]{12}|aws):policy/", arn))]) && length(var.runner.policy_arns) <= 10
    error_message = "runner.policy_arns must hold at most 10 ARNs of IAM policies; not so: ${join(", ", [for arn in var.runner.policy_arns : arn if !can(regex("^arn:[^:]+:iam::([0-9]{12}|aws):policy/", arn))])}."
  }
}

variable "egress_rules" {
  description = <<-EOT
    What runners may reach, as rules of every runner security group. Default: everything.
    - `description`: (Optional) text on the rule.
    - `protocol`: `tcp`, `udp`, `icmp`, `icmpv6`, or `-1` for all.
    - `from_port`, `to_port`: (Optional) port range; 0 and 0 with protocol `-1`.
    - `cidr_blocks`, `ipv6_cidr_blocks`: (Optional) where to; at least one block in all.
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
  description = "Whether to create the role that EC2 needs for the account's first spot launch; leave `false` where the account has it."
  type        = bool
  default     = false
  nullable    = false
}
