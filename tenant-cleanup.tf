# What it takes to end a tenant's machines and remove its parameters and security group. The tenant manager does it when the App is
# uninstalled, scale-down's sweep repeats it until nothing is left: one text, so that neither can do less than the other.
data "aws_iam_policy_document" "tenant_cleanup" {
  # EC2 knows no resources for these, hence `*`: the Region is all that can be said.
  statement {
    sid       = "DescribeHasNoResources"
    actions   = ["ec2:DescribeInstances", "ec2:DescribeSecurityGroups"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "ec2:Region"
      values   = [local.region]
    }
  }

  statement {
    sid       = "TerminateRunners"
    actions   = ["ec2:TerminateInstances"]
    resources = [local.arns.instances]

    condition {
      test     = "StringEquals"
      variable = "ec2:ResourceTag/ghr:environment"
      values   = [var.prefix]
    }
  }

  statement {
    sid       = "RemoveTenantParameters"
    actions   = ["ssm:GetParametersByPath", "ssm:DeleteParameters"]
    resources = [local.arns.tenant_parameters]
  }

  # Not the shared group, which belongs to no tenant.
  statement {
    sid       = "DeleteTenantGroups"
    actions   = ["ec2:DeleteSecurityGroup"]
    resources = [local.arns.security_groups]

    condition {
      test     = "StringEquals"
      variable = "ec2:ResourceTag/ghr:environment"
      values   = [var.prefix]
    }

    condition {
      test     = "StringLike"
      variable = "ec2:ResourceTag/ghr:tenant_id"
      values   = ["*"]
    }
  }
}
