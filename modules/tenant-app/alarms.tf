locals {
  of_load_balancer = var.alarms == null ? {} : {
    TargetGroup  = aws_lb_target_group.this.arn_suffix
    LoadBalancer = var.load_balancer.arn_suffix
  }
  of_service = { ClusterName = var.cluster.name, ServiceName = local.name }

  # https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
  alarms = var.alarms == null ? {} : {
    errors = {
      says      = "The app of ${var.tenant} answered ${var.alarms.errors} times or more with 5xx in five minutes."
      namespace = "AWS/ApplicationELB", metric = "HTTPCode_Target_5XX_Count", statistic = "Sum"
      threshold = var.alarms.errors, periods = 1, dimensions = local.of_load_balancer
    }
    slow = {
      says      = "One answer in twenty of the app of ${var.tenant} has taken ${var.alarms.p95_seconds} s or longer for 15 minutes."
      namespace = "AWS/ApplicationELB", metric = "TargetResponseTime", statistic = "p95"
      threshold = var.alarms.p95_seconds, periods = 3, dimensions = local.of_load_balancer
    }
    unhealthy = {
      says      = "A task of ${var.tenant} has failed the health check for 15 minutes."
      namespace = "AWS/ApplicationELB", metric = "UnHealthyHostCount", statistic = "Minimum"
      threshold = 1, periods = 3, dimensions = local.of_load_balancer
    }
    cpu = {
      says      = "The tasks of ${var.tenant} have used ${var.alarms.cpu_percent} % of their processor for 15 minutes: there are as many as may be."
      namespace = "AWS/ECS", metric = "CPUUtilization", statistic = "Average"
      threshold = var.alarms.cpu_percent, periods = 3, dimensions = local.of_service
    }
    memory = {
      says      = "The tasks of ${var.tenant} have used ${var.alarms.memory_percent} % of their memory for 15 minutes."
      namespace = "AWS/ECS", metric = "MemoryUtilization", statistic = "Average"
      threshold = var.alarms.memory_percent, periods = 3, dimensions = local.of_service
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${local.name}-${each.key}"
  alarm_description   = each.value.says
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = startswith(each.value.statistic, "p") ? null : each.value.statistic
  extended_statistic  = startswith(each.value.statistic, "p") ? each.value.statistic : null
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = each.value.threshold
  period              = 300
  evaluation_periods  = each.value.periods
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarms.actions
  ok_actions          = var.alarms.actions

  tags = local.tags
}
