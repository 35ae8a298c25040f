"""Targets, verdicts and tables: how the benches say what they found.

Ratios of one run are compared, never times of two runs: the machine and its load differ, both sides of a ratio do not.
"""

import enum
import statistics
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

# A shared machine is noisy: beyond a limit by less than this is reported, and beyond it is a failure.
TOLERANCE = 1.15


class Verdict(enum.Enum):
    OK = "OK"
    NEAR = "near"
    MISS = "MISS"


@dataclass(frozen=True)
class AtMost:
    """A target that smaller values meet."""

    limit: float

    def __str__(self) -> str:
        return f"<= {self.limit:g}"

    def verdict(self, value: float) -> Verdict:
        return _verdict(value / self.limit)


@dataclass(frozen=True)
class AtLeast:
    """A target that larger values meet."""

    limit: float

    def __str__(self) -> str:
        return f">= {self.limit:g}"

    def verdict(self, value: float) -> Verdict:
        return _verdict(self.limit / value if value else float("inf"))


Target = AtMost | AtLeast


def _verdict(excess: float) -> Verdict:
    if excess <= 1:
        return Verdict.OK
    return Verdict.NEAR if excess <= TOLERANCE else Verdict.MISS


@dataclass(frozen=True)
class Column:
    """What a column holds, and what its values have to reach where something is asked of them."""

    title: str
    target: Target | None = None
    digits: int = 2


@dataclass
class Report:
    """Prints tables as Markdown and remembers what missed its target."""

    missed: list[str] = field(default_factory=list)

    def heading(self, title: str) -> None:
        print(f"\n## {title}\n", flush=True)

    def table(self, subject: str, columns: Sequence[Column], rows: Mapping[str, Sequence[float | None]]) -> None:
        titles = [subject, *(f"{c.title} ({c.target})" if c.target else c.title for c in columns)]
        lines = [
            [name, *(self._cell(name, c, v) for c, v in zip(columns, values, strict=True))]
            for name, values in rows.items()
        ]
        widths = [max(len(line[i]) for line in [titles, *lines]) for i in range(len(titles))]
        print(_line(titles, widths))
        print("|" + "|".join("-" * (width + 2) for width in widths) + "|")
        for line in lines:
            print(_line(line, widths))
        print(flush=True)

    def check(self, name: str, value: float, target: Target, unit: str = "") -> None:
        """A single number with its target."""
        verdict = self._judge(name, value, target)
        print(f"{name}: {value:.4g}{unit}, target {target}{unit}: {verdict.value}", flush=True)

    def same(self, name: str, found: object, wanted: object) -> None:
        """A number that has to be exact."""
        agrees = found == wanted
        print(f"{name}: {found}" + ("" if agrees else f" in place of {wanted}: MISS"), flush=True)
        if not agrees:
            self.missed.append(f"{name}: {found} in place of {wanted}")

    def conclude(self) -> int:
        """The exit status: 1 when anything missed its target."""
        if not self.missed:
            print("\nEvery target is met.")
            return 0
        print(f"\nMissed by more than {TOLERANCE - 1:.0%}:\n" + "\n".join(f"  {line}" for line in self.missed))
        return 1

    def _cell(self, name: str, column: Column, value: float | None) -> str:
        if value is None:
            return "-"
        text = f"{value:,.{column.digits}f}"
        if column.target is None:
            return text
        return f"{text} {self._judge(f'{name}, {column.title}', value, column.target).value}"

    def _judge(self, name: str, value: float, target: Target) -> Verdict:
        verdict = target.verdict(value)
        if verdict is Verdict.MISS:
            self.missed.append(f"{name}: {value:.4g}, target {target}")
        return verdict


def _line(cells: Iterable[str], widths: Sequence[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"


def interleave(rounds: int, sides: Mapping[Key, Callable[[], Value]]) -> dict[Key, list[Value]]:
    """Runs every side once a round, so that a load that comes and goes weighs on all of them alike."""
    found: dict[Key, list[Value]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, run in sides.items():
            found[name].append(run())
    return found


def median(values: Iterable[float]) -> float:
    return statistics.median(values)
