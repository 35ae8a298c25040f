"""Keeps what the emulator has read of the table's expressions: it reads each anew for every item that it compares.

Replaces two functions of `ministack.services.dynamodb`: no proxy can, since the reading is inside of one request.
docs/PERFORMANCE.md has what it saves.

MiniStack would have to offer: expressions that are read once a request.
"""

import functools

from ministack.services import dynamodb

import internals

# What the product asks is written in its code, so there are few.
MAX_EXPRESSIONS = 1000


def install() -> None:
    read = functools.lru_cache(MAX_EXPRESSIONS)(internals.function(dynamodb, "_tokenize", "expr"))
    # The caller may change the list that it is given.
    dynamodb._tokenize = lambda expr: list(read(expr))
    check = internals.function(dynamodb, "_condition_syntax_error", "expr", "slot")
    dynamodb._condition_syntax_error = functools.lru_cache(MAX_EXPRESSIONS)(check)
