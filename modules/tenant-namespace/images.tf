resource "aws_ecr_repository" "this" {
  for_each = var.repositories

  #checkov:skip=CKV_AWS_136:images are no secrets; ECR encrypts them with its own key unless the tenant has one.
  name                 = "${local.namespace}/${each.key}"
  image_tag_mutability = "IMMUTABLE"

  image_scanning_configuration {
    scan_on_push = true
  }

  dynamic "encryption_configuration" {
    for_each = aws_kms_key.this[*].arn

    content {
      encryption_type = "KMS"
      kms_key         = encryption_configuration.value
    }
  }

  tags = local.tags
}

resource "aws_ecr_lifecycle_policy" "this" {
  for_each = aws_ecr_repository.this

  repository = each.value.name
  policy = jsonencode({ rules = [{
    rulePriority = 1
    description  = "The last 100 images."
    selection    = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = 100 }
    action       = { type = "expire" }
  }] })
}

# The tenant's jobs on GitHub: exact subjects alone.
# https://docs.github.com/en/actions/security-for-github-actions/security-hardening-your-deployments
data "aws_iam_policy_document" "deploy_trust" {
  count = var.deploy == null ? 0 : 1

  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = [var.deploy.github_oidc_provider_arn]
    }

    condition {
      test     = "StringEquals"
      variable = "token.actions.githubusercontent.com:sub"
      values   = var.deploy.subjects
    }

    condition {
      test     = "StringEquals"
      variable = "token.actions.githubusercontent.com:aud"
      values   = ["sts.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "deploy" {
  count = var.deploy == null ? 0 : 1

  statement {
    sid       = "FindCluster"
    actions   = ["eks:DescribeCluster"]
    resources = ["arn:${local.partition}:eks:*:${local.account}:cluster/${var.cluster_name}"]
  }

  # ECR knows no resource for this.
  statement {
    sid       = "LogIn"
    actions   = ["ecr:GetAuthorizationToken"]
    resources = ["*"]
  }

  statement {
    sid = "PushOwnImages"
    actions = [
      "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:DescribeImages",
      "ecr:GetDownloadUrlForLayer", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart",
    ]
    resources = ["arn:${local.partition}:ecr:*:${local.account}:repository/${local.namespace}/*"]
  }
}

resource "aws_iam_role" "deploy" {
  count = var.deploy == null ? 0 : 1

  name                 = local.role_name["github.deploy"]
  description          = "Deployments of the tenant in the namespace ${local.namespace} of ${var.cluster_name}."
  assume_role_policy   = data.aws_iam_policy_document.deploy_trust[0].json
  permissions_boundary = var.permissions_boundary

  tags = local.tags
}

resource "aws_iam_role_policy" "deploy" {
  count = var.deploy == null ? 0 : 1

  name   = "deploy"
  role   = aws_iam_role.deploy[0].name
  policy = data.aws_iam_policy_document.deploy[0].json
}

# The persona user, and nothing more.
resource "aws_eks_access_entry" "deploy" {
  count = var.deploy == null ? 0 : 1

  cluster_name      = var.cluster_name
  principal_arn     = aws_iam_role.deploy[0].arn
  kubernetes_groups = [local.groups.user]

  tags = local.tags
}
