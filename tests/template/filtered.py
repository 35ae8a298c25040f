"""Filter patterns of CloudWatch Logs, as AWS documents them, as far as the template uses them:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html.

What is not read here is refused, so that a pattern that AWS may read in another way is noticed.
"""

import json
import re
from collections.abc import Callable

# A quoted text has no quotation mark, and `*` is any text.
TOKEN = re.compile(r'\s*(\(|\)|&&|\|\||>=|<=|!=|=|>|<|\$(?:\.\w+)+|"[^"]*"|-?\d+(?:\.\d+)?)')
COMPARED = {
    "=": lambda found, wanted: found == wanted,
    "!=": lambda found, wanted: found != wanted,
    ">": lambda found, wanted: found > wanted,
    ">=": lambda found, wanted: found >= wanted,
    "<": lambda found, wanted: found < wanted,
    "<=": lambda found, wanted: found <= wanted,
}


def matches(pattern: str, line: str) -> bool:
    """Whether a line of a log is one that the pattern counts."""
    if pattern.startswith("{"):
        try:
            read = json.loads(line)
        except ValueError:
            return False
        return Expression(pattern, read).value()
    if pattern.startswith("["):
        return fields_match(pattern, line)
    terms = re.findall(r'\?"([^"]+)"', pattern)
    assert pattern == " ".join(f'?"{term}"' for term in terms), "only phrases of which any is enough"
    return any(term in line for term in terms)


class Expression:
    """A pattern in braces. `&&` binds before `||`."""

    def __init__(self, pattern: str, line: dict):
        assert pattern.startswith("{ ")
        assert pattern.endswith(" }")
        text, self.tokens, at = pattern[1:-1].rstrip(), [], 0
        while at < len(text):
            token = TOKEN.match(text, at)
            assert token, f"not understood: {text[at:]}"
            self.tokens.append(token[1])
            at = token.end()
        self.line = line

    def value(self) -> bool:
        found = self.any_of()
        assert not self.tokens
        return found

    def any_of(self) -> bool:
        return any(self.separated("||", self.all_of))

    def all_of(self) -> bool:
        return all(self.separated("&&", self.one))

    def separated(self, operator: str, part: Callable[[], bool]) -> list[bool]:
        """Each part is read, whatever the others are."""
        found = [part()]
        while self.tokens[:1] == [operator]:
            self.tokens.pop(0)
            found.append(part())
        return found

    def one(self) -> bool:
        if self.tokens[0] == "(":
            self.tokens.pop(0)
            found = self.any_of()
            assert self.tokens.pop(0) == ")"
            return found
        selector, comparison, wanted = self.tokens.pop(0), self.tokens.pop(0), self.tokens.pop(0)
        field = self.line
        for name in selector.split(".")[1:]:
            field = field.get(name) if isinstance(field, dict) else None
        # No pattern depends on how a field is compared that the line has not.
        return field is not None and is_as_wanted(field, comparison, wanted)


def is_as_wanted(found, comparison: str, wanted: str) -> bool:
    if not wanted.startswith('"'):
        return not isinstance(found, str) and COMPARED[comparison](float(found), float(wanted))
    form = re.escape(wanted.strip('"')).replace(r"\*", ".*")
    return (re.fullmatch(form, str(found)) is not None) is (comparison == "=")


def fields_match(pattern: str, line: str) -> bool:
    """A pattern in brackets: a condition, or only a name, for each word of the line."""
    conditions = [condition.strip() for condition in pattern[1:-1].split(",")]
    words = line.split()
    if conditions[-1] == "...":
        conditions.pop()
        words = words[: len(conditions)]
    if len(words) != len(conditions):
        return False
    for condition, word in zip(conditions, words, strict=True):
        read = re.fullmatch(r'\w+(?: (=|>=) ("[^"]+"|\d+))?', condition)
        assert read, f"not understood: {condition}"
        comparison, wanted = read.groups()
        if comparison is None:
            continue
        found = word if wanted.startswith('"') else float(word) if re.fullmatch(r"[\d.]+", word) else None
        if found is None or not is_as_wanted(found, comparison, wanted):
            return False
    return True
