"""Runs the emulator of AWS, with what it lacks: `cloud.py DECISIONS MAIL_EVENTS`."""

import sys
from pathlib import Path

import relay
import witness
from ministack import app

if __name__ == "__main__":
    decisions, mail_events = (Path(argument) for argument in sys.argv[1:])
    del sys.argv[1:]
    witness.watch(decisions)
    relay.publish(mail_events)
    app.main()
