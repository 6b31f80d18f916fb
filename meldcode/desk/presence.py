"""Who else has the desk open: a page says every half minute that it is there."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from meldcode.desk.values import Presence
from meldcode.store import Database, scoped
from meldcode.store.tables import desk_presence, people

#: Two missed heartbeats of thirty seconds: then she has closed the page or lost the network.
AWAY_AFTER = timedelta(seconds=75)

_MINE = (
    scoped(desk_presence),
    desk_presence.c.person == sa.bindparam("who"),
    desk_presence.c.path == sa.bindparam("where_she_is"),
)
_STILL = (
    sa.update(desk_presence)
    .where(*_MINE, desk_presence.c.seen_at >= sa.bindparam("fresh"))
    .values(seen_at=sa.bindparam("now"))
)
_AGAIN = (
    sa.update(desk_presence).where(*_MINE).values(seen_at=sa.bindparam("now"), since=sa.bindparam("now_too"))
)
_FIRST = insert(desk_presence).on_conflict_do_nothing()
_LEAVE = sa.delete(desk_presence).where(*_MINE)
_FORGET = sa.delete(desk_presence).where(
    scoped(desk_presence), desk_presence.c.seen_at < sa.bindparam("long_ago")
)
_OTHERS = (
    sa.select(desk_presence.c.person, people.c.name, desk_presence.c.path, desk_presence.c.since)
    .join_from(desk_presence, people, sa.and_(people.c.id == desk_presence.c.person, scoped(people)))
    .where(
        scoped(desk_presence),
        desk_presence.c.person != sa.bindparam("who"),
        desk_presence.c.seen_at >= sa.bindparam("fresh"),
    )
    .order_by(people.c.name, desk_presence.c.path)
)


def here(db: Database, organisation: UUID, by: UUID, path: str, now: datetime) -> tuple[Presence, ...]:
    """Say that `by` has `path` open (empty: the overview); who else is at the desk."""
    path = path[:400]
    fresh = now - AWAY_AFTER
    with db.transaction(organisation) as tx:
        which = {"who": by, "where_she_is": path}
        if not tx.execute(_STILL, {**which, "fresh": fresh, "now": now}).rowcount and (
            not tx.execute(_AGAIN, {**which, "now": now, "now_too": now}).rowcount
        ):
            tx.execute(_FORGET, {"long_ago": now - timedelta(days=1)})
            tx.execute(_FIRST, {"person": by, "path": path, "since": now, "seen_at": now})
        rows = tx.execute(_OTHERS, {"who": by, "fresh": fresh}).all()
    return tuple(Presence(row.person, row.name, row.path, row.since) for row in rows)


def leave(db: Database, organisation: UUID, by: UUID, path: str) -> None:
    """Say that `by` has closed `path`."""
    with db.transaction(organisation) as tx:
        tx.execute(_LEAVE, {"who": by, "where_she_is": path[:400]})
