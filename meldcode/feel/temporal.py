"""Dates, times and durations of FEEL: reading, writing and reckoning (DMN 1.3, 10.3.2.3).

FEEL values are Python's own `date`, `time`, `datetime` (with or without a zone) and, for a days and
time duration, `timedelta`; a years and months duration is `Months`. Years run from 1 to 9999 and
fractions of a second to the microsecond. Whatever cannot be read or reckoned is None, FEEL's null.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo

from meldcode.feel.numbers import NUMBERS

_DATE = r"(\d{4})-(\d\d)-(\d\d)"
_TIME = r"(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:\d\d|@[A-Za-z][\w+/-]*)?"
_READ_DATE = re.compile(_DATE, re.ASCII)
_READ_TIME = re.compile(_TIME, re.ASCII)
_READ_DATETIME = re.compile(_DATE + "(?:T" + _TIME + ")?", re.ASCII)
_READ_DURATION = re.compile(
    r"(-?)P(?=\d|T\d)(?:(\d{1,10})Y)?(?:(\d{1,10})M)?(?:(\d{1,10})D)?"
    r"(T(?=\d)(?:(\d{1,10})H)?(?:(\d{1,10})M)?(?:(\d{1,10})(?:\.(\d*))?S)?)?",
    re.ASCII,
)
_ANCHOR = date(1970, 1, 1)
_MAX_OFFSET = 18 * 60
_DAY = timedelta(days=1)
_MOST_MONTHS = 12 * 10**10
_MOST_MICROSECONDS = 10**21


@dataclass(frozen=True, slots=True, order=True)
class Months:
    """A years and months duration."""

    months: int


def read_date(text: str) -> date | None:
    """`2026-09-07`."""
    found = _READ_DATE.fullmatch(text)
    return make_date(int(found[1]), int(found[2]), int(found[3])) if found else None


def make_date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except (ValueError, OverflowError):
        return None


def read_time(text: str) -> time | None:
    """`10:30`, `10:30:00`, with a fraction and `Z`, `+01:00` or `@Europe/Amsterdam` behind it."""
    found = _READ_TIME.fullmatch(text)
    return _time(found.groups()) if found else None


def read_datetime(text: str) -> datetime | None:
    """`2026-09-07T10:30:00`; a date alone is its midnight, `T24:00:00` the next one."""
    found = _READ_DATETIME.fullmatch(text)
    if not found:
        return None
    day = make_date(int(found[1]), int(found[2]), int(found[3]))
    clock = found.groups()[3:]
    if day is None:
        return None
    if clock[0] is None:
        return datetime.combine(day, time())
    if clock[0] == "24" and not any(int(part or 0) for part in clock[1:4]):
        midnight = _time(("00", *clock[1:]))
        return combine(day, midnight, _DAY) if midnight else None
    moment = _time(clock)
    return combine(day, moment) if moment else None


def combine(day: date, moment: time, later: timedelta = timedelta()) -> datetime | None:
    try:
        return datetime.combine(day, moment.replace(tzinfo=None)).replace(tzinfo=moment.tzinfo) + later
    except OverflowError:
        return None


def _time(parts: tuple[str | None, ...]) -> time | None:
    hour, minute, second, fraction, zone = parts
    microsecond = int(((fraction or "") + "000000")[:6])
    try:
        return time(int(hour or 0), int(minute or 0), int(second or 0), microsecond, read_zone(zone))
    except ValueError:
        return None


def read_zone(text: str | None) -> tzinfo | None:
    """The zone behind a time; raises ValueError when there is no such zone."""
    if not text:
        return None
    if text == "Z":
        return UTC
    if text[0] == "@":
        try:
            return ZoneInfo(text[1:])
        except (KeyError, OSError) as error:
            raise ValueError(text) from error
    minutes = int(text[1:3]) * 60 + int(text[4:6])
    if minutes > _MAX_OFFSET or text[4:6] > "59":
        raise ValueError(text)
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))


def read_duration(text: str) -> Months | timedelta | None:
    """`P1Y2M` is years and months, `P1DT2H3M4S` days and time; a mixture of the two is no duration."""
    found = _READ_DURATION.fullmatch(text)
    if not found:
        return None
    sign, years, months, days, clock, hours, minutes, seconds, fraction = found.groups()
    if years or months:
        if days or clock:
            return None
        total = int(years or 0) * 12 + int(months or 0)
        return make_months(-total if sign else total)
    try:
        length = timedelta(
            days=int(days or 0),
            hours=int(hours or 0),
            minutes=int(minutes or 0),
            seconds=int(seconds or 0),
            microseconds=int(((fraction or "") + "000000")[:6]),
        )
        return -length if sign else length
    except OverflowError:
        return None


def read_any(text: str) -> date | time | timedelta | Months | None:
    """What `@"…"` means."""
    if text.lstrip("-").startswith("P"):
        return read_duration(text)
    if "T" in text:
        return read_datetime(text)
    return read_date(text) or read_time(text)


def write(value: date | time | timedelta | Months, *, names: bool) -> str:
    """The ISO 8601 text; with `names` a named zone is written `@Europe/Amsterdam`, else as its offset."""
    if isinstance(value, Months):
        return _write_months(value.months)
    if isinstance(value, timedelta):
        return _write_days(value)
    if isinstance(value, datetime):
        return value.date().isoformat() + "T" + _write_time(value.timetz(), zone_text(value, names))
    if isinstance(value, time):
        return _write_time(value, zone_text(value, names))
    return value.isoformat()


def _write_time(value: time, zone: str) -> str:
    text = value.replace(tzinfo=None).isoformat()
    return (text.rstrip("0") if "." in text else text) + zone


def zone_text(value: datetime | time, names: bool) -> str:
    """The zone as FEEL writes it behind a time, empty for a local one."""
    zone = value.tzinfo
    if zone is None:
        return ""
    if isinstance(zone, ZoneInfo) and names:
        return "@" + zone.key
    seconds = int(offset(value).total_seconds())
    if seconds == 0:
        return "Z"
    sign, minutes = "-" if seconds < 0 else "+", abs(seconds) // 60
    return f"{sign}{minutes // 60:02}:{minutes % 60:02}"


def offset(value: datetime | time) -> timedelta:
    """The distance to UTC; a time in a named zone is taken on 1 January 1970."""
    if not isinstance(value, datetime):
        value = datetime.combine(_ANCHOR, value)
    return value.utcoffset() or timedelta()


def _write_months(months: int) -> str:
    years, rest = divmod(abs(months), 12)
    text = (f"{years}Y" if years else "") + (f"{rest}M" if rest or not years else "")
    return ("-P" if months < 0 else "P") + text


def _write_days(length: timedelta) -> str:
    if not length:
        return "PT0S"
    days, hours, minutes, seconds, microseconds = parts_of(abs(length))
    tail = f"{seconds}.{microseconds:06}".rstrip("0") if microseconds else str(seconds)
    clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    clock += f"{tail}S" if seconds or microseconds else ""
    sign = "-" if length < timedelta() else ""
    return sign + "P" + (f"{days}D" if days else "") + (f"T{clock}" if clock else "")


def parts_of(length: timedelta) -> tuple[int, int, int, int, int]:
    """Days, hours, minutes, seconds and microseconds of a length that is not negative."""
    minutes, seconds = divmod(length.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return length.days, hours, minutes, seconds, length.microseconds


def local(value: datetime | time) -> bool:
    return value.tzinfo is None


def instant(value: datetime | time) -> datetime:
    """The moment on one line for all zones; a local value is its own wall clock. May overflow."""
    if not isinstance(value, datetime):
        value = datetime.combine(_ANCHOR, value)
    if value.tzinfo is None:
        return value
    return value.replace(tzinfo=None) - offset(value)


def add_months(day: date, months: int) -> date | None:
    """The same day of the month, or the last one where that month is shorter. Keeps the clock."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    if not 1 <= year <= 9999:
        return None
    last = monthrange(year, month + 1)[1]
    return day.replace(year=year, month=month + 1, day=min(day.day, last))


def add_length(value: date | time, length: timedelta) -> date | time | None:
    """A date takes whole days of a length, a time goes round the clock, a zone counts real time."""
    try:
        if isinstance(value, datetime):
            if value.tzinfo is None:
                return value + length
            return (value.astimezone(UTC) + length).astimezone(value.tzinfo)
        if isinstance(value, time):
            total = datetime.combine(date(2000, 1, 1), value.replace(tzinfo=None))
            return (
                (total + timedelta(seconds=length.seconds, microseconds=length.microseconds))
                .time()
                .replace(tzinfo=value.tzinfo)
            )
        return (datetime.combine(value, time()) + length).date()
    except OverflowError:
        return None


def between(first: date | time, second: date | time) -> timedelta | None:
    """`first - second`; a local and a zoned moment have no distance, a bare date counts as UTC."""
    if isinstance(first, time) or isinstance(second, time):
        if not (isinstance(first, time) and isinstance(second, time)) or local(first) != local(second):
            return None
        return instant(first) - instant(second)
    if not isinstance(first, datetime) and not isinstance(second, datetime):
        return first - second
    left, right = _as_moment(first), _as_moment(second)
    if local(left) != local(right):
        return None
    try:
        return instant(left) - instant(right)
    except OverflowError:
        return None


def _as_moment(value: date) -> datetime:
    return value if isinstance(value, datetime) else datetime.combine(value, time(), UTC)


def months_between(start: date, end: date) -> Months:
    """Whole months from `start` to `end`, negative when `end` lies before it."""
    if end < start:
        return Months(-months_between(end, start).months)
    months = (end.year - start.year) * 12 + end.month - start.month
    return Months(months - 1 if end.day < start.day else months)


def make_months(months: int) -> Months | None:
    """A duration of so many months, None beyond what any date could ever reach."""
    return Months(months) if abs(months) <= _MOST_MONTHS else None


def scale(
    length: timedelta | Months, factor: Decimal, by: Callable[[Decimal, Decimal], Decimal] = NUMBERS.multiply
) -> timedelta | Months | None:
    """A duration times (or, `by` division, through) a number; cut to whole months or microseconds."""
    units = length.months if isinstance(length, Months) else length // timedelta(microseconds=1)
    product = by(Decimal(units), factor)
    if not product.is_finite() or abs(product) > _MOST_MICROSECONDS:
        return None
    if isinstance(length, Months):
        return make_months(int(product))
    try:
        return timedelta(microseconds=int(product))
    except OverflowError:
        return None


def ratio(first: timedelta | Months, second: timedelta | Months) -> tuple[int, int] | None:
    """Two durations of one kind as whole numbers, to divide."""
    if isinstance(first, Months) and isinstance(second, Months):
        return first.months, second.months
    if isinstance(first, timedelta) and isinstance(second, timedelta):
        unit = timedelta(microseconds=1)
        return first // unit, second // unit
    return None


def property_of(value: date | time | timedelta | Months, name: str) -> int | str | timedelta | None:
    """`.year`, `.days`, … ; None for a property that this kind does not have."""
    if isinstance(value, Months):
        sign = -1 if value.months < 0 else 1
        years, months = divmod(abs(value.months), 12)
        return {"years": sign * years, "months": sign * months}.get(name)
    if isinstance(value, timedelta):
        sign = -1 if value < timedelta() else 1
        days, hours, minutes, seconds, _ = parts_of(abs(value))
        found = {"days": days, "hours": hours, "minutes": minutes, "seconds": seconds}.get(name)
        return None if found is None else sign * found
    if isinstance(value, date):
        if name in ("year", "month", "day"):
            return {"year": value.year, "month": value.month, "day": value.day}[name]
        if name == "weekday":
            return value.isoweekday()
    if isinstance(value, (datetime, time)):
        if name == "timezone":
            return value.tzinfo.key if isinstance(value.tzinfo, ZoneInfo) else None
        return {"hour": value.hour, "minute": value.minute, "second": value.second}.get(name)
    return None
