output "vpc_id" {
  description = "The VPC."
  value       = aws_vpc.this.id
}

output "alb_dns_name" {
  description = "Name of the load balancer, for the records of the tenants' names."
  value       = aws_lb.this.dns_name
}

output "aurora_cluster_endpoint" {
  description = "Where the database is written to."
  value       = aws_rds_cluster.this.endpoint
}

output "aurora_cluster_reader_endpoint" {
  description = "Where it is only read."
  value       = aws_rds_cluster.this.reader_endpoint
}

output "aurora_master_secret_arn" {
  description = "Secret with the administrator's password, which RDS keeps and rotates."
  value       = aws_rds_cluster.this.master_user_secret[0].secret_arn
}

output "tenants" {
  description = "For each tenant `<tenant>_endpoint`, `<tenant>_bucket` and `<tenant>_db_connection`."
  value = merge([for id, tenant in module.tenant : {
    "${id}_endpoint"      = tenant.endpoint
    "${id}_bucket"        = tenant.bucket
    "${id}_db_connection" = "postgresql://${tenant.database_user}@${aws_rds_cluster.this.endpoint}/${aws_rds_cluster.this.database_name}?secret=${tenant.secret.name}"
  }]...)
}
