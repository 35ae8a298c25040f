"""A Lambda function with the five boto3 clients that the service uses, in a bare loop over the Runtime API.

There is none of AWS's own runtime client, which a real Python function starts before itself.
"""

import http.client
import json
import os

import boto3

SERVICES = ("cognito-idp", "dynamodb", "s3", "sesv2", "sqs")
CLIENTS = {service: boto3.client(service) for service in SERVICES}


def handler(event: dict) -> dict:
    return {"statusCode": 400 if event is None else 404, "clients": len(CLIENTS)}


def main() -> None:
    connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    while True:
        connection.request("GET", "/2018-06-01/runtime/invocation/next")
        response = connection.getresponse()
        identity = response.headers["Lambda-Runtime-Aws-Request-Id"]
        answer = json.dumps(handler(json.loads(response.read())))
        connection.request("POST", f"/2018-06-01/runtime/invocation/{identity}/response", answer)
        connection.getresponse().read()


if __name__ == "__main__":
    main()
