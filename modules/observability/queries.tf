locals {
  log_groups = [for function in values(var.functions) : function.log_group]

  # The tenant is a property of each metric's line, so Logs Insights can group by it at no price but the query's.
  queries = {
    "everything about one job"            = <<-EOT
      fields @timestamp, @log, message, reason, @message
      | filter job_id = 29679449526
      | sort @timestamp asc
    EOT
    "everything about one tenant"         = <<-EOT
      fields @timestamp, @log, level, message, job_id, reason
      | filter tenant_id = 12345678
      | sort @timestamp desc
      | limit 200
    EOT
    "who waits, and for what"             = <<-EOT
      filter JobParked = 1
      | stats count(*) as times, count_distinct(job_id) as jobs, latest(@timestamp) as last by tenant_id, reason
      | sort times desc
    EOT
    "who reaches the limit"               = <<-EOT
      filter TenantLimitReached = 1
      | stats count(*) as times, latest(max_runners) as max_now by tenant_id
      | sort times desc
    EOT
    "machine minutes by tenant"           = <<-EOT
      filter RunnerEnded = 1 and seconds > 0
      | stats sum(seconds) / 60 as minutes, count(*) as machines by tenant_id, tier, instance_type
      | sort minutes desc
    EOT
    "warnings and errors by message"      = <<-EOT
      filter level in ["warn", "error"]
      | stats count(*) as times, count_distinct(tenant_id) as tenants, latest(@timestamp) as last by message, level
      | sort times desc
    EOT
    "deliveries refused, by reason"       = <<-EOT
      filter WebhookRefused = 1 or WebhookIgnored = 1
      | stats count(*) as times by reason
      | sort times desc
    EOT
    "tenant rows with invalid attributes" = <<-EOT
      filter TenantRowInvalid = 1
      | stats count(*) as times, latest(attributes.0) as attribute by tenant_id
    EOT
  }
}

resource "aws_cloudwatch_query_definition" "this" {
  for_each = local.queries

  name            = "${var.prefix}/${each.key}"
  log_group_names = local.log_groups
  query_string    = each.value
}
