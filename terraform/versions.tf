terraform {
  # 1.11: values that are written and never kept in the state.
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
  # Where the state is kept is yours to say: backend "s3" { … } in a file of your own.
}

provider "aws" {
  region = var.region
  default_tags {
    tags = { application = "fondaco", environment = var.name }
  }
}
