"""Free days out of a file: a calendar (`.ics`), a table (`.csv`) or a piece of `organisation.toml`.

Schools get their holidays as a calendar file, or type them into a table. Whatever the file says, days come
out: what cannot be read is said by its line, never guessed, and nothing is kept of the file itself.
"""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from icalendar import Calendar as Ics

from meldcode.messages import MeldcodeError, Text

LARGEST = 256 * 1024  # bytes
MOST_DAYS = 2000
LONGEST_PERIOD = 100  # days
_MOST_TOLD = 10
_FIRST_YEAR, _LAST_YEAR = 1900, 2199

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DUTCH = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")


class FileRefused(MeldcodeError):
    """This file cannot be read; the text says why and what would be."""


@dataclass(frozen=True, slots=True)
class FreeDays:
    """The days a file names, with what it calls them, and what in it could not be used."""

    days: dict[date, str]
    passed_over: tuple[Text, ...]


def read(name: str, data: bytes) -> FreeDays:
    """The free days in a file; `name` says by its ending what it is. Raises `FileRefused`."""
    if len(data) > LARGEST:
        raise FileRefused(
            Text("Dit bestand is te groot (meer dan 256 kB).", "This file is too large (more than 256 kB).")
        )
    ending = name.rsplit(".", 1)[-1].lower()
    readers = {"ics": _ics, "csv": _table, "txt": _table, "toml": _toml}
    if ending not in readers:
        raise FileRefused(
            Text("Kies een bestand dat eindigt op .ics, .csv of .toml.", "Choose a .ics, .csv or .toml file.")
        )
    days: dict[date, str] = {}
    passed_over: list[Text] = []
    for found in readers[ending](data):
        if isinstance(found, Text):
            passed_over.append(found)
            continue
        first, last, label = found
        if not 0 <= (last - first).days < LONGEST_PERIOD or not within_reach(first, last):
            passed_over.append(_odd_period(first, last))
            continue
        days.update({first + timedelta(days=n): label for n in range((last - first).days + 1)})
        if len(days) > MOST_DAYS:
            raise FileRefused(
                Text("Hier staan te veel dagen in. Neem één of twee schooljaren.", "These are too many days.")
            )
    if not days:
        raise FileRefused(
            Text(
                " ".join(["In dit bestand staat geen leesbare dag.", *(one.nl for one in passed_over[:3])]),
                " ".join(["There is no readable day in this file.", *(one.en for one in passed_over[:3])]),
            )
        )
    return FreeDays(dict(sorted(days.items())), tuple(passed_over[:_MOST_TOLD]))


_Found = tuple[date, date, str] | Text


def _ics(data: bytes) -> Iterator[_Found]:
    try:
        calendar = Ics.from_ical(data)
        events = list(calendar.walk("VEVENT"))
    except Exception as error:  # whatever a stranger's file makes the library stumble over
        raise FileRefused(
            Text("Dit is geen leesbaar agendabestand (.ics).", "This is no readable calendar file (.ics).")
        ) from error
    for event in events:
        yield _of_event(event)


def _of_event(event: Any) -> _Found:
    label = _label(str(event.get("SUMMARY", "")))
    try:
        first, end = event.start, event.end
    except Exception:  # the library looks at the values only now
        first = end = None
    if not isinstance(first, date) or not isinstance(end, date):
        return Text(f"“{label}” heeft geen begin of einde.", f"“{label}” has no begin or end.")
    if "RRULE" in event or "RDATE" in event:
        return Text(
            f"“{label}” herhaalt zich. Zet elke keer apart in het bestand.",
            f"“{label}” repeats itself. Put every time into the file on its own.",
        )
    if not within_reach(first, end):
        return Text(f"“{label}” heeft een jaar dat niet kan.", f"“{label}” has a year that cannot be.")
    whole_days = not isinstance(first, datetime)
    first = first.date() if isinstance(first, datetime) else first
    # An end is the first moment after the event (RFC 5545, 3.6.1), for a whole day the next one.
    last = (end - timedelta(seconds=1)).date() if isinstance(end, datetime) else end - timedelta(days=1)
    return (first, max(first, last), label) if whole_days else _with_hours(label)


def _with_hours(label: str) -> Text:
    return Text(
        f"“{label}” is een afspraak met uren, geen hele dag.", f"“{label}” has hours: it is no whole day."
    )


def _table(data: bytes) -> Iterator[_Found]:
    text = _decoded(data)
    first = text.split("\n", 1)[0]
    delimiter = max(";,\t", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise FileRefused(Text("Deze tabel is niet te lezen.", "This table cannot be read.")) from error
    for number, row in enumerate(rows, start=1):
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        begin = as_day(cells[0])
        if begin is None:
            if number > 1:  # the first line may be a heading
                yield Text(
                    f"Regel {number} begint niet met een datum.", f"Line {number} begins with no date."
                )
            continue
        end = as_day(cells[1]) if len(cells) > 1 else None
        rest = cells[2:] if end is not None or (len(cells) > 1 and not cells[1]) else cells[1:]
        yield begin, end or begin, _label(next((cell for cell in rest if cell), ""))


def _toml(data: bytes) -> Iterator[_Found]:
    try:
        table = tomllib.loads(_decoded(data))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise FileRefused(Text("Dit is geen geldige TOML.", "This is not valid TOML.")) from error
    calendar = table.get("calendar", table)
    days = calendar.get("free_days", []) if isinstance(calendar, dict) else []
    for item in days if isinstance(days, list) else [days]:
        given = item if isinstance(item, dict) else {"from": item, "to": item}
        first, last = given.get("from"), given.get("to")
        if not isinstance(first, date) or not isinstance(last, date) or _has_hours(first, last):
            yield Text(f"`{item}` is geen dag en geen periode.", f"`{item}` is no day and no period.")
            continue
        yield first, last, _label(str(given.get("name", "")))


def as_day(text: str) -> date | None:
    """A date as people write one: `2026-10-12`, `12-10-2026`, `12/10/2026`; None when it is none, or one
    that is not `within_reach`."""
    iso, dutch = _ISO.fullmatch(text.strip()), _DUTCH.fullmatch(text.strip())
    day = None
    with suppress(ValueError):
        if iso:
            day = date(int(iso[1]), int(iso[2]), int(iso[3]))
        elif dutch:
            day = date(int(dutch[3]), int(dutch[2]), int(dutch[1]))
    return day if day is not None and within_reach(day) else None


def within_reach(*days: date) -> bool:
    """Are these days of a time that somebody living plans for? At the ends of the calendar there is no day
    before or after."""
    return all(_FIRST_YEAR <= day.year <= _LAST_YEAR for day in days)


def _has_hours(*moments: date) -> bool:
    return any(isinstance(moment, datetime) for moment in moments)


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1252"):  # spreadsheets still write the second
        try:
            return data.decode(encoding).replace("\r\n", "\n").replace("\0", "")
        except UnicodeDecodeError:
            continue
    raise FileRefused(Text("Dit bestand is geen tekst.", "This file is no text."))


def _label(text: str) -> str:
    return " ".join("".join(sign for sign in text if sign.isprintable()).split())[:100]


def _odd_period(first: date, last: date) -> Text:
    return Text(
        f"De periode van {first:%d-%m-%Y} tot {last:%d-%m-%Y} klopt niet, of duurt langer dan "
        f"{LONGEST_PERIOD} dagen.",
        f"The period from {first} to {last} is the wrong way round, or longer than {LONGEST_PERIOD} days.",
    )
