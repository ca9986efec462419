locals {
  # With a certificate tenants answer at 443, and 80 leads there.
  listener_arn = local.tls ? aws_lb_listener.https[0].arn : aws_lb_listener.http.arn
  tls          = var.certificate_arn != null
  ports        = local.tls ? toset(["80", "443"]) : toset(["80"])
}

resource "aws_security_group" "load_balancer" {
  name        = "${local.name}-alb"
  description = "The load balancer, for everybody."
  vpc_id      = aws_vpc.this.id

  tags = { Name = "${local.name}-alb" }
}

resource "aws_vpc_security_group_ingress_rule" "load_balancer" {
  #checkov:skip=CKV_AWS_260:The public comes in here; without a certificate at port 80 alone.
  for_each = local.ports

  security_group_id = aws_security_group.load_balancer.id
  description       = "Everybody."
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = tonumber(each.key)
  to_port           = tonumber(each.key)
}

resource "aws_vpc_security_group_egress_rule" "load_balancer" {
  security_group_id = aws_security_group.load_balancer.id
  description       = "Tasks."
  cidr_ipv4         = aws_vpc.this.cidr_block
  ip_protocol       = "-1"
}

resource "aws_lb" "this" {
  #checkov:skip=CKV_AWS_91:Access logs need a bucket of yours; the alarms and the WAF count without one.
  #checkov:skip=CKV_AWS_150:environment = "production" turns it on.
  #checkov:skip=CKV2_AWS_20:certificate_arn makes port 80 lead to 443; in development there may be none.
  #checkov:skip=CKV2_AWS_76:The WAF has the rule; checkov does not read the dynamic block.
  #checkov:skip=CKV2_AWS_28:environment = "production" puts a WAF before it.

  name                       = local.name
  load_balancer_type         = "application"
  internal                   = false
  subnets                    = [for subnet in aws_subnet.public : subnet.id]
  security_groups            = [aws_security_group.load_balancer.id]
  drop_invalid_header_fields = true
  enable_deletion_protection = local.production
}

resource "aws_lb_listener" "http" {
  #checkov:skip=CKV_AWS_2:certificate_arn makes it lead to 443.
  #checkov:skip=CKV_AWS_103:It is the listener without TLS.

  load_balancer_arn = aws_lb.this.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type = local.tls ? "redirect" : "fixed-response"

    dynamic "redirect" {
      for_each = local.tls ? [1] : []

      content {
        protocol    = "HTTPS"
        port        = "443"
        status_code = "HTTP_301"
      }
    }

    dynamic "fixed_response" {
      for_each = local.tls ? [] : [1]

      content {
        content_type = "text/plain"
        message_body = "Invalid tenant"
        status_code  = "404"
      }
    }
  }
}

resource "aws_lb_listener" "https" {
  count = local.tls ? 1 : 0

  load_balancer_arn = aws_lb.this.arn
  port              = 443
  protocol          = "HTTPS"
  certificate_arn   = var.certificate_arn
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"

  default_action {
    type = "fixed-response"

    fixed_response {
      content_type = "text/plain"
      message_body = "Invalid tenant"
      status_code  = "404"
    }
  }
}

# Rules that AWS keeps, and a rate for each address.
resource "aws_wafv2_web_acl" "this" {
  #checkov:skip=CKV2_AWS_31:The metrics and the sampled requests say what was blocked; a log of all costs by the request.
  #checkov:skip=CKV_AWS_192:AWSManagedRulesKnownBadInputsRuleSet is among its rules; checkov does not read the dynamic block.
  count = local.production ? 1 : 0

  name  = local.name
  scope = "REGIONAL"

  default_action {
    allow {}
  }

  rule {
    name     = "rate"
    priority = 0

    action {
      block {}
    }

    statement {
      rate_based_statement {
        limit              = var.requests_per_five_minutes
        aggregate_key_type = "IP"
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "rate"
      sampled_requests_enabled   = true
    }
  }

  dynamic "rule" {
    for_each = { AWSManagedRulesCommonRuleSet = 1, AWSManagedRulesKnownBadInputsRuleSet = 2 }

    content {
      name     = rule.key
      priority = rule.value

      override_action {
        none {}
      }

      statement {
        managed_rule_group_statement {
          vendor_name = "AWS"
          name        = rule.key
        }
      }

      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = rule.key
        sampled_requests_enabled   = true
      }
    }
  }

  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = local.name
    sampled_requests_enabled   = true
  }
}

resource "aws_wafv2_web_acl_association" "this" {
  count = local.production ? 1 : 0

  resource_arn = aws_lb.this.arn
  web_acl_arn  = aws_wafv2_web_acl.this[0].arn
}
