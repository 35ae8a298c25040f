"""`make bench`: our side and the peers in one run, in turn, with the targets beside what was measured.

`bench.py start limited parsing drain pages` runs the parts that are named, and without a name all of them.
Ends with an error when a target is missed by more than its tolerance.
"""

import argparse
import os
import platform
import subprocess
import sys
from pathlib import Path

import drain
import limited
import pages
import parsing
import peers
import start
from measure import Report
from peers import ROOT

PARTS = ("start", "limited", "parsing", "drain", "pages")


def main() -> int:
    arguments = argparse.ArgumentParser(prog="bench.py", description=__doc__.splitlines()[0])
    arguments.add_argument("parts", nargs="*", choices=[*PARTS, []], help="default: all of them")
    arguments.add_argument(
        "--profile",
        default="release",
        help="the Cargo profile of what is measured (default: release); `ship` is what is deployed",
    )
    wanted = arguments.parse_args()
    parts = wanted.parts or PARTS

    report = Report()
    installed = peers.install()
    report.heading("Machine")
    print(f"{processor()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {installed.versions}")
    if "start" in parts:
        start.run(report, installed, build(wanted.profile))
    if "limited" in parts:
        limited.run(report, build(wanted.profile))
    if "parsing" in parts:
        parsing.run(report, installed, wanted.profile)
    if "drain" in parts:
        drain.run(report, drain.PEOPLE)
    if "pages" in parts:
        pages.run(report)
    return report.conclude()


def build(profile: str):
    """Where the functions of a profile are, up to date."""
    command = ["cargo", "build", "--locked", "--bins", "--profile", profile]
    if subprocess.run(command, cwd=ROOT).returncode != 0:
        sys.exit("The functions do not build; Cargo's message is above.")
    return ROOT / "target" / profile


def processor() -> str:
    try:
        with Path("/proc/cpuinfo").open() as lines:
            return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()


if __name__ == "__main__":
    sys.exit(main())
