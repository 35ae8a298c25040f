"""What our programs are compared with, at pinned versions, in .tools/bench.

Installed on first use and when a pin changes.
"""

import hashlib
import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

BENCH = Path(__file__).resolve().parent
ROOT = BENCH.parent.parent
SOURCES = BENCH / "peers"
HOME = ROOT / ".tools" / "bench"
PYTHON = (3, 11)


@dataclass(frozen=True)
class Peers:
    """The peers, ready to run."""

    std_loop: Path
    node: Path
    node_home: Path
    python: Path
    python_home: Path

    @property
    def node_function(self) -> Path:
        """The Node.js function as one minified file, which starts as fast as or faster than its packages do."""
        return self.node_home / "bundle.js"

    @cached_property
    def versions(self) -> str:
        node = _output(self.node, "--version")
        python = _output(self.python, "--version")
        return f"{_output('rustc', '--version')}; Node.js {node}; {python}"


def install() -> Peers:
    node = shutil.which("node")
    if node is None:
        sys.exit("Node.js 20 or newer is needed for the peers.")
    if sys.version_info[:2] != PYTHON:
        print(f"The peers are meant for Python {'.'.join(map(str, PYTHON))}; this is {sys.version.split()[0]}.")
    HOME.mkdir(parents=True, exist_ok=True)
    peers = Peers(HOME / "std-loop", Path(node), HOME / "node", HOME / "python" / "bin" / "python", HOME / "python")
    _once("std-loop", lambda: _build_std_loop(peers))
    _once("node", lambda: _install_node(peers))
    _once("python", lambda: _install_python(peers))
    return peers


def _once(name: str, make) -> None:
    """Makes a peer unless its sources are those that it was made of."""
    sources = sorted(path for path in (SOURCES / name).iterdir() if path.is_file())
    wanted = hashlib.sha256(b"".join(path.name.encode() + path.read_bytes() for path in sources)).hexdigest()
    made = HOME / f"{name}.made-of"
    if made.exists() and made.read_text() == wanted:
        return
    print(f"[bench] installing the peer {name} into .tools/bench ...", flush=True)
    make()
    made.write_text(wanted)


def _build_std_loop(peers: Peers) -> None:
    """With the same settings as our functions, and no dependency at all."""
    options = ["--edition=2024", "-Copt-level=3", "-Cstrip=symbols", "-Coverflow-checks=on"]
    _run(["rustc", *options, SOURCES / "std-loop" / "main.rs", "-o", peers.std_loop])


def _install_node(peers: Peers) -> None:
    shutil.rmtree(peers.node_home, ignore_errors=True)
    shutil.copytree(SOURCES / "node", peers.node_home)
    _run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"], peers.node_home)
    bundler = peers.node_home / "node_modules" / ".bin" / "esbuild"
    options = ["--bundle", "--minify", "--platform=node", "--target=node20", "--log-level=error"]
    _run([bundler, "function.js", *options, "--outfile=bundle.js"], peers.node_home)


def _install_python(peers: Peers) -> None:
    venv.create(peers.python_home, with_pip=True, clear=True)
    for source in (SOURCES / "python").glob("*.py"):
        shutil.copy2(source, peers.python_home)
    pip = [peers.python, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    _run([*pip, "install", "--requirement", SOURCES / "python" / "requirements.txt"])


def _run(command: list[str | Path], folder: Path = ROOT) -> None:
    if subprocess.run([str(part) for part in command], cwd=folder).returncode != 0:
        sys.exit(f"[bench] {Path(command[0]).name} failed; is a package index reachable?")


def _output(*command: str | Path) -> str:
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, check=True).stdout.strip()
