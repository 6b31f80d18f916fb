"""How a built-in function is registered, and how its arguments are fitted to its parameters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from meldcode.feel.numbers import whole
from meldcode.feel.temporal import Months
from meldcode.feel.values import Run, Value


class _Missing:
    """An optional argument that was not given; null was given when the argument is None."""


MISSING: Final = _Missing()


Body = Callable[..., Value]


@dataclass(frozen=True, slots=True)
class Function:
    """A built-in: its parameters as `name:kind`, the last one `…` when it takes any number."""

    name: str
    parameters: tuple[tuple[str, str], ...]
    required: int
    variadic: bool
    body: Body
    constant: bool = True

    def call(self, arguments: list[Value], run: Run) -> Value:
        """The value for the arguments, None when one of them is of the wrong kind."""
        bound = []
        for index, argument in enumerate(arguments):
            _, kind = self.parameters[min(index, len(self.parameters) - 1)]
            fitted = _fit(argument, kind, index >= self.required)
            if fitted is _WRONG:
                return None
            if type(fitted) is list:
                run.spend(1 + len(fitted))
            elif type(fitted) is str:
                run.spend_text(fitted)
            bound.append(fitted)
        return self.body(run, *bound)


_WRONG: Final = _Missing()
_KINDS: dict[str, tuple[type, ...]] = {
    "number": (Decimal,),
    "string": (str,),
    "boolean": (bool,),
    "date": (date, datetime),
    "time": (time,),
    "duration": (timedelta, Months),
}


def _fit(value: Value, kind: str, optional: bool) -> Value:
    """The argument as its parameter wants it: a list of one stands for its item, an item for a list."""
    if kind == "any" or value is MISSING or (value is None and optional):
        return value
    if kind == "list":
        return value if type(value) is list else _WRONG if value is None else [value]
    if type(value) is list and len(value) == 1:
        value = value[0]
    return value if type(value) in _KINDS[kind] else _WRONG


FUNCTIONS: dict[str, Function] = {}


def function(signature: str, constant: bool = True) -> Callable[[Body], Body]:
    """Registers a body under `name(parameter:kind, parameter:kind?, parameter:kind…)`."""
    name, _, rest = signature.partition("(")
    parts = [part.strip() for part in rest.rstrip(")").split(",") if part.strip()]
    parameters = tuple((part.split(":")[0], part.split(":")[1].rstrip("?…")) for part in parts)
    required = sum(1 for part in parts if part[-1] not in "?…")
    variadic = bool(parts) and parts[-1].endswith("…")

    def register(body: Body) -> Body:
        FUNCTIONS[name] = Function(name, parameters, required, variadic, body, constant)
        return body

    return register


def given(*values: Value) -> list[Value]:
    return [value for value in values if value is not MISSING and value is not None]


def part_of(size: int, start: Decimal, length: Value) -> slice | None:
    """A part that begins at a place counted from 1, or from the end when negative; place 0 is none."""
    first = whole(start)
    count = size if length is MISSING or length is None else whole(length)
    if not first or first < -size or count is None or count < 0:
        return None
    begin = first - 1 if first > 0 else size + first
    return slice(begin, begin + count)
