# Plans with a mocked provider: this proves what the module asks for, not that AWS accepts it. What lies inside submodules, and the
# policies, are checked in plan.test.mjs and tests/iam, in a plan by the real provider.

mock_provider "aws" {
  source = "./tests/terraform/mocks"
}

run "tenants_table_has_its_key_indexes_and_stream" {
  command = plan

  assert {
    condition     = aws_dynamodb_table.tenants.name == "my-saas-tenants" && aws_dynamodb_table.tenants.hash_key == "installation_id" && aws_dynamodb_table.tenants.range_key == null
    error_message = "The tenants table is keyed by installation_id alone."
  }

  assert {
    condition = { for index in aws_dynamodb_table.tenants.global_secondary_index : index.name => "${index.hash_key}/${index.range_key}/${index.projection_type}/${join(",", sort(coalesce(index.non_key_attributes, [])))}" } == {
      status-index       = "status/installation_id/INCLUDE/max_runners,org_name,tier"
      org-name-index     = "org_name/installation_id/INCLUDE/status"
      account-id-index   = "account_id/installation_id/KEYS_ONLY/"
      cleanup-index      = "cleanup/installation_id/KEYS_ONLY/"
      open-tenants-index = "open_shard/installation_id/KEYS_ONLY/"
    }
    error_message = "The tenants table has other indexes."
  }

  assert {
    condition     = { for attribute in aws_dynamodb_table.tenants.attribute : attribute.name => attribute.type } == { installation_id = "N", status = "S", org_name = "S", account_id = "N", cleanup = "S", open_shard = "N" }
    error_message = "The key attributes of the tenants table have other types."
  }

  assert {
    condition     = aws_dynamodb_table.tenants.stream_enabled && aws_dynamodb_table.tenants.stream_view_type == "NEW_AND_OLD_IMAGES"
    error_message = "The stream needs old and new images: a wake-up compares them."
  }
}

run "jobs_and_launches_tables_have_an_index_that_is_read_consistently" {
  command = plan

  assert {
    condition     = "${aws_dynamodb_table.launches.hash_key}/${aws_dynamodb_table.launches.range_key}" == "installation_id/launch_id" && "${aws_dynamodb_table.jobs.hash_key}/${aws_dynamodb_table.jobs.range_key}" == "installation_id/job_id"
    error_message = "Launches and jobs are keyed by their tenant first."
  }

  assert {
    condition     = [for index in concat(tolist(aws_dynamodb_table.launches.local_secondary_index), tolist(aws_dynamodb_table.recovery.local_secondary_index)) : "${index.name}/${index.range_key}/${index.projection_type}"] == ["open-index/open_at/KEYS_ONLY", "open-index/open_at/ALL"]
    error_message = "open-index is local."
  }

  assert {
    condition     = toset([for index in aws_dynamodb_table.jobs.local_secondary_index : "${index.name}/${index.range_key}/${index.projection_type}"]) == toset(["open-index/open_at/ALL", "waiting-index/waiting_at/ALL"])
    error_message = "Open and waiting jobs are found in local indexes."
  }

  assert {
    condition     = toset([for index in aws_dynamodb_table.launches.global_secondary_index : "${index.name}/${index.hash_key}/${index.projection_type}"]) == toset(["instance-index/instance_id/KEYS_ONLY"]) && toset([for index in aws_dynamodb_table.jobs.global_secondary_index : "${index.name}/${index.hash_key}/${index.range_key}/${index.projection_type}"]) == toset(["due-index/due/next_try/KEYS_ONLY", "open-tenants-index/open_shard/installation_id/INCLUDE", "checks-index/check_shard/installation_id/INCLUDE"])
    error_message = "The global indexes of launches and jobs differ."
  }

  assert {
    condition     = alltrue([for table in [aws_dynamodb_table.launches, aws_dynamodb_table.jobs, aws_dynamodb_table.recovery] : table.ttl[0].enabled && table.ttl[0].attribute_name == "expires_at"])
    error_message = "Ended jobs and launches expire."
  }
}

run "tables_are_protected_from_deletion_and_loss" {
  command = plan

  assert {
    condition     = alltrue([for table in [aws_dynamodb_table.tenants, aws_dynamodb_table.launches, aws_dynamodb_table.jobs, aws_dynamodb_table.recovery, aws_dynamodb_table.usage] : table.deletion_protection_enabled && table.point_in_time_recovery[0].enabled && table.billing_mode == "PAY_PER_REQUEST"])
    error_message = "Every table has deletion protection and point-in-time recovery by default."
  }
}

run "deletion_protection_can_be_lifted" {
  command = plan

  variables {
    tables = { deletion_protection = false }
  }

  assert {
    condition     = !anytrue([for table in [aws_dynamodb_table.tenants, aws_dynamodb_table.launches, aws_dynamodb_table.jobs, aws_dynamodb_table.recovery, aws_dynamodb_table.usage] : table.deletion_protection_enabled])
    error_message = "deletion_protection = false reaches every table."
  }
}

run "each_tier_has_a_queue_and_its_dead_letters" {
  command = plan

  assert {
    condition     = { for tier, queue in aws_sqs_queue.tier_builds : tier => queue.name } == { small = "my-saas-builds-small", medium = "my-saas-builds-medium", large = "my-saas-builds-large" }
    error_message = "One queue for each tier."
  }

  assert {
    condition     = { for tier, queue in aws_sqs_queue.tier_builds_dlq : tier => queue.name } == { small = "my-saas-builds-small-dlq", medium = "my-saas-builds-medium-dlq", large = "my-saas-builds-large-dlq" }
    error_message = "One dead-letter queue for each tier."
  }

  # Its own messages lead to it, a job that ended at a time; Lambda's guard against loops would stop the 17th.
  assert {
    condition     = aws_lambda_function_recursion_config.scale_up.recursive_loop == "Allow" && aws_lambda_function_recursion_config.scale_up.function_name == "my-saas-scale-up"
    error_message = "Lambda would take a chain of woken jobs for a loop and stop it."
  }

  assert {
    condition     = keys(aws_lambda_event_source_mapping.tier_builds) == ["large", "medium", "small"]
    error_message = "scale-up reads every tier's queue."
  }
}

run "tiers_of_ones_own_replace_the_three" {
  command = plan

  variables {
    default_tier = "tiny"
    runner_tiers = {
      tiny = { runner_os = "linux", runner_architecture = "arm64", instance_types = ["t4g.small"], max_runners = 0, labels = ["self-hosted", "tiny"] }
    }
  }

  assert {
    condition     = keys(aws_sqs_queue.tier_builds) == ["tiny"] && keys(aws_sqs_queue.tier_builds_dlq) == ["tiny"]
    error_message = "Queues follow runner_tiers."
  }

  assert {
    condition     = jsonencode(output.runner_tiers["tiny"]) == jsonencode({ runner_os = "linux", runner_architecture = "arm64", instance_types = ["t4g.small"], max_runners = 0, labels = ["self-hosted", "tiny"], max_minutes_per_day = null, limit_minutes = null, limit_spend = null, rank = null, capacity = "on-demand", runner_group_id = 1, subnet_ids = null, image = null, pool = null, disk = { iops = null, size_gb = 30, throughput = null, type = "gp3" } })
    error_message = "The output fills the optional settings in."
  }
}

run "a_message_stays_hidden_six_times_as_long_as_its_function_may_run" {
  command = plan

  assert {
    condition     = alltrue([for queue in values(aws_sqs_queue.tier_builds) : queue.visibility_timeout_seconds >= 6 * aws_lambda_function.scale_up.timeout])
    error_message = "Tier queues against scale-up."
  }

  assert {
    condition     = aws_sqs_queue.runner_events.visibility_timeout_seconds >= 6 * aws_lambda_function.scale_down.timeout
    error_message = "runner-events against scale-down."
  }
}

run "batches_fail_by_record" {
  command = plan

  assert {
    condition = alltrue([
      for mapping in concat(values(aws_lambda_event_source_mapping.tier_builds), [aws_lambda_event_source_mapping.runner_events, aws_lambda_event_source_mapping.tenants]) :
      mapping.function_response_types == toset(["ReportBatchItemFailures"])
    ])
    error_message = "One bad record must not fail its batch."
  }

  assert {
    condition     = alltrue([for mapping in values(aws_lambda_event_source_mapping.tier_builds) : mapping.scaling_config[0].maximum_concurrency == 5 && mapping.batch_size == 10])
    error_message = "scale-up's concurrency is small: EC2 refills two launches a second."
  }

  assert {
    condition     = aws_lambda_event_source_mapping.tenants.bisect_batch_on_function_error && aws_lambda_event_source_mapping.tenants.maximum_retry_attempts == 5 && aws_lambda_event_source_mapping.tenants.starting_position == "LATEST"
    error_message = "The stream bisects, tries five times, starts at the newest."
  }
}

run "queues_are_encrypted_and_dead_letters_kept_two_weeks" {
  command = plan

  assert {
    condition = alltrue([
      for queue in concat(values(aws_sqs_queue.tier_builds), values(aws_sqs_queue.tier_builds_dlq), [aws_sqs_queue.runner_events, aws_sqs_queue.runner_events_dlq, aws_sqs_queue.tenant_manager_dlq, aws_sqs_queue.sweep_dlq, aws_sqs_queue.recovery_dlq]) :
      queue.sqs_managed_sse_enabled
    ])
    error_message = "Every queue is encrypted."
  }

  assert {
    condition     = alltrue([for queue in concat(values(aws_sqs_queue.tier_builds_dlq), [aws_sqs_queue.runner_events_dlq, aws_sqs_queue.tenant_manager_dlq, aws_sqs_queue.sweep_dlq, aws_sqs_queue.recovery_dlq]) : queue.message_retention_seconds == 1209600])
    error_message = "Dead letters are kept 14 days."
  }
}

run "installation_events_reach_the_tenant_manager_whatever_eventbridge_says" {
  command = plan

  variables {
    eventbridge = { enable = false }
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.installation.event_pattern) == { source = ["multi-tenant-runner"], detail-type = ["installation", "installation_target"] }
    error_message = "The rule matches our installation events."
  }

  assert {
    condition     = aws_cloudwatch_event_target.tenant_manager.rule == aws_cloudwatch_event_rule.installation.name && length(aws_cloudwatch_event_target.tenant_manager.dead_letter_config) == 1 && length(aws_cloudwatch_event_target.tenant_manager.retry_policy) == 1
    error_message = "The target retries and has dead letters."
  }
}

run "machines_that_end_and_the_sweep_reach_scale_down" {
  command = plan

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.instance_state.event_pattern) == { source = ["aws.ec2"], detail-type = ["EC2 Instance State-change Notification"], detail = { state = ["shutting-down", "stopped"] } }
    error_message = "EC2's state changes go to runner-events."
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.spot_interruption.event_pattern) == { source = ["aws.ec2"], detail-type = ["EC2 Spot Instance Interruption Warning"] }
    error_message = "Notices of spot machines that AWS takes back go to runner-events."
  }

  assert {
    condition     = aws_cloudwatch_event_rule.sweep.schedule_expression == "rate(1 minute)" && jsondecode(aws_cloudwatch_event_target.sweep.input) == { source = "multi-tenant-runner.sweep" }
    error_message = "The sweep runs every minute and says so."
  }

  assert {
    condition     = alltrue([for target in [aws_cloudwatch_event_target.instance_state, aws_cloudwatch_event_target.spot_interruption, aws_cloudwatch_event_target.sweep] : length(target.dead_letter_config) == 1])
    error_message = "Both have dead letters."
  }
}

run "the_recovery_runs_every_two_minutes" {
  command = plan

  assert {
    condition     = aws_cloudwatch_event_rule.recovery.schedule_expression == "rate(2 minutes)" && jsondecode(aws_cloudwatch_event_target.recovery.input) == { source = "multi-tenant-runner.recovery" }
    error_message = "The schedule says what it is."
  }

  assert {
    condition     = length(aws_cloudwatch_event_target.recovery.dead_letter_config) == 1 && aws_lambda_function_event_invoke_config.recovery.maximum_retry_attempts == 0
    error_message = "A run that fails is recorded, and the next one does its work."
  }
}

run "functions_run_the_settled_runtime" {
  command = plan

  assert {
    condition = alltrue([
      for function in [aws_lambda_function.scale_up, aws_lambda_function.scale_down, aws_lambda_function.tenant_manager, aws_lambda_function.recovery] :
      function.runtime == "nodejs22.x" && function.handler == "index.handler" && function.architectures == tolist(["arm64"]) && function.memory_size == (endswith(function.function_name, "-tenant-manager") ? 256 : 512) && function.timeout == (endswith(function.function_name, "-recovery") ? 110 : 60)
    ])
    error_message = "Runtime, handler, processor, memory or time-out differ."
  }
}

run "zips_come_from_a_bucket_when_one_is_named" {
  command = plan

  variables {
    lambda = { s3_bucket = "zips", s3_prefix = "v1.2.0/" }
  }

  assert {
    condition     = aws_lambda_function.scale_up.s3_bucket == "zips" && aws_lambda_function.scale_up.s3_key == "v1.2.0/scale-up.zip" && aws_lambda_function.scale_up.filename == null
    error_message = "The bucket and the release's key are used, and no file."
  }
}

run "outputs_have_the_promised_shape" {
  command = plan

  assert {
    condition     = keys(output.tenant_table) == ["arn", "name", "stream_arn"] && output.tenant_table.name == "my-saas-tenants"
    error_message = "tenant_table is { name, arn, stream_arn }."
  }

  assert {
    condition     = length(setsubtract(["endpoint", "event_bus_name"], keys(output.webhook))) == 0 && output.webhook.event_bus_name == "my-saas"
    error_message = "webhook has endpoint and event_bus_name."
  }

  assert {
    condition     = alltrue([for queue in values(output.queues) : keys(queue) == ["arn", "dlq_arn", "dlq_url", "name", "url"]]) && keys(output.queues) == ["large", "medium", "small"]
    error_message = "queues is { tier = { name, url, arn, dlq_url, dlq_arn } }."
  }

  assert {
    condition     = join(" ", keys(output.runner_tiers)) == "large medium small" && output.runner_tiers["medium"].max_runners == 5
    error_message = "runner_tiers is the map with its defaults."
  }
}

run "outputs_have_what_an_integrator_connects_to" {
  command = plan

  assert {
    condition     = keys(output.tables) == ["audit", "jobs", "launches", "recovery", "tenants", "usage"] && output.tables.jobs.name == "my-saas-jobs"
    error_message = "tables has name and arn of all."
  }

  assert {
    condition     = length(setsubtract(["webhook", "scale_up", "scale_down", "tenant_manager", "runner"], keys(output.roles))) == 0
    error_message = "roles has every role."
  }

  assert {
    condition     = length(setsubtract(["runner_events", "tenant_manager", "sweep"], keys(output.dead_letter_queues))) == 0 && output.dead_letter_queues.sweep.name == "my-saas-sweep-dlq"
    error_message = "dead_letter_queues has those without a tier."
  }

  assert {
    condition     = keys(output.runners.launch_templates) == ["large", "medium", "small"] && output.webhook.dns_target == null && output.webhook.access_log_group_name == "/aws/vendedlogs/my-saas-webhook-access"
    error_message = "runners and webhook say what there is."
  }
}

run "references_to_existing_secrets_are_used_and_nothing_is_stored" {
  command = plan

  variables {
    github_app = {
      id_ssm             = { arn = "arn:aws:ssm:us-east-1:123456789012:parameter/github/id", name = "/github/id" }
      key_base64_ssm     = { arn = "arn:aws:ssm:us-east-1:123456789012:parameter/github/key", name = "/github/key" }
      webhook_secret_ssm = { arn = "arn:aws:ssm:us-east-1:123456789012:parameter/github/secret", name = "/github/secret" }
    }
  }

  assert {
    condition     = module.ssm.parameters.key_base64 == { arn = "arn:aws:ssm:us-east-1:123456789012:parameter/github/key", name = "/github/key" }
    error_message = "The reference is used."
  }
}

run "secrets_of_secrets_manager_are_used_by_their_arns_and_nothing_is_stored" {
  command = plan

  variables {
    github_app = {
      id_ssm                = { arn = "arn:aws:ssm:us-east-1:123456789012:parameter/github/id", name = "/github/id" }
      key_base64_secret     = { arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:github/key-a1B2c3" }
      webhook_secret_secret = { arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:github/hook-d4E5f6" }
    }
  }

  assert {
    condition     = module.ssm.parameters.key_base64.name == "arn:aws:secretsmanager:us-east-1:123456789012:secret:github/key-a1B2c3" && module.ssm.parameters.webhook_secret.name == "arn:aws:secretsmanager:us-east-1:123456789012:secret:github/hook-d4E5f6" && module.ssm.parameters.id.name == "/github/id"
    error_message = "Functions are told the ARNs."
  }
}

run "secrets_are_stored_where_no_reference_is_given" {
  command = plan

  variables {
    github_app = {
      id                 = "4711"
      key_base64_ssm     = { arn = "arn:aws:ssm:us-east-1:123456789012:parameter/github/key", name = "/github/key" }
      webhook_secret     = "the-old-secret-of-tests\nthe-new-secret-of-tests"
      webhook_secret_ssm = null
    }
  }

  assert {
    condition     = module.ssm.parameters.id == { arn = "arn:aws:ssm:us-east-1:123456789012:parameter/my-saas/app/id", name = "/my-saas/app/id" } && module.ssm.parameters.webhook_secret.name == "/my-saas/app/webhook-secret" && module.ssm.parameters.key_base64.name == "/github/key"
    error_message = "Values and references mix."
  }
}

run "plans_with_every_setting_away_from_its_default" {
  command = plan

  variables {
    default_tier              = "arm"
    tier_access               = "up_to_own"
    allow_public_repositories = true
    tenant_security_groups    = false
    egress_rules              = []
    runner = {
      image    = { ssm_parameter = "/golden/runner", root_device_name = "/dev/sda1" }
      binaries = { arm64 = { url = "https://mirror.example/runner.tar.gz", sha256 = "0000000000000000000000000000000000000000000000000000000000000000" } }
    }
    create_spot_service_linked_role = true
    github_api_url                  = "https://github.example/api/v3"
    lambda                          = { architecture = "x86_64", s3_bucket = "zips" }
    observability                   = { log_level = "debug", log_retention_days = 365 }
    encryption                      = { parameters = "arn:aws:kms:us-east-1:123456789012:key/0f0f0f0f-0000-0000-0000-000000000000" }
    runner_tiers = {
      arm = { runner_os = "linux", runner_architecture = "arm64", instance_types = ["t4g.medium"], max_runners = 3, labels = ["arm"], capacity = "spot-with-fallback", rank = 1 }
    }
  }

  assert {
    condition     = aws_lambda_function.scale_up.architectures == tolist(["x86_64"])
    error_message = "The functions run on the processor that was asked for."
  }
}
