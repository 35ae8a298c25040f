"""A stack for one run, beside any that runs already."""

import os
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass
class OwnStack:
    """Where it lives; nowhere when it is that of `make up`."""

    home: Path | None
    # What failed can be looked at.
    is_kept: bool = True


@contextmanager
def own_stack(*, running: bool) -> Iterator[OwnStack]:
    """Starts a stack and ends it afterwards, or takes the one that is `running`.

    The modules of infra/local can be imported inside.
    """
    home = None
    if not running:
        (ROOT / ".local").mkdir(exist_ok=True)
        home = Path(tempfile.mkdtemp(prefix="bench-", dir=ROOT / ".local"))
        # Read when the modules of infra/local are imported.
        os.environ |= {"INVITE_PORT": str(free_port()), "INVITE_LOCAL_DIR": str(home)}
    sys.path.insert(0, str(ROOT / "infra" / "local"))

    import emulator
    import up

    # A run that is terminated stops its stack.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))
    own = OwnStack(home)
    try:
        if home is not None:
            up.main()
        yield own
    finally:
        if home is not None:
            if emulator.running() is not None:
                emulator.halt()
            if not own.is_kept:
                shutil.rmtree(home, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
