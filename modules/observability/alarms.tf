locals {
  # A period in which nothing happened has no data. Where silence itself is the fault, `missing` says so.
  own_alarms = {
    "oldest-job" = {
      runbook   = "a-job-waits-although-it-may-run"
      says      = "A job has waited for ${var.alarms.oldest_job_seconds} s although its tenant may have a runner for it."
      metric    = "OldestJobAge", statistic = "Maximum"
      threshold = var.alarms.oldest_job_seconds
    }
    "launch-failures" = {
      runbook = "a-launch-fails"
      says    = "EC2 refuses launches in a way that no repeat mends: a permission, the template, the image."
      metric  = "RunnerLaunchFailed"
    }
    "sweep-missing" = {
      runbook = "the-sweep-does-not-run"
      says    = "No sweep has come to its end for 15 minutes: lost events are not settled, and parked jobs are not tried again."
      metric  = "SweepCompleted", comparison = "LessThanThreshold"
      periods = 3, missing = "breaching"
    }
    "sweep-failing" = {
      runbook = "the-sweep-fails-for-a-tenant"
      says    = "The sweep of a tenant has failed for 15 minutes on end."
      metric  = "SweepFailed", periods = 3
    }
    "recovery-missing" = {
      runbook = "the-recovery-does-not-run"
      says    = "No recovery has come to its end for 15 minutes: failed deliveries are not sent again, and nobody looks for jobs that no webhook told of."
      metric  = "RecoveryCompleted", comparison = "LessThanThreshold"
      periods = 3, missing = "breaching"
    }
    "tenant-rows" = {
      runbook = "a-tenants-row-is-invalid"
      says    = "A row of the tenants table needs mending; what can be repaired is read with the tier's own figures until then."
      metric  = "TenantRowInvalid"
    }
    "github-limit" = {
      runbook = "github-limits-a-tenant"
      says    = "GitHub limits the requests of a tenant's installation; its jobs wait until then."
      metric  = "TenantGitHubLimited"
    }
    "circuit-open" = {
      runbook = "a-tenants-circuit-is-open"
      says    = "Five launches in a row came to nothing for one tenant and tier; only probes start until one takes a job."
      metric  = "TenantCircuitOpened"
    }
    "runner-misused" = {
      runbook = "a-refused-job-took-a-runner"
      says    = "A job that is refused here had taken a tenant's runner: its runner group at GitHub admits public repositories. The machine was ended."
      metric  = "RunnerMisused"
    }
    "job-poisoned" = {
      runbook = "a-job-fails-on-every-receive"
      says    = "A job has failed on every receive of its message; it is parked, and tried again more and more rarely."
      metric  = "JobPoisoned"
    }
    "capacity" = {
      runbook   = "ec2-has-no-capacity"
      says      = "EC2 has refused ten launches or more in each of three periods of five minutes, for want of capacity or quota."
      metric    = "CapacityRefused"
      threshold = 10, periods = 3
    }
    "ec2-ends" = {
      runbook = "ec2-ends-machines"
      says    = "EC2 has ended a machine that nobody asked it to end: the disks' key, a quota of the account, or an error of AWS."
      metric  = "RunnerEndedByEc2"
    }
    "runner-age" = {
      runbook   = "the-runner-in-the-image-is-old"
      says      = "The runner in a machine's image was released 16 days ago or earlier and is not the newest; GitHub gives no jobs to one that is more than 30 days behind."
      metric    = "RunnerVersionAgeDays", statistic = "Maximum"
      threshold = 16
    }
  }

  aws_alarms = merge(
    {
      "webhook-5xx" = {
        runbook   = "the-webhook-answers-5xx"
        says      = "The webhook has answered five deliveries or more with 5xx within five minutes; GitHub does not repeat them by itself."
        metric    = "5xx", namespace = "AWS/ApiGateway"
        dimension = { name = "ApiId", value = var.api_id }
        threshold = 5
      }
    },
    {
      for holds, queue in var.dead_letter_queues : "dead-letters-${holds}" => {
        runbook   = "dead-letters"
        says      = "There are messages in ${queue}: they were tried several times, and nobody tries them again."
        metric    = "ApproximateNumberOfMessagesVisible", namespace = "AWS/SQS", statistic = "Maximum"
        dimension = { name = "QueueName", value = queue }
      }
    },
  )

  alarms = {
    for name, alarm in merge(local.own_alarms, local.aws_alarms) : name => {
      description = "${alarm.says} What to do: ${var.alarms.runbooks}#${alarm.runbook}"
      namespace   = lookup(alarm, "namespace", "MultiTenantRunner")
      metric      = alarm.metric
      # Never the tenant: each value of a dimension is a metric to pay for. Who it is, the log says.
      dimensions = { (try(alarm.dimension.name, "environment")) = try(alarm.dimension.value, var.prefix) }
      statistic  = lookup(alarm, "statistic", "Sum")
      comparison = lookup(alarm, "comparison", "GreaterThanOrEqualToThreshold")
      threshold  = lookup(alarm, "threshold", 1)
      periods    = lookup(alarm, "periods", 1)
      missing    = lookup(alarm, "missing", "notBreaching")
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = var.alarms.enabled ? local.alarms : {}

  alarm_name          = "${var.prefix}-${each.key}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  period              = 300
  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  evaluation_periods  = each.value.periods
  treat_missing_data  = each.value.missing

  alarm_actions = var.alarms.actions
  ok_actions    = var.alarms.actions

  tags = var.tags
}
