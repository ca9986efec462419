# Of every run that does not say otherwise.
prefix     = "my-saas"
aws_region = "us-east-1"
vpc_id     = "vpc-0123456789abcdef0"
subnet_ids = ["subnet-0123456789abcdef0"]
github_app = {
  id             = "4711"
  key_base64     = "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQo="
  webhook_secret = "a-secret-of-the-tests"
}
# Zips in a bucket need no files here.
lambda = { s3_bucket = "zips" }
