"""pandas: tables as analysts save them, with an index, titles in two rows, and floating-point numbers beside blanks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pandas

from book import FIELDS, Book, Expected, Row, Sheet
from lists import TITLES
from people import Person, people

GROUPS = ("Account", "Account", "Person", "Person", "Phone", "Phone", "Work", "Work", "Licence", "Why")


def frame(drawn: list[Person]) -> pandas.DataFrame:
    """A table of people. What is blank is not a number, so numbers beside it have decimals."""
    rows = [{title: person.texts[field] for title, field in zip(TITLES, FIELDS, strict=True)} for person in drawn]
    table = pandas.DataFrame(rows)
    table["Contact Number"] = pandas.to_numeric(table["Contact Number"])
    codes = ["" if person.texts["countryCode"] == "65" else person.texts["countryCode"] for person in drawn]
    table["Country Code"] = pandas.to_numeric(pandas.Series(codes), errors="coerce")
    return table.replace("", None)


def book(shape: str, drawn: list[Person], place: tuple[int, int], remarks: tuple[str, ...] = ()) -> Book:
    """What has to be read of the table. `place` is that of the first address."""
    rows = []
    for at, person in enumerate(drawn, place[0]):
        texts = {field: value for field, value in person.texts.items() if value}
        if texts["countryCode"] == "65":
            del texts["countryCode"]
        rows.append(Row(at, texts))
    columns = {field: at for at, field in enumerate(FIELDS, place[1])}
    return Book(shape, [Sheet("Sheet1")], [Expected(rows=rows, remarks=list(remarks))], columns)


def with_index(table: pandas.DataFrame, path: Path, engine: str) -> tuple[int, int]:
    table.to_excel(path, engine=engine)
    return 2, 2


def without_index(table: pandas.DataFrame, path: Path, engine: str) -> tuple[int, int]:
    table.to_excel(path, engine=engine, index=False, freeze_panes=(1, 0))
    return 2, 1


def further_down(table: pandas.DataFrame, path: Path, engine: str) -> tuple[int, int]:
    table.to_excel(path, engine=engine, index=False, startrow=3, startcol=2)
    return 5, 3


def named_index(table: pandas.DataFrame, path: Path, engine: str) -> tuple[int, int]:
    table.index = pandas.RangeIndex(1, len(table) + 1, name="No.")
    table.to_excel(path, engine=engine)
    return 2, 2


def two_rows_of_titles(table: pandas.DataFrame, path: Path, engine: str) -> tuple[int, int]:
    table.columns = pandas.MultiIndex.from_tuples(list(zip(GROUPS, TITLES, strict=True)))
    table.to_excel(path, engine=engine)
    # pandas leaves a row for the name of the index.
    return 4, 2


def csv_with_index(table: pandas.DataFrame, path: Path, _engine: str) -> tuple[int, int]:
    table.to_csv(path)
    return 2, 2


def csv_without_index(table: pandas.DataFrame, path: Path, _engine: str) -> tuple[int, int]:
    table.to_csv(path, index=False, sep=";", encoding="utf-8-sig")
    return 2, 1


Save = Callable[[pandas.DataFrame, Path, str], tuple[int, int]]
SAVED: tuple[tuple[Save, str, str], ...] = (
    *((save, "xlsx", "openpyxl") for save in (with_index, without_index, further_down, named_index)),
    *((save, "xlsx", "xlsxwriter") for save in (with_index, without_index, two_rows_of_titles)),
    (two_rows_of_titles, "xlsx", "openpyxl"),
    *((save, "ods", "odf") for save in (with_index, without_index)),
    *((save, "csv", "") for save in (csv_with_index, csv_without_index)),
)


def written(folder: Path, seed: int, rounds: int) -> Iterator[tuple[str, Book, Path]]:
    """Writes the tables. Gives each with its label."""
    for save, extension, engine in SAVED:
        for number in range(rounds):
            shape = save.__name__.replace("_", " ")
            chance = Random(f"{seed} pandas {shape} {engine} {number}")
            drawn = people(chance, chance.choice((2, 12, 40)), "world")
            # One of each, so that the columns are of the kinds that pandas gives them.
            drawn[0].texts["countryCode"], drawn[1].texts["countryCode"] = "65", "60"
            path = folder / f"pandas {engine} {shape} {number}.{extension}"
            place = save(frame(drawn), path, engine)
            yield f"pandas {engine}".strip(), book(shape, drawn, place), path
