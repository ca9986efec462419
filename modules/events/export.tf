# The audit trail as objects, each written once.

locals {
  bucket_arn = "arn:${local.partition}:s3:::${try(var.export.name, "")}"
}

resource "aws_s3_bucket" "audit" {
  #checkov:skip=CKV_AWS_18:Access logs need a bucket of yours; CloudTrail's data events say who read what.
  #checkov:skip=CKV_AWS_144:The table keeps every entry, and its backups are in another place.
  #checkov:skip=CKV_AWS_145:S3 encrypts with its own key; audit.export.kms_key_arn takes yours.
  #checkov:skip=CKV2_AWS_62:Nothing waits for an entry.

  count = var.export == null ? 0 : 1

  bucket        = var.export.name
  force_destroy = var.export.force_destroy

  tags = var.tags
}

resource "aws_s3_bucket_public_access_block" "audit" {
  count = var.export == null ? 0 : 1

  bucket                  = aws_s3_bucket.audit[0].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "audit" {
  count = var.export == null ? 0 : 1

  bucket = aws_s3_bucket.audit[0].id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_versioning" "audit" {
  count = var.export == null ? 0 : 1

  bucket = aws_s3_bucket.audit[0].id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "audit" {
  count = var.export == null ? 0 : 1

  bucket = aws_s3_bucket.audit[0].id

  rule {
    bucket_key_enabled = var.export.kms_key_arn != null

    apply_server_side_encryption_by_default {
      sse_algorithm     = var.export.kms_key_arn == null ? "AES256" : "aws:kms"
      kms_master_key_id = var.export.kms_key_arn
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "audit" {
  count = var.export == null ? 0 : 1

  bucket = aws_s3_bucket.audit[0].id

  rule {
    id     = "uploads"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }

  dynamic "rule" {
    for_each = var.export.expire_days[*]

    content {
      id     = "expire"
      status = "Enabled"

      filter {}

      expiration {
        days = rule.value
      }

      noncurrent_version_expiration {
        noncurrent_days = 1
      }
    }
  }

  depends_on = [aws_s3_bucket_versioning.audit]
}

data "aws_iam_policy_document" "bucket" {
  count = var.export == null ? 0 : 1

  statement {
    sid       = "OnlyOverTls"
    effect    = "Deny"
    actions   = ["s3:*"]
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

  # No object takes the place of another.
  # https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
  statement {
    sid       = "WriteOnce"
    effect    = "Deny"
    actions   = ["s3:PutObject"]
    resources = ["${local.bucket_arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Null"
      variable = "s3:if-none-match"
      values   = ["true"]
    }
  }

  # The lifecycle alone ends them.
  statement {
    sid       = "AppendOnly"
    effect    = "Deny"
    actions   = ["s3:DeleteObject", "s3:DeleteObjectVersion"]
    resources = ["${local.bucket_arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }
  }
}

resource "aws_s3_bucket_policy" "audit" {
  count = var.export == null ? 0 : 1

  bucket = aws_s3_bucket.audit[0].id
  policy = data.aws_iam_policy_document.bucket[0].json

  depends_on = [aws_s3_bucket_public_access_block.audit]
}
