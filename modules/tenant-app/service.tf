resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_338:log.retention_days says how long; a year of a tenant's lines is rarely read and always paid for.
  #checkov:skip=CKV_AWS_158:CloudWatch encrypts with its own key; log.kms_key_arn takes yours.

  name              = "/ecs/tenant/${var.tenant}/${var.environment_suffix}"
  retention_in_days = var.log.retention_days
  kms_key_id        = var.log.kms_key_arn

  tags = local.tags
}

locals {
  database = var.database == null ? {} : {
    PGHOST     = var.database.host
    PGPORT     = tostring(var.database.port)
    PGDATABASE = var.database.name
    PGUSER     = local.database_user
    PGSSLMODE  = var.database.sslmode
  }
  logging = {
    for container in ["app", "collector"] : container => {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.this.name
        awslogs-region        = local.region
        awslogs-stream-prefix = container
      }
    }
  }

  app = merge(
    {
      name             = "app"
      image            = var.image
      essential        = true
      portMappings     = [{ containerPort = var.port, hostPort = var.port, protocol = "tcp" }]
      environment      = [for name, value in merge(var.environment, local.database) : { name = name, value = value }]
      secrets          = var.database == null ? [] : [{ name = "PGPASSWORD", valueFrom = aws_secretsmanager_secret.password.arn }]
      logConfiguration = local.logging["app"]
    },
    var.command == null ? {} : { command = var.command },
  )
  # https://aws-otel.github.io/docs/setup/ecs
  collector = {
    name             = "collector"
    image            = var.collector_image
    essential        = false
    command          = ["--config=/etc/ecs/ecs-default-config.yaml"]
    logConfiguration = local.logging["collector"]
  }
}

resource "aws_ecs_task_definition" "this" {
  #checkov:skip=CKV_AWS_336:Not every image runs on a read-only file system, and this one is yours; a task's is thrown away with it.

  family                   = local.name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.cpu
  memory                   = var.memory
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task.arn

  container_definitions = var.tracing ? jsonencode([local.app, local.collector]) : jsonencode([local.app])

  tags = local.tags
}

resource "aws_ecs_service" "this" {
  name            = local.name
  cluster         = var.cluster.arn
  task_definition = aws_ecs_task_definition.this.arn
  launch_type     = "FARGATE"
  desired_count   = coalesce(var.scaling.desired, var.scaling.min)

  availability_zone_rebalancing     = "ENABLED"
  enable_ecs_managed_tags           = true
  propagate_tags                    = "SERVICE"
  health_check_grace_period_seconds = var.health_check.grace_seconds

  # A version that does not come up is taken back, and the tasks of the old one serve on.
  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  network_configuration {
    subnets          = var.subnet_ids
    security_groups  = [aws_security_group.this.id]
    assign_public_ip = false
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.this.arn
    container_name   = "app"
    container_port   = var.port
  }

  tags = local.tags

  # The service needs its rights before its first task starts, and its target group must be a load balancer's.
  depends_on = [aws_iam_role_policy.execution, aws_lb_listener_rule.this]

  lifecycle {
    # Scaling moves it.
    ignore_changes = [desired_count]
  }
}

resource "aws_appautoscaling_target" "this" {
  service_namespace  = "ecs"
  resource_id        = "service/${var.cluster.name}/${aws_ecs_service.this.name}"
  scalable_dimension = "ecs:service:DesiredCount"
  min_capacity       = var.scaling.min
  max_capacity       = var.scaling.max

  tags = local.tags
}

resource "aws_appautoscaling_policy" "cpu" {
  name               = "${local.name}-cpu"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.this.service_namespace
  resource_id        = aws_appautoscaling_target.this.resource_id
  scalable_dimension = aws_appautoscaling_target.this.scalable_dimension

  target_tracking_scaling_policy_configuration {
    target_value = var.scaling.cpu_percent

    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }
  }
}
