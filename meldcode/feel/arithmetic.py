"""`+ - * / **` of FEEL (DMN 1.3, tables 50 to 52): on numbers, strings, dates, times and durations.

Every operation gives None where the norm gives null: kinds that do not go together, division by
zero, results out of reach.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from meldcode.feel.numbers import NUMBERS, finite
from meldcode.feel.temporal import Months, add_length, add_months, between, make_months, ratio, scale
from meldcode.feel.values import Run, Value

Operation = Callable[[Value, Value, Run], Value]
_LENGTHS = (timedelta, Months)
_MOMENTS = (date, datetime, time)


def add(left: Value, right: Value, run: Run) -> Value:
    kind, other = type(left), type(right)
    if kind is Decimal and other is Decimal:
        return finite(NUMBERS.add(left, right))
    if kind is str and other is str:
        return run.spend_text(left + right)
    if kind in _MOMENTS:
        return _later(left, right)
    if other in _MOMENTS:
        return _later(right, left)
    if kind is Months and other is Months:
        return make_months(left.months + right.months)
    return _sum_of_lengths(left, right) if kind is timedelta and other is timedelta else None


def subtract(left: Value, right: Value, run: Run) -> Value:
    kind, other = type(left), type(right)
    if kind is Decimal and other is Decimal:
        return finite(NUMBERS.subtract(left, right))
    if kind in _MOMENTS and other in _MOMENTS:
        return between(left, right)
    if other in _LENGTHS:
        return add(left, negate(right), run)
    return None


def multiply(left: Value, right: Value, run: Run) -> Value:
    kind, other = type(left), type(right)
    if kind is Decimal and other is Decimal:
        return finite(NUMBERS.multiply(left, right))
    if kind in _LENGTHS and other is Decimal:
        return scale(left, right)
    if kind is Decimal and other in _LENGTHS:
        return scale(right, left)
    return None


def divide(left: Value, right: Value, run: Run) -> Value:
    kind, other = type(left), type(right)
    if kind is Decimal and other is Decimal:
        return finite(NUMBERS.divide(left, right))
    if kind in _LENGTHS and other is Decimal:
        return scale(left, right, NUMBERS.divide)
    if kind in _LENGTHS and other in _LENGTHS:
        parts = ratio(left, right)
        return finite(NUMBERS.divide(Decimal(parts[0]), Decimal(parts[1]))) if parts else None
    return None


def raise_to(left: Value, right: Value, run: Run) -> Value:
    if type(left) is Decimal and type(right) is Decimal:
        return finite(NUMBERS.power(left, right)) if right else Decimal(1)
    return None


def negate(value: Value) -> Value:
    if type(value) is Decimal:
        return NUMBERS.minus(value)
    if type(value) is Months:
        return Months(-value.months)
    return _negative_length(value) if type(value) is timedelta else None


def _negative_length(value: timedelta) -> timedelta | None:
    try:
        return -value
    except OverflowError:
        return None


def _later(moment: date | time, length: Value) -> Value:
    if type(length) is Months:
        return None if isinstance(moment, time) else add_months(moment, length.months)
    return add_length(moment, length) if type(length) is timedelta else None


def _sum_of_lengths(left: timedelta, right: timedelta) -> timedelta | None:
    try:
        return left + right
    except OverflowError:
        return None


OPERATIONS: dict[str, Operation] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "**": raise_to,
}
