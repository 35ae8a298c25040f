"""The words are those of the field, and a comment says more than a name does: for which linters have no rules."""

import os
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BY_HAND = {".css", ".html", ".md", ".mjs", ".py", ".rs", ".ts", ".txt", ".yaml"}
NOT_BY_HAND = {".aws-sam", ".build", ".git", ".local", ".tools", "dist", "node_modules", "schema.d.ts", "target"}

# Words that readers do not know or have to read twice. A bar within each keeps this file free of them.
BARRED = "who|ever m|end m|ends m|ended m|ending them|self taken_b|ack handed_o|n on_e|nd brought_to_m|ind"
WORDS = [word.replace("|", "").replace("_", " ") for word in BARRED.split()]
PATTERN = re.compile(rf"\b({'|'.join(WORDS)})\b".replace(" ", r"\s+"), re.IGNORECASE)

DOC_COMMENT = re.compile(r"\s*///(?!/)(.*)")
LEAST_WORDS = 5


def files_by_hand() -> dict[str, list[str]]:
    """Their lines, by their paths."""
    found = {}
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(set(folders) - NOT_BY_HAND)
        for path in (Path(folder, name) for name in sorted(set(names) - NOT_BY_HAND)):
            if path.suffix in BY_HAND:
                found[str(path.relative_to(ROOT))] = path.read_text().splitlines()
    return found


FILES = files_by_hand()


def unknown_words(lines: list[str]) -> list[int]:
    """The lines in which such words begin, also where a second word is on the next line."""
    text = "\n".join(lines)
    return [text.count("\n", 0, found.start()) + 1 for found in PATTERN.finditer(text)]


def short_comments(lines: list[str]) -> list[int]:
    """The lines that are a whole doc comment of Rust, and too short to say more than a name."""
    comments = [DOC_COMMENT.match(line) for line in ["", *lines, ""]]
    return [
        number
        for number in range(1, len(lines) + 1)
        if comments[number]
        and not comments[number - 1]
        and not comments[number + 1]
        and len(comments[number][1].split()) < LEAST_WORDS
    ]


def test_files_of_each_kind_are_found():
    assert {Path(path).suffix for path in FILES} == BY_HAND


def test_no_file_has_words_that_readers_do_not_know():
    assert [f"{path}:{number}" for path, lines in FILES.items() for number in unknown_words(lines)] == []


def test_such_words_are_found():
    for word in WORDS:
        assert unknown_words(["", f"It is {word.title()}."]) == [2]
    assert unknown_words(["It was taken", "back, and an officer amended it."]) == [1]
    assert unknown_words(["A recommendation, depending on endings."]) == []


def test_no_doc_comment_of_one_line_is_too_short():
    rust = {path: lines for path, lines in FILES.items() if path.endswith(".rs")}
    assert [f"{path}:{number}" for path, lines in rust.items() for number in short_comments(lines)] == []


def test_a_doc_comment_that_is_too_short_is_found():
    assert short_comments(["/// When it expires.", "pub expires_at: Timestamp,"]) == [1]
    assert short_comments(["/// One line.", "/// And another.", "", "/// It has five words now.", "//// No."]) == []
