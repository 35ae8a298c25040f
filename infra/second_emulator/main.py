"""moto as a server on loopback, on which the contracts run a second time: `main.py PORT`.

It is moto's own server, and answers as moto does. Two things are changed that only cost time:

* Before a transaction, moto copies the table to take back what it wrote. It makes that copy anew for every item, so a
  hundred items in a table of a thousand take it minutes. Here a transaction copies a table once.
* For a page that shows what there is, moto keeps every object that it ever made, and with each of those copies all
  items of the table. Here it does not.

moto would have to offer: one copy for each transaction, and copies that it forgets.
"""

import copy
import sys
from contextvars import ContextVar

from moto import server
from moto.core.common_models import BaseModel
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table

# The copies that the transaction in progress has made, by the id of the table.
COPIES: ContextVar[dict[int, Table] | None] = ContextVar("copies", default=None)


def copy_once() -> None:
    transact = DynamoDBBackend.transact_write_items

    def transact_with_one_copy(backend: DynamoDBBackend, transact_items: list[dict]) -> None:
        before = COPIES.set({})
        try:
            transact(backend, transact_items)
        finally:
            COPIES.reset(before)

    DynamoDBBackend.transact_write_items = transact_with_one_copy
    Table.__deepcopy__ = copied


def copied(table: Table, memo: dict) -> Table:
    """A copy as `copy.deepcopy` makes it; in a transaction, the one that was made before."""
    copies = COPIES.get()
    if copies is not None and id(table) in copies:
        return copies[id(table)]
    made = Table.__new__(Table)
    memo[id(table)] = made
    vars(made).update(copy.deepcopy(vars(table), memo))
    if copies is not None:
        copies[id(table)] = made
    return made


def keep_nothing() -> None:
    BaseModel.__new__ = lambda model, *_, **__: object.__new__(model)


if __name__ == "__main__":
    copy_once()
    keep_nothing()
    server.main(["--host", "127.0.0.1", "--port", sys.argv[1]])
