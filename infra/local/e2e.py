"""`make test-e2e`: the suite in tests/e2e on a stack of its own, which touches no other stack of this machine.

The contracts of the backends are checked on the same emulator and on a second one, and the portal is used in a browser
as people use it.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import contracts

ROOT = Path(__file__).resolve().parent.parent.parent
PYTHON = sys.executable
BROWSER = ["npm", "--prefix", "portal", "run", "--silent", "e2e"]


def main(arguments: list[str]) -> int:
    (ROOT / ".local").mkdir(exist_ok=True)
    home = Path(tempfile.mkdtemp(prefix="e2e-", dir=ROOT / ".local"))
    environment = own_environment(home, free_port())
    code = 1
    try:
        code = run_all(environment, home, arguments)
        return code
    finally:
        if code != 0 and (home / "outputs.json").exists():
            with (home / "functions.log").open("w") as log:
                run(environment, PYTHON, "infra/local/logs.py", stdout=log)
        run(environment, PYTHON, "infra/local/down.py")
        if code == 0:
            shutil.rmtree(home, ignore_errors=True)
        else:
            print(f"\nWhat was said is in {home}: functions.log, emulator.log, deploy.log, moto.log.", flush=True)


def run_all(environment: dict[str, str], home: Path, arguments: list[str]) -> int:
    """Every part after the other; the code of the first that fails."""
    code = (
        run(environment, PYTHON, "infra/local/up.py")
        or contracts.hold_ministack(environment)
        or contracts.hold_moto(environment, free_port(), home / "moto.log")
        or run(environment, PYTHON, "-m", "pytest", "-p", "no:cacheprovider", "tests/e2e", *arguments)
    )
    if code != 0:
        return code
    began = time.time()
    code = run(environment, *BROWSER)
    if code != 0:
        print("\nWhat functions complained about while the browser's tests ran:", flush=True)
        run(environment, PYTHON, "infra/local/complaints.py", str(began))
    return code


def run(environment: dict[str, str], *command: str, stdout=None) -> int:
    return subprocess.run(command, cwd=ROOT, env=environment, stdout=stdout).returncode


def own_environment(home: Path, port: int) -> dict[str, str]:
    return {
        **os.environ,
        "INVITE_PORT": str(port),
        "INVITE_LOCAL_DIR": str(home),
        "PYTHONDONTWRITEBYTECODE": "1",
        # Building takes most of the time of a run, and the Rust tests have built nearly all of this profile.
        "INVITE_PROFILE": "dev",
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
