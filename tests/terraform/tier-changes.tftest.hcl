# A tier comes and goes: what belongs to the others must stay the very same resource. A mocked provider makes up a new address or id for
# whatever it creates, so an equal one was not created again.

mock_provider "aws" {
  source = "./tests/terraform/mocks"
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
