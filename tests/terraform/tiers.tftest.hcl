# Each rule on runner_tiers turns something away, and beside it something close is let through.

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

run "rejects_an_empty_map_of_tiers" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    runner_tiers = {}
  }

  expect_failures = [var.runner_tiers]
}

run "rejects_a_tier_name_too_long_for_a_queue" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    runner_tiers = { "aaaaaaaaaaaaaaaaaaaaaaaaa" = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 2, labels = ["self-hosted"] } }
  }

  expect_failures = [var.runner_tiers]
}

run "rejects_a_tier_name_in_upper_case" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    runner_tiers = { "Small" = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 2, labels = ["self-hosted"] } }
  }

  expect_failures = [var.runner_tiers]
}

run "rejects_a_tier_name_that_takes_another_queues_name" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    runner_tiers = { "small-dlq" = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 2, labels = ["self-hosted"] } }
  }

  expect_failures = [var.runner_tiers]
}

run "rejects_windows" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    runner_tiers = { "small" = { runner_os = "windows", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 2, labels = ["self-hosted"] } }
  }

  expect_failures = [var.runner_tiers]
}

run "rejects_an_unknown_architecture" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    runner_tiers = { "small" = { runner_os = "linux", runner_architecture = "x86_64", instance_types = ["t3.medium"], max_runners = 2, labels = ["self-hosted"] } }
  }

  expect_failures = [var.runner_tiers]
}

run "rejects_a_tier_without_instance_types" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    runner_tiers = { "small" = { runner_os = "linux", runner_architecture = "x64", instance_types = [], max_runners = 2, labels = ["self-hosted"] } }
  }

  expect_failures = [var.runner_tiers]
}

run "rejects_an_instance_type_that_is_none" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    runner_tiers = { "small" = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium", "medium"], max_runners = 2, labels = ["self-hosted"] } }
  }

  expect_failures = [var.runner_tiers]
}

run "rejects_a_negative_max_runners" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    runner_tiers = { "small" = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = -1, labels = ["self-hosted"] } }
  }

  expect_failures = [var.runner_tiers]
}

run "rejects_half_a_runner" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    runner_tiers = { "small" = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 1.5, labels = ["self-hosted"] } }
  }

  expect_failures = [var.runner_tiers]
}

run "rejects_a_tier_without_labels" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    runner_tiers = { "small" = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 2, labels = [] } }
  }

  expect_failures = [var.runner_tiers]
}

run "rejects_an_empty_label" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    runner_tiers = { "small" = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 2, labels = ["linux", ""] } }
  }

  expect_failures = [var.runner_tiers]
}

run "rejects_a_label_with_blanks_around_it" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    runner_tiers = { "small" = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 2, labels = ["linux "] } }
  }

  expect_failures = [var.runner_tiers]
}

run "rejects_two_labels_written_as_one" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    runner_tiers = { "small" = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 2, labels = ["linux,x64"] } }
  }

  expect_failures = [var.runner_tiers]
}

run "rejects_a_capacity_that_is_none" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    runner_tiers = { "small" = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 2, labels = ["self-hosted"], capacity = "reserved" } }
  }

  expect_failures = [var.runner_tiers]
}

run "rejects_a_runner_group_that_is_none" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    runner_tiers = { "small" = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 2, labels = ["self-hosted"], runner_group_id = 0 } }
  }

  expect_failures = [var.runner_tiers]
}

run "rejects_a_disk_smaller_than_the_image" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    runner_tiers = { "small" = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 2, labels = ["self-hosted"], disk = { size_gb = 4 } } }
  }

  expect_failures = [var.runner_tiers]
}

################################################################################
# The accepting twins, as many in one plan as there is room for
################################################################################

run "accepts_tiers_at_the_edge_of_every_rule" {
  command = plan

  module {
    source = "./tests/terraform/inputs"
  }

  variables {
    default_tier = "aaaaaaaaaaaaaaaaaaaaaaaa"
    runner_tiers = {
      aaaaaaaaaaaaaaaaaaaaaaaa = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 0, labels = ["self hosted"] }
      "2-arm_64"               = { runner_os = "linux", runner_architecture = "arm64", instance_types = ["t4g.medium", "u-6tb1.metal"], max_runners = 1000, labels = ["ARM64"], rank = 1.5, capacity = "spot", runner_group_id = 7, disk = { size_gb = 8 } }
    }
  }
}
