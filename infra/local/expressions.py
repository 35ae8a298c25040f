"""Lets the emulator read each of the table's expressions once, and not once for every item that it is held against."""

import functools

from ministack.services import dynamodb

# What the product asks is written in its code, so there are few.
REMEMBERED = 1000


def remember() -> None:
    read = functools.lru_cache(REMEMBERED)(dynamodb._tokenize)
    # Whoever asks may change what it is given.
    dynamodb._tokenize = lambda expression: list(read(expression))
    dynamodb._condition_syntax_error = functools.lru_cache(REMEMBERED)(dynamodb._condition_syntax_error)
