"""Starts and stops the emulator of AWS: one process on loopback, IAM enforced, its state in the local folder."""

import hashlib
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from stack import ENDPOINT, LOCAL, PORT, REGION, ROOT, TOOLS, step, stop

PID_FILE = LOCAL / "emulator.pid"
LOG = LOCAL / "emulator.log"
# It waits for the calls that it has begun, and functions may take as long.
STOP_SECONDS = 120
START_SECONDS = 60
PROGRAM = ROOT / "infra" / "emulator" / "main.py"
REQUIREMENTS = ROOT / "infra" / "local" / "requirements-emulator.txt"


def check_port() -> None:
    """Stops and says what to do where another program has the port."""
    if running() is not None or not taken():
        return
    other = "the stack of another folder" if ready() else "another program"
    stop(
        f"A free port {PORT}: {other} listens on 127.0.0.1:{PORT}. "
        f"{'Run `make down` there' if ready() else 'Stop it'}, or choose another port: INVITE_PORT=4600 make demo"
    )


def code() -> str:
    """A digest of what the emulator is made from: its packages, what is added to it, and how it is started."""
    parts = [*sorted(PROGRAM.parent.glob("*.py")), REQUIREMENTS, Path(__file__)]
    return hashlib.sha256(b"".join(hashlib.sha256(path.read_bytes()).digest() for path in parts)).hexdigest()


def start() -> None:
    """Does nothing when it runs already, from the same code."""
    if (pid := running()) is not None and PID_FILE.read_text().split()[1:] == [code()]:
        wait_until_ready(pid)
        return
    if pid is not None:
        print("[emulator] its code has changed", flush=True)
        halt()
    check_port()
    state, scratch = LOCAL / "state", LOCAL / "tmp"
    state.mkdir(parents=True, exist_ok=True)
    scratch.mkdir(exist_ok=True)
    with step("emulator"):
        with LOG.open("ab") as log:
            process = subprocess.Popen(
                [TOOLS / "emulator" / "bin" / "python", PROGRAM, LOCAL],
                env=environment(state, scratch),
                cwd=LOCAL,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        PID_FILE.write_text(f"{process.pid} {code()}")
        deadline = time.monotonic() + START_SECONDS
        while not ready():
            if process.poll() is not None or time.monotonic() > deadline:
                PID_FILE.unlink(missing_ok=True)
                process.kill()
                stop(f"The emulator did not start: {last_words()}\nEverything that was said is in {LOG}.")
            time.sleep(0.1)


def environment(state: Path, scratch: Path) -> dict[str, str]:
    """Functions inherit the emulator's environment, so it is given only what it needs."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", str(LOCAL)),
        "TMPDIR": str(scratch),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(PORT),
        # Seconds for which a function's idle process is kept. When a hundred end at once, five minutes after a burst by
        # default, the emulator answers nobody for half a minute.
        "LAMBDA_WARM_TTL_SECONDS": "3600",
        "MINISTACK_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        # An address, not a name: it makes the SDKs ask for buckets by path.
        "AWS_ENDPOINT_URL": ENDPOINT,
        "AUTH": "true",
        "PERSIST_STATE": "1",
        "STATE_DIR": str(state),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(state / "s3"),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
    }


def last_words() -> str:
    """The end of the log, which is the reason where a start was refused."""
    lines = LOG.read_text(errors="replace").splitlines()
    return lines[-1] if lines else "it said nothing."


def wait_until_ready(pid: int) -> None:
    """For the emulator that runs already, which may have been started a moment ago."""
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if time.monotonic() > deadline:
            stop(f"The emulator (process {pid}) does not answer: `make down`, then try again. {LOG} may say why.")
        time.sleep(0.1)


def halt() -> None:
    """Stops the process that `start` started, and waits until it has saved its state and left the port."""
    pid = running()
    if pid is None:
        PID_FILE.unlink(missing_ok=True)
        print(f"Nothing to stop: no emulator was started from {LOCAL}.")
        return
    with step("stop"):
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while alive(pid) or taken():
            if time.monotonic() > deadline:
                stop(f"The emulator (process {pid}) does not stop; {LOG} may say why.")
            time.sleep(0.1)
        PID_FILE.unlink(missing_ok=True)


def running() -> int | None:
    """The process that was started from this folder, if it is still the emulator."""
    try:
        pid = int(PID_FILE.read_text().split()[0])
    except (FileNotFoundError, ValueError, IndexError):
        return None
    # A process id is used again after a restart of the machine: never touch a stranger.
    command = subprocess.run(["ps", "-ww", "-p", str(pid), "-o", "args="], capture_output=True, text=True).stdout
    return pid if str(PROGRAM) in command and "<defunct>" not in command else None


def alive(pid: int) -> bool:
    state = subprocess.run(["ps", "-p", str(pid), "-o", "stat="], capture_output=True, text=True).stdout.strip()
    return bool(state) and not state.startswith("Z")


def taken() -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", PORT)) == 0


def ready() -> bool:
    try:
        with urllib.request.urlopen(f"{ENDPOINT}/_ministack/ready", timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


if __name__ == "__main__":
    check_port()
