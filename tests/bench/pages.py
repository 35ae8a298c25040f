"""What officers wait for at the pages, in a browser: `pages.py`, or `pages.py --running` on the stack of `make up`.

It has a stack of its own, with an officer who has invited 10,000 people, unless `--running` says to use the other.
Most of each time is the emulator's, which interprets every request to the table.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from measure import AtMost, Column, Report
from own_stack import ROOT, own_stack

INVITED = 10_000
FILES, FILE_PEOPLE = 3, 1000
# The brief's, at the 95th percentile; generous where most of what is measured is the emulator, which interprets every
# request.
TARGETS = {
    "first paint, slow 4G": 1000,
    f"{FILE_PEOPLE:,} people: file chosen, list with its faults": 3000,
    f"{FILE_PEOPLE:,} people: a cell changed and checked": 300,
    "10,000 people: a frame while scrolling": 50,
    "10,000 invites, the page again: the answer": 300,
    "10,000 invites, the next 50: the answer": 300,
    "10,000 invites, one found: the answer": 300,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="pages.py", description=__doc__.splitlines()[0])
    parser.add_argument("--running", action="store_true", help="use the stack that runs already")
    wanted = parser.parse_args()
    report = Report()
    with own_stack(running=wanted.running) as own:
        from crowd import Crowd
        from demo import Officer
        from invited import invited
        from stack import outputs

        report.heading("The pages, in a browser")
        invited(Officer(outputs()), INVITED)
        with tempfile.TemporaryDirectory() as folder:
            for number in range(FILES):
                (Path(folder) / f"{number}.xlsx").write_bytes(Crowd.of(FILE_PEOPLE).file())
            show(report, browse(folder))
        status = report.conclude()
        own.is_kept = status != 0
    return status


def browse(folder: str) -> dict[str, list[float]]:
    command = ["node", str(ROOT / "portal" / "tests" / "bench" / "pages.mjs"), folder]
    done = subprocess.run(command, cwd=ROOT / "portal", stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit("The browser did not come to the end; its message is above.")
    return json.loads(done.stdout)


def show(report: Report, times: dict[str, list[float]]) -> None:
    columns = [Column("times", digits=0), Column("median, ms", digits=0), Column("95th, ms", digits=0)]
    rows = {name: [len(found), statistics.median(found), high(found)] for name, found in times.items()}
    report.table("what is waited for", columns, rows)
    for name, limit in TARGETS.items():
        report.check(f"{name}, 95th", high(times[name]), AtMost(limit), " ms")


def high(found: list[float]) -> float:
    """The 95th percentile."""
    if len(found) == 1:
        return found[0]
    return statistics.quantiles(found, n=20, method="inclusive")[-1]


def run(report: Report) -> None:
    """As a part of `make bench`, in a process whose stack is its own."""
    if subprocess.run([sys.executable, __file__]).returncode != 0:
        report.missed.append("the pages: see their own lines")


if __name__ == "__main__":
    sys.exit(main())
