variable "image" {
  description = "Image of the container. The default stands for yours until there is one; name it by digest, so that what runs is what you tested."
  type        = string
  default     = "nginx:latest"

  validation {
    condition     = can(regex("^[^\\s]+$", var.image))
    error_message = "image must be the name of an image, such as 123456789012.dkr.ecr.us-east-1.amazonaws.com/shop@sha256:…"
  }
}

variable "command" {
  description = "What the container runs; `null` for what the image says."
  type        = list(string)
  default     = null
}

variable "environment" {
  description = "Environment variables of the container. They are no secrets: whoever may read the task definition reads them."
  type        = map(string)
  default     = {}
}

variable "repository_arns" {
  description = "ECR repositories that the image is pulled from. Without any, the execution role has no right at ECR, and the image must be a public one."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for one in var.repository_arns : can(regex("^arn:aws[a-z-]*:ecr:[a-z0-9-]+:[0-9]{12}:repository/[^*]+$", one))])
    error_message = "repository_arns must be ARNs of ECR repositories, without wildcards."
  }
}

variable "port" {
  description = "Port at which the container listens, and which the load balancer's group alone may reach."
  type        = number
  default     = 80

  validation {
    condition     = var.port >= 1 && var.port <= 65535 && floor(var.port) == var.port
    error_message = "port must be a whole number from 1 to 65535; it is ${var.port}."
  }
}

variable "cpu" {
  description = "Processor of a task, in 1024ths of a vCPU."
  type        = number
  default     = 1024

  validation {
    condition     = contains([256, 512, 1024, 2048, 4096, 8192, 16384], var.cpu)
    error_message = "cpu must be 256, 512, 1024, 2048, 4096, 8192 or 16384; it is ${var.cpu}."
  }
}

# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size
variable "memory" {
  description = "Memory of a task, in MiB: a size that Fargate has for `cpu`."
  type        = number
  default     = 2048

  validation {
    condition = contains(lookup({
      256   = [512, 1024, 2048]
      512   = [for gib in range(1, 5) : gib * 1024]
      1024  = [for gib in range(2, 9) : gib * 1024]
      2048  = [for gib in range(4, 17) : gib * 1024]
      4096  = [for gib in range(8, 31) : gib * 1024]
      8192  = [for gib in range(16, 61, 4) : gib * 1024]
      16384 = [for gib in range(32, 121, 8) : gib * 1024]
    }, var.cpu, [var.memory]), var.memory)
    error_message = "Fargate has no task with cpu ${var.cpu} and memory ${var.memory}; see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size."
  }
}

variable "scaling" {
  description = "Tasks: how many at first (`null` for `min`), and from `min` to `max` by the service's mean processor time, which is held at `cpu_percent`. With `min` and `max` the same nothing scales."
  type = object({
    desired     = optional(number)
    min         = optional(number, 2)
    max         = optional(number, 8)
    cpu_percent = optional(number, 70)
  })
  default = {}

  validation {
    condition     = var.scaling.min >= 1 && var.scaling.max >= var.scaling.min && floor(var.scaling.min) == var.scaling.min && floor(var.scaling.max) == var.scaling.max
    error_message = "scaling: min must be at least 1, and max at least min, both whole numbers."
  }

  validation {
    condition     = var.scaling.desired == null ? true : var.scaling.desired >= var.scaling.min && var.scaling.desired <= var.scaling.max && floor(var.scaling.desired) == var.scaling.desired
    error_message = "scaling.desired must be a whole number from min to max."
  }

  validation {
    condition     = var.scaling.cpu_percent >= 10 && var.scaling.cpu_percent <= 90
    error_message = "scaling.cpu_percent must be from 10 to 90; it is ${var.scaling.cpu_percent}."
  }
}

variable "health_check" {
  description = "What the load balancer asks of a task: `path`, the statuses that are well, how often, how many answers decide, and for how many seconds a new task is left alone by ECS."
  type = object({
    path              = optional(string, "/")
    matcher           = optional(string, "200-399")
    interval_seconds  = optional(number, 30)
    timeout_seconds   = optional(number, 5)
    healthy_answers   = optional(number, 3)
    unhealthy_answers = optional(number, 3)
    grace_seconds     = optional(number, 60)
  })
  default = {}

  validation {
    condition     = startswith(var.health_check.path, "/") && can(regex("^[2-4][0-9]{2}((-|,)[2-4][0-9]{2})*$", var.health_check.matcher))
    error_message = "health_check: path must start with /, and matcher be statuses from 200 to 499, such as 200-399 or 200,302."
  }

  validation {
    condition     = var.health_check.timeout_seconds < var.health_check.interval_seconds
    error_message = "health_check.timeout_seconds must be less than interval_seconds."
  }
}

variable "task_policies" {
  description = "Policies of IAM, as JSON by name, that the task's role has besides its bucket."
  type        = map(string)
  default     = {}
}

variable "permissions_boundary" {
  description = "Policy that bounds both roles; `null` for none."
  type        = string
  default     = null
}

variable "tracing" {
  description = "Whether a collector of AWS's runs beside the container, which takes traces at port 4317 and 2000 and sends them to X-Ray. It takes part of the task's processor and memory."
  type        = bool
  default     = false
}

variable "collector_image" {
  description = "Image of the collector for `tracing`."
  type        = string
  default     = "public.ecr.aws/aws-observability/aws-otel-collector:v0.43.3"
}
