"""A case that somebody lives through: it begins, tasks are answered, the clock is moved, steps are undone.

A `Rehearsal` is a value: every move gives another one, and the one before still stands, so the other branch
can be taken from any point. It plays with the same `Player` as an example does; what was done so far *is* an
example, and its plain form is all that has to be kept between two moves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast
from uuid import NAMESPACE_URL, uuid5

from meldcode.definition import Version
from meldcode.diagram.model import CalendarKind, StepKind
from meldcode.engine import Json, OpenTask, Start, Step, document
from meldcode.messages import MeldcodeError, Text
from meldcode.rehearse.differing import place
from meldcode.rehearse.example import EARLIEST, LATEST, Away, Example, Moment, read_table
from meldcode.rehearse.playing import Happening, Player, Stop
from meldcode.workdays import Calendar, Duration

ACUTE = "acuut"
MOST_MOVES = 250
MOST_AWAY = 20
MOST_HAPPENINGS = 5_000
# One move never asks for more: a draft with a timer that comes back each second must not hold up a page.
MOST_STEPS_PER_MOVE = 400
_BEGIN = Text("begin", "start")
_A_SECOND = timedelta(seconds=1)
_LONGEST_WAIT = timedelta(days=366 * 5)
_TITLE = "oefening"


class RehearsalError(MeldcodeError):
    """This move cannot be made here; the rehearsal stands where it stood."""


@dataclass(frozen=True, slots=True)
class Point:
    """Where a rehearsal stood after one move: the moment (UTC), the engine's step, and what came of the move.

    `move` is None for the beginning.
    """

    move: Moment | None
    now: datetime
    step: Step
    happenings: tuple[Happening, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Rehearsal:
    """A case as far as it was rehearsed. `points` has the beginning first; it is never empty."""

    version: Version
    calendar: Calendar
    example: Example
    points: tuple[Point, ...]

    # --- how it stands -----------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        return self.points[-1].now

    @property
    def step(self) -> Step:
        return self.points[-1].step

    @property
    def tasks(self) -> tuple[OpenTask, ...]:
        return self.step.tasks

    @property
    def finished(self) -> bool:
        return self.step.finished

    @property
    def document(self) -> Mapping[str, Json]:
        """What the case holds now."""
        return document(self.step.state)

    @property
    def happenings(self) -> tuple[Happening, ...]:
        """Everything that happened, in order."""
        return tuple(happening for point in self.points for happening in point.happenings)

    @property
    def today(self) -> date:
        """The day it is where the organisation is."""
        return self.calendar.local(self.now).date()

    @property
    def can_raise(self) -> bool:
        """Whether acute danger would begin something: while its route is under way, it does not."""
        known = any(
            node.event == "message" and node.event_name == ACUTE for node in self.version.nodes.values()
        )
        return known and not self.finished and not any(StepKind.ACUUT in task.steps for task in self.tasks)

    # --- moves -------------------------------------------------------------------------------------------

    def complete(self, node: str, answers: Mapping[str, Json], which: int = 1) -> Rehearsal:
        """Finish an open task; its form checks the answers. Raises `RehearsalError`."""
        return self.moved(Moment(complete=node, answers=answers, which=which))

    def raised(self) -> Rehearsal:
        """Somebody reports acute danger. Raises `RehearsalError`."""
        return self.moved(Moment(event=ACUTE))

    def to_next_timer(self) -> Rehearsal:
        """The moment the next term runs out. Raises `RehearsalError` when none runs."""
        if self.step.due is None:
            raise _cannot("Er loopt geen termijn.", "No term is running.")
        return self.until(max(self.step.due, self.now + _A_SECOND))

    def to_next_working_day(self) -> Rehearsal:
        """The same time on the next working day. Raises `RehearsalError`."""
        try:
            return self.until(self.calendar.next_working_moment(self.now))
        except MeldcodeError as error:
            raise RehearsalError(error.text) from error

    def to_day(self, day: date) -> Rehearsal:
        """The same time on a later day. Raises `RehearsalError`."""
        local = self.calendar.local(self.now)
        days = (day - local.date()).days
        if days <= 0:
            raise _cannot("Kies een dag die nog komt.", "Choose a day that is still to come.")
        if days > _LONGEST_WAIT.days:
            raise _cannot("Kies een dag binnen vijf jaar.", "Choose a day within five years.")
        return self.until(self.calendar.due(self.now, Duration(days=days), CalendarKind.KLOK))

    def until(self, moment: datetime) -> Rehearsal:
        """Let time pass until `moment`, every term at its own time. Raises `RehearsalError`."""
        if moment <= self.now:
            raise _cannot("Kies een moment dat nog komt.", "Choose a moment that is still to come.")
        if moment - self.now > _LONGEST_WAIT:
            raise _cannot("Kies een moment binnen vijf jaar.", "Choose a moment within five years.")
        duration, kind = self._waiting(moment)
        return self.moved(Moment(after=duration, calendar=kind))

    def with_away(self, away: tuple[Away, ...]) -> Rehearsal:
        """The same moves with these absences: only who gets the mails differs. Raises `RehearsalError`."""
        if len(away) > MOST_AWAY:
            raise _cannot("Er zijn al genoeg mensen afwezig.", "Enough people are away already.")
        for one in away:
            if one.last is not None and one.last < one.first:
                raise _cannot("De laatste dag ligt voor de eerste.", "The last day lies before the first.")
        return resume(self.version, replace(self.example, away=away), self.calendar)

    def back(self, to: int) -> Rehearsal:
        """As it stood after `to` moves; 0 is the beginning. Out of bounds is the nearest there is."""
        kept = self.points[: min(max(to, 0), len(self.points) - 1) + 1]
        return replace(self, points=kept, example=replace(self.example, moments=_moves(kept)))

    def moved(self, moment: Moment) -> Rehearsal:
        """One moment further. Raises `RehearsalError`, and then nothing moved."""
        number = len(self.points)
        if number > MOST_MOVES or sum(len(point.happenings) for point in self.points) > MOST_HAPPENINGS:
            raise _cannot(
                "Deze oefening is lang genoeg. Ga een paar stappen terug, of begin opnieuw.",
                "This rehearsal is long enough. Go a few steps back, or begin again.",
            )
        if max(self.now.year, moment.at.year if moment.at else 0) > LATEST:
            raise _cannot("Verder gaat de klok niet.", "The clock goes no further.")
        if moment.event is not None and not self.can_raise:
            raise _cannot("Acuut gevaar melden kan hier niet.", "Acute danger cannot be reported here.")
        player = self._player()
        player.now, player.last = self.now, self.step
        return self._played(player, moment, place(self.version, number, moment))

    # --- kept between two moves --------------------------------------------------------------------------

    def kept(self) -> dict[str, Any]:
        """All that is needed to stand here again, as small plain JSON in the words of an example."""
        table: dict[str, Any] = {"start": self.example.start.isoformat(timespec="seconds")}
        if self.example.process:
            table["process"] = self.example.process
        if self.example.document:
            table["document"] = dict(self.example.document)
        if self.example.away:
            table["away"] = [_absence(one) for one in self.example.away]
        table["moment"] = [move_table(move) for move in self.example.moments]
        return cast(dict[str, Any], _as_text(table))

    # --- inside ------------------------------------------------------------------------------------------

    def _player(self) -> Player:
        player = Player(self.version, replace(self.example, moments=()), self.calendar)
        player.most = MOST_STEPS_PER_MOVE
        return player

    def _played(self, player: Player, moment: Moment, where: Text) -> Rehearsal:
        try:
            player.moment(moment, where)
        except Stop as stop:
            raise RehearsalError(stop.why) from stop
        except (OverflowError, RecursionError) as error:  # a day after the year 9999, answers without end
            raise _cannot("Dit gaat te ver.", "This goes too far.") from error
        assert player.last is not None  # noqa: S101  (a rehearsal has begun)
        point = Point(moment, player.now, player.last, tuple(player.happenings))
        points = (*self.points, point)
        return replace(self, points=points, example=replace(self.example, moments=_moves(points)))

    def _waiting(self, until: datetime) -> tuple[Duration, CalendarKind]:
        """The plainest words for this time: working days, days, or hours and smaller."""
        working = self.calendar.working_days_between(self.now, until)
        days = (self.calendar.local(until).date() - self.today).days
        for number, kind in ((working, CalendarKind.WERKDAGEN), (days, CalendarKind.KLOK)):
            duration = Duration(days=number)
            if number > 0 and self.calendar.due(self.now, duration, kind) == until:
                return duration, kind
        # whole seconds, and never a part of one too few: the term must have run out
        left = -((self.now - until) // _A_SECOND)
        return Duration(seconds=left), CalendarKind.KLOK


def begin(
    version: Version,
    start: datetime,
    *,
    process: str | None = None,
    document: Mapping[str, Json] | None = None,
    away: tuple[Away, ...] = (),
    calendar: Calendar | None = None,
) -> Rehearsal:
    """A case that begins at `start` (aware) in `process` (None: the main one). Raises `RehearsalError`."""
    used = calendar or version.organisation.calendar()
    if not EARLIEST <= start.year <= LATEST:
        raise _cannot("Kies een dag in deze eeuw.", "Choose a day in this century.")
    example = Example(
        title=_TITLE,
        start=used.local(start.replace(microsecond=0)),
        moments=(),
        process=process,
        document=document or {},
        away=away,
    )
    player = Player(version, example, used)
    player.most = MOST_STEPS_PER_MOVE
    try:
        player.check_away(_BEGIN)
        player.take(Start(process, example.document, uuid5(NAMESPACE_URL, example.title)), _BEGIN)
    except Stop as stop:
        raise RehearsalError(stop.why) from stop
    assert player.last is not None  # noqa: S101  (it was just taken)
    point = Point(None, start.replace(microsecond=0).astimezone(UTC), player.last, tuple(player.happenings))
    return Rehearsal(version, used, example, (point,))


def read_kept(table: Mapping[str, Any]) -> Example:
    """What `kept` gave, from JSON that may be anything. Raises `RehearsalError`."""
    try:
        example = read_table({**_with_days(table), "title": _TITLE}, _TITLE)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise _cannot("Dit is geen oefening.", "This is no rehearsal.") from error
    except MeldcodeError as error:
        raise RehearsalError(error.text) from error
    if len(example.moments) > MOST_MOVES or len(example.away) > MOST_AWAY:
        raise _cannot("Deze oefening is te lang.", "This rehearsal is too long.")
    return example


def resume(version: Version, example: Example, calendar: Calendar | None = None) -> Rehearsal:
    """Begin and make every move of `example` again; what it expects is left out. Raises `RehearsalError`."""
    at = begin(
        version,
        example.start,
        process=example.process,
        document=example.document,
        away=example.away,
        calendar=calendar,
    )
    for moment in example.moments:
        at = at.moved(replace(moment, mails=(), tasks=None))
    return at


def move_table(move: Moment) -> dict[str, Any]:
    """A move in the words of an example, without what it should lead to."""
    table: dict[str, Any] = {}
    if move.complete is not None:
        table["complete"] = move.complete
        if move.which != 1:
            table["which"] = move.which
    elif move.event is not None:
        table["raise"] = move.event
    if move.after is not None:
        table["after" if table else "wait"] = duration_text(move.after)
        if move.calendar is not CalendarKind.KLOK:
            table["calendar"] = move.calendar.value
    elif move.at is not None:
        table["at"] = move.at
    if move.downtime:
        table["downtime"] = True
    if answers := without_nothing(move.answers):
        table["answers"] = answers
    return table


def duration_text(duration: Duration) -> str:
    """A duration as ISO 8601: `P5D`, `PT1H30M`."""
    hours, rest = divmod(duration.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    days = "".join(
        f"{number}{unit}"
        for number, unit in ((duration.years, "Y"), (duration.months, "M"), (duration.days, "D"))
        if number
    )
    time = "".join(
        f"{number}{unit}" for number, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if number
    )
    return f"P{days}{'T' + time if time else ''}"


def without_nothing(value: Any) -> Any:
    """The same without what was not answered: a form reads a missing answer and an empty one alike."""
    if isinstance(value, Mapping):
        return {key: without_nothing(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [without_nothing(inner) for inner in value]
    return value


def _as_text(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _as_text(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_as_text(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value


def _with_days(table: Mapping[str, Any]) -> dict[str, Any]:
    """JSON has no days and moments: these were texts on the way."""
    away = [
        {key: one[key] if key == "role" else date.fromisoformat(one[key]) for key in one}
        for one in table.get("away", [])
    ]
    moves = [
        {**one, "at": datetime.fromisoformat(one["at"])} if "at" in one else one
        for one in table.get("moment", [])
    ]
    return {**table, "start": datetime.fromisoformat(table["start"]), "away": away, "moment": moves}


def _absence(one: Away) -> dict[str, Any]:
    table: dict[str, Any] = {"role": one.role, "from": one.first}
    return table if one.last is None else {**table, "until": one.last}


def _moves(points: tuple[Point, ...]) -> tuple[Moment, ...]:
    return tuple(point.move for point in points if point.move is not None)


def _cannot(dutch: str, english: str) -> RehearsalError:
    return RehearsalError(Text(dutch, english))
