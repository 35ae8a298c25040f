"""Drains a batch on a local stack: `drain.py 5000`, `drain.py 1000 --kill`, `drain.py 1000 --kill-emulator`,
`drain.py 300 --mails-per-second 1`.

It has a stack of its own, unless `--running` says to use the one that `make up` started. Ends with an error unless
there are exactly as many accounts, invites and mails as people.
"""

import argparse
import subprocess
import sys

from measure import Report
from own_stack import own_stack

PEOPLE = 1000
MOST_PEOPLE = 10_000
PEOPLE_TO_COUNT_CALLS_WITH = 200


def main() -> int:
    parser = argparse.ArgumentParser(prog="drain.py", description=__doc__.splitlines()[0])
    parser.add_argument("people", nargs="?", type=int, default=PEOPLE, help=f"1 to {MOST_PEOPLE}, default {PEOPLE}")
    parser.add_argument("--kill", action="store_true", help="kill the functions in the midst of it, several times")
    parser.add_argument("--kill-emulator", action="store_true", help="and stop the emulator, which keeps its state")
    parser.add_argument("--mails-per-second", type=int, help="as many as SES takes; without it, as many as are sent")
    parser.add_argument("--running", action="store_true", help="use the stack that runs already")
    wanted = parser.parse_args()
    if not 1 <= wanted.people <= MOST_PEOPLE:
        parser.error(f"a batch has 1 to {MOST_PEOPLE} people")
    with own_stack(running=wanted.running) as own:
        import draining
        import stack
        from outage import KILLS_AT, RESTART_AT, Outages

        report = Report()
        outages = Outages(
            kills=list(KILLS_AT) if wanted.kill or wanted.kill_emulator else [],
            restarts=[RESTART_AT] if wanted.kill_emulator else [],
        )
        report.heading(f"A batch of {wanted.people:,} people on the local stack")
        limit = stack.LOCAL / "mails-per-second"
        if wanted.mails_per_second is not None:
            limit.write_text(str(wanted.mails_per_second))
        try:
            draining.measure(report, wanted.people, outages)
        finally:
            # The stack may be one that others go on with.
            limit.unlink(missing_ok=True)
        if own.home is not None and not outages.killed:
            report.heading(f"What {PEOPLE_TO_COUNT_CALLS_WITH} people ask of AWS")
            draining.count_calls(report, PEOPLE_TO_COUNT_CALLS_WITH)
        status = report.conclude()
        own.is_kept = status != 0
    return status


def run(report: Report, people: int) -> None:
    """As a part of `make bench`, in a process whose stack is its own."""
    if subprocess.run([sys.executable, __file__, str(people)]).returncode != 0:
        report.missed.append("draining a batch: see its own lines")


if __name__ == "__main__":
    sys.exit(main())
