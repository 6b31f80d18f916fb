"""What other free days would do: which days come and go, and which deadlines move.

The real engine computes the real cases again, on the days as they would be; nothing is stored. Administrators
may not know of cases, so only numbers and days come out.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from meldcode import days, engine, publishing
from meldcode.days import OwnDay
from meldcode.moves import look, take
from meldcode.store import Database, scoped
from meldcode.store.tables import cases
from meldcode.workdays import Calendar

SECONDS = 4.0  # a preview that takes longer tells what it knows so far
MOST_SHIFTS = 12

_OPEN = sa.select(cases.c.id).where(scoped(cases), cases.c.status == "open").order_by(cases.c.id)


@dataclass(frozen=True, slots=True)
class Shift:
    """`count` deadlines move from one day to another."""

    before: date
    after: date
    count: int


@dataclass(frozen=True, slots=True)
class Preview:
    """`comes` become free, `goes` become working days. `looked_at` of `cases` open cases were computed;
    `later` and `earlier` deadlines move, the commonest `shifts` first."""

    comes: tuple[date, ...]
    goes: tuple[date, ...]
    cases: int
    looked_at: int
    later: int
    earlier: int
    shifts: tuple[Shift, ...]

    @property
    def moves(self) -> int:
        """How many deadlines move."""
        return self.later + self.earlier


def preview(
    db: Database, organisation: UUID, changes: Mapping[date, OwnDay | None], *, now: datetime
) -> Preview:
    """What `changes` to the organisation's own days would do now. Raises `PublishError`."""
    stop = time.monotonic() + SECONDS
    with db.reading(organisation) as tx:
        _, published, before = publishing.start(tx)
        own: dict[date, OwnDay | None] = {one.day: one for one in days.listed(tx)}
        after = days.merged(published.calendar, [one for one in (own | dict(changes)).values() if one])
        comes, goes = _difference(before, after, changes)
        which = list(tx.execute(_OPEN).scalars()) if comes or goes else []
        counted: Counter[tuple[date, date]] = Counter()
        looked_at = 0
        for case_id in which:
            if time.monotonic() > stop:
                break
            looked_at += 1
            case = look(tx, case_id)
            if case is None or case.status != "open":
                continue
            try:
                step = take(replace(case, calendar=after), engine.Recalculate(), now)
                known = _deadlines(engine.open_tasks(case.published.version, case.state or {}))
            except engine.EngineError:
                continue  # a case that is stuck keeps its deadlines, and is an incident already
            for name, moment in _deadlines(step.tasks).items():
                old = known.get(name)
                if old is not None and old != moment:
                    counted[(after.local(old).date(), after.local(moment).date())] += 1
    shifts = tuple(Shift(*pair, count) for pair, count in counted.most_common(MOST_SHIFTS))
    return Preview(
        comes,
        goes,
        len(which),
        looked_at,
        later=sum(count for (old, new), count in counted.items() if new > old),
        earlier=sum(count for (old, new), count in counted.items() if new < old),
        shifts=shifts,
    )


def _difference(
    before: Calendar, after: Calendar, changes: Mapping[date, OwnDay | None]
) -> tuple[tuple[date, ...], tuple[date, ...]]:
    comes = [day for day in sorted(changes) if before.is_working_day(day) and not after.is_working_day(day)]
    goes = [day for day in sorted(changes) if after.is_working_day(day) and not before.is_working_day(day)]
    return tuple(comes), tuple(goes)


def runs(found: tuple[date, ...]) -> list[tuple[date, date]]:
    """Days that follow each other as periods; a weekend between two of them is part of it."""
    periods: list[tuple[date, date]] = []
    for day in found:
        if periods and (day - periods[-1][1] <= timedelta(days=1) or _only_weekend(periods[-1][1], day)):
            periods[-1] = (periods[-1][0], day)
        else:
            periods.append((day, day))
    return periods


def _only_weekend(last: date, day: date) -> bool:
    between = [last + timedelta(days=n) for n in range(1, (day - last).days)]
    return bool(between) and len(between) <= 2 and all(one.weekday() >= 5 for one in between)


def _deadlines(tasks: tuple[engine.OpenTask, ...]) -> dict[tuple[str, str, int], datetime]:
    return {(task.id, one.node, one.level): one.at for task in tasks for one in task.deadlines}
