"""A file can be read in one sitting, and a function on one screen: for which linters and formatters have no rules."""

import ast
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
MAX_FILE_LINES, MAX_FUNCTION_LINES, MAX_COLUMNS = 500, 60, 120
# A longer file says in its head why it is one.
REASON, HEAD_LINES = "Longer than 500 lines because", 15

# Formatters break code, but neither comments nor texts. In Python ruff finds those too.
SHORT_LINES = {".css", ".html", ".jsonc", ".mjs", ".rs", ".svg", ".ts", ".yaml", ".yml", "Makefile"}
SHORT_FILES = SHORT_LINES | {".py"}

NOT_BY_HAND = {".aws-sam", ".build", ".git", ".local", ".tools", "dist", "node_modules", "schema.d.ts", "target"}
# Mails have their styles within their tags.
MAILS = "templates"


def kind(path: str | Path) -> str:
    """What its name ends with; of a file without such an end, its name."""
    return Path(path).suffix or Path(path).name


def files_by_hand() -> dict[str, list[str]]:
    """Their lines, by their paths."""
    found = {}
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(set(folders) - NOT_BY_HAND - {MAILS})
        for path in (Path(folder, name) for name in sorted(set(names) - NOT_BY_HAND)):
            if kind(path) in SHORT_LINES | SHORT_FILES:
                found[str(path.relative_to(ROOT))] = path.read_text().splitlines()
    return found


FILES = files_by_hand()


def test_files_of_each_kind_are_found():
    assert {kind(path) for path in FILES} >= {".css", ".html", ".mjs", ".py", ".rs", ".ts", ".yaml", "Makefile"}


def test_no_line_is_too_long():
    long = [
        f"{path}:{number}"
        for path, lines in FILES.items()
        if kind(path) in SHORT_LINES
        for number, line in enumerate(lines, 1)
        if len(line) > MAX_COLUMNS
    ]
    assert long == []


def test_no_file_is_too_long_without_a_reason():
    long = [path for path, lines in FILES.items() if len(lines) > MAX_FILE_LINES and kind(path) in SHORT_FILES]
    assert [path for path in long if REASON not in "\n".join(FILES[path][:HEAD_LINES])] == []


def test_no_function_of_python_is_too_long():
    long = [
        f"{path}:{node.lineno}"
        for path, lines in FILES.items()
        if kind(path) == ".py"
        for node in ast.walk(ast.parse("\n".join(lines)))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno - node.lineno >= MAX_FUNCTION_LINES
    ]
    assert long == []
