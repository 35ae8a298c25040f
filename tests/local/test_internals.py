"""A release of the emulator that changes what a file relies on ends the start, and says which."""

import json
from types import ModuleType

import pytest

import internals
import stream_positions

MODULE = ModuleType("ministack.example")
MODULE._send = lambda mail, limit: None


def test_a_function_that_is_as_it_was_is_given():
    assert internals.function(MODULE, "_send", "mail", "limit") is MODULE._send


@pytest.mark.parametrize(
    ("name", "parameters", "reason"),
    [
        ("_post", (), "changed ministack.example._post: it is no longer there"),
        ("_send", ("mail",), "changed ministack.example._send: its parameters are"),
    ],
)
def test_a_function_that_has_changed_ends_the_start(name, parameters, reason):
    with pytest.raises(SystemExit, match=reason):
        internals.function(MODULE, name, *parameters)


def test_positions_that_are_saved_in_another_form_end_the_start(tmp_path):
    (tmp_path / "lambda.json").write_text(json.dumps({"payload": {"stream_positions": []}}))
    with pytest.raises(SystemExit, match="saves dynamodb_stream_positions in another form"):
        stream_positions.forget(tmp_path)


def test_a_stack_that_was_never_stopped_has_no_positions(tmp_path):
    stream_positions.forget(tmp_path)
    assert list(tmp_path.iterdir()) == []
