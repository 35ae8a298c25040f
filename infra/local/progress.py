"""Says how far a long step is: on a terminal in one line that changes, in a log in a line every ten seconds."""

import sys
import time

PAUSE_IN_A_LOG = 10


class Progress:
    """Shown while a step runs; nothing of it stays on a terminal."""

    def __init__(self, out=None, clock=time.monotonic):
        self.out = out or sys.stdout
        self.clock = clock
        self.changes = self.out.isatty()
        self.next = clock() + PAUSE_IN_A_LOG
        self.width = 0

    def show(self, text: str) -> None:
        if self.changes:
            print(f"\r  {text.ljust(self.width)}", end="", file=self.out, flush=True)
            self.width = len(text)
        elif self.clock() >= self.next:
            print(f"  {text}", file=self.out, flush=True)
            self.next = self.clock() + PAUSE_IN_A_LOG

    def end(self) -> None:
        if self.changes and self.width:
            print(f"\r{' ' * (self.width + 2)}\r", end="", file=self.out, flush=True)
            self.width = 0
