variable "name" {
  description = "What everything is called: the cluster, the database, the secrets."
  type        = string
  default     = "fondaco"
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,29}$", var.name))
    error_message = "Small letters, digits and hyphens, 30 at most: it becomes the name of a database server."
  }
}

variable "region" {
  description = "AWS region."
  type        = string
  default     = "eu-central-1"
}

variable "zones" {
  description = "Availability zones to spread over. Two survive the loss of one; the third keeps a majority of nodes."
  type        = number
  default     = 3
  validation {
    condition     = var.zones >= 2 && var.zones <= 3
    error_message = "Two or three."
  }
}

variable "network" {
  description = "Addresses of the network, a /16."
  type        = string
  default     = "10.20.0.0/16"
}

variable "kubernetes_version" {
  description = "Version of Kubernetes; the chart wants 1.27 at least."
  type        = string
  default     = "1.33"
}

variable "operator_networks" {
  description = "Networks that may reach the API of Kubernetes."
  type        = list(string)
}

variable "postgres_version" {
  description = "Version of Postgres. 18 is what Fondaco is tested with."
  type        = string
  default     = "18"
}

variable "database_class" {
  description = "Class of each database server, primary and replicas alike: any of them may have to take over."
  type        = string
  default     = "db.m7g.large"
}

variable "database_storage" {
  description = "GiB that each server begins with; it grows by itself to four times that."
  type        = number
  default     = 100
}

variable "database_replicas" {
  description = "Servers to read from."
  type        = number
  default     = 2
  validation {
    condition     = var.database_replicas >= 0 && var.database_replicas <= 15
    error_message = "RDS lets a server have 15 replicas."
  }
}

variable "max_connections" {
  description = "Of each server. The chart counts the pods' pools against it."
  type        = number
  default     = 600
}

variable "backup_days" {
  description = "Days back to which the database can be recovered, to the second."
  type        = number
  default     = 14
  validation {
    condition     = var.backup_days >= 1
    error_message = "Without backups there are no replicas either."
  }
}

variable "domain" {
  description = "Name of the shop's DNS zone, such as shop.example.org. The zone is made, and has to be delegated to."
  type        = string
}

variable "load_balancer" {
  description = "Name of the load balancer that Kubernetes has made for the Ingress. Empty at first: the records wait for it (README)."
  type        = string
  default     = ""
}
