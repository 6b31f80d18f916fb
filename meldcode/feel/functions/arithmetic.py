"""Functions on numbers (DMN 1.3, 10.3.4.5)."""

from __future__ import annotations

from datetime import timedelta
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
)

from meldcode.feel.functions.registry import MISSING, function
from meldcode.feel.numbers import DIGITS, NUMBERS, finite, whole
from meldcode.feel.temporal import Months
from meldcode.feel.values import Run, Value


@function("abs(n:any)")
def _abs(run: Run, value: Value) -> Value:
    if type(value) is Decimal:
        return NUMBERS.abs(value)
    if type(value) is Months:
        return Months(abs(value.months))
    return abs(value) if type(value) is timedelta and value.days > -timedelta.max.days else None


def _round(value: Decimal, scale: Value, how: str) -> Value:
    places = 0 if scale is MISSING else whole(scale) if type(scale) is Decimal else None
    if places is None or not -300 <= places <= 300:
        return None
    if value.as_tuple().exponent >= -places:  # type: ignore[operator]  # finite: the exponent is an int
        return value
    if value.adjusted() + places > DIGITS:
        return None
    rounded = value.quantize(Decimal(1).scaleb(-places), rounding=how, context=NUMBERS)
    return finite(rounded)


@function("floor(n:number, scale:number?)")
def _floor(run: Run, value: Decimal, scale: Value = MISSING) -> Value:
    return _round(value, scale, ROUND_FLOOR)


@function("ceiling(n:number, scale:number?)")
def _ceiling(run: Run, value: Decimal, scale: Value = MISSING) -> Value:
    return _round(value, scale, ROUND_CEILING)


@function("decimal(n:number, scale:number)")
def _decimal(run: Run, value: Decimal, scale: Decimal) -> Value:
    return _round(value, scale, ROUND_HALF_EVEN)


@function("round up(n:number, scale:number)")
def _round_up(run: Run, value: Decimal, scale: Decimal) -> Value:
    return _round(value, scale, ROUND_UP)


@function("round down(n:number, scale:number)")
def _round_down(run: Run, value: Decimal, scale: Decimal) -> Value:
    return _round(value, scale, ROUND_DOWN)


@function("round half up(n:number, scale:number)")
def _round_half_up(run: Run, value: Decimal, scale: Decimal) -> Value:
    return _round(value, scale, ROUND_HALF_UP)


@function("round half down(n:number, scale:number)")
def _round_half_down(run: Run, value: Decimal, scale: Decimal) -> Value:
    return _round(value, scale, ROUND_HALF_DOWN)


@function("modulo(dividend:number, divisor:number)")
def _modulo(run: Run, dividend: Decimal, divisor: Decimal) -> Value:
    rest = NUMBERS.remainder(dividend, divisor)
    if not rest.is_finite():
        return None
    return rest if not rest or (rest < 0) == (divisor < 0) else finite(NUMBERS.add(rest, divisor))


@function("even(number:number)")
def _even(run: Run, value: Decimal) -> Value:
    return NUMBERS.remainder(value, Decimal(2)) == 0


@function("odd(number:number)")
def _odd(run: Run, value: Decimal) -> Value:
    return abs(NUMBERS.remainder(value, Decimal(2))) == 1
