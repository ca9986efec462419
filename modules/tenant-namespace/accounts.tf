locals {
  s3_prefix  = "tenants/${local.namespace}/"
  bucket_arn = "arn:${local.partition}:s3:::${coalesce(var.bucket, "none")}"
}

# Exactly one account of one namespace of one cluster. StringEquals, never StringLike.
# https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html
data "aws_iam_policy_document" "trust" {
  for_each = local.roles

  dynamic "statement" {
    for_each = var.pod_identity ? [] : [1]

    content {
      sid     = "ServiceAccount"
      actions = ["sts:AssumeRoleWithWebIdentity"]

      principals {
        type        = "Federated"
        identifiers = [var.oidc_provider_arn]
      }

      condition {
        test     = "StringEquals"
        variable = "${local.issuer}:sub"
        values   = ["system:serviceaccount:${local.namespace}:${each.key}"]
      }

      condition {
        test     = "StringEquals"
        variable = "${local.issuer}:aud"
        values   = ["sts.amazonaws.com"]
      }
    }
  }

  # The agent names the account in the session's tags.
  # https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html
  dynamic "statement" {
    for_each = var.pod_identity ? [1] : []

    content {
      sid     = "PodIdentity"
      actions = ["sts:AssumeRole", "sts:TagSession"]

      principals {
        type        = "Service"
        identifiers = ["pods.eks.amazonaws.com"]
      }

      dynamic "condition" {
        for_each = { kubernetes-namespace = local.namespace, kubernetes-service-account = each.key, eks-cluster-name = var.cluster_name }

        content {
          test     = "StringEquals"
          variable = "aws:RequestTag/${condition.key}"
          values   = [condition.value]
        }
      }
    }
  }
}

resource "aws_iam_role" "account" {
  for_each = local.roles

  name                 = local.role_name[each.key]
  description          = "Service account ${each.key} of the namespace ${local.namespace} in ${var.cluster_name}."
  assume_role_policy   = data.aws_iam_policy_document.trust[each.key].json
  permissions_boundary = var.permissions_boundary

  tags = local.tags
}

resource "aws_eks_pod_identity_association" "this" {
  for_each = var.pod_identity ? local.roles : {}

  cluster_name    = var.cluster_name
  namespace       = local.namespace
  service_account = each.key
  role_arn        = aws_iam_role.account[each.key].arn

  tags = local.tags
}

data "aws_iam_policy_document" "s3" {
  statement {
    sid       = "ListOwnPrefix"
    actions   = ["s3:ListBucket"]
    resources = [local.bucket_arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["${local.s3_prefix}*"]
    }
  }

  statement {
    sid       = "UseOwnPrefix"
    actions   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]
    resources = ["${local.bucket_arn}/${local.s3_prefix}*"]
  }

  dynamic "statement" {
    for_each = aws_kms_key.this[*].arn

    content {
      sid       = "UseOwnKey"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = [statement.value]
    }
  }
}

resource "aws_iam_role_policy" "s3" {
  for_each = { for name, account in local.roles : name => account if account.s3 }

  name   = "own-prefix"
  role   = aws_iam_role.account[each.key].name
  policy = data.aws_iam_policy_document.s3.json
}

resource "aws_iam_role_policy_attachment" "extra" {
  for_each = merge([for name, account in local.roles : { for key, arn in account.policy_arns : "${name}.${key}" => { role = name, arn = arn } }]...)

  role       = aws_iam_role.account[each.value.role].name
  policy_arn = each.value.arn
}

resource "aws_kms_key" "this" {
  #checkov:skip=CKV2_AWS_64:the default key policy leaves the key to the account's IAM, and only the tenant's roles name it.
  count = var.kms ? 1 : 0

  description         = "Data of the namespace ${local.namespace}."
  enable_key_rotation = true

  tags = local.tags
}

resource "aws_kms_alias" "this" {
  count = var.kms ? 1 : 0

  name          = "alias/${var.cluster_name}/${local.namespace}"
  target_key_id = aws_kms_key.this[0].key_id
}

resource "aws_budgets_budget" "this" {
  count = var.budget == null ? 0 : 1

  name         = "${var.cluster_name}-${local.namespace}"
  budget_type  = "COST"
  limit_amount = tostring(var.budget.monthly_usd)
  limit_unit   = "USD"
  time_unit    = "MONTHLY"

  cost_filter {
    name   = "TagKeyValue"
    values = [format("user:ghr:tenant_id$%s", var.tenant.id)]
  }

  notification {
    comparison_operator        = "GREATER_THAN"
    threshold                  = 80
    threshold_type             = "PERCENTAGE"
    notification_type          = "ACTUAL"
    subscriber_email_addresses = var.budget.emails
  }

  notification {
    comparison_operator        = "GREATER_THAN"
    threshold                  = 100
    threshold_type             = "PERCENTAGE"
    notification_type          = "FORECASTED"
    subscriber_email_addresses = var.budget.emails
  }

  tags = local.tags
}
