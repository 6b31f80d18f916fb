"""An example case (`examples/*.toml`): moments and answers, and what should come of them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from meldcode.diagram.model import CalendarKind
from meldcode.engine import Json
from meldcode.messages import MeldcodeError, Text
from meldcode.workdays import Duration, TimerError, parse_duration

EXAMPLE_KEYS = frozenset({"away", "title", "start", "process", "document", "moment", "end"})
AWAY_KEYS = frozenset({"role", "from", "until"})
MOMENT_KEYS = frozenset(
    {
        "after",
        "answers",
        "at",
        "calendar",
        "complete",
        "downtime",
        "mail",
        "note",
        "raise",
        "tasks",
        "wait",
        "which",
    }
)
MAIL_KEYS = frozenset({"template", "to", "on", "level", "reaches"})
EARLIEST, LATEST = 2001, 2099  # the years in which a case may begin
NOBODY = "niemand"  # what `reaches` says when nobody is there
END_KEYS = frozenset({"outcome", "finished"})


class ExampleError(MeldcodeError):
    """An example that cannot be read; `text` names the file, the moment and the key."""


@dataclass(frozen=True, slots=True)
class Away:
    """Whoever holds `role` is away from the local day `first` up to and with `last` (None: not known yet)."""

    role: str
    first: date
    last: date | None = None

    def holds(self, day: date) -> bool:
        """Is she away on this local day?"""
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class ExpectedMail:
    """One mail a moment should lead to. `on` is the local day it falls due; None: any.

    `reaches` is the role whose holder gets it when who holds `to` is away; None: `to` itself.
    """

    template: str
    to: str
    on: date | None = None
    level: int | None = None
    reaches: str | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """Time passes (`after` or until `at`), then a task is completed, an event raised, or nothing.

    With `downtime` nothing woke the case in that time: what fell due meanwhile comes at once, at its end.
    `which` chooses among several open tasks of one node, from 1. `tasks` are the node ids that should
    be open afterwards; None: not compared.
    """

    after: Duration | None = None
    at: datetime | None = None
    calendar: CalendarKind = CalendarKind.KLOK
    downtime: bool = False
    complete: str | None = None
    which: int = 1
    answers: Mapping[str, Json] = field(default_factory=dict)
    event: str | None = None
    mails: tuple[ExpectedMail, ...] = ()
    tasks: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """A case from beginning to end. `outcome` and `finished` are compared after the last moment.

    An example knows roles and not people: each role is one person, and `away` says when she is not there.
    """

    title: str
    start: datetime
    moments: tuple[Moment, ...]
    process: str | None = None
    document: Mapping[str, Json] = field(default_factory=dict)
    outcome: str | None = None
    finished: bool | None = None
    away: tuple[Away, ...] = ()
    file: str = ""


def read_example(data: bytes, file: str) -> Example:
    """Read one example; raises `ExampleError`."""
    try:
        table = tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise _wrong(file, f"geen geldige TOML ({error})", f"not valid TOML ({error})") from error
    return read_table(table, file)


def read_table(table: Mapping[str, Any], file: str) -> Example:
    """Read one example that is plain data already; raises `ExampleError`."""
    return _Reader(file).example(table)


class _Reader:
    def __init__(self, file: str) -> None:
        self.file = file
        self.where = ""

    def example(self, table: Mapping[str, Any]) -> Example:
        self._only(table, EXAMPLE_KEYS)
        start = self._get(table, "start", datetime, None)
        if start is None or start.tzinfo is None:
            raise self._wrong(
                "'start' moet een moment zijn met tijdzone, zoals 2026-09-07T09:00:00+02:00",
                "'start' must be a moment with an offset, such as 2026-09-07T09:00:00+02:00",
            )
        if not EARLIEST <= start.year <= LATEST:
            raise self._wrong("'start' ligt niet in deze eeuw", "'start' is not in this century")
        away = []
        for number, absence in enumerate(self._get(table, "away", list, []), 1):
            self.where = f"away {number}"
            away.append(self._away(self._table(absence)))
        moments = []
        for number, moment in enumerate(self._get(table, "moment", list, []), 1):
            self.where = f"moment {number}"
            moments.append(self._moment(self._table(moment)))
        self.where = "[end]"
        end = self._get(table, "end", dict, None)
        self._only(end or {}, END_KEYS)
        finished = None if end is None else self._get(end, "finished", bool, True)
        return Example(
            title=self._get(table, "title", str, self.file),
            start=start,
            moments=tuple(moments),
            process=self._get(table, "process", str, None),
            document=_dates_as_text(self._get(table, "document", dict, {})),
            outcome=self._get(end or {}, "outcome", str, None),
            finished=finished,
            away=tuple(away),
            file=self.file,
        )

    def _moment(self, table: Mapping[str, Any]) -> Moment:
        self._only(table, MOMENT_KEYS)
        done = [key for key in ("complete", "raise", "wait") if key in table]
        if len(done) != 1:
            raise self._wrong(
                "gebruik precies één van 'complete', 'raise' en 'wait'",
                "use exactly one of 'complete', 'raise' and 'wait'",
            )
        if sum(key in table for key in ("after", "at", "wait")) > 1:
            raise self._wrong(
                "gebruik hooguit één van 'after', 'at' en 'wait'",
                "use at most one of 'after', 'at' and 'wait'",
            )
        at = self._get(table, "at", datetime, None)
        if at is not None and at.tzinfo is None:
            raise self._wrong("'at' mist een tijdzone", "'at' has no offset")
        tasks = self._get(table, "tasks", list, None)
        return Moment(
            after=self._duration(table, "wait" if "wait" in table else "after"),
            at=at,
            calendar=self._calendar(table),
            downtime=self._get(table, "downtime", bool, False),
            complete=self._get(table, "complete", str, None),
            which=self._get(table, "which", int, 1),
            answers=_dates_as_text(self._get(table, "answers", dict, {})),
            event=self._get(table, "raise", str, None),
            mails=tuple(self._mail(self._table(mail)) for mail in self._get(table, "mail", list, [])),
            tasks=None if tasks is None else tuple(sorted(str(task) for task in tasks)),
        )

    def _away(self, table: Mapping[str, Any]) -> Away:
        self._only(table, AWAY_KEYS)
        role, first = self._get(table, "role", str, None), self._day(table, "from")
        last = self._day(table, "until")
        if role is None or first is None:
            raise self._wrong(
                "een afwezigheid heeft 'role' en 'from' nodig", "an absence needs 'role' and 'from'"
            )
        if last is not None and last < first:
            raise self._wrong("'until' ligt voor 'from'", "'until' lies before 'from'")
        return Away(role, first, last)

    def _day(self, table: Mapping[str, Any], key: str) -> date | None:
        day: date | None = self._get(table, key, date, None)
        if isinstance(day, datetime):  # a datetime is a date too
            raise self._wrong(f"'{key}' is een dag, zonder tijd", f"'{key}' is a day, without a time")
        return day

    def _mail(self, table: Mapping[str, Any]) -> ExpectedMail:
        self._only(table, MAIL_KEYS)
        template, to = self._get(table, "template", str, None), self._get(table, "to", str, None)
        if template is None or to is None:
            raise self._wrong("een mail heeft 'template' en 'to' nodig", "a mail needs 'template' and 'to'")
        return ExpectedMail(
            template,
            to,
            self._get(table, "on", date, None),
            self._get(table, "level", int, None),
            self._get(table, "reaches", str, None),
        )

    def _duration(self, table: Mapping[str, Any], key: str) -> Duration | None:
        text = self._get(table, key, str, None)
        if text is None:
            return None
        try:
            return parse_duration(text)
        except TimerError as error:
            raise self._wrong(f"'{key}': {error.text.nl}", f"'{key}': {error.text.en}") from error

    def _calendar(self, table: Mapping[str, Any]) -> CalendarKind:
        text = self._get(table, "calendar", str, CalendarKind.KLOK.value)
        if text not in set(CalendarKind):
            raise self._wrong("'calendar' is 'werkdagen' of 'klok'", "'calendar' is 'werkdagen' or 'klok'")
        return CalendarKind(text)

    def _get(self, table: Mapping[str, Any], key: str, kind: type, default: Any) -> Any:
        value = table.get(key, default)
        if value is not default and (
            not isinstance(value, kind) or (kind is int and isinstance(value, bool))
        ):
            raise self._wrong(f"'{key}' heeft een verkeerde vorm", f"'{key}' has the wrong shape")
        return value

    def _table(self, value: Any) -> Mapping[str, Any]:
        if not isinstance(value, dict):
            raise self._wrong("is geen tabel", "is no table")
        return value

    def _only(self, table: Mapping[str, Any], keys: frozenset[str]) -> None:
        for key in table:
            if key not in keys:
                known = ", ".join(sorted(keys))
                raise self._wrong(
                    f"'{key}' is onbekend; mogelijk zijn {known}", f"'{key}' is unknown; possible are {known}"
                )

    def _wrong(self, dutch: str, english: str) -> ExampleError:
        where = f"{self.file}, {self.where}" if self.where else self.file
        return _wrong(where, dutch, english)


def _dates_as_text(value: Any) -> Any:
    # TOML has dates; a case document has ISO texts.
    if isinstance(value, dict):
        return {key: _dates_as_text(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_dates_as_text(inner) for inner in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


def _wrong(where: str, dutch: str, english: str) -> ExampleError:
    return ExampleError(Text(f"{where}: {dutch}.", f"{where}: {english}."))
