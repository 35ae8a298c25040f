"""What functions said at WARN or ERROR, since a moment: `complaints.py 1764266400`, in seconds of the clock."""

import sys
import time

from logs import events, functions

LEVELS = ('"level":"WARN"', '"level":"ERROR"')
# The first say how it began, the last how it ended. In between much is repeated.
MAX_FIRST, MAX_LAST = 15, 15
MAX_CHARACTERS = 500


def since(moment: float) -> str:
    """A line for each, oldest first; in the middle only their number, where there are many."""
    said = [
        (event["timestamp"], name, event["message"].strip())
        for name, group in functions().items()
        for event in events(group, since=moment)
        if any(level in event["message"] for level in LEVELS)
    ]
    lines = [f"{clock(at)} {name:18} {message[:MAX_CHARACTERS]}" for at, name, message in sorted(said)]
    skipped = len(lines) - MAX_FIRST - MAX_LAST
    if skipped > 0:
        lines[MAX_FIRST:-MAX_LAST] = [f"... and {skipped} more ..."]
    return "\n".join(lines) or "nothing"


def clock(milliseconds: int) -> str:
    return time.strftime("%H:%M:%S", time.localtime(milliseconds / 1000))


if __name__ == "__main__":
    print(since(float(sys.argv[1])))
