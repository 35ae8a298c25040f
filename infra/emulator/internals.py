"""Holds a function of MiniStack's own to what it was when a file beside this one came to rely on it.

Nothing is promised about such functions. A release that changes one has to end the start with the reason, or the stack
would behave differently without a word.
"""

import inspect
import sys
from collections.abc import Callable
from types import ModuleType


def function(module: ModuleType, name: str, *parameters: str) -> Callable:
    """The function of that name; ends the start unless it has these parameters."""
    found = getattr(module, name, None)
    if not callable(found):
        changed(module, name, "it is no longer there")
    if (names := list(inspect.signature(found).parameters)) != list(parameters):
        changed(module, name, f"its parameters are {names} in place of {list(parameters)}")
    return found


def changed(module: ModuleType, name: str, what: str) -> None:
    sys.exit(f"This version of MiniStack changed {module.__name__}.{name}: {what}. See who uses it in infra/emulator.")
