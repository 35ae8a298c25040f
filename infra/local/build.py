"""Builds every function with one run of Cargo, and lays each binary where the template's CodeUri looks for it."""

import filecmp
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from progress import Progress
from stack import BUILD, ROOT, step, stop

# What Cargo says of its own accord; warnings and errors are what is left.
COUNT = re.compile(r"Building \[[^]]*\] (\d+)/(\d+)")
TALK = re.compile(r"^\s*(Compiling|Finished|Updating|Locking|Downloading|Downloaded|Blocking|Building|Adding)\b")
COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")

PROFILE = os.environ.get("INVITE_PROFILE", "release")
# Cargo keeps `dev` in a folder of another name.
FOLDER = "debug" if PROFILE == "dev" else PROFILE


def functions() -> list[str]:
    return sorted(folder.parent.name for folder in (ROOT / "functions").glob("*/Cargo.toml"))


def build() -> None:
    """For this machine's own processor: the emulator runs functions as processes."""
    with step(f"build {len(functions())} functions"):
        if run_cargo() != 0:
            stop("The functions do not build; Cargo's message is above.")
        target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
        for name in functions():
            built, laid = target / FOLDER / name, BUILD / name / "bootstrap"
            # An untouched file keeps its time and so its checksum in the package: nothing is uploaded twice.
            if not laid.exists() or not filecmp.cmp(built, laid, shallow=False):
                laid.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(built, laid)


def run_cargo() -> int:
    """Runs the build and counts its crates; the code that Cargo ended with."""
    counted = {"CARGO_TERM_PROGRESS_WHEN": "always", "CARGO_TERM_PROGRESS_WIDTH": "100"}
    command = ["cargo", "build", "--profile", PROFILE, "--locked", "--bins"]
    if PROFILE == "dev":
        # With the members and features of the Rust tests, so that what those have built is not built again.
        command.append("--workspace")
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **counted}, stderr=subprocess.PIPE)
    progress = Progress()
    # A progress bar ends with a carriage return, which counts as the end of a line.
    for line in map(plain, lines_of(process.stderr)):
        if count := COUNT.search(line):
            progress.show(f"{count[1]} of {count[2]} crates and programs")
        elif line.strip() and not TALK.match(line):
            progress.end()
            print(line, file=sys.stderr, flush=True)
    progress.end()
    return process.wait()


def lines_of(stream):
    """The lines of a stream as they come, each ended by a line feed or a carriage return."""
    rest = b""
    while piece := stream.read1():
        *lines, rest = re.split(rb"[\r\n]", rest + piece)
        yield from lines
    if rest:
        yield rest


def plain(line: bytes) -> str:
    return COLOURS.sub("", line.decode(errors="replace")).rstrip()


if __name__ == "__main__":
    build()
