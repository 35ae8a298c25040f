"""The programs that write the lists, each of them told the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from book import Book


@dataclass(frozen=True)
class Writer:
    name: str
    """The program."""
    extension: str
    can: frozenset[str]
    """What it can write; see `Book.needs`."""
    write: Callable[[Book, Path], None]
    variant: str = ""
    """Another way in which the same program writes."""

    @property
    def label(self) -> str:
        return f"{self.name} {self.variant}".strip()

    def takes(self, book: Book) -> bool:
        return book.needs() <= self.can
