"""Puts infra/domain-rules.json into a stack's table: `rules.py TABLE_NAME`. Functions pick it up within minutes."""

import json
import sys
from pathlib import Path

RULES = Path(__file__).resolve().parent.parent / "domain-rules.json"


def publish(dynamodb, table: str) -> None:
    text = RULES.read_text()
    json.loads(text)
    dynamodb.put_item(
        TableName=table,
        Item={
            "pk": {"S": "CONFIG"},
            "sk": {"S": "DOMAIN_RULES"},
            "entity": {"S": "domain_rules"},
            "v": {"N": "1"},
            "json": {"S": text},
        },
    )


if __name__ == "__main__":
    import boto3

    publish(boto3.client("dynamodb"), sys.argv[1])
