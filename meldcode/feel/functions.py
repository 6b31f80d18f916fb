"""The built-in functions of the subset (DMN 1.3, 10.3.4), by name.

An argument of the wrong kind gives null, as the norm says. Only a wrong number of arguments is
refused when the text is read: it can never mean anything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
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
from typing import Any, Final

from meldcode.feel import temporal
from meldcode.feel.numbers import DIGITS, NUMBERS, finite, read_number, whole
from meldcode.feel.temporal import Months
from meldcode.feel.values import Run, Value, equal, order, text_of

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


class _Missing:
    """An optional argument that was not given; null was given when the argument is None."""


MISSING: Final = _Missing()


_Body = Callable[..., Value]


@dataclass(frozen=True, slots=True)
class Function:
    """A built-in: its parameters as `name:kind`, the last one `…` when it takes any number."""

    name: str
    parameters: tuple[tuple[str, str], ...]
    required: int
    variadic: bool
    body: _Body
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


def _function(signature: str, constant: bool = True) -> Callable[[_Body], _Body]:
    """Registers a body under `name(parameter:kind, parameter:kind?, parameter:kind…)`."""
    name, _, rest = signature.partition("(")
    parts = [part.strip() for part in rest.rstrip(")").split(",") if part.strip()]
    parameters = tuple((part.split(":")[0], part.split(":")[1].rstrip("?…")) for part in parts)
    required = sum(1 for part in parts if part[-1] not in "?…")
    variadic = bool(parts) and parts[-1].endswith("…")

    def register(body: _Body) -> _Body:
        FUNCTIONS[name] = Function(name, parameters, required, variadic, body, constant)
        return body

    return register


def _given(*values: Value) -> list[Value]:
    return [value for value in values if value is not MISSING and value is not None]


# Conversion


@_function("date(from:any, month:number?, day:number?)")
def _date(run: Run, first: Value, month: Value = MISSING, day: Value = MISSING) -> Value:
    if month is not MISSING or day is not MISSING:
        parts = [whole(part) for part in (first, month, day) if type(part) is Decimal]
        if len(parts) != 3 or None in parts:
            return None
        return temporal.make_date(parts[0] or 0, parts[1] or 0, parts[2] or 0)
    if type(first) is str:
        return temporal.read_date(first)
    if isinstance(first, datetime):
        return first.date()
    return first if type(first) is date else None


@_function("date and time(from:any, time:any?)")
def _date_and_time(run: Run, first: Value, moment: Value = MISSING) -> Value:
    if moment is not MISSING:
        if not isinstance(first, date) or type(moment) is not time:
            return None
        return temporal.combine(first.date() if isinstance(first, datetime) else first, moment)
    if type(first) is str:
        return temporal.read_datetime(first)
    if type(first) is date:
        return datetime.combine(first, time())
    return first if type(first) is datetime else None


@_function("time(from:any, minute:number?, second:number?, offset:duration?)")
def _time(
    run: Run, first: Value, minute: Value = MISSING, second: Value = MISSING, offset: Value = MISSING
) -> Value:
    if minute is not MISSING or second is not MISSING:
        return _time_of_parts(first, minute, second, offset)
    if type(first) is str:
        return temporal.read_time(first)
    if type(first) is datetime:
        return first.timetz()
    if type(first) is date:
        return temporal.read_time("00:00:00Z")
    return first if type(first) is time else None


def _time_of_parts(hour: Value, minute: Value, second: Value, offset: Value) -> Value:
    if any(type(part) is not Decimal for part in (hour, minute, second)):
        return None
    hours, minutes = whole(hour), whole(minute)
    if hours is None or minutes is None or not 0 <= second < 60:
        return None
    zone = None
    if type(offset) is timedelta:
        if abs(offset) > timedelta(hours=18) or offset.microseconds or offset.seconds % 60:
            return None
        zone = timezone(offset) if offset else UTC
    elif offset is not MISSING and offset is not None:
        return None
    try:
        return time(hours, minutes, int(second), int(second % 1 * 1_000_000), zone)
    except (ValueError, OverflowError):
        return None


@_function("duration(from:string)")
def _duration(run: Run, text: str) -> Value:
    return temporal.read_duration(text)


@_function("years and months duration(from:date, to:date)")
def _years_and_months(run: Run, start: date, end: date) -> Value:
    first = start.date() if isinstance(start, datetime) else start
    last = end.date() if isinstance(end, datetime) else end
    return temporal.months_between(first, last)


@_function("number(from:any, grouping:string?, decimal:string?)")
def _number(run: Run, value: Value, grouping: Value = MISSING, point: Value = MISSING) -> Value:
    if type(value) is Decimal:
        return value
    if type(value) is not str:
        return None
    for separator in _given(grouping, point):
        if separator not in (".", ",", " "):
            return None
    if _given(grouping) and grouping == point:
        return None
    text = value.replace(grouping, "") if _given(grouping) else value
    text = text.replace(point, ".") if _given(point) else text
    shape = text.lstrip("-")
    return read_number(text) if _is_plain_number(shape) and len(text) - len(shape) <= 1 else None


def _is_plain_number(text: str) -> bool:
    digits = text.replace(".", "", 1)
    return digits.isascii() and digits.isdigit() and len(text) <= 400


@_function("string(from:any)")
def _string(run: Run, value: Value) -> Value:
    return None if value is None else text_of(value, run)


# Moments


@_function("now()", constant=False)
def _now(run: Run) -> Value:
    return run.now


@_function("today()", constant=False)
def _today(run: Run) -> Value:
    return run.now.date() if run.now else None


@_function("day of week(date:date)")
def _day_of_week(run: Run, day: date) -> Value:
    return _DAYS[day.weekday()]


@_function("day of year(date:date)")
def _day_of_year(run: Run, day: date) -> Value:
    return Decimal(day.timetuple().tm_yday)


@_function("month of year(date:date)")
def _month_of_year(run: Run, day: date) -> Value:
    return _MONTHS[day.month - 1]


@_function("week of year(date:date)")
def _week_of_year(run: Run, day: date) -> Value:
    return Decimal(day.isocalendar().week)


# Strings


@_function("string length(string:string)")
def _string_length(run: Run, text: str) -> Value:
    return Decimal(len(text))


@_function("upper case(string:string)")
def _upper_case(run: Run, text: str) -> Value:
    return text.upper()


@_function("lower case(string:string)")
def _lower_case(run: Run, text: str) -> Value:
    return text.lower()


@_function("contains(string:string, match:string)")
def _contains(run: Run, text: str, match: str) -> Value:
    return match in text


@_function("starts with(string:string, match:string)")
def _starts_with(run: Run, text: str, match: str) -> Value:
    return text.startswith(match)


@_function("ends with(string:string, match:string)")
def _ends_with(run: Run, text: str, match: str) -> Value:
    return text.endswith(match)


@_function("substring before(string:string, match:string)")
def _substring_before(run: Run, text: str, match: str) -> Value:
    before, found, _ = text.partition(match) if match else ("", "", "")
    return before if found else ""


@_function("substring after(string:string, match:string)")
def _substring_after(run: Run, text: str, match: str) -> Value:
    return text.partition(match)[2] if match else text


@_function("substring(string:string, start:number, length:number?)")
def _substring(run: Run, text: str, start: Decimal, length: Value = MISSING) -> Value:
    part = _part(len(text), start, length)
    return None if part is None else text[part]


def _part(size: int, start: Decimal, length: Value) -> slice | None:
    """A part that begins at a place counted from 1, or from the end when negative; place 0 is none."""
    first = whole(start)
    count = size if length is MISSING or length is None else whole(length)
    if not first or first < -size or count is None or count < 0:
        return None
    begin = first - 1 if first > 0 else size + first
    return slice(begin, begin + count)


@_function("string join(list:list, delimiter:string?)")
def _string_join(run: Run, items: list[Value], delimiter: Value = MISSING) -> Value:
    if any(type(item) is not str and item is not None for item in items):
        return None
    glue = delimiter if type(delimiter) is str else ""
    texts = [item for item in items if item is not None]
    run.spend((sum(map(len, texts)) + len(glue) * len(texts)) // 100)
    return glue.join(texts)


# Numbers


@_function("abs(n:any)")
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


@_function("floor(n:number, scale:number?)")
def _floor(run: Run, value: Decimal, scale: Value = MISSING) -> Value:
    return _round(value, scale, ROUND_FLOOR)


@_function("ceiling(n:number, scale:number?)")
def _ceiling(run: Run, value: Decimal, scale: Value = MISSING) -> Value:
    return _round(value, scale, ROUND_CEILING)


@_function("decimal(n:number, scale:number)")
def _decimal(run: Run, value: Decimal, scale: Decimal) -> Value:
    return _round(value, scale, ROUND_HALF_EVEN)


@_function("round up(n:number, scale:number)")
def _round_up(run: Run, value: Decimal, scale: Decimal) -> Value:
    return _round(value, scale, ROUND_UP)


@_function("round down(n:number, scale:number)")
def _round_down(run: Run, value: Decimal, scale: Decimal) -> Value:
    return _round(value, scale, ROUND_DOWN)


@_function("round half up(n:number, scale:number)")
def _round_half_up(run: Run, value: Decimal, scale: Decimal) -> Value:
    return _round(value, scale, ROUND_HALF_UP)


@_function("round half down(n:number, scale:number)")
def _round_half_down(run: Run, value: Decimal, scale: Decimal) -> Value:
    return _round(value, scale, ROUND_HALF_DOWN)


@_function("modulo(dividend:number, divisor:number)")
def _modulo(run: Run, dividend: Decimal, divisor: Decimal) -> Value:
    rest = NUMBERS.remainder(dividend, divisor)
    if not rest.is_finite():
        return None
    return rest if not rest or (rest < 0) == (divisor < 0) else finite(NUMBERS.add(rest, divisor))


@_function("even(number:number)")
def _even(run: Run, value: Decimal) -> Value:
    return NUMBERS.remainder(value, Decimal(2)) == 0


@_function("odd(number:number)")
def _odd(run: Run, value: Decimal) -> Value:
    return abs(NUMBERS.remainder(value, Decimal(2))) == 1


# Lists


def _items(values: tuple[Value, ...]) -> list[Value]:
    """Functions such as `sum` take one list or the items themselves."""
    return values[0] if len(values) == 1 and type(values[0]) is list else list(values)


@_function("count(list:list)")
def _count(run: Run, items: list[Value]) -> Value:
    return Decimal(len(items))


@_function("list contains(list:list, element:any)")
def _list_contains(run: Run, items: list[Value], element: Value) -> Value:
    return any(equal(item, element, run) is True for item in items)


@_function("min(list:any…)")
def _min(run: Run, *values: Value) -> Value:
    return _outermost(_items(values), -1)


@_function("max(list:any…)")
def _max(run: Run, *values: Value) -> Value:
    return _outermost(_items(values), 1)


def _outermost(items: list[Value], side: int) -> Value:
    best = items[0] if items else None
    if order(best, best) is None:
        return None
    for item in items:
        place = order(item, best)
        if place is None:
            return None
        if place == side:
            best = item
    return best


def _numbers(values: tuple[Value, ...]) -> list[Decimal] | None:
    items = _items(values)
    return items if items and all(type(item) is Decimal for item in items) else None


def _total(numbers: list[Decimal]) -> Decimal:
    total = numbers[0]
    for number in numbers[1:]:
        total = NUMBERS.add(total, number)
    return total


@_function("sum(list:any…)")
def _sum(run: Run, *values: Value) -> Value:
    numbers = _numbers(values)
    return finite(_total(numbers)) if numbers else None


@_function("mean(list:any…)")
def _mean(run: Run, *values: Value) -> Value:
    numbers = _numbers(values)
    return finite(NUMBERS.divide(_total(numbers), Decimal(len(numbers)))) if numbers else None


@_function("all(list:any…)")
def _all(run: Run, *values: Value) -> Value:
    items = _items(values)
    if any(item is False for item in items):
        return False
    return True if all(item is True for item in items) else None


@_function("any(list:any…)")
def _any(run: Run, *values: Value) -> Value:
    items = _items(values)
    if any(item is True for item in items):
        return True
    return False if all(item is False for item in items) else None


@_function("append(list:list, item:any, item:any…)")
def _append(run: Run, items: list[Value], *more: Value) -> Value:
    return _new_list(run, [*items, *more])


@_function("concatenate(list:any…)")
def _concatenate(run: Run, *lists: Value) -> Value:
    return _new_list(run, [item for part in lists for item in (part if type(part) is list else [part])])


@_function("reverse(list:list)")
def _reverse(run: Run, items: list[Value]) -> Value:
    return items[::-1]


@_function("sublist(list:list, start:number, length:number?)")
def _sublist(run: Run, items: list[Value], start: Decimal, length: Value = MISSING) -> Value:
    part = _part(len(items), start, length)
    return None if part is None else items[part]


@_function("index of(list:list, match:any)")
def _index_of(run: Run, items: list[Value], match: Value) -> Value:
    return [Decimal(place) for place, item in enumerate(items, 1) if equal(item, match, run) is True]


@_function("distinct values(list:list)")
def _distinct_values(run: Run, items: list[Value]) -> Value:
    seen: list[Value] = []
    for item in items:
        run.spend(1 + len(seen))
        if not any(equal(item, other, run) is True for other in seen):
            seen.append(item)
    return seen


@_function("flatten(list:list)")
def _flatten(run: Run, items: list[Value]) -> Value:
    run.spend_value(items)
    flat: list[Value] = []
    waiting: list[Any] = list(reversed(items))
    while waiting:
        item = waiting.pop()
        if type(item) is list:
            waiting.extend(reversed(item))
        else:
            flat.append(item)
    return flat


def _new_list(run: Run, items: list[Value]) -> list[Value]:
    run.spend_value(items)
    return items
