# What modules/tenant-app makes of its figures, and switch by switch, with the real provider: a mocked one has no ephemeral
# resources. A plan asks AWS for the account and a password alone; neither is asked here. The password, and what the
# roles may do, are tried by apps.test.mjs.

provider "aws" {
  region                      = "us-east-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

override_data {
  target = data.aws_caller_identity.current
  values = { account_id = "123456789012" }
}

variables {
  tenant             = "acme-corp"
  environment_suffix = "synth101912368"
  domain             = "example.com"
  priority           = 1
  password           = { managed = false }
  cluster            = { arn = "arn:aws:ecs:us-east-1:123456789012:cluster/saas", name = "saas" }
  vpc_id             = "vpc-0123456789abcdef0"
  subnet_ids         = ["subnet-0123456789abcdef0"]
  load_balancer = {
    listener_arn      = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/saas/0123456789abcdef/0123456789abcdef"
    security_group_id = "sg-0123456789abcdef0"
    arn_suffix        = "app/saas/0123456789abcdef"
  }
}

run "has_the_figures_of_a_small_app" {
  command = plan

  module {
    source = "./modules/tenant-app"
  }

  assert {
    condition     = [aws_ecs_task_definition.this.cpu, aws_ecs_task_definition.this.memory, aws_ecs_task_definition.this.network_mode, join(",", aws_ecs_task_definition.this.requires_compatibilities)] == ["1024", "2048", "awsvpc", "FARGATE"]
    error_message = "The task is not one of Fargate with 1024 and 2048."
  }

  assert {
    condition = jsondecode(aws_ecs_task_definition.this.container_definitions) == [{
      name             = "app"
      image            = "nginx:latest"
      essential        = true
      portMappings     = [{ containerPort = 80, hostPort = 80, protocol = "tcp" }]
      environment      = []
      secrets          = []
      logConfiguration = { logDriver = "awslogs", options = { awslogs-group = "/ecs/tenant/acme-corp/synth101912368", awslogs-region = "us-east-1", awslogs-stream-prefix = "app" } }
    }]
    error_message = "The container is not the one placeholder, or is given something that nobody asked for."
  }

  assert {
    condition     = aws_ecs_service.this.desired_count == 2 && aws_ecs_service.this.launch_type == "FARGATE" && !aws_ecs_service.this.network_configuration[0].assign_public_ip && aws_ecs_service.this.network_configuration[0].subnets == toset(["subnet-0123456789abcdef0"])
    error_message = "The service has not two tasks of Fargate in the private subnets."
  }

  assert {
    condition     = aws_ecs_service.this.deployment_circuit_breaker[0].enable && aws_ecs_service.this.deployment_circuit_breaker[0].rollback && aws_ecs_service.this.propagate_tags == "SERVICE"
    error_message = "A version that does not come up stays, or a task carries no tags."
  }

  assert {
    condition     = aws_appautoscaling_target.this.min_capacity == 2 && aws_appautoscaling_target.this.max_capacity == 8 && aws_appautoscaling_target.this.resource_id == "service/saas/acme-corp-synth101912368"
    error_message = "The service does not scale from 2 to 8."
  }

  assert {
    condition     = aws_appautoscaling_policy.cpu.policy_type == "TargetTrackingScaling" && aws_appautoscaling_policy.cpu.target_tracking_scaling_policy_configuration[0].target_value == 70 && aws_appautoscaling_policy.cpu.target_tracking_scaling_policy_configuration[0].predefined_metric_specification[0].predefined_metric_type == "ECSServiceAverageCPUUtilization" && aws_appautoscaling_policy.cpu.target_tracking_scaling_policy_configuration[0].disable_scale_in == false
    error_message = "It does not scale out and in at 70 % of its processor."
  }

  assert {
    condition     = [aws_lb_target_group.this.protocol, tostring(aws_lb_target_group.this.port), aws_lb_target_group.this.target_type, aws_lb_target_group.this.name] == ["HTTP", "80", "ip", "acme-corp-synth101912368"]
    error_message = "The target group is not HTTP at port 80 by address."
  }

  assert {
    condition     = [aws_lb_target_group.this.health_check[0].protocol, aws_lb_target_group.this.health_check[0].path, aws_lb_target_group.this.health_check[0].matcher] == ["HTTP", "/", "200-399"]
    error_message = "The health check is not / with 200 to 399."
  }

  assert {
    condition     = one(one(aws_lb_listener_rule.this.condition).host_header).values == toset(["acme-corp.example.com", "*.acme-corp.example.com"]) && aws_lb_listener_rule.this.priority == 1 && aws_lb_listener_rule.this.action[0].type == "forward"
    error_message = "The rule does not forward the tenant's two names."
  }

  assert {
    condition     = aws_vpc_security_group_ingress_rule.load_balancer.referenced_security_group_id == "sg-0123456789abcdef0" && aws_vpc_security_group_ingress_rule.load_balancer.cidr_ipv4 == null && [aws_vpc_security_group_ingress_rule.load_balancer.from_port, aws_vpc_security_group_ingress_rule.load_balancer.to_port] == [80, 80]
    error_message = "More than the load balancer reaches the tasks."
  }

  assert {
    condition     = aws_vpc_security_group_egress_rule.all.cidr_ipv4 == "0.0.0.0/0" && aws_vpc_security_group_egress_rule.all.ip_protocol == "-1"
    error_message = "The tasks do not reach what they call."
  }

  assert {
    condition     = aws_cloudwatch_log_group.this.name == "/ecs/tenant/acme-corp/synth101912368" && aws_cloudwatch_log_group.this.retention_in_days == 30
    error_message = "The log group has another name, or keeps other than 30 days."
  }

  assert {
    condition     = aws_secretsmanager_secret.password.name == "rds/tenant/acme-corp/synth101912368/password" && aws_secretsmanager_secret.password.recovery_window_in_days == 7 && length(aws_secretsmanager_secret_version.password) == 0
    error_message = "The secret has another name, or a value although it is not managed."
  }

  assert {
    condition     = aws_s3_bucket.this.bucket == "saas-platform-acme-corp-data-synth101912368" && !aws_s3_bucket.this.force_destroy && aws_s3_bucket_public_access_block.this.restrict_public_buckets && aws_s3_bucket_ownership_controls.this.rule[0].object_ownership == "BucketOwnerEnforced"
    error_message = "The bucket has another name, is emptied, or is open."
  }

  assert {
    condition     = length(aws_s3_bucket_server_side_encryption_configuration.this) + length(aws_s3_bucket_versioning.this) + length(aws_s3_bucket_lifecycle_configuration.this) + length(aws_cloudwatch_metric_alarm.this) + length(aws_iam_role_policy.more) == 0
    error_message = "Something was made that nobody asked for."
  }

  assert {
    condition     = [for one in data.aws_iam_policy_document.bucket.statement : one.sid] == ["RefuseOtherTenants", "RefuseWithoutTls"] && [for one in data.aws_iam_policy_document.task.statement : one.sid] == ["ListOwnBucket", "UseOwnObjects"] && [for one in data.aws_iam_policy_document.execution.statement : one.sid] == ["WriteOwnLogs"]
    error_message = "A policy says more, or less, than the least."
  }

  assert {
    condition     = alltrue([for one in [aws_ecs_service.this, aws_ecs_task_definition.this, aws_lb_target_group.this, aws_lb_listener_rule.this, aws_cloudwatch_log_group.this, aws_secretsmanager_secret.password, aws_s3_bucket.this, aws_iam_role.task, aws_iam_role.execution, aws_appautoscaling_target.this, aws_vpc_security_group_ingress_rule.load_balancer] : one.tags == tomap({ Environment = "synth101912368", tenant_id = "acme-corp", cost_center = "acme-corp" })])
    error_message = "A resource does not say whose it is."
  }

  assert {
    condition     = output.endpoint == "acme-corp.example.com" && output.database_user == "tenant_acme_corp" && output.log_group == "/ecs/tenant/acme-corp/synth101912368" && output.service == "acme-corp-synth101912368" && output.secret.name == "rds/tenant/acme-corp/synth101912368/password"
    error_message = "The outputs name something else."
  }
}

run "takes_other_figures_and_has_every_option" {
  command = plan

  module {
    source = "./modules/tenant-app"
  }

  # The container is given its ARN, which a plan does not know.
  override_resource {
    target          = aws_secretsmanager_secret.password
    override_during = plan
    values          = { arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:password-abcdef" }
  }

  variables {
    neighbours           = { acme-corp = 1, globex-inc = 2 }
    hosts                = ["app.acme.test"]
    image                = "123456789012.dkr.ecr.us-east-1.amazonaws.com/acme-corp/shop@sha256:0123456789abcdef"
    repository_arns      = ["arn:aws:ecr:us-east-1:123456789012:repository/acme-corp/shop"]
    command              = ["serve"]
    environment          = { LOG = "info" }
    port                 = 8080
    cpu                  = 256
    memory               = 512
    scaling              = { desired = 4, min = 3, max = 20, cpu_percent = 50 }
    health_check         = { path = "/healthz", matcher = "200" }
    task_policies        = { mail = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
    permissions_boundary = "arn:aws:iam::123456789012:policy/boundary"
    tracing              = true
    log                  = { retention_days = 365, kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/logs" }
    password             = { managed = false, recovery_days = 0, kms_key = { arn = "arn:aws:kms:us-east-1:123456789012:key/secrets" } }
    database             = { host = "db.internal", name = "saasdb" }
    cost_center          = "4711"
    tags                 = { Project = "saas" }
    origin               = { repository = "acme/platform", author = "jane", pr_number = "7", team = "platform", created_at = "2026-11-29T12:00:00Z" }
    alarms               = { actions = ["arn:aws:sns:us-east-1:123456789012:alerts"], errors = 5 }
    bucket = {
      force_destroy           = true
      versioning              = true
      kms_key                 = { arn = "arn:aws:kms:us-east-1:123456789012:key/data" }
      admit_only              = ["arn:aws:iam::123456789012:role/deployment"]
      infrequent_after_days   = 60
      old_versions_after_days = 30
    }
  }

  assert {
    condition = [for one in jsondecode(aws_ecs_task_definition.this.container_definitions) : one.name] == ["app", "collector"] && jsondecode(aws_ecs_task_definition.this.container_definitions)[0].command == ["serve"] && {
      for one in jsondecode(aws_ecs_task_definition.this.container_definitions)[0].environment : one.name => one.value
    } == { LOG = "info", PGHOST = "db.internal", PGPORT = "5432", PGDATABASE = "saasdb", PGUSER = "tenant_acme_corp", PGSSLMODE = "require" } && jsondecode(aws_ecs_task_definition.this.container_definitions)[0].secrets == [{ name = "PGPASSWORD", valueFrom = "arn:aws:secretsmanager:us-east-1:123456789012:secret:password-abcdef" }]
    error_message = "The container is not told of the database, or no collector runs beside it."
  }

  assert {
    condition     = [for one in data.aws_iam_policy_document.task.statement : one.sid] == ["ListOwnBucket", "UseOwnObjects", "UseKeyOfTheBucket", "SendTraces"] && [for one in data.aws_iam_policy_document.execution.statement : one.sid] == ["WriteOwnLogs", "ReadOwnPassword", "UseKeyOfThePassword", "LogInToEcr", "PullImage"] && [for one in data.aws_iam_policy_document.bucket.statement : one.sid] == ["RefuseOtherTenants", "AdmitOnly", "RefuseWithoutTls"] && keys(aws_iam_role_policy.more) == ["mail"]
    error_message = "An option has no rights, or brings others than its own."
  }

  # What each option adds, to the resource. Rights without options are judged by tests/iam/tenant-app.test.mjs.
  assert {
    condition = { for one in data.aws_iam_policy_document.execution.statement : one.sid => join(" ", sort(one.resources)) } == {
      WriteOwnLogs        = "arn:aws:logs:us-east-1:123456789012:log-group:/ecs/tenant/acme-corp/synth101912368:*"
      ReadOwnPassword     = "arn:aws:secretsmanager:us-east-1:123456789012:secret:rds/tenant/acme-corp/synth101912368/password-??????"
      UseKeyOfThePassword = "arn:aws:kms:us-east-1:123456789012:key/secrets"
      LogInToEcr          = "*"
      PullImage           = "arn:aws:ecr:us-east-1:123456789012:repository/acme-corp/shop"
    }
    error_message = "What starts a task reaches more than this tenant's."
  }

  assert {
    condition = {
      for one in data.aws_iam_policy_document.task.statement[2].condition : one.variable => join(" ", sort(one.values))
      } == {
      "kms:ViaService"                   = "s3.us-east-1.amazonaws.com"
      "kms:EncryptionContext:aws:s3:arn" = "arn:aws:s3:::saas-platform-acme-corp-data-synth101912368 arn:aws:s3:::saas-platform-acme-corp-data-synth101912368/*"
    }
    error_message = "The task uses the key for more than its own bucket."
  }

  assert {
    condition = {
      for one in data.aws_iam_policy_document.bucket.statement[1].condition : "${one.test} ${one.variable}" => join(" ", sort(one.values))
      } == {
      "StringNotEquals aws:PrincipalTag/tenant_id" = "acme-corp"
      "ArnNotEquals aws:PrincipalArn"              = "arn:aws:iam::123456789012:role/deployment"
    }
    error_message = "The bucket admits others than its tenant and the named roles."
  }

  assert {
    condition     = aws_iam_role.task.permissions_boundary == "arn:aws:iam::123456789012:policy/boundary" && aws_iam_role.execution.permissions_boundary == "arn:aws:iam::123456789012:policy/boundary"
    error_message = "A role is not bounded."
  }

  assert {
    condition     = [aws_ecs_task_definition.this.cpu, aws_ecs_task_definition.this.memory] == ["256", "512"] && aws_ecs_service.this.desired_count == 4 && aws_appautoscaling_target.this.min_capacity == 3 && aws_appautoscaling_target.this.max_capacity == 20 && aws_appautoscaling_policy.cpu.target_tracking_scaling_policy_configuration[0].target_value == 50
    error_message = "A figure of the service can't be set."
  }

  assert {
    condition     = aws_lb_target_group.this.port == 8080 && aws_vpc_security_group_ingress_rule.load_balancer.to_port == 8080 && one(aws_ecs_service.this.load_balancer).container_port == 8080 && aws_lb_target_group.this.health_check[0].path == "/healthz" && contains(one(one(aws_lb_listener_rule.this.condition).host_header).values, "app.acme.test")
    error_message = "The port, the health check or the own domain is not taken everywhere."
  }

  assert {
    condition     = aws_cloudwatch_log_group.this.retention_in_days == 365 && aws_cloudwatch_log_group.this.kms_key_id == "arn:aws:kms:us-east-1:123456789012:key/logs" && aws_secretsmanager_secret.password.kms_key_id == "arn:aws:kms:us-east-1:123456789012:key/secrets" && aws_secretsmanager_secret.password.recovery_window_in_days == 0
    error_message = "Logs or password are not under the given keys."
  }

  assert {
    condition     = aws_s3_bucket.this.force_destroy && aws_s3_bucket_versioning.this[0].versioning_configuration[0].status == "Enabled" && one(aws_s3_bucket_server_side_encryption_configuration.this[0].rule).apply_server_side_encryption_by_default[0].kms_master_key_id == "arn:aws:kms:us-east-1:123456789012:key/data" && [for rule in aws_s3_bucket_lifecycle_configuration.this[0].rule : rule.id] == ["uploads", "infrequent", "old-versions"]
    error_message = "An option of the bucket has no effect."
  }

  assert {
    condition     = { for name, alarm in aws_cloudwatch_metric_alarm.this : name => alarm.threshold } == { errors = 5, slow = 2, unhealthy = 1, cpu = 90, memory = 90 } && alltrue([for alarm in values(aws_cloudwatch_metric_alarm.this) : alarm.alarm_actions == toset(["arn:aws:sns:us-east-1:123456789012:alerts"])])
    error_message = "The tenant has not its own five alarms, or they tell nobody."
  }

  assert {
    condition     = aws_s3_bucket.this.tags == tomap({ Environment = "synth101912368", tenant_id = "acme-corp", cost_center = "4711", Project = "saas", Repository = "acme/platform", Author = "jane", PRNumber = "7", Team = "platform", CreatedAt = "2026-11-29T12:00:00Z" })
    error_message = "The bucket does not say where it comes from and who pays."
  }
}
