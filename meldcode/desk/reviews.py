"""Once a year somebody looks whether the meldcode still fits: the tick reminds, by a mail without content.

The year counts from the last time a version came into force, or somebody said that it stays as it is. Until
then the reminder comes back every month.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from meldcode import audit, publishing
from meldcode.desk import writing
from meldcode.publishing import A_YEAR, REVIEW
from meldcode.store import Database, each_in_turn, scoped
from meldcode.store.tables import desk_due, organisations, versions

AGAIN = timedelta(days=30)
PATH = "/ontwerp"

_AT = sa.select(desk_due.c.at).where(scoped(desk_due), desk_due.c.purpose == REVIEW)
_PLAN = insert(desk_due).on_conflict_do_nothing()
_DUE = sa.select(desk_due.c.organisation).where(
    desk_due.c.purpose == REVIEW, desk_due.c.at <= sa.bindparam("now")
)
_CLAIM = (
    sa.update(desk_due)
    .where(scoped(desk_due), desk_due.c.purpose == REVIEW, desk_due.c.at <= sa.bindparam("now"))
    .values(at=sa.bindparam("next_time"))
)
_UNPLANNED = (
    sa.select(organisations.c.id)
    .outerjoin(
        desk_due,
        sa.and_(desk_due.c.organisation == organisations.c.id, desk_due.c.purpose == REVIEW),
    )
    .where(organisations.c.version.is_not(None), desk_due.c.at.is_(None))
)
_PUBLISHED = sa.select(sa.func.max(versions.c.published_at, type_=versions.c.published_at.type)).where(
    scoped(versions)
)


def reviewed(db: Database, organisation: UUID, by: UUID, now: datetime) -> None:
    """Somebody looked, and it stays as it is."""
    with db.transaction(organisation) as tx:
        publishing.plan_review(tx, now)
        audit.append(tx, [audit.Record(now, "meldcode_reviewed", person=by)])


def review_due(db: Database, organisation: UUID) -> datetime | None:
    """When the next look is due; None when nothing is planned yet."""
    with db.reading(organisation) as tx:
        found: datetime | None = tx.execute(_AT).scalar()
        return found


def remind(db: Database, now: datetime) -> int:
    """Mail who designs, in every organisation where a year has passed; how many mails. The tick calls it."""
    with db.reading(None) as tx:
        unplanned = list(tx.execute(_UNPLANNED).scalars())
        due = list(tx.execute(_DUE, {"now": now}).scalars())
    for organisation in unplanned:
        with db.transaction(organisation) as tx:
            published = tx.execute(_PUBLISHED).scalar() or now
            tx.execute(_PLAN, {"purpose": REVIEW, "at": published + A_YEAR})
    return each_in_turn(partial(_remind, db, organisation, now) for organisation in due)


def _remind(db: Database, organisation: UUID, now: datetime) -> int:
    with db.transaction(organisation) as tx:
        if not tx.execute(_CLAIM, {"now": now, "next_time": now + AGAIN}).rowcount:
            return 0  # another tick was ahead
        described = publishing.load(tx, publishing.current(tx)).version.organisation
        told = writing.tell(tx, writing.REVIEW, described.designs or described.administers, PATH, now)
        if told:
            detail = {"people": [person.hex for person in told]}
            audit.append(tx, [audit.Record(now, "review_reminded", detail=detail)])
    return len(told)
