# Each rule on what a platform team sets (network, keys, roles, onboarding) turns something away, and beside it something close is let through.

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

run "rejects_an_unknown_onboarding_mode" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    onboarding = { mode = "manual" }
  }

  expect_failures = [var.onboarding]
}

run "rejects_an_allowed_account_that_is_an_address" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    onboarding = { mode = "allow_list", allowed_accounts = ["acme", "https://github.com/acme"] }
  }

  expect_failures = [var.onboarding]
}

run "rejects_an_allow_list_that_lets_nobody_in" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    onboarding = { mode = "allow_list" }
  }

  expect_failures = [var.onboarding]
}

run "rejects_allowed_accounts_that_no_mode_reads" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    onboarding = { mode = "approval", allowed_accounts = ["acme"] }
  }

  expect_failures = [var.onboarding]
}

run "rejects_a_custom_domain_written_as_an_address" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    webhook = { custom_domain = { name = "https://runners.example.com", certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/0f0f" } }
  }

  expect_failures = [var.webhook]
}

run "rejects_a_certificate_of_iam" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    webhook = { custom_domain = { name = "runners.example.com", certificate_arn = "arn:aws:iam::123456789012:server-certificate/runners" } }
  }

  expect_failures = [var.webhook]
}

run "rejects_a_source_address_without_its_prefix_length" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    webhook = { allowed_source_cidrs = ["192.30.252.0/22", "192.0.2.1"] }
  }

  expect_failures = [var.webhook]
}

run "rejects_a_function_with_too_little_memory" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    lambda = { s3_bucket = "zips", memory_mb = { scale_up = 128 } }
  }

  expect_failures = [var.lambda]
}

run "rejects_a_function_with_part_of_a_megabyte" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    lambda = { s3_bucket = "zips", memory_mb = { webhook = 512.5 } }
  }

  expect_failures = [var.lambda]
}

run "rejects_a_function_that_runs_too_short" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    lambda = { s3_bucket = "zips", timeout_seconds = { scale_down = 10 } }
  }

  expect_failures = [var.lambda]
}

run "rejects_a_function_that_runs_longer_than_lambda_lets_it" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    lambda = { s3_bucket = "zips", timeout_seconds = { tenant_manager = 901 } }
  }

  expect_failures = [var.lambda]
}

run "rejects_functions_in_a_vpc_without_subnets" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    lambda = { s3_bucket = "zips", vpc = { subnet_ids = [], security_group_ids = ["sg-0123456789abcdef0"] } }
  }

  expect_failures = [var.lambda]
}

run "rejects_functions_in_a_vpc_without_groups" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    lambda = { s3_bucket = "zips", vpc = { subnet_ids = ["subnet-0123456789abcdef0"], security_group_ids = [] } }
  }

  expect_failures = [var.lambda]
}

run "rejects_the_arn_of_a_bucket" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    lambda = { s3_bucket = "arn:aws:s3:::zips" }
  }

  expect_failures = [var.lambda]
}

run "rejects_a_prefix_of_keys_without_a_bucket" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    lambda = { s3_prefix = "v1.2.0/" }
  }

  expect_failures = [var.lambda]
}

run "rejects_a_role_as_permissions_boundary" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    iam = { permissions_boundary = "arn:aws:iam::123456789012:role/boundary" }
  }

  expect_failures = [var.iam]
}

run "rejects_a_path_without_its_last_slash" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    iam = { path = "/platform" }
  }

  expect_failures = [var.iam]
}

run "rejects_an_unknown_log_class" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    observability = { log_class = "GLACIER" }
  }

  expect_failures = [var.observability]
}

run "rejects_the_key_of_tables_by_its_id" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    encryption = { tables = "0f0f0f0f-0000-0000-0000-000000000000" }
  }

  expect_failures = [var.encryption]
}

run "rejects_images_of_anybody" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    runner = { image = { filter = { name = "runner-*", owners = [] } } }
  }

  expect_failures = [var.runner]
}

run "rejects_images_of_an_owner_that_is_none" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    runner = { image = { filter = { name = "runner-*", owners = ["acme"] } } }
  }

  expect_failures = [var.runner]
}

run "rejects_a_filter_beside_an_image" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    runner = { image = { id = "ami-0123456789abcdef0", filter = { name = "runner-*", owners = ["self"] } } }
  }

  expect_failures = [var.runner]
}

run "rejects_a_disk_smaller_than_any_image" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    runner = { disk = { size_gb = 4 } }
  }

  expect_failures = [var.runner]
}

run "rejects_a_disk_of_the_last_generation" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    runner = { disk = { type = "gp2" } }
  }

  expect_failures = [var.runner]
}

run "rejects_a_policy_by_its_name" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    runner = { policy_arns = ["read-artifacts"] }
  }

  expect_failures = [var.runner]
}

run "rejects_a_runner_older_than_github_takes" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    runner = { max_age_days = 31 }
  }

  expect_failures = [var.runner]
}

run "rejects_an_empty_list_of_a_tiers_subnets" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    runner_tiers = { small = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 2, labels = ["self-hosted"], subnet_ids = [] } }
  }

  expect_failures = [var.runner_tiers]
}

run "rejects_a_tiers_subnet_that_is_none" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    runner_tiers = { small = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 2, labels = ["self-hosted"], subnet_ids = ["private-a"] } }
  }

  expect_failures = [var.runner_tiers]
}

run "rejects_a_tiers_image_that_names_nothing" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    runner_tiers = { small = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 2, labels = ["self-hosted"], image = {} } }
  }

  expect_failures = [var.runner_tiers]
}

run "rejects_two_images_of_one_tier" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    runner_tiers = { small = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 2, labels = ["self-hosted"], image = { id = "ami-0123456789abcdef0", ssm_parameter = "/golden/runner" } } }
  }

  expect_failures = [var.runner_tiers]
}

run "rejects_a_tiers_image_id_that_is_none" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    runner_tiers = { small = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 2, labels = ["self-hosted"], image = { id = "golden" } } }
  }

  expect_failures = [var.runner_tiers]
}

run "rejects_a_tiers_images_of_anybody" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    runner_tiers = { small = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 2, labels = ["self-hosted"], image = { filter = { name = "runner-*", owners = [] } } } }
  }

  expect_failures = [var.runner_tiers]
}

run "rejects_a_tiers_disk_of_the_last_generation" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    runner_tiers = { small = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 2, labels = ["self-hosted"], disk = { type = "gp2" } } }
  }

  expect_failures = [var.runner_tiers]
}

run "rejects_less_throughput_than_gp3_starts_with" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    runner = { disk = { throughput = 50 } }
  }

  expect_failures = [var.runner]
}

run "rejects_more_throughput_of_a_tier_than_gp3_has" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    runner_tiers = { small = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 2, labels = ["self-hosted"], disk = { throughput = 1001 } } }
  }

  expect_failures = [var.runner_tiers]
}

################################################################################
# The accepting twins, as many in one plan as there is room for
################################################################################

run "accepts_every_setting_of_a_platform_team" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    onboarding = { mode = "allow_list", allowed_accounts = ["acme", "a-b-c", "9919"] }
    webhook = {
      custom_domain        = { name = "runners.example.com", certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/0f0f" }
      allowed_source_cidrs = ["192.30.252.0/22", "2a0a:a440::/29"]
    }
    lambda = {
      s3_bucket       = "zips"
      s3_prefix       = "v1.2.0/"
      memory_mb       = { scale_up = 256, webhook = 10240 }
      timeout_seconds = { scale_down = 30, tenant_manager = 900 }
      vpc             = { subnet_ids = ["subnet-0123456789abcdef0"], security_group_ids = ["sg-0123456789abcdef0"] }
    }
    iam           = { permissions_boundary = "arn:aws:iam::123456789012:policy/boundary", path = "/platform/runners/" }
    observability = { log_class = "INFREQUENT_ACCESS" }
    encryption    = { tables = "arn:aws:kms:us-east-1:123456789012:key/0f0f0f0f-0000-0000-0000-000000000000" }
    runner = {
      image        = { filter = { name = "runner-*", owners = ["self", "123456789012"] } }
      disk         = { size_gb = 8, type = "io2", iops = 4000 }
      policy_arns  = ["arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore", "arn:aws:iam::123456789012:policy/read-artifacts"]
      max_age_days = 30
    }
    runner_tiers = {
      small  = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 2, labels = ["self-hosted"], subnet_ids = ["subnet-0123456789abcdef1"], disk = { type = "gp3", throughput = 125 } }
      medium = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 2, labels = ["self-hosted"], image = { id = "ami-0123456789abcdef0" } }
      large  = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 2, labels = ["self-hosted"], image = { ssm_parameter = "/golden/runner" } }
      huge   = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 2, labels = ["self-hosted"], image = { filter = { name = "runner-*", owners = ["amazon"] } } }
    }
  }
}

run "accepts_approval_without_a_list" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    onboarding = { mode = "approval" }
  }
}
