variable "name" {
  description = "Base name of all resources: the cluster, the database, the secrets."
  type        = string
  default     = "fondaco"
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,29}$", var.name))
    error_message = "Use at most 30 lowercase letters, digits and hyphens: the name is part of a database identifier."
  }
}

variable "region" {
  description = "AWS region."
  type        = string
  default     = "eu-central-1"
}

variable "zones" {
  description = "Number of availability zones. Two survive the loss of one; with three, a majority of nodes remains."
  type        = number
  default     = 3
  validation {
    condition     = var.zones >= 2 && var.zones <= 3
    error_message = "Use two or three zones."
  }
}

variable "network" {
  description = "Address range of the network (CIDR), a /16."
  type        = string
  default     = "10.20.0.0/16"
}

variable "kubernetes_version" {
  description = "Kubernetes version. The chart needs 1.27 or later."
  type        = string
  default     = "1.33"
}

variable "operator_networks" {
  description = "Networks (CIDR) that may reach the Kubernetes API."
  type        = list(string)
}

variable "postgres_version" {
  description = "PostgreSQL version. Fondaco is tested with 18."
  type        = string
  default     = "18"
}

variable "database_class" {
  description = "Instance class of the primary and of each replica; all are equal, as any replica may be promoted."
  type        = string
  default     = "db.m7g.large"
}

variable "database_storage" {
  description = "Initial storage of each server in GiB. It grows automatically to at most four times that."
  type        = number
  default     = 100
}

variable "database_replicas" {
  description = "Number of read replicas."
  type        = number
  default     = 2
  validation {
    condition     = var.database_replicas >= 0 && var.database_replicas <= 15
    error_message = "RDS allows at most 15 replicas of a server."
  }
}

variable "max_connections" {
  description = "max_connections of each server. The chart compares it with the connection pools of the pods."
  type        = number
  default     = 600
}

variable "backup_days" {
  description = "Days for which backups are kept. The database can be recovered to any second of this time."
  type        = number
  default     = 14
  validation {
    condition     = var.backup_days >= 1
    error_message = "Use at least 1 day, because RDS replicas require backups."
  }
}

variable "domain" {
  description = "Name of the shop's DNS zone, such as shop.example.org. Delegate the domain to the created zone."
  type        = string
}

variable "load_balancer" {
  description = "Name of the Ingress's load balancer. Empty at first: the DNS records need it (see README)."
  type        = string
  default     = ""
}
