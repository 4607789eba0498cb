output "kubeconfig_command" {
  description = "Command that configures kubectl and helm for the cluster."
  value       = "aws eks update-kubeconfig --region ${var.region} --name ${aws_eks_cluster.shop.name}"
}

output "name_servers" {
  description = "Name servers to which the shop's domain must be delegated."
  value       = aws_route53_zone.shop.name_servers
}

output "chart_values" {
  description = "Values for the Helm chart: terraform output -raw chart_values > values-aws.yaml"
  value = templatefile("${path.module}/examples/values.yaml.tftpl", {
    name            = var.name
    domain          = var.domain
    certificate     = aws_acm_certificate.shop.arn
    network         = var.network
    max_connections = var.max_connections
    primary         = aws_db_instance.primary.endpoint
    replicas        = aws_db_instance.replica[*].endpoint
  })
}
