"""The second emulator of the contracts is waited for, and stopped in any case."""

import sys

import pytest

import contracts
from e2e import free_port


@pytest.fixture
def log(tmp_path):
    return tmp_path / "moto.log"


def test_a_server_that_does_not_start_says_why(monkeypatch, log):
    monkeypatch.setattr(contracts, "MOTO", [sys.executable, "-c", "print('The port is taken.')"])
    with pytest.raises(SystemExit, match=r"The port is taken\."), contracts.moto(free_port(), log):
        pytest.fail("it did not start")


def test_a_server_that_never_answers_is_given_up(monkeypatch, log):
    monkeypatch.setattr(contracts, "MOTO", [sys.executable, "-c", "import time; time.sleep(60)"])
    monkeypatch.setattr(contracts, "START_SECONDS", 0.3)
    with pytest.raises(SystemExit, match=r"it said nothing\."), contracts.moto(free_port(), log):
        pytest.fail("it did not start")


def test_a_server_is_stopped_also_after_a_failure(monkeypatch, tmp_path, log):
    page = tmp_path / "moto-api" / "data.json"
    page.parent.mkdir()
    page.write_text("{}")
    files = ["-m", "http.server", "--bind", "127.0.0.1", "--directory", str(tmp_path)]
    monkeypatch.setattr(contracts, "MOTO", [sys.executable, *files])
    asked = []

    def fail():
        with contracts.moto(free_port(), log) as endpoint:
            asked.append(endpoint)
            assert contracts.is_ready(endpoint)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert not contracts.is_ready(asked[0])
    assert "GET /moto-api/data.json" in log.read_text()
