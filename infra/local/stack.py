"""Where the local stack lives, and how its scripts speak to the person who runs them."""

import json
import os
import sys
import time
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
TOOLS = ROOT / ".tools"
BUILD = ROOT / ".build" / "lambda"

# A second stack beside the first needs a port and a folder of its own, and nothing else.
PORT = int(os.environ.get("INVITE_PORT", "4566"))
LOCAL = (ROOT / os.environ.get("INVITE_LOCAL_DIR", ".local")).resolve()

NAME = "invite-users"
REGION = "ap-southeast-1"
ENDPOINT = f"http://127.0.0.1:{PORT}"
OUTPUTS = LOCAL / "outputs.json"

# The emulator takes this key for the account's root; functions get the keys of their own roles.
ROOT_KEY = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


def client(service: str, **settings):
    """A client of the emulator, acting as the account's root, with settings of botocore's own."""
    import boto3
    from botocore.config import Config

    return boto3.client(
        service,
        endpoint_url=ENDPOINT,
        region_name=REGION,
        aws_access_key_id=ROOT_KEY["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=ROOT_KEY["AWS_SECRET_ACCESS_KEY"],
        config=Config(s3={"addressing_style": "path"}, signature_version="v4", **settings),
    )


def outputs() -> dict:
    """What `make up` wrote down about the stack."""
    if not OUTPUTS.exists():
        stop(f"{OUTPUTS} is not there: run `make up` first.")
    return json.loads(OUTPUTS.read_text())


def stop(reason: str):
    """Ends the script with a sentence that says what to do."""
    sys.exit(f"\n{reason}")


@contextmanager
def step(name: str):
    """Says what is going on, and how long it took."""
    print(f"[{name}] ...", flush=True)
    started = time.monotonic()
    yield
    print(f"[{name}] done after {time.monotonic() - started:.1f} s", flush=True)
