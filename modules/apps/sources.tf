# Sources of apps: `tenants/<app>/<commit>.zip`. Only the deployer writes here, and only what it has checked.
resource "aws_s3_bucket" "sources" {
  #checkov:skip=CKV2_AWS_62:Nobody waits for an object here.
  #checkov:skip=CKV_AWS_18:CloudTrail's data events say who read what, where that is wanted.
  #checkov:skip=CKV_AWS_144:A source is at GitHub; this is a copy for a build.
  #checkov:skip=CKV_AWS_145:sources.kms_key_arn takes your key; without one S3 encrypts with its own.
  #checkov:skip=CKV_AWS_21:A commit never changes, and so does no object here.

  bucket        = local.bucket
  force_destroy = true

  tags = local.tags
}

resource "aws_s3_bucket_public_access_block" "sources" {
  bucket = aws_s3_bucket.sources.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "sources" {
  bucket = aws_s3_bucket.sources.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = var.sources.kms_key_arn == null ? "AES256" : "aws:kms"
      kms_master_key_id = var.sources.kms_key_arn
    }
    bucket_key_enabled = var.sources.kms_key_arn != null
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "sources" {
  bucket = aws_s3_bucket.sources.id

  rule {
    id     = "forget"
    status = "Enabled"

    filter {}

    expiration {
      days = var.sources.retention_days
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }
}

data "aws_iam_policy_document" "sources" {
  statement {
    sid       = "OnlyByTls"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [local.arns.sources, "${local.arns.sources}/*"]

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

resource "aws_s3_bucket_policy" "sources" {
  bucket = aws_s3_bucket.sources.id
  policy = data.aws_iam_policy_document.sources.json

  depends_on = [aws_s3_bucket_public_access_block.sources]
}
