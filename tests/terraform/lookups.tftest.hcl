# AWS's answers about subnets, instance types and keys; the mocks of other tests have none, so that nothing is compared.

mock_provider "aws" {
  source = "./tests/terraform/mocks"

  mock_data "aws_subnets" {
    defaults = { id = "us-east-1", ids = ["subnet-0aaa", "subnet-0bbb"] }
  }
  mock_data "aws_ec2_instance_types" {
    defaults = { id = "us-east-1", instance_types = ["t3.medium", "t3.large"] }
  }
  mock_data "aws_ebs_default_kms_key" {
    defaults = { key_arn = "arn:aws:kms:us-east-1:123456789012:key/default" }
  }
}

variables {
  subnet_ids   = ["subnet-0aaa"]
  runner_tiers = { small = { runner_os = "linux", runner_architecture = "x64", instance_types = ["t3.medium"], max_runners = 2, labels = ["self-hosted"] } }
}

run "uses_the_accounts_default_key_where_that_is_a_customers" {
  command = plan

  assert {
    condition     = local.disk_keys == tolist(["arn:aws:kms:us-east-1:123456789012:key/default"])
    error_message = "Whoever launches needs rights to the key that EC2 takes."
  }
}

run "uses_the_key_of_the_disks_before_the_default_and_those_of_images_beside_it" {
  command = plan

  variables {
    encryption = { disks = "arn:aws:kms:us-east-1:123456789012:key/disks", images = ["arn:aws:kms:us-east-1:123456789012:key/images", "arn:aws:kms:us-east-1:123456789012:key/disks"] }
  }

  assert {
    condition     = local.disk_keys == tolist(["arn:aws:kms:us-east-1:123456789012:key/disks", "arn:aws:kms:us-east-1:123456789012:key/images"])
    error_message = "The keys are those of disks and images, each once."
  }
}

run "names_roles_dashboard_and_budget_apart_in_two_regions" {
  command = plan

  variables {
    iam           = { suffix = "-eu", path = "/ci/" }
    runner        = { policy_arns = ["arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"] }
    observability = { budget = { monthly_usd = 10, emails = ["a@example.com"] } }
  }

  assert {
    condition     = output.observability.dashboard_name == "my-saas-eu" && output.roles.runner == "arn:aws:iam::123456789012:role/ci/my-saas-runner-eu"
    error_message = "What an account has once carries the suffix."
  }

  assert {
    condition     = aws_lambda_function.scale_up.function_name == "my-saas-scale-up" && aws_dynamodb_table.tenants.name == "my-saas-tenants"
    error_message = "What a Region has once is named as ever."
  }
}
