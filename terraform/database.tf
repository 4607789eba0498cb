# RDS and not Aurora, because Fondaco compares the WAL position of the primary with the position that each replica has
# replayed.
resource "aws_db_subnet_group" "shop" {
  name       = var.name
  subnet_ids = [for subnet in aws_subnet.private : subnet.id]
}

resource "aws_security_group" "database" {
  name        = "${var.name}-database"
  description = "PostgreSQL connections from pods"
  vpc_id      = aws_vpc.shop.id
}

resource "aws_vpc_security_group_ingress_rule" "database" {
  security_group_id            = aws_security_group.database.id
  referenced_security_group_id = aws_eks_cluster.shop.vpc_config[0].cluster_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}

resource "aws_db_parameter_group" "shop" {
  name_prefix = "${var.name}-"
  family      = "postgres${split(".", var.postgres_version)[0]}"

  dynamic "parameter" {
    for_each = {
      "rds.force_ssl"            = "1"
      max_connections            = tostring(var.max_connections)
      hot_standby_feedback       = "1"
      log_error_verbosity        = "terse"
      random_page_cost           = "1.1"
      "pg_stat_statements.track" = "top"
      # In milliseconds.
      log_min_duration_statement = "1000"
    }
    content {
      name         = parameter.key
      value        = parameter.value
      apply_method = "pending-reboot"
    }
  }
  lifecycle {
    create_before_destroy = true
  }
}

# The standby in another zone has each commit before it is acknowledged, so a failover loses no order. The standby
# serves no reads.
resource "aws_db_instance" "primary" {
  identifier     = "${var.name}-primary"
  engine         = "postgres"
  engine_version = var.postgres_version
  instance_class = var.database_class
  multi_az       = true
  db_name        = "fondaco"
  username       = "fondaco"
  password_wo = jsondecode(
    ephemeral.aws_secretsmanager_secret_version.database.secret_string
  )["password"]
  password_wo_version                 = local.password_version
  db_subnet_group_name                = aws_db_subnet_group.shop.name
  vpc_security_group_ids              = [aws_security_group.database.id]
  parameter_group_name                = aws_db_parameter_group.shop.name
  storage_type                        = "gp3"
  allocated_storage                   = var.database_storage
  max_allocated_storage               = 4 * var.database_storage
  storage_encrypted                   = true
  backup_retention_period             = var.backup_days
  backup_window                       = "02:00-03:00"
  maintenance_window                  = "tue:03:30-tue:04:30"
  auto_minor_version_upgrade          = true
  performance_insights_enabled        = true
  enabled_cloudwatch_logs_exports     = ["postgresql"]
  ca_cert_identifier                  = "rds-ca-rsa2048-g1"
  copy_tags_to_snapshot               = true
  deletion_protection                 = true
  final_snapshot_identifier           = "${var.name}-last"
  iam_database_authentication_enabled = false
}

resource "aws_db_instance" "replica" {
  count                        = var.database_replicas
  identifier                   = "${var.name}-replica-${count.index + 1}"
  replicate_source_db          = aws_db_instance.primary.identifier
  instance_class               = var.database_class
  vpc_security_group_ids       = [aws_security_group.database.id]
  parameter_group_name         = aws_db_parameter_group.shop.name
  availability_zone            = local.zones[count.index % length(local.zones)]
  storage_type                 = "gp3"
  max_allocated_storage        = 4 * var.database_storage
  storage_encrypted            = true
  auto_minor_version_upgrade   = true
  performance_insights_enabled = true
  ca_cert_identifier           = "rds-ca-rsa2048-g1"
  skip_final_snapshot          = true
}
