# What the deployer is told of: pushes on the installation's bus, images, builds and services on AWS's own.

resource "aws_sqs_queue" "dlq" {
  name                      = "${local.deployer}-dlq"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true

  tags = local.tags
}

resource "aws_sqs_queue" "events" {
  name                       = local.deployer
  visibility_timeout_seconds = 6 * var.lambda.timeout_seconds
  message_retention_seconds  = 1209600
  sqs_managed_sse_enabled    = true
  redrive_policy             = jsonencode({ deadLetterTargetArn = local.arns.dlq, maxReceiveCount = 5 })

  tags = local.tags
}

locals {
  # The installation's bus says only what `eventbridge.accept_events` and `events.publish` name; push has to be among them.
  rules = {
    installation = {
      bus     = var.event_bus.name
      says    = "Pushes, pull requests, runs of workflows and tenants' changes, for apps of ${var.prefix}."
      pattern = { source = ["multi-tenant-runner"], detail-type = ["push", "pull_request", "workflow_run", "installation", { prefix = "tenant." }] }
    }
    images = {
      bus     = "default"
      says    = "Images of apps of ${var.prefix}."
      pattern = { source = ["aws.ecr"], detail-type = ["ECR Image Action"], detail = { repository-name = [{ prefix = "${var.prefix}/apps/" }] } }
    }
    services = {
      bus     = "default"
      says    = "Deployments of services of apps of ${var.prefix}."
      pattern = { source = ["aws.ecs"], detail-type = ["ECS Deployment State Change"], resources = [{ prefix = trimsuffix(local.arns.services, "*") }] }
    }
    builds = {
      bus     = "default"
      says    = "Builds of apps of ${var.prefix}."
      pattern = { source = ["aws.codebuild"], detail-type = ["CodeBuild Build State Change"], detail = { project-name = [local.builder] } }
    }
  }
}

resource "aws_cloudwatch_event_rule" "this" {
  for_each = { for name, rule in local.rules : name => rule if name != "builds" || var.builder == "codebuild" }

  name           = "${local.deployer}-${each.key}"
  description    = each.value.says
  event_bus_name = each.value.bus
  event_pattern  = jsonencode(each.value.pattern)

  tags = local.tags
}

resource "aws_cloudwatch_event_target" "this" {
  for_each = aws_cloudwatch_event_rule.this

  rule           = each.value.name
  event_bus_name = each.value.event_bus_name
  arn            = aws_sqs_queue.events.arn

  dead_letter_config {
    arn = aws_sqs_queue.dlq.arn
  }
}

data "aws_iam_policy_document" "queue" {
  for_each = { events = local.arns.queue, dlq = local.arns.dlq }

  statement {
    sid       = "TakeEvents"
    actions   = ["sqs:SendMessage"]
    resources = [each.value]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = concat([for rule in aws_cloudwatch_event_rule.this : rule.arn], [aws_cloudwatch_event_rule.sweep.arn])
    }
  }
}

resource "aws_sqs_queue_policy" "events" {
  queue_url = aws_sqs_queue.events.id
  policy    = data.aws_iam_policy_document.queue["events"].json
}

resource "aws_sqs_queue_policy" "dlq" {
  queue_url = aws_sqs_queue.dlq.id
  policy    = data.aws_iam_policy_document.queue["dlq"].json
}

# Settles what a crash, a lost event or a hand left.
resource "aws_cloudwatch_event_rule" "sweep" {
  name                = "${local.deployer}-sweep"
  description         = "Lets the deployer of ${var.prefix} look at every app that is due."
  schedule_expression = "rate(1 minute)"

  tags = local.tags
}

# The next run continues where this one would have: late ones are not worth retrying.
resource "aws_cloudwatch_event_target" "sweep" {
  rule  = aws_cloudwatch_event_rule.sweep.name
  arn   = aws_lambda_function.deployer.arn
  input = jsonencode({ source = "multi-tenant-runner.apps-sweep" })

  retry_policy {
    maximum_retry_attempts       = 0
    maximum_event_age_in_seconds = 60
  }

  dead_letter_config {
    arn = aws_sqs_queue.dlq.arn
  }
}

resource "aws_lambda_permission" "sweep" {
  statement_id  = "sweep"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.deployer.function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.sweep.arn
}
