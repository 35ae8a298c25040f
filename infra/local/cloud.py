"""Runs the emulator of AWS, with what it lacks: `cloud.py DECISIONS`."""

import sys
from pathlib import Path

import relay
import witness
from ministack import app

if __name__ == "__main__":
    witness.watch(Path(sys.argv.pop(1)))
    relay.publish()
    app.main()
