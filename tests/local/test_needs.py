"""What a machine lacks is named at once, and nothing is built before: the real script on machines that lack things."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SCRIPT = ROOT / "infra" / "local" / "needs.sh"

# What every Debian and every macOS has.
BASIS = ["awk", "cut", "dirname", "sed", "sh", "tr"]
RUST = re.search(r'^channel = "(.+)"', (ROOT / "rust-toolchain.toml").read_text(), re.MULTILINE)[1]
# What each tool answers when it is asked for its version.
TOOLS = {
    "cargo": f"cargo {RUST} (abcdef 2026-01-01)",
    "cc": "cc 12.2.0",
    "python3": "3.11.2",
    "node": "v20.20.2",
    "npm": "10.8.2",
    "ps": "",
}
NAMES = {
    "cargo": "Rust",
    "cc": "A C compiler",
    "python3": "Python 3.10",
    "node": "Node.js 20",
    "npm": "npm",
    "ps": "ps, ",
}


class Machine:
    """A machine that has the tools that a test gives it, and writes down what was started on it."""

    def __init__(self, folder: Path):
        self.bin, self.journal = folder / "bin", folder / "journal"
        self.bin.mkdir()
        self.journal.touch()
        for name in BASIS:
            (self.bin / name).symlink_to(shutil.which(name))
        for name in TOOLS:
            self.has(name)
        self.has("sudo")

    def has(self, name: str, version: str | None = None, code: int = 0) -> None:
        answer = TOOLS.get(name, "") if version is None else version
        script = f'#!/bin/sh\necho "{name} $*" >> {self.journal}\necho "{answer}"\nexit {code}\n'
        self.lacks(name)
        (self.bin / name).write_text(script)
        (self.bin / name).chmod(0o755)

    def lacks(self, *names: str) -> None:
        for name in names:
            (self.bin / name).unlink(missing_ok=True)

    def asks(self, *goals: str, **environment: str) -> subprocess.CompletedProcess:
        environment = {"PATH": str(self.bin), "HOME": "/nonexistent", **environment}
        return subprocess.run(["sh", str(SCRIPT), *goals], env=environment, capture_output=True, text=True, timeout=60)

    @property
    def started(self) -> str:
        return self.journal.read_text()


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


def missing(asked: subprocess.CompletedProcess) -> list[str]:
    """The headings of what is named as missing."""
    assert (asked.returncode != 0) == bool(asked.stderr)
    return re.findall(r"^  (\S.*)$", asked.stderr, re.MULTILINE)


@pytest.mark.parametrize("goal", ["demo", "up", "test", "portal", "down"])
def test_a_machine_that_has_everything_hears_nothing(machine, goal):
    asked = machine.asks(goal)
    assert (asked.returncode, asked.stdout, asked.stderr) == (0, "", "")


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("goal", ["demo", "test"])
def test_one_missing_tool_is_named_with_a_command_for_debian_and_for_macos(machine, goal, tool):
    machine.lacks(tool)
    # Without Node.js the packaged browser cannot be tried; this machine has one.
    machine.has("chromium")
    asked = machine.asks(goal)
    (named,) = missing(asked)
    assert named.startswith(NAMES[tool])
    assert re.search(r"^      Debian  \S+", asked.stderr, re.MULTILINE)
    assert re.search(r"^      macOS   \S+", asked.stderr, re.MULTILINE)
    assert f"run `make {goal}` again" in asked.stderr


def test_a_bare_machine_hears_everything_in_one_message(machine):
    machine.lacks(*TOOLS)
    asked = machine.asks("test")
    named = missing(asked)
    # npm comes with Node.js.
    assert len(named) == len(TOOLS)
    for name in [name for tool, name in NAMES.items() if tool != "npm"] + ["A browser"]:
        assert any(line.startswith(name) for line in named), name


@pytest.mark.parametrize(
    ("tool", "version", "named"),
    [
        ("cargo", "cargo 1.63.0", "Rust .* or newer .this is 1.63.0."),
        ("python3", "3.9.2", "Python 3.10 or newer .python3 is 3.9.2."),
        ("node", "v18.20.4", "Node.js 20.19, or 22.12 or newer .this is 18.20.4."),
        ("node", "v20.18.3", "Node.js 20.19, or 22.12 or newer .this is 20.18.3."),
        ("node", "v21.7.3", "Node.js 20.19, or 22.12 or newer .this is 21.7.3."),
        ("node", "v22.11.0", "Node.js 20.19, or 22.12 or newer .this is 22.11.0."),
    ],
)
def test_what_is_too_old_is_named_with_the_version_that_was_found(machine, tool, version, named):
    machine.has(tool, version)
    assert re.match(named, missing(machine.asks("demo"))[0])


@pytest.mark.parametrize(
    ("tool", "version"),
    [
        ("python3", "3.10.0"),
        ("python3", "4.0.1"),
        ("node", "v20.19.0"),
        ("node", "v22.12.0"),
        ("node", "v23.0.0"),
        ("node", "v26.1.0"),
    ],
)
def test_a_newer_version_is_as_good(machine, tool, version):
    machine.has(tool, version)
    assert machine.asks("demo").returncode == 0


def test_every_version_of_node_that_is_good_enough_builds_the_pages():
    """The lockfile names what each package needs; the check and package.json must not promise less."""
    portal = ROOT / "portal"
    lock = json.loads((portal / "package-lock.json").read_text())["packages"]
    needed = {lock[f"node_modules/{name}"]["engines"]["node"] for name in ["vite", "rolldown"]}
    assert needed == {"^20.19.0 || >=22.12.0"}
    assert {json.loads((portal / "package.json").read_text())["engines"]["node"], lock[""]["engines"]["node"]} == needed
    assert "Node.js 20.19, or 22.12 or newer" in (ROOT / "README.md").read_text()


def test_rust_that_is_installed_and_not_on_the_path_needs_a_line_and_no_installation(machine, tmp_path):
    machine.lacks("cargo")
    cargo = tmp_path / ".cargo" / "bin" / "cargo"
    cargo.parent.mkdir(parents=True)
    cargo.write_text("#!/bin/sh\n")
    cargo.chmod(0o755)
    asked = machine.asks("demo", HOME=str(tmp_path))
    assert missing(asked) == ["Rust on the PATH (it is installed)"]
    assert "rustup.rs" not in asked.stderr


def test_a_python_without_venv_is_named_as_debian_ships_it(machine):
    script = '#!/bin/sh\ncase "$*" in *ensurepip*) exit 1 ;; *) echo 3.11.2 ;; esac\n'
    (machine.bin / "python3").write_text(script)
    asked = machine.asks("demo")
    assert missing(asked) == ["Python's module venv"]
    assert "python3-venv" in asked.stderr


def test_only_the_tests_need_a_browser(machine):
    script = '#!/bin/sh\ncase "$1" in --version) echo v22.12.0 ;; *) exit 1 ;; esac\n'
    (machine.bin / "node").write_text(script)
    assert machine.asks("demo").returncode == 0
    (named,) = missing(machine.asks("test"))
    assert named.startswith("A browser")


def test_stopping_and_reading_need_no_compiler(machine):
    machine.lacks("cargo", "cc", "node", "npm")
    for goal in ["down", "logs", "mails", "operate"]:
        assert machine.asks(goal).returncode == 0


def test_a_port_that_is_taken_is_named_before_anything_is_built_with_the_way_round(machine, tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        here = {"PYTHON": sys.executable, "INVITE_PORT": port, "INVITE_LOCAL_DIR": str(tmp_path)}
        (machine.bin / "ps").unlink()
        (machine.bin / "ps").symlink_to(shutil.which("ps"))
        (named,) = missing(machine.asks("demo", **here))
    assert named.startswith(f"A free port {port}: another program listens")
    assert "INVITE_PORT=4600 make demo" in named
    assert machine.asks("demo", **here).returncode == 0


def test_the_check_installs_nothing_and_asks_for_no_rights(machine):
    machine.lacks("cc", "ps")
    machine.asks("test")
    started = machine.started.splitlines()
    assert started
    assert not [line for line in started if line.startswith("sudo")]
    assert not [line for line in started if " install" in line or " ci" in line]


@pytest.mark.parametrize("goal", ["demo", "up", "test", "test-browser"])
def test_make_checks_the_machine_before_it_does_anything_else(goal):
    dry = ["make", "--dry-run", "--always-make", "--no-print-directory", goal]
    commands = subprocess.run(dry, cwd=ROOT, capture_output=True, text=True, timeout=60).stdout.splitlines()
    assert f"needs.sh {goal}" in commands[0]
    assert len(commands) > 1


def test_every_program_that_scripts_start_is_asked_for():
    """By the first word of a command in the scripts and the Makefile; a new one needs its line in needs.sh."""
    started = set()
    for script in (ROOT / "infra" / "local").glob("*.py"):
        started |= set(re.findall(r'(?:run|Popen|command = )\(?\[?\s*"([a-z]+)"', script.read_text()))
        started |= set(re.findall(r'^[A-Z]+ = \[\s*"([a-z]+)"', script.read_text(), re.MULTILINE))
    for script in (ROOT / "portal" / "tests" / "browser").glob("*.mjs"):
        started |= set(re.findall(r"spawn(?:Sync)?\('([a-z]+)'", script.read_text()))
    for line in re.findall(r"^\t@?(.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE):
        started |= set(re.findall(r"^([a-z]+) ", line))
    assert {"cargo", "npm", "ps"} <= started
    # A part of every Debian and macOS; `column` is only in `make help`.
    assert started - {"cp", "echo", "mkdir", "rm", "sed", "sh", "tar", "touch"} <= set(TOOLS)


def test_a_browser_that_does_not_start_counts_as_none():
    find = [shutil.which("node"), str(ROOT / "portal" / "tests" / "browser" / "find.mjs")]
    for named in ["/nonexistent", shutil.which("true")]:
        tried = subprocess.run(find, env={**os.environ, "CHROMIUM": named}, capture_output=True, text=True, timeout=90)
        assert (tried.returncode, tried.stdout) == (1, "")
        assert "[browser]" in tried.stderr
