variable "tenant" {
  description = "The tenant: `id` as in the registry (its `installation_id`), `name` (lower-case letters, digits and dashes, 40 at most), and whether it is `suspended`: then no new pod and no new job is admitted, and what runs goes on."
  type        = object({ id = string, name = string, suspended = optional(bool, false) })

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$", var.tenant.name))
    error_message = "tenant.name must have 1 to 40 lower-case letters, digits and dashes, and start and end with a letter or digit; it is \"${var.tenant.name}\"."
  }

  validation {
    condition     = can(regex("^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$", var.tenant.id))
    error_message = "tenant.id must be a value that a Kubernetes label can have, such as the installation_id; it is \"${var.tenant.id}\"."
  }
}

variable "namespace_prefix" {
  description = "Start of the namespace's name, which is `<prefix><tenant.name>`."
  type        = string
  default     = "tenant-"

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,20})?-$", var.namespace_prefix)) && !can(regex("^kube-", var.namespace_prefix))
    error_message = "namespace_prefix must start with a letter, end with a dash, have at most 22 lower-case letters, digits and dashes, and not start with kube-, which Kubernetes reserves; it is \"${var.namespace_prefix}\"."
  }
}

variable "plan" {
  description = "Name of the tenant's plan: a key of `plans`."
  type        = string
  default     = "free"
}

variable "plans" {
  description = "Plans of your own, by name; one with the name of a default (free, team, business, enterprise; see plans.json) replaces it. Figures are Kubernetes quantities and counts; `container_*` are what a container gets that says nothing, and the most it may have; `priority_class` is the one class that its pods may name, or empty."
  type = map(object({
    requests_cpu             = string
    requests_memory          = string
    limits_cpu               = string
    limits_memory            = string
    pods                     = number
    persistent_volume_claims = number
    services                 = number
    load_balancers           = number
    storage                  = string
    jobs                     = number
    container_request_cpu    = string
    container_request_memory = string
    container_limit_cpu      = string
    container_limit_memory   = string
    container_max_cpu        = string
    container_max_memory     = string
    priority_class           = optional(string, "")
  }))
  default = {}

  validation {
    condition = alltrue(flatten([for plan in values(var.plans) : [
      [for cpu in [plan.requests_cpu, plan.limits_cpu, plan.container_request_cpu, plan.container_limit_cpu, plan.container_max_cpu] : can(regex("^[1-9][0-9]*m?$", cpu))],
      [for size in [plan.requests_memory, plan.limits_memory, plan.storage, plan.container_request_memory, plan.container_limit_memory, plan.container_max_memory] : can(regex("^[1-9][0-9]*(Mi|Gi|Ti)$", size))],
    ]]))
    error_message = "plans: processors are whole numbers or thousandths (2, 500m), and sizes are whole numbers of Mi, Gi or Ti (512Mi)."
  }

  validation {
    condition = alltrue(flatten([for plan in values(var.plans) : [for count in [plan.pods, plan.persistent_volume_claims, plan.services, plan.load_balancers, plan.jobs] :
      count >= 0 && floor(count) == count
    ]]))
    error_message = "plans: pods, persistent_volume_claims, services, load_balancers and jobs are whole numbers of at least 0."
  }

  validation {
    condition     = alltrue([for plan in values(var.plans) : plan.priority_class == "" || can(regex("^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", plan.priority_class)) && !can(regex("^system-", plan.priority_class))])
    error_message = "plans: a priority_class is the name of a PriorityClass of your cluster, and none of the system's."
  }
}

variable "isolation" {
  description = "Where the tenant's pods run: `namespace` (on the shared nodes), `node_pool` (held to nodes with the label and the taint `tenant-namespace/pool=<namespace>`) or `cluster` (the cluster that you name is the tenant's own)."
  type        = string
  default     = "namespace"

  validation {
    condition     = contains(["namespace", "node_pool", "cluster"], var.isolation)
    error_message = "isolation must be namespace, node_pool or cluster, not \"${var.isolation}\"."
  }
}

variable "egress" {
  description = "Where the tenant's pods may connect to besides DNS and their own namespace: by name, an IPv4 block and its ports. The link-local addresses, with the node's metadata, are always left out."
  type        = map(object({ cidr = string, ports = list(object({ port = number, protocol = optional(string, "TCP") })) }))
  default     = {}

  validation {
    condition     = alltrue([for rule in values(var.egress) : can(cidrnetmask(rule.cidr))]) && alltrue([for rule in values(var.egress) : try(cidrhost(rule.cidr, 0) == split("/", rule.cidr)[0], true)])
    error_message = "egress: every cidr must be an IPv4 block that starts at its own first address, such as 10.20.0.0/16."
  }

  validation {
    condition     = alltrue([for rule in values(var.egress) : !can(regex("^169\\.254\\.", rule.cidr))])
    error_message = "egress must not open 169.254.0.0/16: the metadata and the credentials of the node answer there."
  }

  validation {
    condition = alltrue([for rule in values(var.egress) : length(rule.ports) > 0 && alltrue([for one in rule.ports :
      one.port >= 1 && one.port <= 65535 && floor(one.port) == one.port && contains(["TCP", "UDP"], one.protocol)
    ])])
    error_message = "egress: every block needs ports, each from 1 to 65535 with the protocol TCP or UDP."
  }

  validation {
    condition     = alltrue([for name in keys(var.egress) : can(regex("^[a-z0-9]([a-z0-9-]{0,40}[a-z0-9])?$", name))])
    error_message = "egress: names have lower-case letters, digits and dashes, 42 at most."
  }
}

variable "ingress_namespaces" {
  description = "Namespaces whose pods may connect to the tenant's, such as that of the ingress controller."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for name in var.ingress_namespaces : can(regex("^[a-z0-9]([a-z0-9-]{0,56}[a-z0-9])?$", name))]) && length(distinct(var.ingress_namespaces)) == length(var.ingress_namespaces)
    error_message = "ingress_namespaces must be distinct names of namespaces of at most 58 characters."
  }
}

variable "service_accounts" {
  description = "Service accounts, by name. Each with `s3` or `policy_arns` gets an IAM role that no other account can assume; `s3` is the right to the tenant's prefix of `bucket`."
  type        = map(object({ s3 = optional(bool, false), policy_arns = optional(map(string), {}) }))
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.service_accounts) : can(regex("^[a-z0-9]([a-z0-9-]{0,40}[a-z0-9])?$", name))]) && !contains(keys(var.service_accounts), "default")
    error_message = "service_accounts: names have lower-case letters, digits and dashes, 42 at most, and none is default, which pods get that name none."
  }
}

variable "groups" {
  description = "Groups of the cluster's users, one for each persona: `cluster_admin` (of the platform, in this namespace), and the tenant's `admin`, `user` and `viewer`. `null` for `<namespace>:admin` and so on, and for no cluster administrator."
  type        = object({ cluster_admin = optional(string), admin = optional(string), user = optional(string), viewer = optional(string) })
  default     = {}

  validation {
    condition     = alltrue([for name in values(var.groups) : name == null || can(regex("^[A-Za-z0-9][A-Za-z0-9:._/@=+-]*$", name)) && !can(regex("^system:", name))])
    error_message = "groups: names have letters, digits and any of :._/@=+-, and none starts with system:, which Kubernetes reserves."
  }
}

variable "operator_groups" {
  description = "Groups that the guard lets change quotas, limits, network policies and what is rendered: yours, and that of the GitOps controller, such as `system:serviceaccounts:argocd`. `system:masters` and the controllers of `kube-system` are always among them."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for name in var.operator_groups : can(regex("^[A-Za-z0-9][A-Za-z0-9:._/@=+-]*$", name)) && !contains(["system:authenticated", "system:unauthenticated", "system:serviceaccounts"], name)])
    error_message = "operator_groups: names have letters, digits and any of :._/@=+-, and none is a group that everybody is in."
  }
}

variable "autoscaling" {
  description = "A HorizontalPodAutoscaler for each Deployment named: from `min` to `max` pods, at `cpu_percent` of what they request."
  type        = map(object({ min = number, max = number, cpu_percent = optional(number, 70) }))
  default     = {}

  validation {
    condition     = alltrue([for name, one in var.autoscaling : can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", name)) && one.min >= 1 && one.max >= one.min && one.cpu_percent >= 1 && one.cpu_percent <= 100])
    error_message = "autoscaling: each name is a Deployment's, min is at least 1, max at least min, and cpu_percent from 1 to 100."
  }
}

variable "cluster_name" {
  description = "Name of the EKS cluster; the start of the IAM roles' names."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$", var.cluster_name))
    error_message = "cluster_name must be the name of an EKS cluster; it is \"${var.cluster_name}\"."
  }
}

variable "oidc_provider_arn" {
  description = "ARN of the IAM OIDC provider of the cluster, for roles of service accounts (IRSA). The account and the partition of the roles are read from it."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:oidc-provider/[A-Za-z0-9./_-]+$", var.oidc_provider_arn))
    error_message = "oidc_provider_arn must be the ARN of an IAM OIDC provider, such as arn:aws:iam::123456789012:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/EXAMPLE; it is \"${var.oidc_provider_arn}\"."
  }
}

variable "pod_identity" {
  description = "Whether the roles are given by EKS Pod Identity instead of IRSA: an association for each account, and a way for pods to the node's agent."
  type        = bool
  default     = false
}

variable "bucket" {
  description = "Name of the bucket in which the tenant has the prefix `tenants/<namespace>/`; `null` where no account has `s3`."
  type        = string
  default     = null
}

variable "kms" {
  description = "Whether the tenant has a KMS key of its own, which its accounts with `s3` may use."
  type        = bool
  default     = false
}

variable "repositories" {
  description = "ECR repositories of the tenant, each named `<namespace>/<name>`: immutable tags, scanned on push, the last 100 images kept."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for name in var.repositories : can(regex("^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", name))])
    error_message = "repositories: names have lower-case letters, digits and dashes."
  }
}

variable "deploy" {
  description = "The role that the tenant's jobs on GitHub take by OIDC: `subjects` are exact (`repo:acme/shop:environment:production`). It pushes to the tenant's repositories, and is the persona user in the cluster. `null` for none."
  type        = object({ github_oidc_provider_arn = string, subjects = list(string) })
  default     = null

  validation {
    condition     = var.deploy == null ? true : length(var.deploy.subjects) > 0 && alltrue([for one in var.deploy.subjects : can(regex("^repo:[^*?:]+:[^*?]+$", one))])
    error_message = "deploy.subjects must be exact subjects of GitHub's tokens, such as repo:acme/shop:environment:production, without wildcards."
  }
}

variable "budget" {
  description = "A monthly budget in US dollars for what is tagged with the tenant, with a mail at 80% and when 100% are forecast; `null` for none."
  type        = object({ monthly_usd = number, emails = list(string) })
  default     = null

  validation {
    condition     = var.budget == null ? true : var.budget.monthly_usd > 0 && length(var.budget.emails) > 0 && length(var.budget.emails) <= 10
    error_message = "budget: monthly_usd must be more than 0, and emails 1 to 10 addresses."
  }
}

variable "permissions_boundary" {
  description = "Policy that bounds the tenant's roles; `null` for none."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of everything here, besides `ghr:tenant_id` and `ghr:namespace`."
  type        = map(string)
  default     = {}
}
