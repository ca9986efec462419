# Private: the module at the root sets these variables and validates their values.

variable "prefix" {
  description = "Name of the installation, and start of every name."
  type        = string
}

variable "vpc_id" {
  description = "VPC of the shared security group."
  type        = string
}

variable "tiers" {
  description = "The sizes, one launch template each. `image` is an AMI by `id`, `ssm_parameter` or `filter`, or Amazon Linux 2023 where all are `null`."
  type = map(object({
    runner_architecture = string
    image = object({
      id               = optional(string)
      ssm_parameter    = optional(string)
      filter           = optional(object({ name = string, owners = list(string) }))
      root_device_name = optional(string)
    })
    disk = object({
      size_gb    = number
      type       = string
      iops       = optional(number)
      throughput = optional(number)
    })
  }))
}

variable "binaries" {
  description = "Source of GitHub's runner, by architecture; the latest release on github.com by default."
  type        = map(object({ url = string, sha256 = string }))
  default     = {}
}

variable "max_runner_age_days" {
  description = "Days after its release at which the runner in the image is too old and the machine downloads a newer one at boot."
  type        = number
  default     = 25
}

variable "lifetime_minutes" {
  description = "Maximum minutes of a job, from its start; ten minutes later the machine shuts down."
  type        = number
  default     = 360
}

variable "sudo" {
  description = "Whether jobs may use `sudo` without a password."
  type        = bool
  default     = false
}

variable "network" {
  description = <<-EOT
    `proxy` of the machine's requests, the runner and its jobs, hosts without it (`no_proxy`), and additional CA certificates as PEM
    (`ca_bundle`), which are part of the user data.
  EOT
  type = object({
    proxy     = optional(string)
    no_proxy  = optional(list(string), [])
    ca_bundle = optional(string)
  })
  default = {}
}

variable "hooks" {
  description = <<-EOT
    Your own bash scripts: `before_runner` runs as root before the runner is installed, and ends the machine if it fails; `job_started` and
    `job_completed` run as the runner's user, and fail the job if they fail. They are part of the user data, which has room for a few hundred
    bytes and which every job can read; longer ones belong in the image, as `/opt/ghr/hooks/job-started.sh` and `job-completed.sh`.
  EOT
  type = object({
    before_runner = optional(string)
    job_started   = optional(string)
    job_completed = optional(string)
  })
  default = {}
}

variable "logs" {
  description = "Whether a machine reports the log of its boot and its runner (`enabled`)."
  type        = object({ enabled = optional(bool, true) })
  default     = {}
}

variable "egress_rules" {
  description = "Egress rules of the shared security group."
  type = list(object({
    description      = string
    protocol         = string
    from_port        = number
    to_port          = number
    cidr_blocks      = list(string)
    ipv6_cidr_blocks = list(string)
  }))
}

variable "disk_kms_key_arn" {
  description = "Customer key of the disks; `null` for the account's default."
  type        = string
  default     = null
}

variable "policy_arns" {
  description = "Policies of the machines' role, which the code of every job can use; without any there is no role."
  type        = list(string)
  default     = []
}

variable "iam" {
  description = "`path` of the role and its instance profile, and the policy that is its `permissions_boundary`."
  type = object({
    permissions_boundary = optional(string)
    path                 = optional(string, "/")
    suffix               = optional(string, "")
  })
  default = {}
}

variable "create_spot_service_linked_role" {
  description = "Whether to create EC2's service-linked role for spot."
  type        = bool
  default     = false
}

variable "tags" {
  description = "Tags of everything here."
  type        = map(string)
  default     = {}
}
