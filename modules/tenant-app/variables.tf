variable "tenant" {
  description = "The tenant's id, which every name and the tag `tenant_id` carry: 1 to 30 lower-case letters, digits and single dashes, the first one a letter."
  type        = string

  validation {
    condition     = can(regex("^[a-z]([a-z0-9]|-[a-z0-9]){0,29}$", var.tenant)) && length(var.tenant) <= 30
    error_message = "tenant must have 1 to 30 lower-case letters, digits and single dashes, start with a letter and not end with a dash; it is \"${var.tenant}\"."
  }
}

variable "environment_suffix" {
  description = "What tells one copy of the platform from another in every name, such as `synth101912368`: 1 to 20 lower-case letters, digits and single dashes. It is the tag `Environment`."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9]|-[a-z0-9]){0,19}$", var.environment_suffix)) && length(var.environment_suffix) <= 20
    error_message = "environment_suffix must have 1 to 20 lower-case letters, digits and single dashes, and neither start nor end with a dash; it is \"${var.environment_suffix}\"."
  }
}

variable "domain" {
  description = "Domain below which the tenant answers: at `<tenant>.<domain>` and every name below that."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,}$", var.domain))
    error_message = "domain must be a name of DNS in lower case, such as example.com; it is \"${var.domain}\"."
  }
}

variable "hosts" {
  description = "Further names that lead to this tenant, such as a domain of its own. A rule of a load balancer takes five values, and two are given."
  type        = list(string)
  default     = []

  validation {
    condition     = length(var.hosts) <= 3 && alltrue([for host in var.hosts : can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,}$", host))])
    error_message = "hosts must be at most 3 names of DNS in lower case, without wildcards, such as app.customer.com."
  }

  validation {
    condition     = alltrue([for host in var.hosts : !endswith(".${host}", ".${var.domain}")])
    error_message = "hosts must not be below ${var.domain}: there each tenant has its own name, and this could be another's."
  }
}

variable "priority" {
  description = "Priority of the tenant's rule at the load balancer. You give it, and it stays: one counted from a list would renumber others when a tenant leaves."
  type        = number

  validation {
    condition     = var.priority >= 1 && var.priority <= 50000 && floor(var.priority) == var.priority
    error_message = "priority must be a whole number from 1 to 50000; it is ${var.priority}."
  }
}

# Its own rules alone read it: a resource that did would change whenever a tenant joins or leaves.
# tflint-ignore: terraform_unused_declarations
variable "neighbours" {
  description = "Priorities of the tenants at the same load balancer, by tenant, with or without this one. The module refuses a priority, and a name that is the same once it is cut to 32 characters, that one of them has. No resource depends on it."
  type        = map(number)
  default     = {}

  validation {
    condition     = alltrue([for tenant, priority in var.neighbours : tenant == var.tenant || priority != var.priority])
    error_message = "priority ${var.priority} of ${var.tenant} is also that of ${join(", ", [for tenant, priority in var.neighbours : tenant if tenant != var.tenant && priority == var.priority])}; give each tenant its own."
  }

  validation {
    condition = alltrue([for tenant in keys(var.neighbours) : tenant == var.tenant ||
      trim(substr("${tenant}-${var.environment_suffix}", 0, 32), "-") != trim(substr("${var.tenant}-${var.environment_suffix}", 0, 32), "-")
    ])
    error_message = "The target group of ${var.tenant} would have the name ${trim(substr("${var.tenant}-${var.environment_suffix}", 0, 32), "-")}, as that of ${join(", ", [for tenant in keys(var.neighbours) : tenant if tenant != var.tenant && trim(substr("${tenant}-${var.environment_suffix}", 0, 32), "-") == trim(substr("${var.tenant}-${var.environment_suffix}", 0, 32), "-")])}: names are cut to 32 characters. Take shorter ids, or a shorter environment_suffix."
  }

  # https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
  validation {
    condition     = length(setunion(keys(var.neighbours), [var.tenant])) <= 100
    error_message = "A load balancer has at most 100 target groups, and ${length(setunion(keys(var.neighbours), [var.tenant]))} tenants would be here: give some of them another load balancer."
  }
}

variable "vpc_id" {
  description = "The VPC of the load balancer and the subnets."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets for the tasks, with a way to the image's registry and to CloudWatch."
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

variable "load_balancer" {
  description = "The load balancer: the listener that the rule is added to, the security group that alone may reach the tasks, and its `arn_suffix`, which only `alarms` needs."
  type        = object({ listener_arn = string, security_group_id = string, arn_suffix = optional(string) })
}

variable "cost_center" {
  description = "The tag `cost_center`; `null` for the tenant's id."
  type        = string
  default     = null
}

variable "origin" {
  description = "Where this comes from, as the tags `Repository`, `Author`, `PRNumber`, `Team` and `CreatedAt` (ISO 8601, given: a time that is taken at each plan would change every resource). `null` for no tag."
  type = object({
    repository = optional(string)
    author     = optional(string)
    pr_number  = optional(string)
    team       = optional(string)
    created_at = optional(string)
  })
  default = {}

  validation {
    condition     = var.origin.created_at == null ? true : can(formatdate("YYYY", var.origin.created_at))
    error_message = "origin.created_at must be a time by ISO 8601, such as 2026-11-29T12:00:00Z."
  }
}

variable "tags" {
  description = "Further tags of everything here."
  type        = map(string)
  default     = {}
}
