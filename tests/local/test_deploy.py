"""A second run is quick only where nothing has changed."""

import os
import subprocess
import sys
import time

import pytest

import deploy
import emulator

STACK = {"StackStatus": "UPDATE_COMPLETE", "StackId": "arn:stack/1"}


@pytest.fixture
def here(monkeypatch, tmp_path):
    """A checkout of its own, with one function."""
    monkeypatch.setattr(deploy, "ROOT", tmp_path)
    monkeypatch.setattr(deploy, "BUILD", tmp_path / "lambda")
    monkeypatch.setattr(deploy, "TEMPLATE", tmp_path / "template.yaml")
    monkeypatch.setattr(deploy, "DONE", tmp_path / "deployed")
    monkeypatch.setattr(deploy, "SCRIPTS", [tmp_path / "infra" / "emulator"])
    for path in ["template.yaml", "infra/samconfig.toml", "infra/emulator/fixups.py", "lambda/portal/bootstrap"]:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(path)
    return tmp_path


def deployed(monkeypatch, digest: str, stack=STACK, noted="arn:stack/1") -> bool:
    deploy.DONE.write_text(f"{deploy.what_is_deployed()} {noted}")
    monkeypatch.setattr(deploy, "describe", lambda: stack)
    return deploy.is_there(digest)


def test_what_was_deployed_to_the_end_is_not_deployed_again(here, monkeypatch):
    assert deployed(monkeypatch, deploy.what_is_deployed())


@pytest.mark.parametrize(
    "changed",
    [
        "template.yaml",
        "infra/samconfig.toml",
        "infra/emulator/fixups.py",
        "lambda/portal/bootstrap",
        "lambda/new/bootstrap",
    ],
)
def test_any_change_is_deployed(here, monkeypatch, changed):
    before = deploy.what_is_deployed()
    (here / changed).parent.mkdir(exist_ok=True)
    (here / changed).write_text("changed")
    assert not deployed(monkeypatch, before)
    assert deployed(monkeypatch, deploy.what_is_deployed())


@pytest.mark.parametrize(
    "found",
    [
        {"stack": {}},
        {"stack": {**STACK, "StackStatus": "UPDATE_ROLLBACK_COMPLETE"}},
        {"stack": {**STACK, "StackStatus": "CREATE_FAILED"}},
        {"noted": "arn:stack/0"},
    ],
)
def test_a_stack_that_is_missing_broken_or_another_is_deployed(here, monkeypatch, found):
    assert not deployed(monkeypatch, deploy.what_is_deployed(), **found)


def test_a_deployment_that_was_broken_off_is_repeated(here, monkeypatch):
    monkeypatch.setattr(deploy, "describe", lambda: STACK)
    assert not deploy.is_there(deploy.what_is_deployed())


@pytest.fixture
def stand_in(monkeypatch, tmp_path):
    """A process that looks like the emulator's."""
    program = tmp_path / "main.py"
    program.write_text("import time\ntime.sleep(60)\n")
    process = subprocess.Popen([sys.executable, str(program)])
    monkeypatch.setattr(emulator, "PROGRAM", program)
    monkeypatch.setattr(emulator, "PID_FILE", tmp_path / "pid")
    monkeypatch.setattr(emulator, "REQUIREMENTS", tmp_path / "requirements.txt")
    emulator.REQUIREMENTS.write_text("ministack==1\n")
    yield process
    process.kill()
    process.wait()


def test_an_emulator_that_runs_and_does_not_answer_is_named_with_the_way_out(stand_in, monkeypatch):
    emulator.PID_FILE.write_text(f"{stand_in.pid} {emulator.code()}")
    monkeypatch.setattr(emulator, "ready", lambda: False)
    monkeypatch.setattr(emulator, "START_SECONDS", 0.2)
    with pytest.raises(SystemExit, match="does not answer: `make down`"):
        emulator.start()


def test_an_emulator_of_other_code_is_stopped_first(stand_in, monkeypatch):
    emulator.PID_FILE.write_text(f"{stand_in.pid} {emulator.code()}")
    emulator.REQUIREMENTS.write_text("ministack==2\n")
    monkeypatch.setattr(emulator, "check_port", stop_here)
    monkeypatch.setattr(emulator, "taken", lambda: False)
    with pytest.raises(StopIteration):
        emulator.start()
    assert stand_in.poll() is not None


def stop_here():
    raise StopIteration


def test_a_process_of_somebody_else_is_never_taken_for_the_emulator(stand_in):
    emulator.PID_FILE.write_text(f"{os.getpid()} {emulator.code()}")
    assert emulator.running() is None
    emulator.PID_FILE.write_text("")
    assert emulator.running() is None
    emulator.PID_FILE.write_text(str(stand_in.pid))
    deadline = time.monotonic() + 5
    while emulator.running() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert emulator.running() == stand_in.pid
