"""Puts infra/domain-rules.json into a stack's table, where functions pick it up within minutes: `rules.py STAGE`."""

import json
import sys
from pathlib import Path

INFRA = Path(__file__).resolve().parent.parent
RULES = INFRA / "domain-rules.json"


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


def main(stage: str) -> None:
    """With the credentials and for the stack that `sam deploy` used."""
    import boto3
    import tomlkit

    settings = tomlkit.parse((INFRA / "samconfig.toml").read_text())[stage]["deploy"]["parameters"]
    session = boto3.Session(region_name=str(settings["region"]))
    stack = session.client("cloudformation").describe_stacks(StackName=str(settings["stack_name"]))["Stacks"][0]
    table = next(o["OutputValue"] for o in stack["Outputs"] if o["OutputKey"] == "TableName")
    publish(session.client("dynamodb"), table)
    print(f"Domain rules are in {table}.")


if __name__ == "__main__":
    main(sys.argv[1])
