"""Every operator and function on every kind of value, right or wrong: thousands of small texts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

VALUES = {
    "null": ["null"],
    "boolean": ["true", "false"],
    "number": ["5", "0"],
    "string": ['"ja"', '""'],
    "date": ['date("2026-01-31")'],
    "time": ['time("10:30:00")'],
    "local": ['date and time("2026-01-31T10:30:00")'],
    "zoned": ['date and time("2026-01-31T10:30:00Z")'],
    "days": ['duration("PT36H")', 'duration("P2D")'],
    "months": ['duration("P13M")'],
    "list": ["[5, 6]"],
    "single": ["[5]"],
    "empty": ["[]"],
    "context": ["{a: 5}"],
    "range": ["[1..9]"],
}
OPERATORS = ("+", "-", "*", "/", "**", "=", "!=", "<", "<=", ">", ">=", "and", "or", "in")
BOUNDS = {
    "number": ("1", "9"),
    "string": ('"a"', '"z"'),
    "from null": ("null", "9"),
    "to null": ("1", "null"),
}
FUNCTIONS = (
    *("string", "number", "date", "time", "date and time", "duration", "not", "abs", "floor", "ceiling"),
    *("even", "odd", "string length", "upper case", "lower case", "count", "sum", "min", "max", "mean"),
    *("all", "any", "reverse", "flatten", "distinct values", "concatenate"),
    *("day of week", "day of year", "month of year", "week of year"),
)
SECOND_ARGUMENT = {
    "contains": ('"ja"', '"a"'),
    "starts with": ('"ja"', '""'),
    "ends with": ('"ja"', '"a"'),
    "substring": ('"melden"', "1"),
    "substring before": ('"melden"', '"d"'),
    "substring after": ('"melden"', '"d"'),
    "string join": ('["a", "b"]', '","'),
    "list contains": ("[5]", "5"),
    "append": ("[5]", "7"),
    "index of": ("[5]", "5"),
    "sublist": ("[5]", "1"),
    "modulo": ("7", "2"),
    "decimal": ("7", "0"),
}
CONSTRUCTS = {
    "if": "if {} then 1 else 2",
    "negative": "-({})",
    "some in": "some x in {} satisfies x = 5",
    "every in": "every x in {} satisfies x = 5",
    "some": "some x in [1] satisfies {}",
    "every": "every x in [1] satisfies {}",
    "for": "for x in {} return x",
    "index": "({})[1]",
    "filter": "({})[item = 5]",
    "property": "({}).a",
}


class Pair(NamedTuple):
    """One small text: what is done, and the kinds of what it is done with."""

    operator: str
    left: str
    right: str
    text: str


def pairs() -> Iterator[Pair]:
    """All of them, in a fixed order."""
    written = [(kind, text) for kind, texts in VALUES.items() for text in texts]
    for operator in OPERATORS:
        for left, one in written:
            for right, other in written:
                yield Pair(operator, left, right, f"{one} {operator} {other}")
    for kind, text in written:
        for name, shape in CONSTRUCTS.items():
            yield Pair(name, kind, "", shape.format(text))
        for name, (low, high) in BOUNDS.items():
            yield Pair("between", kind, name, f"({text}) between {low} and {high}")
        for function in FUNCTIONS:
            yield Pair(function, kind, "", f"{function}({text})")
        for function, (first, second) in SECOND_ARGUMENT.items():
            yield Pair(function, kind, "argument", f"{function}({text}, {second})")
            yield Pair(function, "argument", kind, f"{function}({first}, {text})")
