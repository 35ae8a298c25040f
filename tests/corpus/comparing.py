"""Holds what our reader made of a file against what is known of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from book import FIELDS, Book, Expected
from lists import Fault
from readings import Seen

Reading = dict
"""A line of the example `people` of `shared/sheet`."""


def differences(expected: Expected, reading: Reading) -> Iterator[str]:
    """Where a reading is not what its writer was told."""
    outcome = reading["outcome"]
    if outcome != expected.outcome:
        yield f"it is {outcome} ({reading.get('detail', '')}) and should be {expected.outcome}"
        return
    numbers = [row["row"] for row in reading["rows"]]
    wanted = [row.number for row in expected.rows]
    if numbers != wanted:
        yield f"rows {_first_of(numbers, wanted)} are read, and should be {_first_of(wanted, numbers)}"
        return
    for row, found in zip(expected.rows, reading["rows"], strict=True):
        for field in FIELDS:
            if row.faults.get(field) != found["faults"].get(field):
                yield f"row {row.number}, {field}: {found['faults'].get(field)} instead of {row.faults.get(field)}"
            elif field not in row.faults and row.texts.get(field, "") != found["texts"].get(field, ""):
                yield f"row {row.number}, {field}: {found['texts'].get(field)!r} instead of {row.texts.get(field)!r}"
    if sorted(reading["remarks"]) != sorted(expected.remarks):
        yield f"the remarks are {reading['remarks']} and should be {expected.remarks}"


def unlike(book: Book, reading: Reading, seen: Seen) -> Iterator[str]:
    """Where a reading is not what another reader sees in the same cells."""
    for row in reading["rows"]:
        for field, column in book.columns.items():
            if field not in FIELDS:
                continue
            found = seen.at(row["row"], column, field)
            fault = row["faults"].get(field)
            # Which address is behind a text is known by what the writer was told.
            if fault == "email.link-mismatch":
                continue
            if isinstance(found, Fault):
                if fault != found.code:
                    yield f"row {row['row']}, {field}: {fault} instead of {found.code}"
            elif fault or row["texts"].get(field, "") != found:
                ours = fault or repr(row["texts"].get(field, ""))
                yield f"row {row['row']}, {field}: {ours} instead of {found!r}"


def _first_of(numbers: list[int], others: Iterable[int]) -> str:
    """The numbers that the others have not, or all if they are the same in another order."""
    only = [number for number in numbers if number not in set(others)]
    shown = ", ".join(map(str, only[:5]))
    return f"{shown} of {len(numbers)}" if only else f"{len(numbers)} others"
