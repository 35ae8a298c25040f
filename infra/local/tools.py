"""Installs one set of Python tools, at pinned versions, into the checkout: `tools.py emulator`.

The sets are kept apart because the emulator and the SAM CLI ask for different versions of the same packages.
"""

import subprocess
import sys
import time
import venv
from pathlib import Path

from progress import Progress

HERE = Path(__file__).resolve().parent
TOOLS = HERE.parent.parent / ".tools"


def main(name: str) -> None:
    started = time.monotonic()
    wanted = HERE / f"requirements-{name}.txt"
    home = TOOLS / name
    print(f"[tools] {name}: installing into .tools/{name} ...", flush=True)
    venv.create(home, with_pip=True, clear=True)
    if install(home, wanted) != 0:
        sys.exit(f"[tools] {name}: pip could not install {wanted.name}; is a package index reachable?")
    (home / ".ready").touch()
    print(f"[tools] {name}: ready after {time.monotonic() - started:.0f} s", flush=True)


def install(home: Path, wanted: Path) -> int:
    """Runs pip and counts its packages; the code that it ended with."""
    total = sum(1 for line in wanted.read_text().splitlines() if line and not line.startswith("#"))
    pip = [str(home / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install", "--progress-bar", "off"]
    process = subprocess.Popen([*pip, "--requirement", str(wanted)], stdout=subprocess.PIPE, text=True)
    progress, loaded = Progress(), 0
    for line in process.stdout:
        loaded += line.startswith("Collecting ")
        progress.show(f"{min(loaded, total)} of {total} packages loaded")
    progress.end()
    return process.wait()


if __name__ == "__main__":
    main(sys.argv[1])
