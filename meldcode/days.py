"""The days on which an organisation's own calendar differs from that of its published folder.

School holidays come anew every year; nobody should have to publish a meldcode for them. A day here goes
before the folder and before the public holidays: it is free, or it is worked, whatever they say. Free days
belong to the organisation and not to the version that a case is pinned to, so a change moves the deadlines
of every open case: `ask_recalculation` leaves a row for whoever works in the background.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID, uuid4

import sqlalchemy as sa

from meldcode.recent import Recent
from meldcode.store import SCOPE, Transaction, scoped
from meldcode.store.tables import cases, chores, organisation_days, organisations
from meldcode.workdays import Calendar

RECALCULATE = "recalculate"
LONGEST_LABEL = 100


@dataclass(frozen=True, slots=True)
class OwnDay:
    """One day: `free`, or worked although it would be free. `label` is what people call it."""

    day: date
    free: bool
    label: str = ""


_LISTED = (
    sa.select(organisation_days.c.day, organisation_days.c.free, organisation_days.c.label)
    .where(scoped(organisation_days))
    .order_by(organisation_days.c.day)
)
_FORGET = sa.delete(organisation_days).where(
    scoped(organisation_days), organisation_days.c.day == sa.bindparam("which")
)
_ADD = sa.insert(organisation_days)
_CHANGED = (
    sa.update(organisations).where(organisations.c.id == SCOPE).values(days_revision=sa.bindparam("fresh"))
)
_OPEN_CASES = sa.select(sa.func.count()).select_from(cases).where(scoped(cases), cases.c.status == "open")
_ASK_AGAIN = (
    sa.update(chores)
    .where(scoped(chores), chores.c.kind == sa.bindparam("which"))
    .values(
        at=sa.bindparam("now"),
        began_at=sa.bindparam("now"),
        after=None,
        done=0,
        total=sa.bindparam("most"),
    )
)
_ASK = sa.insert(chores)

_calendars: Recent[tuple[UUID, Calendar], Calendar] = Recent(256)


def listed(tx: Transaction) -> list[OwnDay]:
    """The organisation's own days, in order."""
    return [OwnDay(row.day, row.free, row.label) for row in tx.execute(_LISTED)]


def put(tx: Transaction, days: Mapping[date, OwnDay | None], now: datetime) -> None:
    """Set days, or (None) forget them; the open cases' deadlines will be computed again."""
    if not days:
        return
    tx.execute(_FORGET, [{"which": day} for day in sorted(days)])
    rows = [
        {"day": one.day, "free": one.free, "label": one.label[:LONGEST_LABEL]}
        for one in days.values()
        if one is not None
    ]
    if rows:
        tx.execute(_ADD, rows)
    tx.execute(_CHANGED, {"fresh": uuid4()})
    ask_recalculation(tx, now)


def ask_recalculation(tx: Transaction, now: datetime) -> None:
    """Have the deadlines of all open cases computed again in the background, from the first case on."""
    row = {"which": RECALCULATE, "now": now, "most": tx.execute(_OPEN_CASES).scalar_one()}
    if not tx.execute(_ASK_AGAIN, row).rowcount:
        first = {"kind": RECALCULATE, "at": now, "began_at": now, "after": None, "done": 0}
        tx.execute(_ASK, {**first, "total": row["most"]})


def merged(base: Calendar, own: Iterable[OwnDay]) -> Calendar:
    """A folder's calendar with the organisation's own days in it."""
    own = list(own)
    free = frozenset(one.day for one in own if one.free)
    worked = frozenset(one.day for one in own if not one.free)
    return replace(
        base,
        free_days=(base.free_days - worked) | free,
        worked_days=(base.worked_days - free) | worked,
    )


def calendar(tx: Transaction, base: Calendar, revision: UUID | None) -> Calendar:
    """The organisation's working days: `base` is its folder's, `revision` that of its own days (None: none).

    What this process has read of a revision it does not read again.
    """
    if revision is None:
        return base
    return _calendars.get((revision, base), lambda: merged(base, listed(tx)))
