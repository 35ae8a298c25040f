"""Holds two emulators of AWS to the contracts of the backends: MiniStack, which the stack runs on, and moto.

They have nothing in common, so a mistake of one that the code has come to rely on shows on the other. Where a test
leaves out what moto lacks, it says so: see `Emulator` in tests/tests/emulator, and docs/adr/0046-a-second-emulator.md.
"""

import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stack import ROOT, TOOLS, step, stop

TESTS = [
    "cargo",
    *("test", "--quiet", "--locked", "--workspace"),
    *("--features", "tests/emulator", "--test", "emulator"),
]
# moto's SES keeps the HTML of a mail and forgets the text, which the contract of mail compares.
NOT_ON_MOTO = ["--skip", "ses_keeps_the_contract"]

MOTO = [TOOLS / "moto" / "bin" / "python", ROOT / "infra" / "second_emulator" / "main.py"]
START_SECONDS = 60
STOP_SECONDS = 10


def hold_ministack(environment: dict[str, str]) -> int:
    """The stack of this environment has to run."""
    return run_tests(environment, "ministack", f"http://127.0.0.1:{environment['INVITE_PORT']}")


def hold_moto(environment: dict[str, str], port: int, log: Path) -> int:
    with moto(port, log) as endpoint:
        return run_tests(environment, "moto", endpoint, "--", *NOT_ON_MOTO)


def run_tests(environment: dict[str, str], emulator: str, endpoint: str, *arguments: str) -> int:
    asked = {**environment, "TEST_AWS_EMULATOR": emulator, "TEST_AWS_ENDPOINT_URL": endpoint}
    with step(f"contracts on {emulator}"):
        return subprocess.run([*TESTS, *arguments], cwd=ROOT, env=asked).returncode


@contextmanager
def moto(port: int, log: Path) -> Iterator[str]:
    """The address of a server that runs until the block ends. All that it knows is in its memory."""
    endpoint = f"http://127.0.0.1:{port}"
    with log.open("wb") as said:
        process = subprocess.Popen(
            [*MOTO, str(port)],
            # It needs no more, and nobody's credentials of AWS.
            env={"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        wait_until_ready(process, endpoint, log)
        yield endpoint
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until_ready(process: subprocess.Popen, endpoint: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not is_ready(endpoint):
        if process.poll() is not None or time.monotonic() > deadline:
            lines = log.read_text(errors="replace").splitlines() or ["it said nothing."]
            stop(f"moto did not start: {lines[-1]}\nEverything that was said is in {log}.")
        time.sleep(0.1)


def is_ready(endpoint: str) -> bool:
    try:
        with urllib.request.urlopen(f"{endpoint}/moto-api/data.json", timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False
