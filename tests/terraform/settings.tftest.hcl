# Each rule on the optional settings turns something away, and beside it something close is let through.

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

run "rejects_an_unknown_tier_access" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    tier_access = "own"
  }

  expect_failures = [var.tier_access]
}

run "rejects_an_egress_protocol_that_is_none" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    egress_rules = [{ protocol = "http", cidr_blocks = ["10.0.0.0/8"] }]
  }

  expect_failures = [var.egress_rules]
}

run "rejects_egress_ports_in_the_wrong_order" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    egress_rules = [{ protocol = "tcp", from_port = 443, to_port = 80, cidr_blocks = ["10.0.0.0/8"] }]
  }

  expect_failures = [var.egress_rules]
}

run "rejects_egress_ports_with_every_protocol" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    egress_rules = [{ protocol = "-1", from_port = 443, to_port = 443, cidr_blocks = ["10.0.0.0/8"] }]
  }

  expect_failures = [var.egress_rules]
}

run "rejects_egress_to_nowhere" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    egress_rules = [{ protocol = "-1" }]
  }

  expect_failures = [var.egress_rules]
}

run "rejects_an_egress_block_that_is_none" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    egress_rules = [{ protocol = "-1", cidr_blocks = ["10.0.0.0"] }]
  }

  expect_failures = [var.egress_rules]
}

run "rejects_two_images" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    runner = { image = { id = "ami-0123456789abcdef0", ssm_parameter = "/golden/runner" } }
  }

  expect_failures = [var.runner]
}

run "rejects_an_image_id_that_is_none" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    runner = { image = { id = "golden" } }
  }

  expect_failures = [var.runner]
}

run "rejects_an_image_parameter_without_its_slash" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    runner = { image = { ssm_parameter = "golden" } }
  }

  expect_failures = [var.runner]
}

run "rejects_a_runner_without_its_digest" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    runner = { binaries = { x64 = { url = "https://mirror.example/runner.tar.gz", sha256 = "" } } }
  }

  expect_failures = [var.runner]
}

run "rejects_a_runner_over_plain_http" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    runner = { binaries = { x64 = { url = "http://mirror.example/runner.tar.gz", sha256 = "0000000000000000000000000000000000000000000000000000000000000000" } } }
  }

  expect_failures = [var.runner]
}

run "rejects_a_runner_address_that_breaks_out_of_its_quotes" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    runner = { binaries = { x64 = { url = "https://mirror.example/'; reboot #", sha256 = "0000000000000000000000000000000000000000000000000000000000000000" } } }
  }

  expect_failures = [var.runner]
}

run "rejects_a_runner_for_an_unknown_architecture" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    runner = { binaries = { amd64 = { url = "https://mirror.example/runner.tar.gz", sha256 = "0000000000000000000000000000000000000000000000000000000000000000" } } }
  }

  expect_failures = [var.runner]
}

run "rejects_an_idle_timeout_of_nothing" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    runner = { timeouts = { idle = 0 } }
  }

  expect_failures = [var.runner]
}

run "rejects_half_a_minute" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    runner = { timeouts = { idle = 0.5 } }
  }

  expect_failures = [var.runner]
}

run "rejects_a_lifetime_no_longer_than_boot_and_idle" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    runner = { timeouts = { lifetime = 15 } }
  }

  expect_failures = [var.runner]
}

run "rejects_plain_http_elsewhere" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    github_api_url = "http://github.example/api/v3"
  }

  expect_failures = [var.github_api_url]
}

run "rejects_a_host_that_only_begins_like_this_machine" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    github_api_url = "http://127.0.0.1.example"
  }

  expect_failures = [var.github_api_url]
}

run "rejects_a_slash_at_the_end_of_the_address" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    github_api_url = "https://api.github.com/"
  }

  expect_failures = [var.github_api_url]
}

run "rejects_a_throttle_that_lets_nothing_through" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    webhook = { throttle = { rate_limit = 0 } }
  }

  expect_failures = [var.webhook]
}

run "rejects_a_zip_of_an_unknown_function" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    lambda_zips = { scale_up = "x.zip" }
  }

  expect_failures = [var.lambda_zips]
}

# No twin for nodejs24.x: provider 5.100 does not know it.
run "rejects_a_node_that_has_left_lambda" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    lambda = { runtime = "nodejs20.x", s3_bucket = "zips" }
  }

  expect_failures = [var.lambda]
}

run "rejects_the_other_name_of_x86_64" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    lambda = { architecture = "x64", s3_bucket = "zips" }
  }

  expect_failures = [var.lambda]
}

run "rejects_a_concurrency_that_lambda_refuses" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    lambda = { scale_up_concurrency = 1, s3_bucket = "zips" }
  }

  expect_failures = [var.lambda]
}

run "rejects_a_concurrency_that_only_meets_throttles" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    lambda = { scale_up_concurrency = 11, s3_bucket = "zips" }
  }

  expect_failures = [var.lambda]
}

run "rejects_an_unknown_log_level" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    observability = { log_level = "trace" }
  }

  expect_failures = [var.observability]
}

run "rejects_a_retention_that_cloudwatch_lacks" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    observability = { log_retention_days = 31 }
  }

  expect_failures = [var.observability]
}

run "rejects_the_alias_of_a_key" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    encryption = { parameters = "arn:aws:kms:us-east-1:123456789012:alias/runners" }
  }

  expect_failures = [var.encryption]
}

################################################################################
# The accepting twins, as many in one plan as there is room for
################################################################################

run "accepts_every_setting_at_once" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    tier_access  = "up_to_own"
    egress_rules = [{ protocol = "tcp", from_port = 443, to_port = 443, cidr_blocks = ["10.0.0.0/8"], ipv6_cidr_blocks = ["2001:db8::/32"] }]
    runner = {
      image    = { id = "ami-0123456789abcdef0" }
      binaries = { x64 = { url = "https://mirror.example/runner.tar.gz", sha256 = "0000000000000000000000000000000000000000000000000000000000000000" } }
      timeouts = { boot = 2, idle = 1, lifetime = 4 }
    }
    github_api_url = "https://github.example/api/v3"
    lambda         = { architecture = "x86_64", scale_up_concurrency = 2, s3_bucket = "zips" }
    observability  = { log_level = "debug", log_retention_days = 365 }
    encryption     = { parameters = "arn:aws:kms:us-east-1:123456789012:key/0f0f0f0f-0000-0000-0000-000000000000" }
  }
}

run "accepts_no_egress_an_image_by_parameter_and_a_fake_github_on_this_machine" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    egress_rules   = []
    runner         = { image = { ssm_parameter = "/golden/runner" } }
    github_api_url = "http://127.0.0.1:8080"
  }
}

run "rejects_an_action_that_is_no_arn" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    observability = { alarms = { actions = ["pager@example.com"] } }
  }

  expect_failures = [var.observability]
}

run "rejects_an_alarm_on_every_job" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    observability = { alarms = { oldest_job_seconds = 60 } }
  }

  expect_failures = [var.observability]
}

run "rejects_a_budget_of_nothing" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    observability = { budget = { monthly_usd = 0, emails = ["platform@example.com"] } }
  }

  expect_failures = [var.observability]
}

run "rejects_a_budget_that_tells_nobody" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    observability = { budget = { monthly_usd = 100 } }
  }

  expect_failures = [var.observability]
}

run "rejects_more_thresholds_than_a_budget_takes" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    observability = { budget = { monthly_usd = 100, emails = ["platform@example.com"], thresholds = [50, 60, 70, 80, 90] } }
  }

  expect_failures = [var.observability]
}

run "accepts_the_cheap_log_class_and_a_full_budget" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    observability = {
      log_class = "INFREQUENT_ACCESS"
      alarms    = { actions = ["arn:aws:sns:us-east-1:123456789012:pager"], oldest_job_seconds = 300 }
      budget    = { monthly_usd = 100, sns_topic_arns = ["arn:aws:sns:us-east-1:123456789012:bill"], thresholds = [50, 80, 90, 100] }
    }
  }
}

run "rejects_a_budget_that_tells_more_than_one_topic" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    observability = { budget = { monthly_usd = 10, sns_topic_arns = ["arn:aws:sns:us-east-1:123456789012:a", "arn:aws:sns:us-east-1:123456789012:b"] } }
  }

  expect_failures = [var.observability]
}

run "rejects_a_budget_that_tells_more_than_ten_addresses" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    observability = { budget = { monthly_usd = 10, emails = [for n in range(11) : "a${n}@example.com"] } }
  }

  expect_failures = [var.observability]
}

run "accepts_a_budget_that_tells_one_topic_and_ten_addresses" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    observability = { budget = { monthly_usd = 10, emails = [for n in range(10) : "a${n}@example.com"], sns_topic_arns = ["arn:aws:sns:us-east-1:123456789012:a"] } }
  }
}

run "rejects_an_alias_as_the_key_of_an_image" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    encryption = { images = ["arn:aws:kms:us-east-1:123456789012:alias/images"] }
  }

  expect_failures = [var.encryption]
}

run "rejects_a_suffix_that_ends_in_a_hyphen" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    iam = { suffix = "-eu-" }
  }

  expect_failures = [var.iam]
}
