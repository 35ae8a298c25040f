"""Reading a workbook: ours beside the reader that it is built on, and beside the readers of Node.js and Python.

Every program reads the same file, as a person's Excel would have saved it, in a process of its own.
"""

import re
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from measure import AtLeast, AtMost, Column, Report, interleave, median
from peers import HOME, ROOT, Peers

sys.path.insert(0, str(ROOT / "infra" / "local"))
import workbook

OURS, BARE = "ours: guard and read", "calamine, bare"
OPENPYXL, EXCELJS, SHEETJS = "openpyxl, read_only", "ExcelJS, streaming", "SheetJS"
# The whole job: read, check every row, find those that repeat another, encode.
JOB, JOB_PYTHON, JOB_NODE = "whole job: ours", "whole job: openpyxl", "whole job: ExcelJS"

# What is above the people in a workbook: two lines of a banner and the header.
LINES_ABOVE = 3


@dataclass(frozen=True)
class Size:
    rows: int
    rounds: int
    peak_mb: AtMost | None


SIZES = (Size(1_000, 7, None), Size(10_000, 5, AtMost(16)), Size(100_000, 5, AtMost(40)))
# Programs that take seconds for a file are not noisy, and get one round.
SLOW = (OPENPYXL, EXCELJS, SHEETJS, JOB_PYTHON, JOB_NODE)
SLOW_FROM_ROWS = 100_000


@dataclass(frozen=True)
class Reading:
    rows: int
    parse_ms: float
    process_ms: float
    peak_mb: float


def run(report: Report, peers: Peers, profile: str) -> None:
    ours = build_examples(profile)
    for size in SIZES:
        file = workbook_of(size.rows)
        report.heading(f"A workbook of {size.rows:,} rows ({file.stat().st_size:,} bytes; median of {size.rounds})")
        programs = {name: partial(read, command) for name, command in commands(ours, peers, file).items()}
        slow = {name: programs.pop(name) for name in SLOW} if size.rows >= SLOW_FROM_ROWS else {}
        readings = interleave(size.rounds, programs) | interleave(1, slow)
        check_rows(report, readings, size.rows)
        show(report, size, {name: typical(found) for name, found in readings.items()})


def show(report: Report, size: Size, found: dict[str, Reading]) -> None:
    ours, job = found[OURS], found[JOB]
    columns = [Column("read, ms", digits=1), Column("whole process, ms", digits=1), Column("peak memory, MB", digits=1)]
    report.table("program", columns, {name: [r.parse_ms, r.process_ms, r.peak_mb] for name, r in found.items()})
    rows = f"{size.rows:,} rows"
    report.check(f"{rows}: ours of bare calamine", ours.parse_ms / found[BARE].parse_ms, AtMost(1.5), " x")
    for peer, limit in ((OPENPYXL, 10), (EXCELJS, 4), (SHEETJS, 4)):
        report.check(f"{rows}: {peer} of ours", found[peer].parse_ms / ours.parse_ms, AtLeast(limit), " x")
    # A batch has at most 10,000 rows; more are read to see how the readers grow.
    for peer in (JOB_PYTHON, JOB_NODE) if size.rows <= 10_000 else ():
        report.check(
            f"{rows}: {peer} of ours, whole process", found[peer].process_ms / job.process_ms, AtLeast(12), " x"
        )
    if size.peak_mb is not None:
        report.check(f"{rows}: peak memory of reading", ours.peak_mb, size.peak_mb, " MB")


def commands(ours: Path, peers: Peers, file: Path) -> dict[str, Sequence[str | Path]]:
    return {
        BARE: [ours / "bare", file],
        OURS: [ours / "parse", file],
        OPENPYXL: [peers.python, peers.python_home / "read_rows.py", file],
        EXCELJS: [peers.node, peers.node_home / "exceljs.js", file],
        SHEETJS: [peers.node, peers.node_home / "sheetjs.js", file],
        JOB: [ours / "job", file, ROOT / "infra" / "domain-rules.json"],
        JOB_PYTHON: [peers.python, peers.python_home / "job.py", file],
        JOB_NODE: [peers.node, peers.node_home / "job.js", file],
    }


def build_examples(profile: str) -> Path:
    command = ["cargo", "build", "--profile", profile, "--locked", "--package", "sheet", "--examples"]
    if subprocess.run(command, cwd=ROOT).returncode != 0:
        sys.exit("The readers do not build; Cargo's message is above.")
    return ROOT / "target" / profile / "examples"


def workbook_of(rows: int) -> Path:
    """A workbook like that of `make demo`, mistakes included: made once and kept."""
    file = HOME / "workbooks" / f"{rows}.xlsx"
    if not file.exists():
        print(f"[bench] filling in {rows:,} rows ...", flush=True)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(workbook.write(workbook.people(rows, "bench")))
    return file


def read(command: Sequence[str | Path]) -> Reading:
    started = time.perf_counter()
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    process_ms = (time.perf_counter() - started) * 1000
    said = re.fullmatch(r"rows=(\d+) parse_ms=([\d.]+) peak_rss_kb=(\d+)\n", done.stdout)
    if said is None:
        sys.exit(f"{Path(command[0]).name} could not read the workbook: {done.stderr or done.stdout}")
    return Reading(int(said[1]), float(said[2]), process_ms, int(said[3]) / 1024)


def typical(readings: list[Reading]) -> Reading:
    return Reading(
        readings[0].rows,
        median(r.parse_ms for r in readings),
        median(r.process_ms for r in readings),
        median(r.peak_mb for r in readings),
    )


def check_rows(report: Report, readings: dict[str, list[Reading]], people: int) -> None:
    """A reader that leaves rows out is fast for no good reason."""
    for name, found in readings.items():
        wanted = people if name in (OURS, JOB, JOB_PYTHON, JOB_NODE) else people + LINES_ABOVE
        if any(reading.rows != wanted for reading in found):
            report.same(f"rows read by {name}", found[0].rows, wanted)
