"""What a form consists of, once read: fields, groups, lists of rows, and text in between.

Nothing here knows form-js or HTML. `reading` fills these classes, the other modules walk them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from meldcode.feel import Expression

Json: TypeAlias = Any
"""Plain JSON: None, bool, int, finite float, str, list and dict with string keys."""

FieldType = Literal["textfield", "textarea", "number", "datetime", "checkbox", "checklist", "radio", "select"]

MOST_ROWS = 50
"""Rows one dynamic list may hold."""


@dataclass(frozen=True, slots=True)
class Option:
    """One answer of a radio, select or checklist: what is stored and what people read."""

    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A question with one answer.

    `hide` is the condition under which the question is not asked; `readonly` fields show what the case
    already holds and write nothing. Lengths are in characters; `decimals` is the number of digits after
    the comma (None: any). A day can `begin` (the custom property of that name) with what an expression
    gives, such as today; it does so each time its task comes. `subtype` is `date`, `time` or `datetime`,
    `format` is `email` or `phone`.
    """

    key: str
    type: FieldType
    label: str
    hide: Expression | None = None
    required: bool = False
    readonly: bool = False
    description: str = ""
    options: tuple[Option, ...] = ()
    default: Json = None
    begin: Expression | None = None
    subtype: str = ""
    time_label: str = ""
    not_past: bool = False
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    increment: Decimal | None = None
    decimals: int | None = None
    shortest: int = 0
    longest: int = 0
    format: str = ""
    prefix: str = ""
    suffix: str = ""

    def label_of(self, value: str) -> str:
        """What people read for a stored option; the value itself when the form no longer has it."""
        return next((option.label for option in self.options if option.value == value), value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Questions that belong together. With a `key` its answers are a context of their own."""

    key: str
    label: str
    parts: tuple[Part, ...]
    hide: Expression | None = None
    type: Literal["group"] = "group"
    required: bool = False
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A list of rows with the same questions. `start` rows are shown first; `fixed`: no more, no less.

    form-js knows no required list; ours is one with the custom property `required` = `true`: at least
    one row is filled in. `begin` (the custom property of that name) gives the first rows from what the case
    holds already, so that nobody types the same names again.
    """

    key: str
    label: str
    parts: tuple[Part, ...]
    start: int = 1
    begin: Expression | None = None
    fixed: bool = False
    hide: Expression | None = None
    type: Literal["dynamiclist"] = "dynamiclist"
    required: bool = False
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Prose:
    """Text between the questions: safe HTML with a mark for each FEEL expression (see `prose`)."""

    html: str
    expressions: tuple[Expression, ...] = ()
    hide: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A line or some white space."""

    line: bool
    hide: Expression | None = None


Part: TypeAlias = Field | Group | Rows | Prose | Gap
Keyed: TypeAlias = Field | Group | Rows


def keyed(parts: Sequence[Part]) -> Iterator[Keyed]:
    """The parts of one level that hold an answer, looking through groups without a key of their own."""
    for part in parts:
        match part:
            case Group(key=""):
                yield from keyed(part.parts)
            case Field(readonly=True):
                continue
            case Field() | Group() | Rows():
                yield part


def every(parts: Sequence[Part]) -> Iterator[Part]:
    """All parts at any depth, in reading order."""
    for part in parts:
        yield part
        if isinstance(part, Group | Rows):
            yield from every(part.parts)


def context(value: Json) -> Mapping[str, Json]:
    """The value when it is a JSON object, else an empty one: what people send has any shape."""
    return value if isinstance(value, Mapping) else {}


def joined(prefix: str, key: str | int) -> str:
    """The name of an answer in a POST and in the errors: `weging.acuut`, `kinderen.0.naam`."""
    return f"{prefix}.{key}" if prefix else str(key)
