resource "aws_lb_target_group" "this" {
  #checkov:skip=CKV_AWS_378:TLS ends at the load balancer; behind it only its own group reaches the task.

  name        = local.target_group_name
  vpc_id      = var.vpc_id
  port        = var.port
  protocol    = "HTTP"
  target_type = "ip"

  health_check {
    protocol            = "HTTP"
    path                = var.health_check.path
    matcher             = var.health_check.matcher
    interval            = var.health_check.interval_seconds
    timeout             = var.health_check.timeout_seconds
    healthy_threshold   = var.health_check.healthy_answers
    unhealthy_threshold = var.health_check.unhealthy_answers
  }

  tags = local.tags
}

resource "aws_lb_listener_rule" "this" {
  listener_arn = var.load_balancer.listener_arn
  priority     = var.priority

  condition {
    host_header {
      values = local.hosts
    }
  }

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this.arn
  }

  tags = local.tags
}

# No rule here names another tenant's group: there is no way from one tenant's tasks to another's.
resource "aws_security_group" "this" {
  name        = "${local.name}-tasks"
  description = "Tasks of the tenant ${var.tenant}."
  vpc_id      = var.vpc_id

  tags = merge(local.tags, { Name = "${local.name}-tasks" })
}

resource "aws_vpc_security_group_ingress_rule" "load_balancer" {
  #checkov:skip=CKV_AWS_260:It names a group and no addresses, which checkov takes for all of them.

  security_group_id            = aws_security_group.this.id
  description                  = "The load balancer, and nobody else."
  referenced_security_group_id = var.load_balancer.security_group_id
  ip_protocol                  = "tcp"
  from_port                    = var.port
  to_port                      = var.port

  tags = local.tags
}

resource "aws_vpc_security_group_egress_rule" "all" {
  security_group_id = aws_security_group.this.id
  description       = "Images, logs, the database, and what the app calls."
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"

  tags = local.tags
}
