"""What a writer in another language is told, as lines of JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from book import Book, Sheet


def line(book: Book, path: Path, **more) -> str:
    sheets = [_sheet(sheet) for sheet in book.sheets]
    return json.dumps({"path": str(path), "sheets": sheets, "decorations": sorted(book.decorations), **more})


def _sheet(sheet: Sheet) -> dict:
    return {
        "name": sheet.name,
        "cells": [[row, column, asdict(cell)] for (row, column), cell in sorted(sheet.cells.items())],
        "is_hidden": sheet.is_hidden,
        "merges": sheet.merges,
        "hidden_rows": sorted(sheet.hidden_rows),
        "hidden_columns": sorted(sheet.hidden_columns),
        "table": sheet.table,
        "has_image": sheet.has_image,
        "has_chart": sheet.has_chart,
        "header": sheet.header,
        "last_row": sheet.last_row,
        "last_column": sheet.last_column,
    }
