"""Deadlines that a person moves by hand: to a later working day, or back to where they were drawn.

What moves is the next level of a ladder that still waits, and every level above it along with it, each over
the same distance in its own calendar: so none comes out of its turn and none is lost. All of it is measured
from the moments as drawn, however often it is done, and the last level never comes later than its own term
once more: whoever moves a deadline again and again gains nothing by it.

What stays: everything about acute danger, and everything while that is being dealt with; a moment that the
diagram gives as a date or counts back from a holiday; what comes again by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from meldcode.diagram.model import CalendarKind, StepKind
from meldcode.engine.contract import Json, Movable, Refused, State
from meldcode.engine.events import first_due, kind_of
from meldcode.engine.plain import plain
from meldcode.engine.running import running
from meldcode.engine.timing import Waiting, deadline_of, open_tasks_under, splits_around, waiting_timers
from meldcode.messages import Text
from meldcode.workdays import Calendar, Duration, parse_timer

LONGEST = timedelta(days=31)
"""Further from where it was drawn than this no deadline goes, however long its term is."""


def movable(case: Any, task: Any) -> tuple[Movable, ...]:
    """What can be moved on an open task and on the subprocesses around it, the earliest first."""
    found = [
        Movable(
            deadline_of(group.timers[0]),
            group.drawn[0],
            tuple(group.days()),
            tuple(deadline_of(timer) for timer in group.timers[1:]),
        )
        for group in _groups(case, task)
    ]
    return tuple(sorted(found, key=lambda one: (one.deadline.at, one.deadline.node)))


def move(case: Any, task: Any, timer: str, to: date | None, note: Mapping[str, Json]) -> None:
    """Move the deadline `timer` of an open task to the day `to`, or (None) back to where it was drawn.

    `note` is kept with whatever moved. Raises `Refused`.
    """
    group = next((one for one in _groups(case, task) if one.timers[0].node.id == timer), None)
    if group is None:
        raise Refused(
            "not-movable",
            Text("Deze termijn kan niet (meer) worden verzet.", "This deadline cannot be moved (any more)."),
        )
    if to is None:
        for waiting, drawn in zip(group.timers, group.drawn, strict=True):
            _put(waiting, drawn, None)
        return
    if to not in group.days():
        raise _not_that_day(group.days())
    for waiting, drawn, due in zip(group.timers, group.drawn, group.moved_to(to), strict=True):
        _put(waiting, due, None if due == drawn else {"drawn": drawn.isoformat(), "note": plain(note)})


def has_moved(state: State) -> bool:
    """Was any deadline that still waits in `state` moved by hand? Looks at what is stored, runs nothing."""
    return any(map(_holds_moved, state["tokens"]))


def _holds_moved(token: Mapping[str, Any]) -> bool:
    if "moved" in token.get("data", {}).get("timer", {}):
        return True
    return any(map(_holds_moved, (*token.get("in", ()), *token.get("sub", ()))))


@dataclass(frozen=True, slots=True)
class _Group:
    """What moves together: the levels of one ladder that still wait, or one timer that is in no ladder.

    `drawn` is when each falls due as the diagram says it, `cuts` when something would take them back.
    """

    timers: Sequence[Waiting]
    drawn: Sequence[datetime]
    cuts: Sequence[datetime]
    calendar: Calendar
    now: datetime

    def days(self) -> list[date]:
        """The working days to which the first of them can go."""
        local = self.calendar.local
        first = local(self.drawn[0]).date()
        days = [first + timedelta(days=number) for number in range(1, LONGEST.days + 1)]
        return [
            day
            for day in days
            if day > local(self.now).date() and self.calendar.is_working_day(day) and self._fits(day)
        ]

    def moved_to(self, day: date) -> list[datetime]:
        """When each falls due once the first goes to `day`, at the hour at which it was drawn."""
        local, begin = self.calendar.local, self.drawn[0]
        ahead = Duration(days=(day - local(begin).date()).days)
        to = self.calendar.due(begin, ahead, CalendarKind.KLOK)
        moved = [to]
        for number, timer in enumerate(self.timers[1:], 1):
            drawn, below = self.drawn[number], self.drawn[number - 1]
            due = self._along(timer, drawn, begin, to)
            # a level on the clock does not overtake one in working days that goes over a weekend
            moved.append(due if due > moved[-1] else moved[-1] + (drawn - below))
        return moved

    def _along(self, timer: Waiting, drawn: datetime, begin: datetime, to: datetime) -> datetime:
        kind, calendar = kind_of(timer.definition), self.calendar
        if kind is CalendarKind.KLOK:
            days = (calendar.local(to).date() - calendar.local(begin).date()).days
        else:
            # in weekdays the organisation's own holidays count, see `Calendar.due`
            own = replace(calendar, free_days=frozenset()) if kind is CalendarKind.WEEKDAGEN else calendar
            days = own.working_days_between(begin, to)
        return calendar.due(drawn, Duration(days=days), kind) if days else drawn

    def _fits(self, day: date) -> bool:
        """Does the last level come in time, and would nothing be taken back before it comes?"""
        moved = self.moved_to(day)
        term = parse_timer(self.timers[-1].entry["text"])
        if not isinstance(term, Duration):
            return False
        latest = self.calendar.due(self.drawn[-1], term, kind_of(self.timers[-1].definition))
        lost = (drawn <= cut < due for drawn, due in zip(self.drawn, moved, strict=True) for cut in self.cuts)
        return moved[-1] <= latest and not any(lost)


def _groups(case: Any, task: Any) -> Iterator[_Group]:
    if any(_is_acute(other) for other in open_tasks_under(case.task_tree)):
        return
    step = running()
    waiting = waiting_timers(case)
    splits = list(splits_around(task))
    for number, split in enumerate(splits):
        around = {outer.id for outer in splits[number:]}
        cuts = [timer for timer in waiting if timer.interrupts and timer.task.parent.id in around]
        here = [timer for timer in waiting if timer.task.parent is split and _can_go(timer)]
        ladder = sorted((timer for timer in here if timer.level), key=lambda timer: timer.level)
        for timers in (ladder, *([timer] for timer in here if not timer.level)):
            if timers:
                yield _Group(
                    timers,
                    [first_due(timer.definition, timer.entry, step.calendar) for timer in timers],
                    [cut.due for cut in cuts if cut not in timers],
                    step.calendar,
                    step.now,
                )


def _can_go(timer: Waiting) -> bool:
    """Is it drawn as a term that begins with the activity and ends once?"""
    if timer.definition.timer.kind == "date" or kind_of(timer.definition) is CalendarKind.VAKANTIE:
        return False
    return isinstance(parse_timer(timer.entry["text"]), Duration)


def _is_acute(task: Any) -> bool:
    """Is it a task about acute danger, by what it is or by the route it is on?"""
    while task is not None:
        node = task.task_spec.node
        if StepKind.ACUUT in node.steps or node.triggered_by_event:
            return True
        above = task.workflow.parent_task_id
        task = None if above is None else task.workflow.top_workflow.get_task_from_id(above)
    return False


def _put(timer: Waiting, due: datetime, moved: dict[str, Json] | None) -> None:
    entry = {key: value for key, value in timer.entry.items() if key != "moved"}
    timer.store({**entry, "due": due.isoformat(), **({"moved": moved} if moved else {})})
    if due != timer.due:
        running().fact("deadline_moved", timer.node.id, due=timer.due.isoformat(), to=due.isoformat())


def _not_that_day(days: Sequence[date]) -> Refused:
    if not days:
        text = Text("Deze termijn kan niet verder weg.", "This deadline cannot go any further.")
    else:
        first, last = (f"{day.day}-{day.month}-{day.year}" for day in (days[0], days[-1]))
        text = Text(
            f"Kies een werkdag van {first} tot en met {last}.",
            f"Choose a working day from {first} up to and with {last}.",
        )
    return Refused("not-that-day", text)
