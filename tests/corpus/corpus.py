"""Lists by many writers, read by the product: `python corpus.py full`, or `quick` for a share of them.

Every list has people who are known before it is written. What the product reads must be those people, and what another
reader sees in the same cells. Then lists of a random structure are compared with what openpyxl reads.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import Pool
from pathlib import Path
from random import Random

from book import Book, Expected
from comparing import differences, unlike
from generated import random_book, wanted_rows
from readings import see
from shapes import drawn
from writers import Writer, by_csv, by_libreoffice, by_odfpy, by_openpyxl, by_pandas, by_simple, by_xlsxwriter
from writers.batches import NODE_HOME, REFUSED, ROOT, Batch, by_node, by_rust

SEED = 20_261_129
FOLDER = ROOT / ".build" / "corpus"
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug" / "examples"
LEAST_LISTS, LEAST_WRITERS = 300, 9
LARGE = 500
"""Rows of a list that the quick share leaves out."""
WORKERS = 2
UNREADABLE = "xlsx-populate"
"""openpyxl refuses its formats and validations, so its lists are compared with the known people alone."""


@dataclass(frozen=True)
class Share:
    rounds: int
    """Lists of each shape by each writer."""
    generated: int
    has_large: bool


SHARES = {"quick": Share(1, 200, has_large=False), "full": Share(3, 2_000, has_large=True)}


@dataclass
class File:
    """A list that was written."""

    label: str
    """Its writer."""
    book: Book
    path: Path
    readings: list[dict]
    """What the product made of it, with each set of answers."""

    @property
    def name(self) -> str:
        return f"{self.label}, {self.book.shape} {self.book.number}"


def main(name: str) -> None:
    share = SHARES[name]
    started = time.monotonic()
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    listed, absent = lists(share)
    faults = judge("lists of known people", listed, check_list)
    random = generated(share.generated)
    faults += judge("generated lists", random, check_generated)
    writers = {file.label.split(" ")[0] for file in listed}
    print(f"[corpus] {table(listed)}")
    print(f"[corpus] {len(listed)} lists by {len(writers)} writers, and {len(random)} generated ones", end="")
    print(f", in {time.monotonic() - started:.0f} s.")
    for program in absent:
        print(f"[corpus] NOT RUN: {program} is not installed, so none of these lists is from it.")
    if len(listed) < LEAST_LISTS or len(writers) < LEAST_WRITERS or len(random) < share.generated:
        faults.append(f"there should be {LEAST_LISTS} lists by {LEAST_WRITERS} writers at least")
    for fault in faults[:20]:
        print(f"[corpus] {fault}", file=sys.stderr)
    skipped = f", {len(absent)} skipped" if absent else ""
    print(f"{len(listed) + len(random) - len(faults)} passed, {len(faults)} failed{skipped}")
    sys.exit(1 if faults else 0)


# ---------------------------------------------------------------------------------------------------------- writing


def lists(share: Share) -> tuple[list[File], list[str]]:
    """Writes every list with every writer that can, and the names of the writers that are not installed."""
    node, rust = batches()
    writers = [*python_writers(), *by_node(node), *by_rust(rust)]
    books = [book for book in drawn(SEED, share.rounds) if share.has_large or len(book.list.cells) < LARGE * 10]
    files = [write(writer, book) for writer in writers for book in books if writer.takes(book)]
    files += of_other_formats(node, books)
    node.finish()
    rust.finish()
    files += [File(label, book, path, []) for label, book, path in by_pandas.written(FOLDER, SEED, share.rounds + 1)]
    files += filled_templates(books)
    soffice = by_libreoffice.program()
    if soffice is None:
        return files, ["LibreOffice"]
    opened = [(file.book, file.path) for file in files if file.label == "openpyxl"]
    files += [File(label, book, path, []) for label, book, path in by_libreoffice.save_again(soffice, opened, FOLDER)]
    return files, []


def batches() -> tuple[Batch, Batch]:
    script = Path(__file__).parent / "node" / "write.js"
    return Batch(["node", script], NODE_PATH=str(NODE_HOME / "node_modules")), Batch([TARGET / "written"])


def python_writers() -> list[Writer]:
    modules = (by_openpyxl, by_xlsxwriter, by_simple, by_odfpy, by_csv)
    return [writer for module in modules for writer in module.WRITERS]


def write(writer: Writer, book: Book) -> File:
    folder = FOLDER / writer.label
    folder.mkdir(exist_ok=True)
    path = folder / f"{book.shape} {book.number}.{writer.extension}"
    writer.write(book, path)
    return File(writer.label, book, path, [])


def of_other_formats(node: Batch, books: list[Book]) -> list[File]:
    """The first list in every format that is refused."""
    files = []
    for number, (program, options, code) in enumerate(REFUSED):
        name = {"sheetjs": "SheetJS", "populate": "xlsx-populate"}[program]
        writer = node.writer(name, frozenset(), writer=program, options=options)
        refused = replace(books[0], shape="another format", number=number, expected=[Expected(code)])
        files.append(write(writer, refused))
    return files


def filled_templates(books: list[Book]) -> list[File]:
    """The template that officers download, filled in by a program."""
    template = FOLDER / "template.xlsx"
    subprocess.run([TARGET / "written"], input=json.dumps({"template": str(template)}), text=True, check=True)
    fill = by_openpyxl.fill_in(template)
    writer = Writer("openpyxl", "xlsx", frozenset(), fill, "template")
    return [write(writer, further_down(book)) for book in books if book.shape == "the template"]


def further_down(book: Book) -> Book:
    """The same list under the banner of the template."""
    down = 3
    sheet = book.list
    moved = {(row + down, column): cell for (row, column), cell in sheet.cells.items()}
    rows = [replace(row, number=row.number + down) for row in book.expected[0].rows]
    lower = replace(sheet, cells=moved, header=(sheet.header[0] + down, *sheet.header[1:]))
    return replace(book, shape="the template filled in", sheets=[lower], expected=[Expected(rows=rows)])


def generated(count: int) -> list[File]:
    """Writes random lists, each with the next writer of workbooks."""
    node, rust = batches()
    writers = [*python_writers(), *by_node(node), *by_rust(rust)]
    writers = [writer for writer in writers if writer.extension == "xlsx" and writer.name != UNREADABLE]
    files = []
    for number in range(count):
        writer = writers[number % len(writers)]
        book = random_book(Random(f"{SEED} generated {number}"), writer.can)
        book.number = number
        files.append(write(writer, book))
    node.finish()
    rust.finish()
    return files


# ---------------------------------------------------------------------------------------------------------- reading


def judge(what: str, files: list[File], check: Callable[[File], list[str]]) -> list[str]:
    """What is wrong with each file of which something is."""
    print(f"[corpus] reading {len(files)} {what} ...", flush=True)
    for (file, _), reading in zip(wanted(files), read(files), strict=True):
        file.readings.append(reading)
    with Pool(WORKERS, warnings.simplefilter, ("ignore",)) as pool:
        found = pool.map(partial(checked, check), files, chunksize=8)
    return [
        f"{file.name} ({file.path}): {'; '.join(faults[:3])}"
        for file, faults in zip(files, found, strict=True)
        if faults
    ]


def checked(check: Callable[[File], list[str]], file: File) -> list[str]:
    try:
        return check(file)
    except Exception as error:
        return [f"another reader cannot read it: {error!r}"]


def wanted(files: list[File]) -> Iterator[tuple[File, Expected]]:
    return ((file, expected) for file in files for expected in file.book.expected)


def read(files: list[File]) -> list[dict]:
    """What the product reads."""
    lines = [json.dumps({"file": str(file.path), "answers": it.answers}) for file, it in wanted(files)]
    command = [str(TARGET / "people")]
    found = subprocess.run(command, input="\n".join(lines), text=True, stdout=subprocess.PIPE, check=True)
    return [json.loads(line) for line in found.stdout.splitlines()]


def check_list(file: File) -> list[str]:
    faults = []
    for expected, reading in zip(file.book.expected, file.readings, strict=True):
        faults += differences(expected, reading)
    if faults or file.label == UNREADABLE or file.readings[-1]["outcome"] != "READ":
        return faults
    return list(unlike(file.book, file.readings[-1], see(file.path, file.book.listed)))


def check_generated(file: File) -> list[str]:
    [reading] = file.readings
    seen = see(file.path, 0)
    rows = [row["row"] for row in reading["rows"]]
    expected = wanted_rows(file.book, seen)
    if reading["outcome"] != ("READ" if expected else "FILE_NO_ROWS"):
        return [f"it is {reading['outcome']}: {reading['detail']}"]
    return [f"rows {rows} instead of {expected}"] if rows != expected else list(unlike(file.book, reading, seen))


def table(files: list[File]) -> str:
    counts = Counter(file.label for file in files)
    people = Counter()
    for file in files:
        people[file.label] += len(file.readings[-1]["rows"])
    rows = [f"{label:<32}{count:>6} lists{people[label]:>8} people" for label, count in sorted(counts.items())]
    return "\n         ".join(["by writer:", *rows])


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "full")
