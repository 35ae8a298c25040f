"""Installs one set of Python tools, at pinned versions, into the checkout: `tools.py emulator`.

The sets are kept apart because the emulator and the SAM CLI ask for different versions of the same packages.
"""

import subprocess
import sys
import time
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOOLS = HERE.parent.parent / ".tools"


def main(name: str) -> None:
    if sys.version_info < (3, 10):
        sys.exit(f"Python 3.10 or newer is needed; this is {sys.version.split()[0]}. Set PYTHON=python3.11, say.")
    started = time.monotonic()
    wanted = HERE / f"requirements-{name}.txt"
    home = TOOLS / name
    print(f"[tools] {name}: installing into .tools/{name} ...", flush=True)
    venv.create(home, with_pip=True, clear=True)
    pip = [str(home / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--quiet"]
    done = subprocess.run([*pip, "install", "--requirement", str(wanted)])
    if done.returncode != 0:
        sys.exit(f"[tools] {name}: pip could not install {wanted.name}; is a package index reachable?")
    (home / ".ready").touch()
    print(f"[tools] {name}: ready after {time.monotonic() - started:.0f} s", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
