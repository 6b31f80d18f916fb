"""The one place where the real time is read. Everything else gets the time as an argument.

With `MELDCODE_DEMO=1` the clock can be moved forward, to watch reminders come without waiting for
them. The offset is kept in the database, so web, workers and beat all live at the same moment.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from meldcode.diagram.model import CalendarKind
from meldcode.messages import MeldcodeError, Text
from meldcode.store import Database, Transaction
from meldcode.store.tables import clock, sessions
from meldcode.workdays import Calendar, Duration

_ROW = 1
_OFFSET = sa.select(clock.c.offset_seconds).where(clock.c.id == _ROW)
_FIRST = sa.insert(clock)
_MOVE = sa.update(clock).where(clock.c.id == _ROW).values(offset_seconds=sa.bindparam("seconds"))
_SESSIONS = sa.select(sessions.c.token_hash, sessions.c.created_at, sessions.c.seen_at, sessions.c.ends_at)
_MOVE_SESSION = (
    sa.update(sessions)
    .where(sessions.c.token_hash == sa.bindparam("which"))
    .values(created_at=sa.bindparam("created"), seen_at=sa.bindparam("seen"), ends_at=sa.bindparam("ends"))
)
_FARTHEST = timedelta(days=366 * 5)


class ClockError(MeldcodeError):
    """The clock cannot be moved like that."""


def real() -> datetime:
    """The real moment, UTC."""
    return datetime.now(UTC)


def now(db: Database) -> datetime:
    """The moment it is in this deployment, UTC: real, or moved when this is a demonstration."""
    if not db.demo:
        return real()
    with db.reading(None) as tx:
        return real() + _offset(tx)


def move(db: Database, days: int = 1, *, calendar: Calendar | None = None) -> datetime:
    """Move a demonstration's clock `days` working days ahead, to the same time of day; the new now.

    Nobody is signed out by it. Raises `ClockError` outside a demonstration.
    """
    if not db.demo:
        raise ClockError(
            Text(
                "De klok kan alleen in een demonstratie worden verzet (MELDCODE_DEMO=1).",
                "The clock can be moved in a demonstration only (MELDCODE_DEMO=1).",
            )
        )
    if not 1 <= days <= 100:
        raise ClockError(
            Text("Verzet de klok 1 tot 100 werkdagen.", "Move the clock by 1 to 100 working days.")
        )
    with db.transaction(None) as tx:
        offset = _offset(tx)
        moment = real() + offset
        to = (calendar or Calendar()).due(moment, Duration(days=days), CalendarKind.WERKDAGEN)
        jump = to - moment
        if offset + jump > _FARTHEST:
            raise ClockError(
                Text("De klok staat al vijf jaar vooruit.", "The clock is five years ahead already.")
            )
        _set(tx, offset + jump)
        _shift_sessions(tx, jump)
        return to


def _offset(tx: Transaction) -> timedelta:
    return timedelta(seconds=tx.execute(_OFFSET).scalar() or 0)


def _set(tx: Transaction, offset: timedelta) -> None:
    seconds = round(offset.total_seconds())
    if not tx.execute(_MOVE, {"seconds": seconds}).rowcount:
        tx.execute(_FIRST, {"id": _ROW, "offset_seconds": seconds})


def _shift_sessions(tx: Transaction, jump: timedelta) -> None:
    rows = tx.execute(_SESSIONS).all()
    if rows:
        tx.execute(
            _MOVE_SESSION,
            [
                {
                    "which": row.token_hash,
                    "created": row.created_at + jump,
                    "seen": row.seen_at + jump,
                    "ends": row.ends_at + jump,
                }
                for row in rows
            ],
        )
