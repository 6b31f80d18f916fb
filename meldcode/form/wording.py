"""Values as people read them: dates in words, numbers with a comma, ja and nee."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from babel.dates import format_date

from meldcode.form.conditions import ZONE
from meldcode.form.sentences import dutch
from meldcode.messages import Text

YES, NO = Text("Ja", "Yes"), Text("Nee", "No")
NOT_ANSWERED = Text("Niet ingevuld", "Not answered")

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}[0-9:.+Z-]*")


def in_words(value: Any, language: str) -> str:
    """One value for people to read; null is nothing. Shapes: plain JSON or what FEEL computes.

    A text that is an ISO date or moment is read as one: that is how answers keep them.
    """
    match value:
        case None:
            return ""
        case bool():
            return (YES if value else NO).of(language)
        case str() if _DATE.fullmatch(value) or _MOMENT.fullmatch(value):
            return _iso(value, language)
        case int() | float() | Decimal():
            number = Decimal(str(value))
            return f"{number:f}" if language == "en" else dutch(number)
        case datetime():
            moment = value.astimezone(ZONE) if value.tzinfo else value
            at = "om" if language != "en" else "at"
            return f"{_day(moment.date(), language)} {at} {moment:%H:%M}"
        case date():
            return _day(value, language)
        case time():
            return f"{value:%H:%M}"
        case list() | tuple():
            return ", ".join(in_words(item, language) for item in value)
        case dict():
            return ", ".join(f"{key}: {in_words(item, language)}" for key, item in value.items())
    return str(value)


def _day(day: date, language: str) -> str:
    return format_date(day, "EEEE d MMMM y", locale="en_GB" if language == "en" else "nl_NL")


def _iso(value: str, language: str) -> str:
    try:
        read = date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
    except ValueError:
        return value
    return in_words(read, language)
