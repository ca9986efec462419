# The environment of the functions. An apply against a mock, because a plan does not know the addresses of queues and so hides the whole map.

mock_provider "aws" {
  source = "./tests/terraform/mocks"

  mock_resource "aws_sqs_queue" {
    defaults = {
      arn = "arn:aws:sqs:us-east-1:123456789012:mock"
      url = "https://sqs.us-east-1.amazonaws.com/123456789012/mock"
    }
  }
  mock_resource "aws_launch_template" {
    defaults = {
      id             = "lt-0123456789abcdef0"
      latest_version = 7
    }
  }
}

run "each_function_gets_exactly_the_variables_that_it_reads" {
  variables {
    tags = { Project = "runners" }
  }

  assert {
    condition     = join(" ", keys(aws_lambda_function.scale_up.environment[0].variables)) == "ALLOW_PUBLIC_REPOSITORIES CHECK_RUNS CONFIG_TABLE DEFAULT_TIER ENVIRONMENT FUNCTION_TIMEOUT_SECONDS GITHUB_API_URL GITHUB_APP_ID_PARAMETER GITHUB_APP_KEY_PARAMETER JOBS_TABLE KMS_KEY_ARN LAUNCHES_TABLE LAUNCH_RATE LAUNCH_TEMPLATES LOG_LEVEL MACHINES_A_CALL MACHINE_URL MAX_RECEIVE_COUNT PRICES RUNNER_TAGS RUNNER_TIERS SHARED_SECURITY_GROUP_ID SUBNET_IDS TENANTS_TABLE TENANT_SECURITY_GROUPS TIER_ACCESS TIER_QUEUE_URLS TIER_SUBNET_IDS USAGE_TABLE"
    error_message = "scale-up: ${join(" ", keys(aws_lambda_function.scale_up.environment[0].variables))}"
  }

  assert {
    condition     = join(" ", keys(aws_lambda_function.scale_down.environment[0].variables)) == "ALLOW_PUBLIC_REPOSITORIES BOOT_TIMEOUT_MINUTES CHECK_RUNS CONFIG_TABLE DEFAULT_TIER ENVIRONMENT FUNCTION_TIMEOUT_SECONDS GITHUB_API_URL GITHUB_APP_ID_PARAMETER GITHUB_APP_KEY_PARAMETER IDLE_TIMEOUT_MINUTES JOBS_TABLE LAUNCHES_TABLE LOG_LEVEL MAX_LIFETIME_MINUTES MAX_RECEIVE_COUNT PRICES RUNNER_EVENTS_QUEUE_URL RUNNER_TAGS RUNNER_TIERS TENANTS_TABLE TIER_ACCESS TIER_QUEUE_URLS USAGE_TABLE VPC_ID"
    error_message = "scale-down: ${join(" ", keys(aws_lambda_function.scale_down.environment[0].variables))}"
  }

  assert {
    condition     = join(" ", keys(aws_lambda_function.tenant_manager.environment[0].variables)) == "ALLOWED_ACCOUNTS ALLOW_PUBLIC_REPOSITORIES API_TABLE AUDIT_TABLE CHECK_RUNS CONFIG_TABLE DEFAULT_TIER EGRESS_RULES ENVIRONMENT FUNCTION_TIMEOUT_SECONDS GITHUB_API_URL GITHUB_APP_ID_PARAMETER GITHUB_APP_KEY_PARAMETER JOBS_TABLE LAUNCHES_TABLE LOG_LEVEL ONBOARDING_MODE PRICES RUNNER_TAGS RUNNER_TIERS TENANTS_TABLE TENANT_SECURITY_GROUPS TIER_ACCESS TIER_QUEUE_URLS USAGE_TABLE VPC_ID"
    error_message = "tenant-manager: ${join(" ", keys(aws_lambda_function.tenant_manager.environment[0].variables))}"
  }

  assert {
    condition     = join(" ", keys(aws_lambda_function.recovery.environment[0].variables)) == "ALLOW_PUBLIC_REPOSITORIES CHECK_RUNS DEFAULT_TIER ENVIRONMENT EVENT_BUS_NAME GITHUB_API_URL GITHUB_APP_ID_PARAMETER GITHUB_APP_KEY_PARAMETER JOBS_TABLE LOG_LEVEL RECOVERY_TABLE RUNNER_TIERS TENANTS_TABLE TIER_ACCESS TIER_QUEUE_URLS"
    error_message = "recovery: ${join(" ", keys(aws_lambda_function.recovery.environment[0].variables))}"
  }

  assert {
    condition = jsonencode(jsondecode(aws_lambda_function.scale_up.environment[0].variables.RUNNER_TIERS)["medium"]) == jsonencode({
      labels = ["self-hosted", "linux", "x64", "medium"], max_runners = 5, rank = null, instance_types = ["t3.large", "m5.large"], capacity = "on-demand", runner_group_id = 1
    })
    error_message = "A function lacks a setting of a tier that it uses."
  }

  assert {
    condition     = join(" ", keys(jsondecode(aws_lambda_function.scale_up.environment[0].variables.TIER_QUEUE_URLS))) == "large medium small" && jsonencode(jsondecode(aws_lambda_function.scale_up.environment[0].variables.LAUNCH_TEMPLATES)["small"]) == jsonencode({ id = "lt-0123456789abcdef0", version = "7" })
    error_message = "Queues and launch templates go by tier."
  }

  assert {
    condition     = aws_lambda_function.scale_up.environment[0].variables.RUNNER_TAGS == jsonencode({ Project = "runners" }) && aws_lambda_function.scale_up.environment[0].variables.SUBNET_IDS == jsonencode(var.subnet_ids)
    error_message = "Tags and subnets are JSON documents."
  }

  assert {
    condition     = jsonencode(jsondecode(aws_lambda_function.tenant_manager.environment[0].variables.EGRESS_RULES)) == jsonencode([{ cidr_blocks = ["0.0.0.0/0"], description = "All outbound", from_port = 0, ipv6_cidr_blocks = ["::/0"], protocol = "-1", to_port = 0 }])
    error_message = "Egress rules are a JSON document with every attribute."
  }

  assert {
    condition = alltrue([
      for function in [aws_lambda_function.scale_up, aws_lambda_function.scale_down, aws_lambda_function.tenant_manager] :
      function.environment[0].variables.FUNCTION_TIMEOUT_SECONDS == tostring(function.timeout)
    ])
    error_message = "A function knows its own time-out."
  }

  # With addresses of the usual length, so that the precondition's estimate is on the safe side.
  assert {
    condition     = alltrue([for function in [aws_lambda_function.scale_up, aws_lambda_function.scale_down, aws_lambda_function.tenant_manager, aws_lambda_function.recovery] : length(jsonencode(function.environment[0].variables)) < local.environment_bytes])
    error_message = "The estimate of the environment's size is too low."
  }
}

run "the_webhook_gets_exactly_the_variables_that_it_reads" {
  command = plan

  module {
    source = "./modules/webhook"
  }

  variables {
    tables              = { tenants = { name = "t", arn = "arn:aws:dynamodb:us-east-1:123456789012:table/t" }, jobs = { name = "j", arn = "arn:aws:dynamodb:us-east-1:123456789012:table/j" } }
    tier_queues         = { small = { url = "https://sqs.example/small", arn = "arn:aws:sqs:us-east-1:123456789012:small" } }
    runner_events_queue = { url = "https://sqs.example/events", arn = "arn:aws:sqs:us-east-1:123456789012:events" }
    app_parameters      = { id = "/id", webhook_secret = "/secret", policy_json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
    routing             = { runner_tiers = "{}", default_tier = "small", tier_access = "any", allow_public_repositories = false }
    publish_events      = ["workflow_job"]
    throttle            = { rate_limit = 1000, burst_limit = 2000 }
    check_runs          = false
    tenant_rate         = { per_second = 25, burst = 2000, by_tier = { large = { per_second = 50, burst = 100 } } }
    package             = { filename = null, source_code_hash = null, s3_bucket = "zips", s3_key = "webhook.zip" }
  }

  assert {
    condition = aws_lambda_function.webhook.environment[0].variables == tomap({
      ENVIRONMENT               = "my-saas"
      LOG_LEVEL                 = "info"
      TENANTS_TABLE             = "t"
      JOBS_TABLE                = "j"
      RUNNER_TIERS              = "{}"
      DEFAULT_TIER              = "small"
      TIER_ACCESS               = "any"
      ALLOW_PUBLIC_REPOSITORIES = "false"
      TIER_QUEUE_URLS           = "{\"small\":\"https://sqs.example/small\"}"
      RUNNER_EVENTS_QUEUE_URL   = "https://sqs.example/events"
      EVENT_BUS_NAME            = "my-saas"
      ALLOWED_SOURCE_CIDRS      = "[]"
      TENANT_RATE               = "25"
      TENANT_BURST              = "2000"
      TENANT_RATES_BY_TIER      = "{\"large\":{\"burst\":100,\"per_second\":50}}"
      CHECK_RUNS                = "false"
      PUBLISH_EVENTS            = "[\"workflow_job\"]"
      GITHUB_APP_ID_PARAMETER   = "/id"
      WEBHOOK_SECRET_PARAMETER  = "/secret"
    })
    error_message = "webhook: ${join(" ", keys(aws_lambda_function.webhook.environment[0].variables))}"
  }
}

run "functions_that_call_github_get_proxy_and_certificates" {
  variables {
    github_api_url = "https://api.acme.ghe.com"
    network = {
      proxy     = "http://proxy.example:3128"
      no_proxy  = ["github.example", "internal.example"]
      ca_bundle = "-----BEGIN CERTIFICATE-----\nMIID\n-----END CERTIFICATE-----\n"
    }
  }

  assert {
    condition = alltrue([
      for function in [aws_lambda_function.scale_up, aws_lambda_function.scale_down, aws_lambda_function.tenant_manager, aws_lambda_function.recovery] :
      function.environment[0].variables.GITHUB_PROXY == "http://proxy.example:3128" &&
      function.environment[0].variables.GITHUB_NO_PROXY == "github.example,internal.example" &&
      function.environment[0].variables.CA_BUNDLE_PARAMETER == "/${var.prefix}/network/ca-bundle" &&
      function.environment[0].variables.GITHUB_API_URL == "https://api.acme.ghe.com"
    ])
    error_message = "A function lacks GITHUB_PROXY, GITHUB_NO_PROXY or CA_BUNDLE_PARAMETER."
  }
}

run "the_functions_know_the_limit_over_all_tenants" {
  variables {
    max_runners_total = 250
  }

  assert {
    condition = alltrue([
      for function in [aws_lambda_function.scale_up, aws_lambda_function.scale_down, aws_lambda_function.tenant_manager] :
      function.environment[0].variables.MAX_RUNNERS_TOTAL == "250"
    ])
    error_message = "Each function that admits jobs counts by the same limit."
  }
}

run "tenants_of_the_list_and_those_with_machines_of_their_own_share_no_call" {
  variables {
    launch_rate = { shared_calls = { sizes = ["small", "large"], except = [1001] } }
    runner_tiers = {
      small = { runner_os = "linux", runner_architecture = "x64", labels = ["self-hosted", "small"], max_runners = 2, instance_types = ["t3.small"], pool = { size = 1, dedicated = { "1002" = 1 } } }
      large = { runner_os = "linux", runner_architecture = "x64", labels = ["self-hosted", "large"], max_runners = 2, instance_types = ["m5.large"] }
      other = { runner_os = "linux", runner_architecture = "x64", labels = ["self-hosted", "other"], max_runners = 2, instance_types = ["m5.large"] }
    }
    default_tier = "small"
  }

  assert {
    condition     = aws_lambda_function.scale_up.environment[0].variables.SHARED_CALLS == jsonencode({ small = ["1001", "1002"], large = ["1001"] })
    error_message = "Jobs of a tenant share calls although the operator says otherwise."
  }
}

run "tenants_share_calls_without_a_pool_and_not_unless_they_are_told_to" {
  variables {
    launch_rate = { shared_calls = { sizes = ["small"] } }
  }

  assert {
    condition = (
      aws_lambda_function.scale_up.environment[0].variables.SHARED_CALLS == jsonencode({ small = [] }) &&
      !contains(keys(aws_lambda_function.scale_up.environment[0].variables), "POOL_TABLE") &&
      length(aws_dynamodb_table.pool) == 0
    )
    error_message = "Shared calls need a pool."
  }
}

run "each_tenant_has_calls_of_its_own_by_default" {
  assert {
    condition     = !contains(keys(aws_lambda_function.scale_up.environment[0].variables), "SHARED_CALLS")
    error_message = "Tenants share calls although nobody said so."
  }
}

run "the_tenants_api_works_by_the_key_of_links_alone" {
  variables {
    api = {
      enable       = true
      link_key_ssm = { arn = "arn:aws:ssm:us-east-1:123456789012:parameter/links", name = "/links" }
    }
  }

  assert {
    condition     = output.api.endpoints.tenants != null && output.api.endpoints.operators != null
    error_message = "Tenants with signed links have no address to go to."
  }
}

run "there_is_no_tenants_api_that_nobody_could_call" {
  variables {
    api = { enable = true }
  }

  assert {
    condition     = output.api.endpoints.tenants == null && output.api.endpoints.operators != null
    error_message = "Without an issuer and without a key of links no token counts."
  }
}

run "checks_on_commits_are_on_for_every_function_that_parks_or_refuses_jobs" {
  variables {
    check_runs = true
  }

  assert {
    condition = alltrue([
      for function in [aws_lambda_function.scale_up, aws_lambda_function.scale_down, aws_lambda_function.tenant_manager, aws_lambda_function.recovery] :
      function.environment[0].variables.CHECK_RUNS == "true"
    ])
    error_message = "Each function that parks or refuses jobs knows of the checks."
  }
}
