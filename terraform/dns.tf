resource "aws_route53_zone" "shop" {
  name = var.domain
}

resource "aws_acm_certificate" "shop" {
  domain_name               = var.domain
  subject_alternative_names = ["back-office.${var.domain}"]
  validation_method         = "DNS"
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_route53_record" "proof" {
  for_each = {
    for option in aws_acm_certificate.shop.domain_validation_options : option.domain_name => option
  }
  zone_id         = aws_route53_zone.shop.zone_id
  name            = each.value.resource_record_name
  type            = each.value.resource_record_type
  records         = [each.value.resource_record_value]
  ttl             = 300
  allow_overwrite = true
}

# Kubernetes creates the load balancer when the Ingress is created, so its name is not known before.
data "aws_lb" "shop" {
  count = var.load_balancer == "" ? 0 : 1
  name  = var.load_balancer
}

resource "aws_route53_record" "shop" {
  for_each = var.load_balancer == "" ? toset([]) : toset([var.domain, "back-office.${var.domain}"])
  zone_id  = aws_route53_zone.shop.zone_id
  name     = each.key
  type     = "A"
  alias {
    name                   = data.aws_lb.shop[0].dns_name
    zone_id                = data.aws_lb.shop[0].zone_id
    evaluate_target_health = true
  }
}
