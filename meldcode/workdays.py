"""Time as a meldcode counts it: ISO 8601 durations, and a calendar of working days.

ISO 8601 knows no working days, so a timer is a duration *and* a way of counting it
(`CalendarKind`). On the clock, `P5D` is five days later at the same local time; in working days it
is the fifth working day after the start, at the same local time; in weekdays the organisation's own
free days count as well, so that its holiday does not stretch a term; before a holiday it is the fifth
working day before the next one. Moments are aware; what comes out is UTC, and a deadline keeps its
local hour when summer time begins or ends.

Holidays: the days on which Dutch organisations are closed (1 January, Goede Vrijdag, 2e Paasdag,
Koningsdag, 5 May, Hemelvaart, 2e Pinksterdag, 25 and 26 December; the Sundays among them need no
rule). An organisation adds free days and takes days out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from dateutil.easter import easter
from dateutil.relativedelta import relativedelta

from meldcode.messages import MeldcodeError, Text

# A longer search means a calendar without working days, not a long deadline.
_LONGEST_SEARCH = timedelta(days=366 * 20)
_LONGEST_DURATION = timedelta(days=366 * 100)
# What lasts a week or more is a holiday; Easter, or Hemelvaart with a day before the weekend, is none.
_SHORTEST_HOLIDAY = 7
_LONGEST_HOLIDAY = timedelta(days=366)

_DURATION = re.compile(
    r"P(?=.)(?:(?P<years>\d{1,6})Y)?(?:(?P<months>\d{1,6})M)?(?:(?P<weeks>\d{1,6})W)?(?:(?P<days>\d{1,6})D)?"
    r"(?:T(?=.)(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,6})M)?(?:(?P<seconds>\d{1,6})S)?)?",
    re.ASCII,
)
_CYCLE = re.compile(r"R(?P<repetitions>\d{0,4})/(?P<interval>P.+)", re.ASCII)


class CalendarKind(StrEnum):
    """How a duration is counted (attribute `meldcode:calendar` of a timer)."""

    WERKDAGEN = "werkdagen"
    KLOK = "klok"
    WEEKDAGEN = "weekdagen"  # working days, as if the organisation had no holidays of its own
    VAKANTIE = "vakantie"  # so many working days *before* the next holiday


class TimerError(MeldcodeError):
    """A duration, a cycle or a calendar that cannot be used; `text` says what to write instead."""


@dataclass(frozen=True, slots=True)
class Duration:
    """An ISO 8601 duration. Weeks are kept as seven days; hours and smaller as seconds."""

    years: int = 0
    months: int = 0
    days: int = 0
    seconds: int = 0

    @property
    def at_most(self) -> timedelta:
        """An upper bound in elapsed time (years of 366 days, months of 31)."""
        return timedelta(days=self.years * 366 + self.months * 31 + self.days, seconds=self.seconds)

    @property
    def is_whole_days(self) -> bool:
        """True when it can be counted in working days: days only, and at least one."""
        return self.days > 0 and not (self.years or self.months or self.seconds)


@dataclass(frozen=True, slots=True)
class Cycle:
    """`R3/P2D`: `interval` again and again, `repetitions` times (None: without end)."""

    repetitions: int | None
    interval: Duration


def parse_duration(text: str) -> Duration:
    """Read an ISO 8601 duration (`P5D`, `P6W`, `PT1H`, `P1DT12H`).

    Raises `TimerError` for anything else, also for what looks like one (`5D`, `P`, `"P5D"` with
    quotes), for a duration of nothing and for one of more than a hundred years.
    """
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        raise TimerError(_not_a_duration(text))
    numbers = {name: int(value or 0) for name, value in match.groupdict().items()}
    duration = Duration(
        years=numbers["years"],
        months=numbers["months"],
        days=numbers["weeks"] * 7 + numbers["days"],
        seconds=numbers["hours"] * 3600 + numbers["minutes"] * 60 + numbers["seconds"],
    )
    if not timedelta() < duration.at_most <= _LONGEST_DURATION:
        raise TimerError(_not_a_duration(text))
    return duration


def parse_timer(text: str) -> Duration | Cycle:
    """Read a duration, or a cycle of them (`R3/P2D`, `R/P1D`). Raises `TimerError`."""
    match = _CYCLE.fullmatch(text.strip())
    if match is None:
        return parse_duration(text)
    repetitions = match["repetitions"]
    if repetitions and int(repetitions) == 0:
        raise TimerError(_not_a_duration(text))
    return Cycle(int(repetitions) if repetitions else None, parse_duration(match["interval"]))


def _not_a_duration(text: str) -> Text:
    shown = text.strip()[:40]
    return Text(
        f"'{shown}' is geen tijdsduur. Schrijf bijvoorbeeld P5D (5 dagen), P6W (6 weken), PT1H (1 uur) "
        "of R3/P2D (3 keer, om de 2 dagen), zonder aanhalingstekens.",
        f"'{shown}' is not a duration. Write for example P5D (5 days), P6W (6 weeks), PT1H (1 hour) "
        "or R3/P2D (3 times, every 2 days), without quotes.",
    )


@lru_cache(maxsize=256)
def public_holidays(year: int) -> frozenset[date]:
    """The closed days of `year` that every calendar begins with."""
    pasen = easter(year)
    koningsdag = date(year, 4, 27)
    if koningsdag.weekday() == 6:
        koningsdag = date(year, 4, 26)
    return frozenset(
        {
            date(year, 1, 1),
            pasen - timedelta(days=2),  # Goede Vrijdag
            pasen + timedelta(days=1),  # 2e Paasdag
            koningsdag,
            date(year, 5, 5),
            pasen + timedelta(days=39),  # Hemelvaart
            pasen + timedelta(days=50),  # 2e Pinksterdag
            date(year, 12, 25),
            date(year, 12, 26),
        }
    )


@dataclass(frozen=True, slots=True)
class Calendar:
    """An organisation's working days.

    `free_days` are closed besides the public holidays (school holidays, equated days),
    `worked_days` are public holidays on which it works all the same (often Goede Vrijdag and 5 May);
    `weekdays` counts Monday as 0. A day in both lists is free.
    """

    zone: str = "Europe/Amsterdam"
    free_days: frozenset[date] = field(default_factory=frozenset)
    worked_days: frozenset[date] = field(default_factory=frozenset)
    weekdays: frozenset[int] = frozenset({0, 1, 2, 3, 4})

    def is_working_day(self, day: date) -> bool:
        """Whether `day` (a local date) counts."""
        if day.weekday() not in self.weekdays or day in self.free_days:
            return False
        return day in self.worked_days or day not in public_holidays(day.year)

    def local(self, moment: datetime) -> datetime:
        """`moment` on the organisation's own clock. Raises `ValueError` when it has no offset."""
        if moment.tzinfo is None:
            raise ValueError("a moment needs an offset")
        return moment.astimezone(ZoneInfo(self.zone))

    def due(self, start: datetime, duration: Duration, kind: CalendarKind) -> datetime:
        """The moment, in UTC, at which `duration` after `start` has passed.

        In working days the start day itself never counts; the result lies on a working day at the
        start's local time. Before a holiday it is `start` itself when that is too late or the holiday
        has begun, and a hundred years later when no holiday is known. Raises `TimerError` when the
        duration cannot be counted in working days or the calendar has no working days left.
        """
        if kind is CalendarKind.KLOK:
            return self._on_the_clock(start, duration)
        if not duration.is_whole_days:
            raise TimerError(
                Text(
                    "In werkdagen tellen kan alleen met hele dagen of weken, bijvoorbeeld P5D. "
                    "Kies 'klok' voor uren, maanden en jaren.",
                    "Only whole days or weeks can be counted in working days, for example P5D. "
                    "Choose 'klok' for hours, months and years.",
                )
            )
        if kind is CalendarKind.VAKANTIE:
            return self._before_holiday(start, duration.days)
        if kind is CalendarKind.WEEKDAGEN and self.free_days:
            return replace(self, free_days=frozenset()).due(start, duration, CalendarKind.WERKDAGEN)
        local = self.local(start)
        days = self._working_days_after(local.date())
        day = local.date()
        for _ in range(duration.days):
            day = next(days)
        return self._at(day, local)

    def next_working_moment(self, start: datetime) -> datetime:
        """The same local time on the first working day after `start`, in UTC."""
        return self.due(start, Duration(days=1), CalendarKind.WERKDAGEN)

    def working_days_between(self, start: datetime, end: datetime) -> int:
        """How many working days lie after the day of `start`, up to and with the day of `end`.

        Negative when `end` comes first: 0 means the same day or only free days in between.
        """
        first, last = self.local(start).date(), self.local(end).date()
        if last < first:
            return -self.working_days_between(end, start)
        days = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
        return sum(self.is_working_day(day) for day in days)

    def holiday_from(self, day: date) -> tuple[date, date] | None:
        """The first and the last day of the first holiday that has not ended on `day`.

        A holiday is at least seven days in a row without a working day. None when none is known.
        """
        return _holiday(self, day)

    def _before_holiday(self, start: datetime, days: int) -> datetime:
        local = self.local(start)
        holiday = self.holiday_from(local.date())
        if holiday is None:
            return start.astimezone(UTC) + _LONGEST_DURATION
        day, left = holiday[0], days
        while left and day > local.date():
            day -= timedelta(days=1)
            left -= self.is_working_day(day)
        return self._at(day, local) if day > local.date() else start.astimezone(UTC)

    def _on_the_clock(self, start: datetime, duration: Duration) -> datetime:
        local = self.local(start)
        if duration.years or duration.months or duration.days:
            step = relativedelta(years=duration.years, months=duration.months, days=duration.days)
            moment = self._at((local + step).date(), local)
        else:
            moment = start.astimezone(UTC)  # hours are elapsed time, also across a clock change
        return moment + timedelta(seconds=duration.seconds)

    def _at(self, day: date, local: datetime) -> datetime:
        # A local time that a clock change skips comes out an hour later (PEP 495 arithmetic via UTC).
        naive = datetime.combine(day, local.timetz().replace(tzinfo=None, fold=0))
        return naive.replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC)

    def _working_days_after(self, day: date) -> Iterator[date]:
        last_found = day
        while day - last_found < _LONGEST_SEARCH:
            day += timedelta(days=1)
            if self.is_working_day(day):
                last_found = day
                yield day
        raise TimerError(
            Text(
                "Deze kalender heeft geen werkdagen meer. Controleer de werkdagen en de vrije dagen.",
                "This calendar has no working days left. Check the working days and the free days.",
            )
        )


@lru_cache(maxsize=64)
def _holiday(calendar: Calendar, day: date) -> tuple[date, date] | None:
    # Public holidays alone never make a week, so nothing begins after the last free day.
    known = max(calendar.free_days, default=day)
    first = day
    while first <= known:
        if calendar.is_working_day(first):
            first += timedelta(days=1)
            continue
        earliest, last = first, first
        while day - earliest < _LONGEST_HOLIDAY and _is_free_before(calendar, earliest):
            earliest -= timedelta(days=1)
        while last - first < _LONGEST_HOLIDAY and not calendar.is_working_day(last + timedelta(days=1)):
            last += timedelta(days=1)
        if (last - earliest).days + 1 >= _SHORTEST_HOLIDAY:
            return earliest, last
        first = last + timedelta(days=1)
    return None


def _is_free_before(calendar: Calendar, day: date) -> bool:
    return not calendar.is_working_day(day - timedelta(days=1))
