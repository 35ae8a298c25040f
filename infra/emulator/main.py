"""Runs the emulator of AWS with what it lacks: `main.py FOLDER`, where FOLDER is the stack's.

Each file beside this one says what it changes, by which means, and what MiniStack would have to offer to do without it.
What the public interfaces reach is done from outside: by proxies in front of the emulator (`ses_rate`, `ses_events`,
`cognito_alias`, `cognito_resend`), in what it saved (`stream_positions`), and by calls after a deployment (`fixups`,
`cognito_mail`).
"""

import asyncio
import os
import resource
import sys
from pathlib import Path

from hypercorn.asyncio import serve
from hypercorn.config import Config
from ministack.app import app

import cognito_alias
import cognito_resend
import expression_cache
import iam_audit
import ses_events
import ses_rate
import stream_positions

# As MiniStack's own command has it: longer than the SDKs keep a connection that they do not use.
KEEP_ALIVE_SECONDS = 75


def main(folder: Path) -> None:
    stream_positions.forget(Path(os.environ["STATE_DIR"]))
    expression_cache.install()
    iam_audit.install(folder)
    directory = cognito_alias.keep_unique(cognito_resend.renew_passwords(app))
    # A mail that is refused for its rate has no events, so the rate comes first.
    proxied = ses_rate.limit(ses_events.publish(directory, folder), folder)
    raise_file_limit()
    asyncio.run(serve(proxied, server_config()))


def server_config() -> Config:
    config = Config()
    config.bind = [f"{os.environ['BIND_HOST']}:{os.environ['GATEWAY_PORT']}"]
    config.keep_alive_timeout = KEEP_ALIVE_SECONDS
    return config


def raise_file_limit() -> None:
    """Every function that is kept warm holds connections."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
