"""Clients whose answers are recorded ones. botocore holds requests and answers against AWS's own model."""

import boto3

REGION = "ap-southeast-1"


def client(service: str):
    return boto3.client(service, region_name=REGION, aws_access_key_id="id", aws_secret_access_key="secret")
