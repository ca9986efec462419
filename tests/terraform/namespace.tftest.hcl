# What modules/tenant-namespace makes in AWS, switch by switch. What its roles may do is tried live, by tests/namespaces.

mock_provider "aws" {
  source = "./tests/terraform/mocks"
}

variables {
  tenant            = { id = "101", name = "acme" }
  cluster_name      = "apps"
  oidc_provider_arn = "arn:aws:iam::123456789012:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/EXAMPLE"
}

run "makes_nothing_in_aws_by_default" {
  command = plan

  module {
    source = "./modules/tenant-namespace"
  }

  assert {
    condition     = length(aws_iam_role.account) + length(aws_iam_role.deploy) + length(aws_kms_key.this) + length(aws_ecr_repository.this) + length(aws_budgets_budget.this) + length(aws_eks_pod_identity_association.this) == 0
    error_message = "Something was asked for that nobody set."
  }

  assert {
    condition     = output.namespace == "tenant-acme" && output.deploy_role_arn == null && output.kms_key_arn == null && output.role_arns == {}
    error_message = "The outputs name what is not there."
  }
}

run "trusts_one_account_of_one_namespace" {
  command = plan

  module {
    source = "./modules/tenant-namespace"
  }

  variables {
    service_accounts = { app = { s3 = true }, mail = { policy_arns = { ses = "arn:aws:iam::aws:policy/AmazonSESFullAccess" } }, plain = {} }
    bucket           = "apps-tenant-data"
  }

  assert {
    condition     = keys(aws_iam_role.account) == ["app", "mail"] && keys(aws_iam_role_policy.s3) == ["app"] && keys(aws_iam_role_policy_attachment.extra) == ["mail.ses"]
    error_message = "An account has a role, or a right, that it was not given."
  }

  assert {
    condition = { for one in data.aws_iam_policy_document.trust["app"].statement[0].condition : one.variable => "${one.test} ${join(",", one.values)}" } == {
      "oidc.eks.us-east-1.amazonaws.com/id/EXAMPLE:sub" = "StringEquals system:serviceaccount:tenant-acme:app"
      "oidc.eks.us-east-1.amazonaws.com/id/EXAMPLE:aud" = "StringEquals sts.amazonaws.com"
    }
    error_message = "The role is not bound to the account and the audience."
  }

  assert {
    condition     = strcontains(output.yaml, "eks.amazonaws.com/role-arn: \"arn:aws:iam::123456789012:role/apps.tenant-acme.app\"") && length(regexall("role-arn", output.yaml)) == 2
    error_message = "The manifests do not name each account's role."
  }

  assert {
    condition     = join(",", flatten([for one in data.aws_iam_policy_document.s3.statement[0].condition : one.values])) == "tenants/tenant-acme/*" && join(",", data.aws_iam_policy_document.s3.statement[1].resources) == "arn:aws:s3:::apps-tenant-data/tenants/tenant-acme/*"
    error_message = "The rights reach beyond the tenant's prefix."
  }
}

run "gives_roles_by_pod_identity_instead" {
  command = plan

  module {
    source = "./modules/tenant-namespace"
  }

  variables {
    service_accounts = { app = { s3 = true }, plain = {} }
    bucket           = "apps-tenant-data"
    pod_identity     = true
  }

  assert {
    condition     = { for name, one in aws_eks_pod_identity_association.this : name => "${one.cluster_name}/${one.namespace}/${one.service_account}" } == { app = "apps/tenant-acme/app" }
    error_message = "The account has no association, or another has one."
  }

  assert {
    condition     = { for one in data.aws_iam_policy_document.trust["app"].statement[0].condition : one.variable => "${one.test} ${join(",", one.values)}" } == { "aws:RequestTag/kubernetes-namespace" = "StringEquals tenant-acme", "aws:RequestTag/kubernetes-service-account" = "StringEquals app", "aws:RequestTag/eks-cluster-name" = "StringEquals apps" }
    error_message = "The agent could hand the role to another account."
  }

  assert {
    condition     = !strcontains(output.yaml, "role-arn") && strcontains(output.yaml, "169.254.170.23/32")
    error_message = "The manifests do not fit Pod Identity."
  }
}

run "lets_exact_subjects_of_github_deploy" {
  command = plan

  module {
    source = "./modules/tenant-namespace"
  }

  variables {
    deploy = {
      github_oidc_provider_arn = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
      subjects                 = ["repo:acme/shop:environment:production"]
    }
    repositories         = ["shop"]
    permissions_boundary = "arn:aws:iam::123456789012:policy/boundary"
  }

  assert {
    condition     = { for one in data.aws_iam_policy_document.deploy_trust[0].statement[0].condition : one.variable => "${one.test} ${join(",", one.values)}" } == { "token.actions.githubusercontent.com:sub" = "StringEquals repo:acme/shop:environment:production", "token.actions.githubusercontent.com:aud" = "StringEquals sts.amazonaws.com" }
    error_message = "Other jobs could deploy."
  }

  assert {
    condition     = aws_eks_access_entry.deploy[0].kubernetes_groups == toset(["tenant-acme:user"]) && aws_iam_role.deploy[0].permissions_boundary == "arn:aws:iam::123456789012:policy/boundary"
    error_message = "The deployment is more than the persona user."
  }

  assert {
    condition     = aws_ecr_repository.this["shop"].name == "tenant-acme/shop" && aws_ecr_repository.this["shop"].image_tag_mutability == "IMMUTABLE" && aws_ecr_repository.this["shop"].image_scanning_configuration[0].scan_on_push
    error_message = "Images could be replaced, or are not scanned."
  }

  assert {
    condition     = contains(data.aws_iam_policy_document.deploy[0].statement[2].resources, "arn:aws:ecr:*:123456789012:repository/tenant-acme/*") && length(data.aws_iam_policy_document.deploy[0].statement[2].resources) == 1
    error_message = "The deployment reaches other tenants' images."
  }
}

run "has_a_key_a_budget_and_tags_of_its_own" {
  command = plan

  module {
    source = "./modules/tenant-namespace"
  }

  variables {
    service_accounts = { app = { s3 = true } }
    bucket           = "apps-tenant-data"
    kms              = true
    repositories     = ["shop"]
    budget           = { monthly_usd = 50, emails = ["a@example.com"] }
    tags             = { team = "platform" }
  }

  assert {
    condition     = aws_kms_key.this[0].enable_key_rotation && aws_kms_alias.this[0].name == "alias/apps/tenant-acme" && aws_ecr_repository.this["shop"].encryption_configuration[0].encryption_type == "KMS"
    error_message = "The tenant's data and images are not under its own key."
  }

  assert {
    condition     = aws_budgets_budget.this[0].limit_amount == "50" && one(aws_budgets_budget.this[0].cost_filter).values == tolist(["user:ghr:tenant_id$101"]) && length(aws_budgets_budget.this[0].notification) == 2
    error_message = "The budget is not of this tenant alone."
  }

  assert {
    condition     = alltrue([for one in [aws_kms_key.this[0], aws_iam_role.account["app"], aws_ecr_repository.this["shop"], aws_budgets_budget.this[0]] : one.tags == tomap({ team = "platform", "ghr:tenant_id" = "101", "ghr:namespace" = "tenant-acme" })])
    error_message = "Cost can't be told apart by tenant."
  }
}
