"""What Linux says of the processes of this machine."""

import os
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Process:
    pid: int
    parent: int
    cpu_seconds: float


def all_processes() -> dict[int, Process]:
    found = {}
    for folder in PROC.iterdir():
        if not folder.name.isdigit():
            continue
        try:
            process = process_of(int(folder.name))
        except OSError:
            continue
        found[process.pid] = process
    return found


def process_of(pid: int) -> Process:
    # The name, in parentheses, may hold anything; what follows its last one does not.
    values = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    return Process(pid, int(values[1]), (int(values[11]) + int(values[12])) / TICKS)


def tree(root: int) -> dict[int, Process]:
    """A process and all that come from it."""
    everyone = all_processes()
    members = {root}
    while more := {p.pid for p in everyone.values() if p.parent in members} - members:
        members |= more
    return {pid: everyone[pid] for pid in members if pid in everyone}
