locals {
  # The first one writes.
  instances = { for index in range(1 + coalesce(var.readers, local.production ? 2 : 0)) : index == 0 ? "writer" : "reader-${index}" => index }
}

resource "aws_db_subnet_group" "this" {
  name        = local.name
  description = "Private subnets."
  subnet_ids  = [for subnet in aws_subnet.private : subnet.id]
}

resource "aws_rds_cluster_parameter_group" "this" {
  #checkov:skip=CKV2_AWS_27:pg_stat_statements keeps the sums of all queries; their texts in a log would show tenants' data.

  name        = local.name
  family      = "aurora-postgresql15"
  description = "Statistics of queries, and in production TLS alone."

  parameter {
    name         = "shared_preload_libraries"
    value        = "pg_stat_statements"
    apply_method = "pending-reboot"
  }

  dynamic "parameter" {
    for_each = local.production ? [1] : []

    content {
      name         = "rds.force_ssl"
      value        = "1"
      apply_method = "pending-reboot"
    }
  }
}

# One database for all: each tenant has a role and a schema in it, which sql/tenant.sql makes.
resource "aws_rds_cluster" "this" {
  #checkov:skip=CKV_AWS_139:environment = "production" turns it on.
  #checkov:skip=CKV_AWS_162:Tenants' roles have passwords in Secrets Manager; IAM users are none of theirs.
  #checkov:skip=CKV_AWS_313:Snapshots have the tags of the provider as well.
  #checkov:skip=CKV_AWS_324:Logs of queries would show tenants' data to each other's operators.
  #checkov:skip=CKV_AWS_326:Backtrack is Aurora MySQL's.
  #checkov:skip=CKV_AWS_327:environment = "production" brings a key; without one RDS's own encrypts.
  #checkov:skip=CKV2_AWS_8:environment = "production" makes a backup plan.
  #checkov:skip=CKV2_AWS_27:As its parameter group says.

  cluster_identifier              = local.name
  engine                          = "aurora-postgresql"
  engine_version                  = var.engine_version
  database_name                   = "saasdb"
  master_username                 = "saas_admin"
  manage_master_user_password     = true
  master_user_secret_kms_key_id   = local.key_arn
  db_subnet_group_name            = aws_db_subnet_group.this.name
  db_cluster_parameter_group_name = aws_rds_cluster_parameter_group.this.name
  vpc_security_group_ids          = [aws_security_group.database.id]
  storage_encrypted               = true
  kms_key_id                      = local.key_arn
  copy_tags_to_snapshot           = true

  backup_retention_period   = local.production ? 35 : 1
  deletion_protection       = local.production
  skip_final_snapshot       = !local.production
  final_snapshot_identifier = local.production ? "${local.name}-final" : null
}

resource "aws_rds_cluster_instance" "this" {
  #checkov:skip=CKV_AWS_118:environment = "production" turns it on.
  #checkov:skip=CKV_AWS_353:environment = "production" turns it on.
  #checkov:skip=CKV_AWS_354:environment = "production" brings the key.
  for_each = local.instances

  identifier                      = "${local.name}-${each.key}"
  cluster_identifier              = aws_rds_cluster.this.id
  engine                          = aws_rds_cluster.this.engine
  engine_version                  = aws_rds_cluster.this.engine_version
  instance_class                  = var.instance_class
  promotion_tier                  = each.value
  auto_minor_version_upgrade      = true
  monitoring_interval             = local.production ? 60 : 0
  monitoring_role_arn             = one(aws_iam_role.monitoring[*].arn)
  performance_insights_enabled    = local.production
  performance_insights_kms_key_id = local.key_arn
}

resource "aws_security_group" "database" {
  name        = "${local.name}-database"
  description = "Aurora, for the tenants' tasks."
  vpc_id      = aws_vpc.this.id

  tags = { Name = "${local.name}-database" }
}

resource "aws_vpc_security_group_ingress_rule" "database" {
  for_each = module.tenant

  security_group_id            = aws_security_group.database.id
  description                  = "Tasks of ${each.key}."
  referenced_security_group_id = each.value.security_group_id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432

  tags = { tenant_id = each.key, cost_center = coalesce(var.tenants[each.key].cost_center, each.key) }
}

# To apply sql/, and for nothing else.
resource "aws_vpc_security_group_ingress_rule" "operator" {
  for_each = var.operator_security_group_ids

  security_group_id            = aws_security_group.database.id
  description                  = "Operators."
  referenced_security_group_id = each.key
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}
