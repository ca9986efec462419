locals {
  # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html
  alarms = var.alarms == null ? {} : {
    dead-letters = {
      says      = "The deployer of ${var.prefix} gave up an event; look at the queue ${local.deployer}-dlq."
      namespace = "AWS/SQS", metric = "ApproximateNumberOfMessagesVisible", statistic = "Maximum"
      threshold = 1, dimensions = { QueueName = "${local.deployer}-dlq" }
    }
    errors = {
      says      = "The deployer of ${var.prefix} failed; look at its log."
      namespace = "AWS/Lambda", metric = "Errors", statistic = "Sum"
      threshold = 3, dimensions = { FunctionName = local.deployer }
    }
    sweep = {
      says      = "Apps of ${var.prefix} could not be looked at for 15 minutes; look at the deployer's log."
      namespace = "MultiTenantRunner", metric = "AppSweepFailed", statistic = "Sum"
      threshold = 3, dimensions = { environment = var.prefix }
    }
    # The fullest one counts: a load balancer that is full stays so.
    rules = {
      says      = "A load balancer of ${var.prefix} has 80 rules of apps or more; add another to load_balancers."
      namespace = "MultiTenantRunner", metric = "AppSlotsTaken", statistic = "Maximum"
      threshold = 80, dimensions = { environment = var.prefix }
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${local.deployer}-${each.key}"
  alarm_description   = each.value.says
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = each.value.threshold
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarms.actions
  ok_actions          = var.alarms.actions

  tags = local.tags
}
