# Alarms, dashboard, queries and budget with a mocked provider. Whether an alarm's metric exists is asked in observability.test.mjs.

mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { id = "us-east-1" }
  }
}

variables {
  # Of the module.
  prefix             = "my-saas"
  tiers              = ["large", "small"]
  dead_letter_queues = { builds-small = "my-saas-builds-small-dlq", sweep = "my-saas-sweep-dlq" }
  functions          = { scale-up = { name = "my-saas-scale-up", log_group = "/aws/lambda/my-saas-scale-up" } }
  api_id             = "a1b2c3"
}

run "is_on_by_default_and_notifies_no_one" {
  module {
    source = "./modules/observability"
  }

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.this) >= 9 && length(aws_cloudwatch_dashboard.this) == 1 && length(aws_budgets_budget.environment) == 0
    error_message = "Alarms and dashboard are there by default, a budget is not."
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : length(alarm.alarm_actions) == 0])
    error_message = "No action was set."
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : startswith(alarm.alarm_name, "my-saas-")])
    error_message = "Two environments in one account need different names."
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : can(regex("docs/operations.md#[a-z0-9-]+$", alarm.alarm_description)) && length(alarm.alarm_description) <= 1024])
    error_message = "Each alarm ends with the runbook that helps."
  }

  assert {
    condition     = output.dashboard_name == "my-saas" && length(output.alarm_arns) == length(aws_cloudwatch_metric_alarm.this)
    error_message = "The outputs name what was made."
  }
}

run "watches_each_dead_letter_queue_by_itself" {
  module {
    source = "./modules/observability"
  }

  assert {
    condition     = { for name, alarm in aws_cloudwatch_metric_alarm.this : name => alarm.dimensions if startswith(name, "dead-letters-") } == { dead-letters-builds-small = tomap({ QueueName = "my-saas-builds-small-dlq" }), dead-letters-sweep = tomap({ QueueName = "my-saas-sweep-dlq" }) }
    error_message = "Each dead-letter queue has its alarm."
  }

  assert {
    condition     = alltrue([for name, alarm in aws_cloudwatch_metric_alarm.this : alarm.comparison_operator == "GreaterThanOrEqualToThreshold" && alarm.threshold == 1 && alarm.statistic == "Maximum" if startswith(name, "dead-letters-")])
    error_message = "One message is one too many, and a level is not summed up."
  }
}

run "takes_silence_of_the_sweep_for_a_fault" {
  module {
    source = "./modules/observability"
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["sweep-missing"].treat_missing_data == "breaching" && aws_cloudwatch_metric_alarm.this["sweep-missing"].comparison_operator == "LessThanThreshold"
    error_message = "A schedule that is off sends no data."
  }

  assert {
    condition     = alltrue([for name, alarm in aws_cloudwatch_metric_alarm.this : alarm.treat_missing_data == "notBreaching" if !endswith(name, "-missing")])
    error_message = "Where nothing happens, nothing is wrong."
  }
}

run "never_takes_the_tenant_for_a_dimension" {
  module {
    source = "./modules/observability"
  }

  assert {
    condition     = length(setsubtract(toset(flatten([for alarm in aws_cloudwatch_metric_alarm.this : keys(alarm.dimensions)])), ["environment", "QueueName", "ApiId"])) == 0
    error_message = "Only what is few may be a dimension."
  }

  assert {
    condition     = length(setsubtract(toset(flatten([for widget in jsondecode(aws_cloudwatch_dashboard.this[0].dashboard_body).widgets : [for line in try(widget.properties.metrics, []) : [for position, entry in line : entry if position >= 2 && position % 2 == 0]]])), ["environment", "tier", "QueueName", "ApiId", "FunctionName"])) == 0
    error_message = "Only what is few may be a dimension."
  }
}

run "notifies_the_actions_that_are_set" {
  module {
    source = "./modules/observability"
  }

  variables {
    alarms = { actions = ["arn:aws:sns:us-east-1:123456789012:pager"], runbooks = "https://wiki.example/runners", oldest_job_seconds = 600 }
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_actions == toset(["arn:aws:sns:us-east-1:123456789012:pager"]) && alarm.ok_actions == alarm.alarm_actions])
    error_message = "The end of an alarm notifies the same actions as its start."
  }

  assert {
    condition     = endswith(aws_cloudwatch_metric_alarm.this["oldest-job"].alarm_description, "https://wiki.example/runners#a-job-waits-although-it-may-run") && aws_cloudwatch_metric_alarm.this["oldest-job"].threshold == 600
    error_message = "The URL of the runbooks and the maximum wait are settable."
  }
}

run "fills_rows_of_the_dashboard_without_overlap" {
  module {
    source = "./modules/observability"
  }

  assert {
    condition     = alltrue([for widget in jsondecode(aws_cloudwatch_dashboard.this[0].dashboard_body).widgets : widget.x + widget.width <= 24])
    error_message = "A dashboard is 24 columns wide."
  }

  assert {
    condition     = length(distinct([for widget in jsondecode(aws_cloudwatch_dashboard.this[0].dashboard_body).widgets : "${widget.x}/${widget.y}"])) == length(jsondecode(aws_cloudwatch_dashboard.this[0].dashboard_body).widgets)
    error_message = "Two widgets overlap."
  }
}

run "can_be_switched_off" {
  module {
    source = "./modules/observability"
  }

  variables {
    alarms    = { enabled = false }
    dashboard = false
  }

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.this) == 0 && length(aws_cloudwatch_dashboard.this) == 0 && output.dashboard_name == null
    error_message = "Switched off is off."
  }
}

run "keeps_a_dashboard_without_alarms" {
  module {
    source = "./modules/observability"
  }

  variables {
    alarms = { enabled = false }
  }

  assert {
    condition     = !contains([for widget in jsondecode(aws_cloudwatch_dashboard.this[0].dashboard_body).widgets : widget.type], "alarm")
    error_message = "CloudWatch refuses an alarm widget without alarms."
  }
}

run "watches_the_bill_of_this_environment_alone" {
  module {
    source = "./modules/observability"
  }

  variables {
    budget = { monthly_usd = 250, emails = ["platform@example.com"] }
  }

  assert {
    condition     = aws_budgets_budget.environment[0].limit_amount == "250" && tolist(aws_budgets_budget.environment[0].cost_filter)[0].values == tolist(["user:ghr:environment$my-saas"])
    error_message = "The budget counts what carries the environment's tag."
  }

  assert {
    condition     = toset([for notification in aws_budgets_budget.environment[0].notification : "${notification.notification_type} ${notification.threshold}"]) == toset(["ACTUAL 80", "ACTUAL 100", "FORECASTED 100"])
    error_message = "The budget notifies at each threshold and on the forecast."
  }
}

run "watches_the_limit_over_all_tenants_where_there_is_one" {
  module {
    source = "./modules/observability"
  }

  variables {
    fleet_limited = true
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["fleet-limit"].metric_name == "FleetLimitReached" && aws_cloudwatch_metric_alarm.this["fleet-limit"].evaluation_periods == 3
    error_message = "A limit that is reached for a while is an operator's to raise."
  }
}
