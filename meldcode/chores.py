"""Work for a whole organisation that nobody waits for: done in the background, a part at a time.

`chores` holds what is to be done and how far it is; a worker that is killed loses at most one part, which is
done again. Whatever comes of it is written with its own transaction, so nothing is ever done by halves.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol
from uuid import UUID

import sqlalchemy as sa

from meldcode import cover, days, migration, publishing, timers
from meldcode.store import Database, StoreError, Transaction, each_in_turn, scoped
from meldcode.store.tables import chores, organisations

COVER = "cover"
_LEASE = timedelta(minutes=2)  # as long as a worker may take over one part

_FIND = (
    sa.select(chores.c.organisation, chores.c.kind)
    .where(chores.c.kind.in_(sa.bindparam("kinds", expanding=True)), chores.c.at <= sa.bindparam("now"))
    .order_by(chores.c.at)
)
# An organisation that was never looked at has no row yet.
_TO_LOOK_AT = (
    sa.select(organisations.c.id)
    .select_from(
        organisations.outerjoin(
            chores, sa.and_(chores.c.organisation == organisations.c.id, chores.c.kind == COVER)
        )
    )
    .where(
        organisations.c.version.is_not(None),
        sa.or_(chores.c.kind.is_(None), chores.c.at <= sa.bindparam("now")),
    )
    .order_by(organisations.c.id)
)
_THIS = (scoped(chores), chores.c.kind == sa.bindparam("which"))
_READ = sa.select(chores).where(*_THIS)
_CLAIM = (
    sa.update(chores)
    .where(*_THIS, chores.c.at <= sa.bindparam("now"))
    .values(at=sa.bindparam("until"))
    .returning(chores.c.began_at, chores.c.after)
)
_GO_ON = (
    sa.update(chores)
    .where(*_THIS, chores.c.began_at == sa.bindparam("begun"))
    .values(
        at=sa.bindparam("new_at", type_=chores.c.at.type),
        after=sa.bindparam("new_after", type_=sa.Uuid()),
        done=chores.c.done + sa.bindparam("more"),
    )
)
_FIRST = sa.insert(chores)


class Part(Protocol):
    """Something done for at most `most` open cases after the case `after`; which ones were handled."""

    def __call__(
        self, db: Database, organisation: UUID, after: UUID | None, most: int, *, now: datetime
    ) -> list[UUID]: ...


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the computing of deadlines is: `done` of about `total` cases; `running` until all are."""

    began_at: datetime
    done: int
    total: int
    running: bool


def do_due(db: Database, now: datetime, part: int = 50) -> int:
    """Do a part of whatever is due in every organisation; how much was done. 0: there is nothing left.

    What goes wrong in one organisation is raised after the others had their turn.
    """
    parts: dict[str, Part] = {
        days.RECALCULATE: timers.recalculate_some,
        migration.MIGRATE: migration.move_some,
    }
    with db.reading(None) as tx:
        waiting = tx.execute(_FIND, {"kinds": sorted(parts), "now": now}).all()
        looking = tx.execute(_TO_LOOK_AT, {"now": now}).scalars().all()
    work = [partial(_part, db, parts[row.kind], row.kind, row.organisation, now, part) for row in waiting]
    work += [partial(_look, db, organisation, now) for organisation in looking]
    return each_in_turn(work)


def recalculation(tx: Transaction) -> Progress | None:
    """How far the last computing of deadlines is; None when there was none yet."""
    row = tx.execute(_READ, {"which": days.RECALCULATE}).one_or_none()
    if row is None:
        return None
    return Progress(row.began_at, row.done, max(row.total, row.done), row.at is not None)


def _part(db: Database, do: Part, kind: str, organisation: UUID, now: datetime, part: int) -> int:
    """A part of the work on all open cases: claim it, do it, and say how far it is."""
    which = {"which": kind}
    with db.transaction(organisation) as tx:
        found: Any = tx.execute(_CLAIM, {**which, "now": now, "until": now + _LEASE}).one_or_none()
    if found is None:
        return 0  # another worker has it
    handled = do(db, organisation, found.after, part, now=now)
    finished = len(handled) < part
    with db.transaction(organisation) as tx:
        # When it was asked for again meanwhile, the row has begun anew: then this part does not count.
        tx.execute(
            _GO_ON,
            {
                **which,
                "begun": found.began_at,
                "new_at": None if finished else now,
                "new_after": handled[-1] if handled else found.after,
                "more": len(handled),
            },
        )
    return max(1, len(handled))


def _look(db: Database, organisation: UUID, now: datetime) -> int:
    try:
        with db.transaction(organisation) as tx:
            _, _, calendar = publishing.start(tx)
            again = cover.next_look(calendar, now)
            claimed = tx.execute(_CLAIM, {"which": COVER, "now": now, "until": again}).one_or_none()
            if claimed is None:
                if tx.execute(_READ, {"which": COVER}).one_or_none() is not None:
                    return 0  # another worker was first
                row = {"kind": COVER, "at": again, "began_at": now, "after": None}
                tx.execute(_FIRST, {**row, "done": 0, "total": 0})
            cover.look(tx, now)
            return 1
    except StoreError:
        raise
    except sa.exc.IntegrityError:
        return 0  # another worker made the row first, and looked
