locals {
  bucket_name = coalesce(var.bucket.name, "saas-platform-${var.tenant}-data-${var.environment_suffix}")
  # From names, so that a plan shows whole policies.
  bucket_arn    = "arn:${local.partition}:s3:::${local.bucket_name}"
  log_group_arn = "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/ecs/tenant/${var.tenant}/${var.environment_suffix}"

  has_lifecycle = var.bucket.infrequent_after_days != null || var.bucket.old_versions_after_days != null
}

resource "aws_s3_bucket" "this" {
  #checkov:skip=CKV_AWS_18:Access logs need a bucket of yours; CloudTrail's data events name the role as well.
  #checkov:skip=CKV_AWS_21:bucket.versioning turns it on; every version of a tenant's data is paid for.
  #checkov:skip=CKV_AWS_144:A copy in another Region is a backup, and whether a tenant pays for one is your plan's to say.
  #checkov:skip=CKV_AWS_145:S3 encrypts with its own key; bucket.kms_key takes yours.
  #checkov:skip=CKV2_AWS_61:bucket.infrequent_after_days and old_versions_after_days make one; data is the tenant's to delete.
  #checkov:skip=CKV2_AWS_62:Nothing of the platform waits for what a tenant stores.

  bucket        = local.bucket_name
  force_destroy = var.bucket.force_destroy

  tags = local.tags
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket                  = aws_s3_bucket.this.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  count = var.bucket.kms_key == null ? 0 : 1

  bucket = aws_s3_bucket.this.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = var.bucket.kms_key.arn
    }
  }
}

resource "aws_s3_bucket_versioning" "this" {
  count = var.bucket.versioning ? 1 : 0

  bucket = aws_s3_bucket.this.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  #checkov:skip=CKV_AWS_300:The second rule aborts uploads; checkov does not read dynamic blocks beside it.
  count = local.has_lifecycle ? 1 : 0

  bucket = aws_s3_bucket.this.id

  rule {
    id     = "uploads"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  dynamic "rule" {
    for_each = var.bucket.infrequent_after_days[*]

    content {
      id     = "infrequent"
      status = "Enabled"

      filter {}

      transition {
        days          = rule.value
        storage_class = "STANDARD_IA"
      }
    }
  }

  dynamic "rule" {
    for_each = var.bucket.old_versions_after_days[*]

    content {
      id     = "old-versions"
      status = "Enabled"

      filter {}

      noncurrent_version_expiration {
        noncurrent_days = rule.value
      }
    }
  }

  depends_on = [aws_s3_bucket_versioning.this]
}

# Whatever rights another tenant's role is given by mistake, it is refused here. A role without the tag is yours: it is
# left to its own rights, unless admit_only says who is admitted.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principaltag
data "aws_iam_policy_document" "bucket" {
  statement {
    sid       = "RefuseOtherTenants"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [local.bucket_arn, "${local.bucket_arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "StringNotEquals"
      variable = "aws:PrincipalTag/tenant_id"
      values   = [var.tenant]
    }

    condition {
      test     = "Null"
      variable = "aws:PrincipalTag/tenant_id"
      values   = ["false"]
    }
  }

  dynamic "statement" {
    for_each = var.bucket.admit_only == null ? [] : [var.bucket.admit_only]

    content {
      sid       = "AdmitOnly"
      effect    = "Deny"
      actions   = ["s3:*"]
      resources = [local.bucket_arn, "${local.bucket_arn}/*"]

      principals {
        type        = "*"
        identifiers = ["*"]
      }

      condition {
        test     = "StringNotEquals"
        variable = "aws:PrincipalTag/tenant_id"
        values   = [var.tenant]
      }

      condition {
        test     = "ArnNotEquals"
        variable = "aws:PrincipalArn"
        values   = statement.value
      }
    }
  }

  statement {
    sid       = "RefuseWithoutTls"
    effect    = "Deny"
    actions   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket"]
    resources = [local.bucket_arn, "${local.bucket_arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_s3_bucket_policy" "this" {
  bucket = aws_s3_bucket.this.id
  policy = data.aws_iam_policy_document.bucket.json

  depends_on = [aws_s3_bucket_public_access_block.this]
}
