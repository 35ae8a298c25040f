"""Lets functions read the table's stream again after a restart.

The emulator saves how far each function has read and not what there was to read. Started again, the stream is empty and
counts from the beginning, so a function that had read 5,000 changes would miss the next 5,000. The positions are taken
out of what was saved, and the function reads from the beginning of the new stream, as its TRIM_HORIZON says. What it
had not read when the emulator stopped is lost here; AWS keeps it for a day.

MiniStack would have to offer: the records of streams in what it saves, or no positions either.
"""

import json
import sys
from pathlib import Path

POSITIONS = "dynamodb_stream_positions"


def forget(state: Path) -> None:
    """Changes what the emulator saved when it stopped, before it starts again."""
    path = state / "lambda.json"
    if not path.exists():
        return
    saved = json.loads(path.read_text())
    try:
        saved["payload"][POSITIONS]["data"].clear()
    except (KeyError, TypeError, AttributeError):
        sys.exit(f"This version of MiniStack saves {POSITIONS} in another form: see {path} and {__file__}.")
    changed = path.with_suffix(".changed")
    changed.write_text(json.dumps(saved))
    changed.replace(path)
