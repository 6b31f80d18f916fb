"""Conversions: `date`, `time`, `date and time`, `duration`, `number`, `string` (DMN 1.3, 10.3.4.1)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import (
    Decimal,
)

from meldcode.feel import temporal
from meldcode.feel.functions.registry import MISSING, function, given
from meldcode.feel.numbers import read_number, whole
from meldcode.feel.values import Run, Value, text_of


@function("date(from:any, month:number?, day:number?)")
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


@function("date and time(from:any, time:any?)")
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


@function("time(from:any, minute:number?, second:number?, offset:duration?)")
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


@function("duration(from:string)")
def _duration(run: Run, text: str) -> Value:
    return temporal.read_duration(text)


@function("years and months duration(from:date, to:date)")
def _years_and_months(run: Run, start: date, end: date) -> Value:
    first = start.date() if isinstance(start, datetime) else start
    last = end.date() if isinstance(end, datetime) else end
    return temporal.months_between(first, last)


@function("number(from:any, grouping:string?, decimal:string?)")
def _number(run: Run, value: Value, grouping: Value = MISSING, point: Value = MISSING) -> Value:
    if type(value) is Decimal:
        return value
    if type(value) is not str:
        return None
    for separator in given(grouping, point):
        if separator not in (".", ",", " "):
            return None
    if given(grouping) and grouping == point:
        return None
    text = value.replace(grouping, "") if given(grouping) else value
    text = text.replace(point, ".") if given(point) else text
    shape = text.lstrip("-")
    return read_number(text) if _is_plain_number(shape) and len(text) - len(shape) <= 1 else None


def _is_plain_number(text: str) -> bool:
    digits = text.replace(".", "", 1)
    return digits.isascii() and digits.isdigit() and len(text) <= 400


@function("string(from:any)")
def _string(run: Run, value: Value) -> Value:
    return None if value is None else text_of(value, run)
