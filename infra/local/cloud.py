"""Runs the emulator of AWS, with what it lacks: `cloud.py FOLDER`, where FOLDER is the stack's."""

import sys
from pathlib import Path

import expressions
import pool
import quota
import relay
import witness
from ministack import app

if __name__ == "__main__":
    folder = Path(sys.argv.pop(1))
    expressions.remember()
    witness.watch(folder)
    pool.enforce()
    relay.publish(folder)
    # Outermost: a mail that is refused for its rate has no events.
    quota.enforce(folder)
    app.main()
