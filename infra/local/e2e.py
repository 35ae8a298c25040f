"""`make test-e2e`: the suite in tests/e2e on a stack of its own, which never touches one that `make up` started.

The table's contract is held against the same emulator.
"""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
HOME = ROOT / ".local" / "e2e"


def main(arguments: list[str]) -> int:
    shutil.rmtree(HOME, ignore_errors=True)
    port = free_port()
    environment = {
        **os.environ,
        "INVITE_PORT": str(port),
        "INVITE_LOCAL_DIR": str(HOME),
        "TEST_AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "PYTHONDONTWRITEBYTECODE": "1",
    }

    def run(*command: str) -> int:
        return subprocess.run(command, cwd=ROOT, env=environment).returncode

    python = sys.executable
    try:
        code = (
            run(python, "infra/local/up.py")
            or run("cargo", "test", "--quiet", "--locked", "--package", "tests", "--features", "emulator", "--test", "emulator")
            or run(python, "-m", "pytest", "-p", "no:cacheprovider", "tests/e2e", *arguments)
        )
        if code != 0 and (HOME / "outputs.json").exists():
            print("\nWhat the functions said last:", flush=True)
            said = subprocess.run([sys.executable, "infra/local/logs.py"], cwd=ROOT, env=environment, capture_output=True, text=True)
            print("\n".join(said.stdout.splitlines()[-60:]), flush=True)
        return code
    finally:
        run(python, "infra/local/down.py")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
