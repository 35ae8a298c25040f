"""A file can be read in one sitting, and a function on one screen: for which the linter has no rules."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
MAX_FILE_LINES, MAX_FUNCTION_LINES, MAX_COLUMNS = 500, 60, 120
RUST = ("functions", "shared", "testing", "tests")
FILES = [path for folder in ("infra", "tests") for path in (ROOT / folder).rglob("*.py")]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_and_no_function_is_too_long(path):
    text = path.read_text()
    assert text.count("\n") <= MAX_FILE_LINES
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert {f.name for f in functions if f.end_lineno - f.lineno >= MAX_FUNCTION_LINES} == set()


def test_no_line_of_rust_is_too_long():
    """rustfmt breaks neither comments nor strings."""
    files = [path for folder in RUST for path in (ROOT / folder).rglob("*.rs")]
    lines = [(path, line) for path in files for line in path.read_text().splitlines()]
    assert lines
    assert [str(path.relative_to(ROOT)) for path, line in lines if len(line) > MAX_COLUMNS] == []
