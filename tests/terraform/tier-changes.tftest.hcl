# A tier comes and goes: what belongs to the others must stay the very same resource. A mocked provider makes up a new address or id for
# whatever it creates, so an equal one was not created again.

mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { id = "us-east-1" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }

  # Known only after an apply; a mocked one makes them up, and the provider checks their shape.
  mock_resource "aws_dynamodb_table" {
    defaults = {
      arn        = "arn:aws:dynamodb:us-east-1:123456789012:table/mock"
      stream_arn = "arn:aws:dynamodb:us-east-1:123456789012:table/mock/stream/1"
    }
  }
  mock_resource "aws_sqs_queue" {
    defaults = {
      arn = "arn:aws:sqs:us-east-1:123456789012:mock"
    }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/mock" }
  }
  mock_resource "aws_iam_instance_profile" {
    defaults = { arn = "arn:aws:iam::123456789012:instance-profile/mock" }
  }
  mock_resource "aws_lambda_function" {
    defaults = {
      arn        = "arn:aws:lambda:us-east-1:123456789012:function:mock"
      invoke_arn = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:mock/invocations"
    }
  }
  mock_resource "aws_cloudwatch_event_rule" {
    defaults = { arn = "arn:aws:events:us-east-1:123456789012:rule/mock" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:us-east-1:123456789012:log-group:mock" }
  }
  mock_resource "aws_apigatewayv2_api" {
    defaults = {
      api_endpoint  = "https://mock.execute-api.us-east-1.amazonaws.com"
      execution_arn = "arn:aws:execute-api:us-east-1:123456789012:mock"
    }
  }
  mock_resource "aws_launch_template" {
    defaults = {
      latest_version = 7
    }
  }
}

variables {
  prefix     = "my-saas"
  aws_region = "us-east-1"
  vpc_id     = "vpc-0123456789abcdef0"
  subnet_ids = ["subnet-0123456789abcdef0"]
  github_app = {
    id             = "4711"
    key_base64     = "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQo="
    webhook_secret = "a-secret-of-the-tests"
  }
  # Zips in a bucket need no files here.
  lambda = { s3_bucket = "zips" }
}

run "two_tiers" {
  variables {
    runner_tiers = {
      small  = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 2, labels = ["self-hosted"] }
      medium = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 2, labels = ["self-hosted", "medium"] }
    }
  }

  assert {
    condition     = keys(output.queues) == ["medium", "small"]
    error_message = "Two tiers have two queues."
  }
}

run "a_third_comes" {
  variables {
    runner_tiers = {
      small  = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 2, labels = ["self-hosted"] }
      medium = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 2, labels = ["self-hosted", "medium"] }
      arm    = { runner_os = "linux", runner_architecture = "arm64", instance_types = ["t4g.medium"], max_runners = 2, labels = ["arm64"] }
    }
  }

  assert {
    condition     = keys(output.queues) == ["arm", "medium", "small"] && keys(output.runners.launch_templates) == ["arm", "medium", "small"]
    error_message = "The new tier has its queue and its launch template."
  }

  assert {
    condition     = alltrue([for tier, queue in run.two_tiers.queues : output.queues[tier].url == queue.url && output.queues[tier].dlq_url == queue.dlq_url])
    error_message = "The queues of the other tiers were made anew."
  }

  assert {
    condition     = alltrue([for tier, template in run.two_tiers.runners.launch_templates : output.runners.launch_templates[tier].id == template.id])
    error_message = "The launch templates of the other tiers were made anew."
  }

  assert {
    condition     = output.runners.security_group_id == run.two_tiers.runners.security_group_id
    error_message = "The shared security group was made anew."
  }

  assert {
    condition     = contains(keys(jsondecode(aws_lambda_function.scale_up.environment[0].variables.TIER_QUEUE_URLS)), "arm")
    error_message = "The functions know the new tier."
  }
}

run "it_goes_again_and_takes_another_along" {
  variables {
    runner_tiers = {
      small = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 2, labels = ["self-hosted"] }
    }
  }

  assert {
    condition     = keys(output.queues) == ["small"] && output.queues.small.url == run.two_tiers.queues.small.url && output.runners.launch_templates.small.id == run.two_tiers.runners.launch_templates.small.id
    error_message = "Only the queue and the launch template of the tier that stays are left, and they are the first ones."
  }

  assert {
    condition     = keys(jsondecode(aws_lambda_function.scale_up.environment[0].variables.LAUNCH_TEMPLATES)) == ["small"]
    error_message = "The functions know the tier that stays, and no other."
  }
}
