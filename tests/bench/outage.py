"""Outages in the midst of a batch: functions that end without a word, and an emulator that goes away and comes back."""

from dataclasses import dataclass, field

import emulator
from processes import CpuMeter, kill_functions

# Shares of the people who are done when the functions are killed, and when the emulator is.
KILLS_AT = (0.02, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9)
RESTART_AT = 0.5


@dataclass
class Outages:
    """What is still to come, and what has come."""

    kills: list[float] = field(default_factory=list)
    restarts: list[float] = field(default_factory=list)
    killed: int = 0
    restarted: int = 0

    def strike(self, done: float, meter: CpuMeter) -> None:
        """Does what is due once a share of the people is done."""
        if self.kills and done >= self.kills[0]:
            self.kills.pop(0)
            count = kill_functions(running())
            self.killed += count
            print(f"  {done:4.0%} done: killed {count} processes of functions", flush=True)
        if self.restarts and done >= self.restarts[0]:
            self.restarts.pop(0)
            self.restarted += 1
            print(f"  {done:4.0%} done: stopping the emulator and starting it again", flush=True)
            kill_functions(running())
            emulator.halt()
            emulator.start()
            meter.follow(running())


def running() -> int:
    """The emulator's process."""
    pid = emulator.running()
    if pid is None:
        raise RuntimeError("the emulator does not run")
    return pid
