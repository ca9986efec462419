# Each rule on the required inputs turns something away, and beside it something close is let through.

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

################################################################################
# The usual block
################################################################################

run "rejects_a_prefix_that_makes_runner_names_too_long" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    prefix = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
  }

  expect_failures = [var.prefix]
}

run "rejects_a_prefix_with_a_slash" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    prefix = "my/saas"
  }

  expect_failures = [var.prefix]
}

run "rejects_a_prefix_that_ends_in_a_hyphen" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    prefix = "my-saas-"
  }

  expect_failures = [var.prefix]
}

run "rejects_a_prefix_of_one_character" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    prefix = "a"
  }

  expect_failures = [var.prefix]
}

run "rejects_a_prefix_that_ssm_reserves" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    prefix = "AWS-runners"
  }

  expect_failures = [var.prefix]
}

run "rejects_the_name_of_the_default_bus_as_prefix" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    prefix = "default"
  }

  expect_failures = [var.prefix]
}

run "rejects_a_region_that_is_none" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    aws_region = "virginia"
  }

  expect_failures = [var.aws_region]
}

run "rejects_a_vpc_id_that_is_none" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    vpc_id = "my-vpc"
  }

  expect_failures = [var.vpc_id]
}

run "rejects_an_empty_list_of_subnets" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    subnet_ids = []
  }

  expect_failures = [var.subnet_ids]
}

run "rejects_a_subnet_id_that_is_none" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    subnet_ids = ["subnet-0123456789abcdef0", "private-a"]
  }

  expect_failures = [var.subnet_ids]
}

run "rejects_a_subnet_named_twice" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    subnet_ids = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef0"]
  }

  expect_failures = [var.subnet_ids]
}

run "rejects_a_tag_that_the_isolation_relies_on" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    tags = { "ghr:environment" = "other" }
  }

  expect_failures = [var.tags]
}

run "rejects_a_tag_that_aws_reserves" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    tags = { "AWS:thing" = "x" }
  }

  expect_failures = [var.tags]
}

run "rejects_the_tag_that_binds_a_parameter_to_its_machine" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    tags = { InstanceId = "i-0" }
  }

  expect_failures = [var.tags]
}

run "rejects_more_tags_than_fit" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    tags = { for n in range(41) : "key-${n}" => "v" }
  }

  expect_failures = [var.tags]
}

run "rejects_an_event_name_with_a_dot" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    eventbridge = { accept_events = ["installation.created"] }
  }

  expect_failures = [var.eventbridge]
}

################################################################################
# github_app
################################################################################

run "rejects_an_app_without_an_id" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    github_app = { key_base64 = "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQo=", webhook_secret = "a-secret-of-the-tests" }
  }

  expect_failures = [var.github_app]
}

run "rejects_an_id_given_twice" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    github_app = { id = "4711", key_base64 = "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQo=", webhook_secret = "a-secret-of-the-tests", id_ssm = { arn = "arn:aws:ssm:us-east-1:123456789012:parameter/github/id", name = "/github/id" } }
  }

  expect_failures = [var.github_app]
}

run "rejects_an_app_without_a_key" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    github_app = { id = "4711", webhook_secret = "a-secret-of-the-tests" }
  }

  expect_failures = [var.github_app]
}

run "rejects_a_key_given_twice" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    github_app = { id = "4711", key_base64 = "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQo=", webhook_secret = "a-secret-of-the-tests", key_base64_ssm = { arn = "arn:aws:ssm:us-east-1:123456789012:parameter/github/id", name = "/github/id" } }
  }

  expect_failures = [var.github_app]
}

run "rejects_an_app_without_a_webhook_secret" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    github_app = { id = "4711", key_base64 = "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQo=" }
  }

  expect_failures = [var.github_app]
}

run "rejects_a_webhook_secret_given_twice" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    github_app = { id = "4711", key_base64 = "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQo=", webhook_secret = "a-secret-of-the-tests", webhook_secret_ssm = { arn = "arn:aws:ssm:us-east-1:123456789012:parameter/github/id", name = "/github/id" } }
  }

  expect_failures = [var.github_app]
}

run "rejects_a_client_id_in_place_of_the_app_id" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    github_app = { id = "Iv23liAbCdEf", key_base64 = "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQo=", webhook_secret = "a-secret-of-the-tests" }
  }

  expect_failures = [var.github_app]
}

run "rejects_a_key_that_is_not_encoded" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    github_app = { id = "4711", key_base64 = "-----BEGIN RSA PRIVATE KEY-----", webhook_secret = "a-secret-of-the-tests" }
  }

  expect_failures = [var.github_app]
}

run "rejects_a_key_that_is_something_else_encoded" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    github_app = { id = "4711", key_base64 = base64encode("hello"), webhook_secret = "a-secret-of-the-tests" }
  }

  expect_failures = [var.github_app]
}

run "rejects_a_blank_webhook_secret" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    github_app = { id = "4711", key_base64 = "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQo=", webhook_secret = "  " }
  }

  expect_failures = [var.github_app]
}

run "rejects_a_reference_whose_arn_is_of_another_parameter" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    github_app = { key_base64 = "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQo=", webhook_secret = "a-secret-of-the-tests", id_ssm = { arn = "arn:aws:ssm:us-east-1:123456789012:parameter/github/key", name = "/github/id" } }
  }

  expect_failures = [var.github_app]
}

run "rejects_a_reference_to_a_secret_of_secrets_manager" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    github_app = { key_base64 = "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQo=", webhook_secret = "a-secret-of-the-tests", id_ssm = { arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:id", name = "id" } }
  }

  expect_failures = [var.github_app]
}

################################################################################
# The accepting twins, as many in one plan as there is room for
################################################################################

run "accepts_the_longest_prefix_other_tags_and_events_and_a_secret_in_rotation" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    prefix      = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    subnet_ids  = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
    tags        = { Project = "runners", "cost center" = "42" }
    eventbridge = { accept_events = ["workflow_job", "check_run"] }
    github_app  = { id = "4711", key_base64 = "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQo=", webhook_secret = "the-old-secret-of-tests\nthe-new-secret-of-tests" }
  }
}

run "accepts_letters_digits_hyphens_and_underscores_in_a_prefix" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    prefix = "My_SaaS-2"
  }
}

run "rejects_a_region_of_aws_china" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    aws_region = "cn-north-1"
  }

  expect_failures = [var.aws_region]
}

run "rejects_a_webhook_secret_of_five_characters" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    github_app = { id = "4711", key_base64 = "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQo=", webhook_secret = "12345" }
  }

  expect_failures = [var.github_app]
}

run "rejects_a_short_new_secret_beside_a_long_old_one" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    github_app = { id = "4711", key_base64 = "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQo=", webhook_secret = "the-old-secret-of-tests\nnew" }
  }

  expect_failures = [var.github_app]
}
