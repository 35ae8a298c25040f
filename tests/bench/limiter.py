"""Runs a program with the share of a processor and the memory that Lambda gives a function.

Lambda gives a whole processor to a function with 1,769 MB, and a share of it in proportion to one with less:
https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html.
"""

import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

WHOLE_PROCESSOR_MB = 1769
SMALLEST_MB = 128

# A function that has used its share waits for the next period. AWS does not document Lambda's.
PERIOD_MICROSECONDS = 20_000

CGROUPS = Path("/sys/fs/cgroup")


class NoLimits(RuntimeError):
    """This machine cannot limit a program, or not for this user."""


class Limiter:
    """One way in which this machine limits programs."""

    @contextmanager
    def command(self, words: Sequence[str | Path], memory_mb: int) -> Iterator[list[str]]:
        """The command that runs another one within the limits of a size. Its process has ended afterwards."""
        raise NotImplementedError
        yield


class Groups(Limiter):
    """Control groups that this user may make, of either version."""

    def __init__(self, folders: Sequence[Path], is_unified: bool):
        self._folders = folders
        self._is_unified = is_unified

    @contextmanager
    def command(self, words: Sequence[str | Path], memory_mb: int) -> Iterator[list[str]]:
        name = f"invite-bench-{uuid.uuid4().hex[:12]}"
        groups = [folder / name for folder in self._folders]
        if missing := [folder for folder in self._folders if not (folder / "cgroup.procs").exists()]:
            raise NoLimits(f"{missing[0]} is no hierarchy of control groups")
        try:
            for group in groups:
                group.mkdir()
                self._limit(group, memory_mb)
            # The shell joins the groups and becomes the program.
            joins = " && ".join(f"echo $$ > {group}/cgroup.procs" for group in groups)
            yield ["/bin/sh", "-c", f'{joins} && exec "$@"', "sh", *map(str, words)]
        finally:
            for group in groups:
                if group.exists():
                    group.rmdir()

    def _limit(self, group: Path, memory_mb: int) -> None:
        quota, memory = quota_of(memory_mb), memory_mb * 1024 * 1024
        if self._is_unified:
            (group / "cpu.max").write_text(f"{quota} {PERIOD_MICROSECONDS}")
            (group / "memory.max").write_text(str(memory))
            (group / "memory.swap.max").write_text("0")
        elif (group / "cpu.cfs_period_us").exists():
            (group / "cpu.cfs_period_us").write_text(str(PERIOD_MICROSECONDS))
            (group / "cpu.cfs_quota_us").write_text(str(quota))
        else:
            (group / "memory.limit_in_bytes").write_text(str(memory))


class Scopes(Limiter):
    """Scopes of the user's own systemd."""

    @contextmanager
    def command(self, words: Sequence[str | Path], memory_mb: int) -> Iterator[list[str]]:
        yield [*scope(memory_mb), *map(str, words)]


def scope(memory_mb: int) -> list[str]:
    settings = {
        "CPUQuota": f"{memory_mb / WHOLE_PROCESSOR_MB:.2%}",
        "CPUQuotaPeriodSec": f"{PERIOD_MICROSECONDS}us",
        "MemoryMax": f"{memory_mb}M",
        "MemorySwapMax": "0",
    }
    program = shutil.which("systemd-run") or "systemd-run"
    return [
        program,
        "--user",
        "--scope",
        "--quiet",
        *(f"--property={name}={value}" for name, value in settings.items()),
    ]


def quota_of(memory_mb: int) -> int:
    """Microseconds of a processor in each period."""
    return round(PERIOD_MICROSECONDS * memory_mb / WHOLE_PROCESSOR_MB)


def find() -> Limiter:
    """The first way that works on this machine; NoLimits when there is none."""
    ways = (
        Groups([CGROUPS / "cpu", CGROUPS / "memory"], is_unified=False),
        Groups([CGROUPS], is_unified=True),
        Scopes(),
    )
    faults = [(way, fault_of(way)) for way in ways]
    for way, fault in faults:
        if fault is None:
            return way
    raise NoLimits("; ".join(str(fault) for _, fault in faults))


def fault_of(way: Limiter) -> str | None:
    """Why this machine does not limit programs in a way; None when it does."""
    try:
        check(way)
    except (OSError, NoLimits, subprocess.TimeoutExpired) as error:
        return str(error)
    return None


def check(limiter: Limiter) -> None:
    """Whether a program really gets a tenth of a processor, and no more memory than it may have."""
    spin = "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done"
    size = WHOLE_PROCESSOR_MB // 10
    with limiter.command(["/bin/sh", "-c", f"{spin}; times"], size) as command:
        started = os.times().elapsed
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        passed = os.times().elapsed - started
    if done.returncode != 0:
        raise NoLimits(done.stderr.strip()[-200:] or f"{command[0]} ended with {done.returncode}")
    used = used_seconds(done.stdout)
    if used > 0.05 and used / passed > 0.2:
        raise NoLimits(f"{command[0]} gave {used / passed:.0%} of a processor for 10%")
    # `tail` keeps in memory what it is to show.
    with limiter.command(
        ["/bin/sh", "-c", "head -c 300m /dev/zero | tail -c 250m > /dev/null"], SMALLEST_MB
    ) as command:
        if subprocess.run(command, capture_output=True, timeout=60).returncode == 0:
            raise NoLimits(f"{command[0]} gave 250 MB for {SMALLEST_MB} MB")


def used_seconds(times: str) -> float:
    """What a shell says of itself with `times`, in seconds."""
    minutes, _, seconds = times.splitlines()[-2].split()[0].partition("m")
    return int(minutes) * 60 + float(seconds.rstrip("s"))
