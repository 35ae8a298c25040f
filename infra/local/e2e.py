"""`make test-e2e`: the suite in tests/e2e on a stack of its own, which touches neither that of `make up` nor another run's.

The contracts of the backends are held against the same emulator, and the portal is used in a browser as people use it.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def main(arguments: list[str]) -> int:
    (ROOT / ".local").mkdir(exist_ok=True)
    home = Path(tempfile.mkdtemp(prefix="e2e-", dir=ROOT / ".local"))
    port, code = free_port(), 1
    environment = {
        **os.environ,
        "INVITE_PORT": str(port),
        "INVITE_LOCAL_DIR": str(home),
        "TEST_AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "PYTHONDONTWRITEBYTECODE": "1",
        # Building takes most of the time of a run, and the Rust tests have built nearly all of this profile.
        "INVITE_PROFILE": "dev",
    }

    def run(*command: str) -> int:
        return subprocess.run(command, cwd=ROOT, env=environment).returncode

    python = sys.executable
    try:
        code = (
            run(python, "infra/local/up.py")
            or run(
                "cargo",
                "test",
                "--quiet",
                "--locked",
                "--workspace",
                "--features",
                "tests/emulator",
                "--test",
                "emulator",
            )
            or run(python, "-m", "pytest", "-p", "no:cacheprovider", "tests/e2e", *arguments)
            or run("npm", "--prefix", "portal", "run", "--silent", "e2e")
        )
        if code != 0 and (home / "outputs.json").exists():
            said = subprocess.run(
                [python, "infra/local/logs.py"], cwd=ROOT, env=environment, capture_output=True, text=True
            ).stdout
            (home / "functions.log").write_text(said)
            loud = [line for line in said.splitlines() if '"level":"WARN"' in line or '"level":"ERROR"' in line]
            print("\nWhat functions complained about:", *loud[-40:], sep="\n", flush=True)
        return code
    finally:
        run(python, "infra/local/down.py")
        if code == 0:
            shutil.rmtree(home, ignore_errors=True)
        else:
            print(f"\nWhat was said is in {home}: functions.log, emulator.log, deploy.log.", flush=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
