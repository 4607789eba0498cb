terraform {
  # 1.11 is the first version with write-only arguments, which are not stored in the state.
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
  # Configure the backend that stores the state in a file of your own: backend "s3" { … }.
}

provider "aws" {
  region = var.region
  default_tags {
    tags = { application = "fondaco", environment = var.name }
  }
}
