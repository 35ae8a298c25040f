"""Waits for what happens by itself."""

import time
from collections.abc import Callable
from typing import TypeVar

import pytest

Found = TypeVar("Found")

# A failure shows what was seen last, and not a whole outbox.
MAX_SHOWN = 2000


def eventually(
    look: Callable[[], Found], seconds: float = 30, what: str = "it", until: Callable[[Found], object] = bool
) -> Found:
    """What `look` finds, as soon as it is as `until` wants it. A failure says what it found last."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if until(found):
            return found
        if time.monotonic() > deadline:
            pytest.fail(f"{what} did not happen within {seconds:.0f} s; seen last: {str(found)[:MAX_SHOWN]}")
        time.sleep(0.2)
