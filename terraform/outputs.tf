output "kubeconfig_command" {
  description = "Lets kubectl and helm talk to the cluster."
  value       = "aws eks update-kubeconfig --region ${var.region} --name ${aws_eks_cluster.shop.name}"
}

output "name_servers" {
  description = "Where the shop's domain has to be delegated to."
  value       = aws_route53_zone.shop.name_servers
}

output "chart_values" {
  description = "Values for the chart: terraform output -raw chart_values > values-aws.yaml"
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
