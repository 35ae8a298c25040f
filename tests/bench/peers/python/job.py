"""What becomes of an upload, with openpyxl: read, check every row, find those that repeat another, encode all of them.

`python job.py FILE`. The checks are fewer than ours.
"""

import json
import re
import sys
import time

from memory import peak_kb
from openpyxl import load_workbook

FIELDS = (
    "email",
    "username",
    "firstName",
    "lastName",
    "countryCode",
    "contactNumber",
    "organisation",
    "department",
    "seed",
    "reason",
)
LINES_ABOVE = 3
EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


def faults_of(row: dict[str, str]) -> list[str]:
    faults = [] if EMAIL.fullmatch(row["email"]) else ["email"]
    faults += [name for name in ("firstName", "lastName", "organisation", "reason") if not 0 < len(row[name]) <= 255]
    if not re.fullmatch("[0-9]{8}", row["contactNumber"]):
        faults.append("contactNumber")
    if row["seed"] not in ("Yes", "No"):
        faults.append("seed")
    return faults


def main(path: str) -> None:
    started = time.perf_counter()
    seen: set[str] = set()
    size = 0
    book = load_workbook(path, read_only=True)
    lines = book.worksheets[0].iter_rows(min_row=LINES_ABOVE + 1, min_col=2, max_col=len(FIELDS) + 1, values_only=True)
    number = 0
    for number, line in enumerate(lines, start=1):
        row = {name: "" if value is None else str(value).strip() for name, value in zip(FIELDS, line, strict=False)}
        repeats = row["email"].lower() in seen
        seen.add(row["email"].lower())
        record = {
            "number": number,
            "sheetRow": number + LINES_ABOVE,
            "row": row,
            "faults": faults_of(row),
            "repeats": repeats,
        }
        size += len(json.dumps(record))
    if size == 0:
        sys.exit("no rows")
    milliseconds = (time.perf_counter() - started) * 1000
    print(f"rows={number} parse_ms={milliseconds:.2f} peak_rss_kb={peak_kb()}")


if __name__ == "__main__":
    main(sys.argv[1])
