# Rules over several inputs, which validations can't express in Terraform 1.3; they are preconditions of the tenants table.

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

run "rejects_a_region_that_is_not_the_providers" {
  command = plan

  variables {
    aws_region = "eu-west-1"
  }

  expect_failures = [aws_dynamodb_table.tenants]
}

run "rejects_a_default_tier_that_is_no_tier" {
  command = plan

  variables {
    default_tier = "tiny"
  }

  expect_failures = [aws_dynamodb_table.tenants]
}

run "rejects_one_image_for_two_architectures" {
  command = plan

  variables {
    runner = { image = { id = "ami-0123456789abcdef0" } }
    runner_tiers = {
      small = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 2, labels = ["x64"] }
      arm   = { runner_os = "linux", runner_architecture = "arm64", instance_types = ["t4g.medium"], max_runners = 2, labels = ["arm64"] }
    }
  }

  expect_failures = [aws_dynamodb_table.tenants]
}

run "accepts_two_architectures_with_the_default_image_and_another_default_tier" {
  command = plan

  variables {
    default_tier = "arm"
    runner_tiers = {
      small = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 2, labels = ["x64"] }
      arm   = { runner_os = "linux", runner_architecture = "arm64", instance_types = ["t4g.medium"], max_runners = 2, labels = ["arm64"] }
    }
  }
}

run "rejects_more_than_the_functions_environment_holds" {
  command = plan

  variables {
    tags = { for n in range(40) : "key-${n}" => join("", [for _ in range(60) : "v"]) }
  }

  expect_failures = [aws_dynamodb_table.tenants]
}

run "rejects_zips_that_are_not_built" {
  command = plan

  variables {
    lambda      = {}
    lambda_zips = { webhook = "absent/webhook.zip", scale-up = "absent/scale-up.zip", scale-down = "absent/scale-down.zip", tenant-manager = "absent/tenant-manager.zip", recovery = "absent/recovery.zip" }
  }

  expect_failures = [aws_dynamodb_table.tenants]
}

run "accepts_zips_that_are_there" {
  command = plan

  variables {
    lambda      = {}
    lambda_zips = { for name in ["webhook", "scale-up", "scale-down", "tenant-manager", "recovery"] : name => "tests/terraform/fixtures/empty.zip" }
  }
}

run "rejects_an_io2_disk_without_iops" {
  command = plan

  variables {
    runner_tiers = { small = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 2, labels = ["self-hosted"], disk = { type = "io2" } } }
  }

  expect_failures = [aws_dynamodb_table.tenants]
}

run "rejects_a_throughput_that_io2_does_not_take" {
  command = plan

  variables {
    runner_tiers = { small = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 2, labels = ["self-hosted"], disk = { type = "io2", iops = 4000, throughput = 250 } } }
  }

  expect_failures = [aws_dynamodb_table.tenants]
}

run "rejects_fewer_iops_than_gp3_starts_with" {
  command = plan

  variables {
    runner = { disk = { iops = 100 } }
  }

  expect_failures = [aws_dynamodb_table.tenants]
}

run "rejects_a_key_of_another_region" {
  command = plan

  variables {
    encryption = { queues = "arn:aws:kms:eu-west-1:123456789012:key/0f0f0f0f-0000-0000-0000-000000000000" }
  }

  expect_failures = [aws_dynamodb_table.tenants]
}

run "rejects_a_certificate_of_another_region" {
  command = plan

  variables {
    webhook = { custom_domain = { name = "runners.example.com", certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/0f0f" } }
  }

  expect_failures = [aws_dynamodb_table.tenants]
}

run "accepts_disks_that_ec2_makes_and_keys_of_this_region" {
  command = plan

  variables {
    runner = { disk = { iops = 3000, throughput = 125 } }
    runner_tiers = {
      small  = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 2, labels = ["self-hosted"], disk = { type = "io2", iops = 100 } }
      medium = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 2, labels = ["self-hosted", "medium"], disk = { throughput = 750 } }
      large  = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 2, labels = ["self-hosted", "large"], disk = { iops = 4000, throughput = 1000 } }
      tiny   = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 2, labels = ["self-hosted", "tiny"], disk = { size_gb = 8, type = "io2", iops = 8000 } }
    }
    encryption = { queues = "arn:aws:kms:us-east-1:123456789012:key/0f0f0f0f-0000-0000-0000-000000000000" }
    webhook    = { custom_domain = { name = "runners.example.com", certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/0f0f" } }
  }
}

run "accepts_one_image_where_the_other_architecture_has_its_own" {
  command = plan

  variables {
    runner = { image = { id = "ami-0123456789abcdef0" } }
    runner_tiers = {
      small = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 2, labels = ["self-hosted"] }
      arm   = { runner_os = "linux", runner_architecture = "arm64", instance_types = ["t4g.medium"], max_runners = 2, labels = ["arm64"], image = { id = "ami-0123456789abcdef1" } }
    }
  }
}

run "rejects_hooks_that_user_data_can_not_carry" {
  command = plan

  module {
    source = "./modules/runners"
  }

  variables {
    tiers        = { small = { runner_architecture = "x64", image = {}, disk = { size_gb = 30, type = "gp3" } } }
    egress_rules = []
    hooks        = { before_runner = join("", [for _ in range(800) : "0123456789"]) }
  }

  expect_failures = [aws_launch_template.tier]
}

run "accepts_hooks_of_a_few_hundred_bytes" {
  command = plan

  module {
    source = "./modules/runners"
  }

  variables {
    tiers        = { small = { runner_architecture = "x64", image = {}, disk = { size_gb = 30, type = "gp3" } } }
    egress_rules = []
    hooks        = { before_runner = join("", [for _ in range(50) : "0123456789"]) }
  }
}

run "rejects_more_throughput_than_gp3_has_for_its_iops" {
  command = plan

  variables {
    runner_tiers = { small = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 2, labels = ["self-hosted"], disk = { throughput = 751 } } }
  }

  expect_failures = [aws_dynamodb_table.tenants]
}

run "rejects_more_iops_than_gp3_has_for_its_size" {
  command = plan

  variables {
    runner_tiers = { small = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 2, labels = ["self-hosted"], disk = { size_gb = 8, iops = 4001 } } }
  }

  expect_failures = [aws_dynamodb_table.tenants]
}

run "rejects_more_iops_than_io2_has_for_its_size" {
  command = plan

  variables {
    runner_tiers = { small = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 2, labels = ["self-hosted"], disk = { size_gb = 8, type = "io2", iops = 8001 } } }
  }

  expect_failures = [aws_dynamodb_table.tenants]
}

run "rejects_fewer_iops_than_io2_starts_with" {
  command = plan

  variables {
    runner_tiers = { small = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 2, labels = ["self-hosted"], disk = { type = "io2", iops = 99 } } }
  }

  expect_failures = [aws_dynamodb_table.tenants]
}

run "rejects_more_iops_than_io2_has" {
  command = plan

  variables {
    runner_tiers = { small = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 2, labels = ["self-hosted"], disk = { size_gb = 1000, type = "io2", iops = 256001 } } }
  }

  expect_failures = [aws_dynamodb_table.tenants]
}

run "rejects_two_tiers_with_the_same_labels_whatever_their_case_and_order" {
  command = plan

  variables {
    runner_tiers = {
      small = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 2, labels = ["self-hosted", "linux"] }
      gold  = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 9, labels = ["Linux", "self-hosted"] }
    }
  }

  expect_failures = [aws_dynamodb_table.tenants]
}

run "accepts_a_tier_whose_labels_another_has_and_one_more" {
  command = plan

  variables {
    runner_tiers = {
      small = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 2, labels = ["self-hosted", "linux"] }
      gold  = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 9, labels = ["linux", "self-hosted", "gold"] }
    }
  }
}

run "rejects_an_event_that_github_does_not_have" {
  command = plan

  variables {
    eventbridge = { accept_events = ["workflow_jobs"] }
  }

  expect_failures = [aws_dynamodb_table.tenants]
}

run "accepts_events_that_github_has" {
  command = plan

  variables {
    eventbridge = { accept_events = ["workflow_job", "push", "projects_v2"] }
  }
}

run "rejects_a_key_of_an_image_from_another_region" {
  command = plan

  variables {
    encryption = { images = ["arn:aws:kms:eu-west-1:123456789012:key/0f0f0f0f-0000-0000-0000-000000000000"] }
  }

  expect_failures = [aws_dynamodb_table.tenants]
}

run "accepts_a_suffix_that_fits_the_longest_prefix" {
  command = plan

  variables {
    prefix = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    iam    = { suffix = "-euw1" }
  }
}
