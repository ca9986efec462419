# Counts only what carries the tag, and only once `ghr:environment` is activated as a cost allocation tag in the payer account.
resource "aws_budgets_budget" "environment" {
  count = var.budget == null ? 0 : 1

  name         = coalesce(var.account_wide_name, var.prefix)
  budget_type  = "COST"
  time_unit    = "MONTHLY"
  limit_amount = tostring(var.budget.monthly_usd)
  limit_unit   = "USD"

  cost_filter {
    name   = "TagKeyValue"
    values = [format("user:ghr:environment$%s", var.prefix)]
  }

  dynamic "notification" {
    for_each = concat([for percent in var.budget.thresholds : { type = "ACTUAL", percent = percent }], [{ type = "FORECASTED", percent = 100 }])

    content {
      notification_type          = notification.value.type
      threshold                  = notification.value.percent
      threshold_type             = "PERCENTAGE"
      comparison_operator        = "GREATER_THAN"
      subscriber_email_addresses = var.budget.emails
      subscriber_sns_topic_arns  = var.budget.sns_topic_arns
    }
  }

  tags = var.tags
}
