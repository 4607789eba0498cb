# Made here, kept in Secrets Manager, and never in the state: what is ephemeral or write-only is not written to it.
locals {
  # Raise it to have a new password made and set; then restart the pods.
  password_version = 1
  # What Fondaco signs with; the same in all pods.
  keys = toset(["consistency", "admission", "webhook"])
}

ephemeral "aws_secretsmanager_random_password" "database" {
  password_length     = 40
  exclude_punctuation = true
}

resource "aws_secretsmanager_secret" "database" {
  name                    = "${var.name}/database"
  description             = "Login of the owner of Fondaco's database"
  recovery_window_in_days = 7
}

resource "aws_secretsmanager_secret_version" "database" {
  secret_id = aws_secretsmanager_secret.database.id
  secret_string_wo = jsonencode({
    username = "fondaco"
    password = ephemeral.aws_secretsmanager_random_password.database.random_password
  })
  secret_string_wo_version = local.password_version
}

# Read back: should the database fail to be made, the next run sets what was kept and not what it draws itself.
ephemeral "aws_secretsmanager_secret_version" "database" {
  secret_id = aws_secretsmanager_secret_version.database.secret_id
}

ephemeral "aws_secretsmanager_random_password" "key" {
  for_each            = local.keys
  password_length     = 48
  exclude_punctuation = true
}

resource "aws_secretsmanager_secret" "key" {
  for_each                = local.keys
  name                    = "${var.name}/${each.key}"
  description             = "What Fondaco signs with: ${each.key}"
  recovery_window_in_days = 7
}

resource "aws_secretsmanager_secret_version" "key" {
  for_each                 = local.keys
  secret_id                = aws_secretsmanager_secret.key[each.key].id
  secret_string_wo         = jsonencode({ secret = ephemeral.aws_secretsmanager_random_password.key[each.key].random_password })
  secret_string_wo_version = 1
}

# External Secrets brings them into the cluster; it may read these and no others.
resource "aws_iam_role" "external_secrets" {
  name = "${var.name}-external-secrets"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = ["sts:AssumeRole", "sts:TagSession"]
      Principal = { Service = "pods.eks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "external_secrets" {
  name = "read"
  role = aws_iam_role.external_secrets.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"]
      Resource = concat([aws_secretsmanager_secret.database.arn], [for secret in aws_secretsmanager_secret.key : secret.arn])
    }]
  })
}

resource "aws_eks_pod_identity_association" "external_secrets" {
  cluster_name    = aws_eks_cluster.shop.name
  namespace       = "external-secrets"
  service_account = "external-secrets"
  role_arn        = aws_iam_role.external_secrets.arn
}
