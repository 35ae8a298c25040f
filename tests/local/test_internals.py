"""A release of the emulator that changes what a file relies on ends the start, and says which."""

from types import ModuleType

import pytest

import internals

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
