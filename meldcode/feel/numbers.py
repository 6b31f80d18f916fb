"""The numbers of FEEL: decimals of 34 digits (DMN 1.3, 10.3.2.3.1), never binary fractions.

The exponent is kept inside what JSON and JavaScript can hold, so that no result is ever infinite for
a reader: what falls outside is None, FEEL's null.
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_EVEN, Context, Decimal

DIGITS = 34
NUMBERS = Context(prec=DIGITS, rounding=ROUND_HALF_EVEN, Emin=-307, Emax=307, capitals=1, clamp=0, traps=[])
_LARGEST_INT = 10**DIGITS


def finite(value: Decimal) -> Decimal | None:
    return value if value.is_finite() else None


def from_number(value: int | float | Decimal) -> Decimal | None:
    """A JSON number, rounded to 34 digits; NaN and numbers out of reach are None."""
    if type(value) is int:
        if -_LARGEST_INT < value < _LARGEST_INT:
            return Decimal(value)
        return finite(NUMBERS.create_decimal(value)) if value.bit_length() < 1100 else None
    if isinstance(value, float):
        return finite(NUMBERS.create_decimal(repr(value))) if math.isfinite(value) else None
    return finite(NUMBERS.create_decimal(value))


def read_number(text: str) -> Decimal | None:
    """The number that a literal or `number("…")` means."""
    return finite(NUMBERS.create_decimal(text))


def write_number(value: Decimal) -> str:
    """Plain digits without an exponent or closing zeros."""
    text = format(NUMBERS.normalize(value), "f")
    return "0" if text == "-0" else text


def to_plain(value: Decimal) -> int | float:
    """An int when the number is whole, else the nearest float."""
    if value == value.to_integral_value():
        return int(value)
    return float(value)


def whole(value: Decimal) -> int | None:
    """The number as an int, None when it has a fraction or is too large to count with."""
    if value != value.to_integral_value() or value.adjusted() > 18:
        return None
    return int(value)
