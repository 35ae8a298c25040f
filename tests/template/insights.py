"""Queries of CloudWatch Logs Insights, as AWS documents them, as far as docs/OPERATIONS.md and the dashboard use them:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html.

What is not read here is refused, so that a query that AWS may read in another way is noticed.
"""

import math
import re
from collections.abc import Callable

Event = dict[str, object]

TOKEN = re.compile(r"""\s*("[^"]*"|'[^']*'|\d+(?:\.\d+)?|@?\w+|[()\[\],*/+-]|>=|<=|!=|=|>|<)""")


def number(value: object) -> float:
    """A field of a line of JSON counts as the number that its text is."""
    return float(value)


FUNCTIONS: dict[str, Callable] = {
    "least": lambda *values: min(map(number, values)),
    "floor": lambda value: math.floor(number(value)),
    "toMillis": number,
    "strcontains": lambda text, part: int(part in text),
    "ispresent": lambda value: value is not None,
}


def percentile(values: list[float], percent: float) -> float:
    """The smallest value that so many percent of them do not exceed."""
    return sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)]


AGGREGATES: dict[str, Callable] = {
    "avg": lambda values: sum(values) / len(values),
    "min": min,
    "max": max,
    "sum": sum,
    "count": len,
    "pct": percentile,
}

OPERATORS = {
    "+": lambda a, b: number(a) + number(b),
    "-": lambda a, b: number(a) - number(b),
    "*": lambda a, b: number(a) * number(b),
    "/": lambda a, b: number(a) / number(b),
    ">": lambda a, b: number(a) > number(b),
    ">=": lambda a, b: number(a) >= number(b),
    "<": lambda a, b: number(a) < number(b),
    "<=": lambda a, b: number(a) <= number(b),
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "in": lambda a, b: a in b,
}
BINDING = [{"=", "!=", ">", ">=", "<", "<=", "in"}, {"+", "-"}, {"*", "/"}]


class Parser:
    """Reads expressions into functions of an event."""

    def __init__(self, text: str):
        self.tokens, at = [], 0
        text = text.strip()
        while at < len(text):
            token = TOKEN.match(text, at)
            assert token, f"not understood: {text[at:]}"
            self.tokens.append(token[1])
            at = token.end()

    def next(self) -> str | None:
        return self.tokens[0] if self.tokens else None

    def take(self, wanted: str | None = None) -> str:
        token = self.tokens.pop(0)
        assert wanted in (None, token), f"{token} in place of {wanted}"
        return token

    def list_of(self, read: Callable) -> list:
        found = [read()]
        while self.next() == ",":
            self.take()
            found.append(read())
        return found

    def named(self, read: Callable) -> tuple[str, Callable]:
        """`expression as name`; a field alone has its own name."""
        name, value = self.next(), read()
        if self.next() == "as":
            self.take()
            name = self.take()
        return name, value

    def expression(self, level: int = 0) -> Callable:
        if level == len(BINDING):
            return self.operand()
        left = self.expression(level + 1)
        while self.next() in BINDING[level]:
            left = applied(OPERATORS[self.take()], left, self.expression(level + 1))
        return left

    def operand(self) -> Callable:
        token = self.take()
        if token == "(":
            inner = self.expression()
            self.take(")")
            return inner
        if token == "[":
            values = self.list_of(self.expression)
            self.take("]")
            return lambda event: [value(event) for value in values]
        if token[0] in "\"'":
            return lambda _: token[1:-1]
        if token[0].isdigit():
            return lambda _: float(token)
        if self.next() == "(":
            return applied(FUNCTIONS[token], *self.arguments())
        assert re.fullmatch(r"@?\w+", token), token
        return lambda event: event.get(token)

    def arguments(self) -> list[Callable]:
        self.take("(")
        values = self.list_of(self.expression)
        self.take(")")
        return values

    def aggregate(self) -> Callable:
        """A function of the events of a group."""
        name = self.take()
        if name == "count":
            for token in "(*)":
                self.take(token)
            return len
        value, *others = self.arguments()
        fixed = [other({}) for other in others]
        return lambda events: AGGREGATES[name](values_of(value, events), *fixed)


def applied(function: Callable, *operands: Callable) -> Callable:
    return lambda event: function(*(operand(event) for operand in operands))


def values_of(value: Callable, events: list[Event]) -> list[float]:
    return [number(found) for event in events if (found := value(event)) is not None]


def run(query: str, events: list[Event]) -> list[Event]:
    """The rows that a query answers with. Each command reads what the one before it has left."""
    # A text of the query may have the character that ends a command.
    for command in re.findall(r"""(?:[^|"']|"[^"]*"|'[^']*')+""", query):
        name, rest = command.strip().split(maxsplit=1)
        events = COMMANDS[name](Parser(rest), events)
    return events


def fields(parser: Parser, events: list[Event]) -> list[Event]:
    wanted = parser.list_of(lambda: parser.named(parser.expression))
    assert not parser.tokens
    # A field that has been named stays known to later commands.
    return [{**event, **{name: value(event) for name, value in wanted}} for event in events]


def kept(parser: Parser, events: list[Event]) -> list[Event]:
    condition = parser.expression()
    assert not parser.tokens
    return [event for event in events if condition(event)]


def stats(parser: Parser, events: list[Event]) -> list[Event]:
    wanted = parser.list_of(lambda: parser.named(parser.aggregate))
    by = []
    if parser.next() == "by":
        parser.take()
        by = parser.list_of(parser.take)
    assert not parser.tokens
    groups: dict[tuple, list[Event]] = {}
    for event in events:
        groups.setdefault(tuple(event.get(field) for field in by), []).append(event)
    return [
        {**dict(zip(by, key, strict=True)), **{name: value(group) for name, value in wanted}}
        for key, group in groups.items()
    ]


def ordered(parser: Parser, events: list[Event]) -> list[Event]:
    field, direction = parser.take(), parser.take()
    assert direction in ("asc", "desc")
    assert not parser.tokens
    return sorted(events, key=lambda event: number(event[field]), reverse=direction == "desc")


def limited(parser: Parser, events: list[Event]) -> list[Event]:
    return events[: int(parser.take())]


COMMANDS = {"filter": kept, "fields": fields, "stats": stats, "sort": ordered, "limit": limited}
