data "aws_region" "current" {}

locals {
  # `name` is deprecated in provider 6 and `region` absent in 5; `id` is in both.
  region = data.aws_region.current.id

  sources = join(" | ", [for group in local.log_groups : "SOURCE '${group}'"])

  # One entry a widget, in rows of 24 columns; a height and an order say where it goes.
  rows = [
    {
      height = 2
      widgets = [{
        type       = "text"
        width      = 24
        properties = { markdown = "# ${var.prefix}: is it healthy?\nRed needs an operator: each alarm's description names its runbook." }
      }]
    },
    {
      height = 6
      widgets = [
        { type = "alarm", width = 6, properties = { title = "Alarms", alarms = [for alarm in aws_cloudwatch_metric_alarm.this : alarm.arn] } },
        { type = "metric", width = 6, properties = local.graphs["Oldest job that may run (s)"] },
        { type = "metric", width = 6, properties = local.graphs["Dead letters"] },
        { type = "metric", width = 6, properties = local.graphs["Webhook"] },
      ]
    },
    {
      height = 6
      widgets = [
        { type = "metric", width = 6, properties = local.graphs["Errors of the functions"] },
        { type = "metric", width = 6, properties = local.graphs["Sweeps and recovery"] },
        { type = "metric", width = 6, properties = local.graphs["Launches that fail"] },
        { type = "metric", width = 6, properties = local.graphs["Tenants"] },
      ]
    },
    {
      height  = 1
      widgets = [{ type = "text", width = 24, properties = { markdown = "# Who is waiting?" } }]
    },
    {
      height = 6
      widgets = [
        { type = "metric", width = 6, properties = local.graphs["Jobs"] },
        { type = "metric", width = 6, properties = local.graphs["Messages in the queues"] },
        {
          type  = "log"
          width = 12
          properties = {
            title  = "Who waits, and for what"
            region = local.region
            view   = "table"
            query  = "${local.sources} | ${local.queries["who waits, and for what"]}"
          }
        },
      ]
    },
    {
      height = 2
      widgets = [{
        type  = "text"
        width = 24
        properties = {
          markdown = "# What does it cost?\nMinutes of machines that ended in this period. For the bill, group Cost Explorer by the tag `ghr:tenant_id`."
        }
      }]
    },
    {
      height = 6
      widgets = [
        { type = "metric", width = 6, properties = local.graphs["Machines started"] },
        { type = "metric", width = 6, properties = local.graphs["Calls of the functions"] },
        {
          type  = "log"
          width = 12
          properties = {
            title  = "Machine minutes by tenant"
            region = local.region
            view   = "table"
            query  = "${local.sources} | ${local.queries["machine minutes by tenant"]}"
          }
        },
      ]
    },
  ]

  # Metric maths and SEARCH would save lines, but a graph that names its metrics can be checked against what the functions emit.
  metrics = {
    "Oldest job that may run (s)" = {
      stat  = "Maximum"
      lines = [for tier in var.tiers : ["MultiTenantRunner", "OldestJobAge", "environment", var.prefix, "tier", tier]]
    }
    "Dead letters" = {
      stat  = "Maximum"
      lines = [for queue in values(var.dead_letter_queues) : ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", queue]]
    }
    "Webhook"                 = { stat = "Sum", lines = [for name in ["Count", "4xx", "5xx"] : ["AWS/ApiGateway", name, "ApiId", var.api_id]] }
    "Errors of the functions" = { stat = "Sum", lines = [for function in values(var.functions) : ["AWS/Lambda", "Errors", "FunctionName", function.name]] }
    "Calls of the functions" = {
      stat  = "Sum"
      lines = [for function in values(var.functions) : ["AWS/Lambda", "Invocations", "FunctionName", function.name]]
    }
    "Sweeps and recovery" = {
      stat = "Sum"
      lines = [
        for name in ["SweepCompleted", "SweepFailed", "SweepSetAside", "SweepRepaired", "RecoveryCompleted", "RecoveryFailed"] :
        ["MultiTenantRunner", name, "environment", var.prefix]
      ]
    }
    "Launches that fail" = {
      stat = "Sum"
      lines = [
        for name in ["RunnerLaunchFailed", "CapacityRefused", "TenantCircuitOpened", "TenantGitHubLimited"] :
        ["MultiTenantRunner", name, "environment", var.prefix]
      ]
    }
    "Tenants" = {
      stat = "Sum"
      lines = [
        for name in ["TenantOnboarded", "TenantUninstalled", "TenantLimitReached", "TenantRowInvalid"] :
        ["MultiTenantRunner", name, "environment", var.prefix]
      ]
    }
    "Jobs" = {
      stat  = "Sum"
      lines = [for name in ["JobQueued", "JobParked", "JobRefused", "JobEnded"] : ["MultiTenantRunner", name, "environment", var.prefix]]
    }
    "Messages in the queues" = {
      stat  = "Maximum"
      lines = [for tier in var.tiers : ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", "${var.prefix}-builds-${tier}"]]
    }
    "Machines started" = {
      stat  = "Sum"
      lines = [for tier in var.tiers : ["MultiTenantRunner", "RunnerLaunched", "environment", var.prefix, "tier", tier]]
    }
  }

  graphs = {
    for title, metric in local.metrics : title => {
      title   = title
      region  = local.region
      view    = "timeSeries"
      stat    = metric.stat
      period  = 300
      metrics = metric.lines
    }
  }
}

resource "aws_cloudwatch_dashboard" "this" {
  count = var.dashboard ? 1 : 0

  dashboard_name = coalesce(var.account_wide_name, var.prefix)
  dashboard_body = jsonencode({
    widgets = flatten([
      for index, row in local.rows : [
        for position, widget in row.widgets : {
          type       = widget.type
          x          = sum(concat([0], [for earlier in slice(row.widgets, 0, position) : earlier.width]))
          y          = sum(concat([0], [for earlier in slice(local.rows, 0, index) : earlier.height]))
          width      = widget.width
          height     = row.height
          properties = widget.properties
        } if !(widget.type == "alarm" && !var.alarms.enabled)
      ]
    ])
  })
}
