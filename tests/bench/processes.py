"""The emulator's processes: what each function has used of the processor, and how to end them without a word."""

import os
import signal
import threading

from logs import short
from proc import PROC, tree

SAMPLE_SECONDS = 0.5
EMULATOR = "the emulator"


def function_of(pid: int) -> str | None:
    """The name of the function that a process runs, as its folder; None for the emulator itself."""
    try:
        command = (PROC / str(pid) / "cmdline").read_bytes().split(b"\0")[0]
        variables = (PROC / str(pid) / "environ").read_bytes().split(b"\0")
    except OSError:
        return None
    if not command.endswith(b"/bootstrap"):
        return None
    name = next((v.split(b"=", 1)[1].decode() for v in variables if v.startswith(b"AWS_LAMBDA_FUNCTION_NAME=")), None)
    return None if name is None else short(name)


def kill_functions(root: int) -> int:
    """Ends every function in the midst of what it does; returns how many there were."""
    killed = 0
    for pid in tree(root):
        if function_of(pid) is None:
            continue
        try:
            os.kill(pid, signal.SIGKILL)
            killed += 1
        except ProcessLookupError:
            continue
    return killed


class CpuMeter:
    """Adds up the processor's time by function, also of processes that end on the way."""

    def __init__(self, root: int):
        self._root = root
        self._names: dict[int, str] = {}
        self._first: dict[int, float] = {}
        self._last: dict[int, float] = {}
        self._stop = threading.Event()
        self._sample(is_first=True)
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "CpuMeter":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._sample()

    def follow(self, root: int) -> None:
        """Goes on with another emulator."""
        self._root = root

    def seconds(self) -> dict[str, float]:
        """By function, and what the emulator used itself."""
        used: dict[str, float] = {}
        for pid, last in self._last.items():
            name = self._names[pid]
            used[name] = used.get(name, 0) + last - self._first[pid]
        return dict(sorted(used.items()))

    def _run(self) -> None:
        while not self._stop.wait(SAMPLE_SECONDS):
            self._sample()

    def _sample(self, is_first: bool = False) -> None:
        for process in tree(self._root).values():
            if process.pid not in self._names:
                self._names[process.pid] = function_of(process.pid) or EMULATOR
                # What started after the meter did counts from its beginning.
                self._first[process.pid] = process.cpu_seconds if is_first else 0
            self._last[process.pid] = process.cpu_seconds
