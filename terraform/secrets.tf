# Secrets are generated here and stored in Secrets Manager. They are not stored in the state, because ephemeral values
# and write-only arguments are not written to it.
locals {
  # To generate and set a new password, increase this number. Then restart the pods.
  password_version = 1
  # Fondaco's signing keys; all pods use the same keys.
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

# Reads the stored password. If the creation of the database fails, the next run sets the stored password and not a
# newly generated one.
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
  description             = "Signing key of Fondaco: ${each.key}"
  recovery_window_in_days = 7
}

resource "aws_secretsmanager_secret_version" "key" {
  for_each  = local.keys
  secret_id = aws_secretsmanager_secret.key[each.key].id
  secret_string_wo = jsonencode({
    secret = ephemeral.aws_secretsmanager_random_password.key[each.key].random_password
  })
  secret_string_wo_version = 1
}

# External Secrets copies the secrets into the cluster. Its role may read only these secrets.
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
      Effect = "Allow"
      Action = ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"]
      Resource = concat(
        [aws_secretsmanager_secret.database.arn],
        [for secret in aws_secretsmanager_secret.key : secret.arn]
      )
    }]
  })
}

resource "aws_eks_pod_identity_association" "external_secrets" {
  cluster_name    = aws_eks_cluster.shop.name
  namespace       = "external-secrets"
  service_account = "external-secrets"
  role_arn        = aws_iam_role.external_secrets.arn
}
