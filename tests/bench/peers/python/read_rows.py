"""Reads a workbook with openpyxl's streaming reader: `python read_rows.py FILE`."""

import sys
import time

from memory import peak_kb
from openpyxl import load_workbook


def main(path: str) -> None:
    started = time.perf_counter()
    book = load_workbook(path, read_only=True)
    rows = sum(any(value not in (None, "") for value in row) for row in book.worksheets[0].iter_rows(values_only=True))
    milliseconds = (time.perf_counter() - started) * 1000
    print(f"rows={rows} parse_ms={milliseconds:.2f} peak_rss_kb={peak_kb()}")


if __name__ == "__main__":
    main(sys.argv[1])
