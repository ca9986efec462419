locals {
  # A period in which nothing happened has no data. Where silence itself is the fault, `missing` says so.
  own_alarms = {
    "oldest-job" = {
      runbook   = "a-job-waits-although-it-may-run"
      says      = "A job has waited for ${var.alarms.oldest_job_seconds} s although its tenant is below its limit."
      metric    = "OldestJobAge", statistic = "Maximum"
      threshold = var.alarms.oldest_job_seconds
    }
    "launch-failures" = {
      runbook = "a-launch-fails"
      says    = "EC2 rejects launches with an error that retrying cannot fix: a permission, the template or the image."
      metric  = "RunnerLaunchFailed"
    }
    "sweep-missing" = {
      runbook = "the-sweep-does-not-run"
      says    = "No sweep has completed for 15 minutes: lost events are not repaired, and parked jobs are not retried."
      metric  = "SweepCompleted", comparison = "LessThanThreshold"
      periods = 3, missing = "breaching"
    }
    "sweep-failing" = {
      runbook = "the-sweep-fails-for-a-tenant"
      says    = "The sweep of a tenant, or an action of it, has failed for 15 minutes."
      metric  = "SweepFailed", periods = 3
    }
    "sweep-behind" = {
      runbook   = "the-sweep-is-behind"
      says      = "The sweep has taken ten minutes or longer from one look at a tenant with something open to the next."
      metric    = "SweepRound", statistic = "Maximum"
      threshold = 600
    }
    "sweep-set-aside" = {
      runbook = "the-sweep-sets-an-action-aside"
      says    = "An action of the sweep has failed five times in a row for a tenant; it is set aside and retried ever more slowly."
      metric  = "SweepSetAside"
    }
    "recovery-missing" = {
      runbook = "the-recovery-does-not-run"
      says    = "No recovery has completed for 15 minutes: failed deliveries are not redelivered, and jobs without a webhook are not found."
      metric  = "RecoveryCompleted", comparison = "LessThanThreshold"
      periods = 3, missing = "breaching"
    }
    "deliveries-behind" = {
      runbook   = "the-recovery-is-behind"
      says      = "Failed deliveries have been unread, or a tenant's have waited for their turn, for half an hour."
      metric    = "DeliveriesBehind", statistic = "Maximum"
      threshold = 1800
    }
    "scans-behind" = {
      runbook   = "the-recovery-is-behind"
      says      = "A tenant's search for missed jobs has waited for its turn for half an hour."
      metric    = "ScansBehind", statistic = "Maximum"
      threshold = 1800
    }
    "tenant-rows" = {
      runbook = "a-tenants-row-is-invalid"
      says    = "A row of the tenants table has invalid attributes; until it is corrected, the defaults of its tier apply."
      metric  = "TenantRowInvalid"
    }
    "github-limit" = {
      runbook = "github-limits-a-tenant"
      says    = "GitHub rate-limits a tenant's installation; its jobs wait until the limit resets."
      metric  = "TenantGitHubLimited"
    }
    "circuit-open" = {
      runbook = "a-tenants-circuit-is-open"
      says    = "Five launches in a row failed for one tenant and tier; until one takes a job, only probes start."
      metric  = "TenantCircuitOpened"
    }
    "runner-misused" = {
      runbook = "a-refused-job-took-a-runner"
      says    = "A job that the module rejects took a tenant's runner, because its GitHub runner group allows public repositories. The machine was terminated."
      metric  = "RunnerMisused"
    }
    "job-poisoned" = {
      runbook = "a-job-fails-on-every-receive"
      says    = "A job has failed on every receive of its message; it is parked, and retried with increasing delays."
      metric  = "JobPoisoned"
    }
    "capacity" = {
      runbook   = "ec2-has-no-capacity"
      says      = "EC2 has rejected ten or more launches in each of three periods of five minutes, for lack of capacity or quota."
      metric    = "CapacityRefused"
      threshold = 10, periods = 3
    }
    "ec2-ends" = {
      runbook = "ec2-ends-machines"
      says    = "EC2 has terminated a machine without a request: because of the disks' key, a quota of the account, or an AWS error."
      metric  = "RunnerEndedByEc2"
    }
  }

  fleet_alarms = var.fleet_limited ? {
    "fleet-limit" = {
      runbook = "the-limit-over-all-tenants-is-reached"
      says    = "For 15 minutes jobs have waited because max_runners_total is reached, although their tenants are below their own limits."
      metric  = "FleetLimitReached", periods = 3
    }
  } : {}

  callback_alarms = var.has_callbacks ? {
    "callbacks-given-up" = {
      runbook = "a-tenants-callback-fails"
      says    = "A tenant's endpoint has not taken an event in ten tries; the event is a dead letter, and the tenant misses it."
      metric  = "CallbackGivenUp"
    }
  } : {}

  event_alarms = var.has_events ? {
    "events-behind" = {
      runbook   = "events-are-behind"
      says      = "The events of a change, or its export, are a quarter of an hour late; after a day they are lost."
      metric    = "IteratorAge", namespace = "AWS/Lambda", statistic = "Maximum"
      dimension = { name = "FunctionName", value = var.functions["events"].name }
      threshold = 900000
    }
  } : {}

  aws_alarms = merge(
    {
      "webhook-5xx" = {
        runbook   = "the-webhook-answers-5xx"
        says      = "The webhook has answered five or more deliveries with 5xx within five minutes; GitHub does not retry them."
        metric    = "5xx", namespace = "AWS/ApiGateway"
        dimension = { name = "ApiId", value = var.api_id }
        threshold = 5
      }
    },
    {
      for holds, queue in var.dead_letter_queues : "dead-letters-${holds}" => {
        runbook   = "dead-letters"
        says      = "${queue} contains messages that have failed several times and are not retried."
        metric    = "ApproximateNumberOfMessagesVisible", namespace = "AWS/SQS", statistic = "Maximum"
        dimension = { name = "QueueName", value = queue }
      }
    },
  )

  alarms = {
    for name, alarm in merge(local.own_alarms, local.fleet_alarms, local.event_alarms, local.callback_alarms, local.aws_alarms) : name => {
      description = "${alarm.says} What to do: ${var.alarms.runbooks}#${alarm.runbook}"
      namespace   = lookup(alarm, "namespace", "MultiTenantRunner")
      metric      = alarm.metric
      # Never the tenant: each value of a dimension is a metric to pay for. The log names the tenant.
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
