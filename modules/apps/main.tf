data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.id
  account   = data.aws_caller_identity.current.account_id
  end       = "${local.region}:${local.account}"

  tags = merge(var.tags, { "ghr:environment" = var.prefix })

  # Put together rather than read back, so that a plan shows whole policies.
  arns = {
    apps         = "arn:${local.partition}:dynamodb:${local.end}:table/${local.names.apps}"
    deployments  = "arn:${local.partition}:dynamodb:${local.end}:table/${local.names.deployments}"
    alarms       = "arn:${local.partition}:cloudwatch:${local.end}:alarm:${var.prefix}-app-*"
    services     = "arn:${local.partition}:ecs:${local.end}:service/${var.cluster.name}/${var.prefix}-app-*"
    tasks        = "arn:${local.partition}:ecs:${local.end}:task-definition/${var.prefix}-app-*:*"
    repositories = "arn:${local.partition}:ecr:${local.end}:repository/${var.prefix}/apps/*"
    log_groups   = "arn:${local.partition}:logs:${local.end}:log-group:/${var.prefix}/apps/*"
    secrets      = "arn:${local.partition}:secretsmanager:${local.end}:secret:${var.prefix}/apps/*"
    roles        = "arn:${local.partition}:iam::${local.account}:role${var.iam.path}${var.prefix}-app-secrets-*${var.iam.suffix}"
    boundary     = coalesce(var.iam.permissions_boundary, "arn:${local.partition}:iam::${local.account}:policy${var.iam.path}${var.prefix}-app-tasks${var.iam.suffix}")
    balancing    = "arn:${local.partition}:elasticloadbalancing:${local.end}"
    ec2          = "arn:${local.partition}:ec2:${local.end}"
    sources      = "arn:${local.partition}:s3:::${local.bucket}"
    queue        = "arn:${local.partition}:sqs:${local.end}:${local.deployer}"
    dlq          = "arn:${local.partition}:sqs:${local.end}:${local.deployer}-dlq"
    parameters   = "arn:${local.partition}:ssm:${local.end}:parameter"
  }
  bucket   = "${var.prefix}-app-sources-${local.account}-${local.region}"
  deployer = "${var.prefix}-deployer"
  registry = "${local.account}.dkr.ecr.${local.region}.${data.aws_partition.current.dns_suffix}"

  settings_json = jsonencode({
    domain         = var.domain
    https          = var.https
    builder        = var.builder
    quotas         = var.quotas
    reserved_names = var.reserved_names
  })

  platform_json = jsonencode({
    region             = local.region
    vpc_id             = var.vpc_id
    subnet_ids         = var.subnet_ids
    cluster            = var.cluster.name
    execution_role_arn = "arn:${local.partition}:iam::${local.account}:role${var.iam.path}${local.execution_role}"
    roles = {
      arn_prefix   = "arn:${local.partition}:iam::${local.account}:role${var.iam.path}"
      path         = var.iam.path
      suffix       = var.iam.suffix
      boundary_arn = local.arns.boundary
      trust        = data.aws_iam_policy_document.assume.json
      arns = {
        secrets      = trimsuffix(local.arns.secrets, "${var.prefix}/apps/*")
        repositories = trimsuffix(local.arns.repositories, "${var.prefix}/apps/*")
        log_groups   = trimsuffix(local.arns.log_groups, "/${var.prefix}/apps/*")
      }
    }
    load_balancers     = var.load_balancers
    source_bucket      = local.bucket
    log_retention_days = var.log.retention_days
    log_kms_key_arn    = var.log.kms_key_arn
    registry           = local.registry
    rollback_alarms = merge(var.rollback_alarms, {
      five_xx_percent = var.rollback_alarms.five_xx_percent < 100 ? var.rollback_alarms.five_xx_percent : null
    })
  })
}
