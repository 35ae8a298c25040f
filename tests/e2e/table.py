"""What lies in the table, past every function."""

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from stack import client
from waiting import eventually


def stored(table: str, id: str) -> dict:
    """An invite, a batch, an action or a notice as it lies in the table."""
    kind = {"inv": "INVITE", "bat": "BATCH", "act": "ACTION", "ntc": "NOTICE"}[id.split("_", 1)[0]]
    key = {"pk": {"S": f"{kind}#{id}"}, "sk": {"S": "META"}}
    return client("dynamodb").get_item(TableName=table, Key=key, ConsistentRead=True)["Item"]


def rewrite(table: str, id: str, change) -> None:
    """Changes what is stored of one of them, over no write of a function: `change` gets the item and its body, which it
    alters, and gives the attributes of the item that change with it."""

    def written() -> bool:
        item = stored(table, id)
        body = TypeDeserializer().deserialize(item["body"])
        changed = {**item, **change(item, body), "body": TypeSerializer().serialize(body)}
        condition = {"ConditionExpression": "version = :read", "ExpressionAttributeValues": {":read": item["version"]}}
        try:
            client("dynamodb").put_item(TableName=table, Item=changed, **condition)
        except client("dynamodb").exceptions.ConditionalCheckFailedException:
            return False
        return True

    eventually(written, what=f"a change of {id}")
