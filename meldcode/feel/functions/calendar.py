"""`now`, `today` and the calendar (DMN 1.3, 10.3.4.8). What is now is given with the evaluation."""

from __future__ import annotations

from datetime import date
from decimal import (
    Decimal,
)

from meldcode.feel.functions.registry import function
from meldcode.feel.values import Run, Value

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


@function("now()", constant=False)
def _now(run: Run) -> Value:
    return run.now


@function("today()", constant=False)
def _today(run: Run) -> Value:
    return run.now.date() if run.now else None


@function("day of week(date:date)")
def _day_of_week(run: Run, day: date) -> Value:
    return _DAYS[day.weekday()]


@function("day of year(date:date)")
def _day_of_year(run: Run, day: date) -> Value:
    return Decimal(day.timetuple().tm_yday)


@function("month of year(date:date)")
def _month_of_year(run: Run, day: date) -> Value:
    return _MONTHS[day.month - 1]


@function("week of year(date:date)")
def _week_of_year(run: Run, day: date) -> Value:
    return Decimal(day.isocalendar().week)
