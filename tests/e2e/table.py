"""The table as it is, for what no caller can bring about: time that passes, and what a fault would leave over.

Items are found by what they hold, by reading all of them. Their keys are the business of shared/store.
"""

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from stack import client
from waiting import eventually


def items(table: str, wanted: dict[str, str]) -> list[dict]:
    """The items with these texts, such as `{"entity": "job", "body.name": "locks"}`."""
    names, values, conditions = {}, {}, []
    for number, (path, text) in enumerate(wanted.items()):
        parts = {f"#n{number}_{place}": part for place, part in enumerate(path.split("."))}
        names |= parts
        values[f":v{number}"] = {"S": text}
        conditions.append(f"{'.'.join(parts)} = :v{number}")
    pages = (
        client("dynamodb")
        .get_paginator("scan")
        .paginate(
            TableName=table,
            ConsistentRead=True,
            FilterExpression=" AND ".join(conditions),
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=values,
        )
    )
    return [item for page in pages for item in page["Items"]]


def stored(table: str, id: str) -> dict:
    """An invite, a batch, an action or a webhook event."""
    (item,) = items(table, {"body.id": id})
    return item


def delete(table: str, item: dict) -> None:
    client("dynamodb").delete_item(TableName=table, Key={name: item[name] for name in ("pk", "sk")})


def is_there(table: str, item: dict) -> bool:
    key = {name: item[name] for name in ("pk", "sk")}
    return "Item" in client("dynamodb").get_item(TableName=table, Key=key, ConsistentRead=True)


def rewrite(table: str, wanted: dict[str, str], change) -> None:
    """Changes the one item with these texts, over no write of a function: `change` gets the item and its body, which it
    alters, and gives the attributes of the item that change with it."""

    def written() -> bool:
        (item,) = items(table, wanted)
        body = TypeDeserializer().deserialize(item["body"])
        changed = {**item, **change(item, body), "body": TypeSerializer().serialize(body)}
        condition = {"ConditionExpression": "version = :read", "ExpressionAttributeValues": {":read": item["version"]}}
        try:
            client("dynamodb").put_item(TableName=table, Item=changed, **condition)
        except client("dynamodb").exceptions.ConditionalCheckFailedException:
            return False
        return True

    eventually(written, what=f"a change of {wanted}")


def bring_job_forward(table: str, job: str) -> None:
    """Makes it the turn of a regular job, as if it had never run."""
    for item in items(table, {"entity": "job", "body.name": job}):
        delete(table, item)
