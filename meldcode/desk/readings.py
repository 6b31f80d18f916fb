"""*Gelezen en begrepen*: who of the organisation has read which version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from meldcode import audit
from meldcode.desk.errors import NotThere
from meldcode.messages import Text
from meldcode.store import Database, scoped
from meldcode.store.tables import people, publications, readings, versions


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody of the organisation, and when she said that she has read a version (None: not yet)."""

    person: UUID
    name: str
    at: datetime | None


_KNOWN = sa.select(versions.c.id).where(scoped(versions), versions.c.id == sa.bindparam("wanted"))
_ADD = insert(readings).on_conflict_do_nothing()
_MINE = sa.select(readings.c.at).where(
    scoped(readings), readings.c.version == sa.bindparam("wanted"), readings.c.person == sa.bindparam("who")
)
_OF_VERSION = sa.select(readings.c.person, readings.c.at).where(
    scoped(readings), readings.c.version == sa.bindparam("wanted")
)
_NEWS = sa.select(publications.c.id).where(
    scoped(publications),
    publications.c.version == sa.bindparam("wanted"),
    publications.c.state == "in-force",
    publications.c.note != "",
    ~sa.exists(
        sa.select(readings.c.at).where(
            scoped(readings),
            readings.c.version == publications.c.version,
            readings.c.person == sa.bindparam("who"),
        )
    ),
)
_EVERYBODY = (
    sa.select(people.c.id, people.c.name)
    .where(scoped(people), people.c.active.is_(True))
    .order_by(people.c.name, people.c.id)
)


def has_read(db: Database, organisation: UUID, version: str, by: UUID, now: datetime) -> None:
    """Note that somebody has read and understood a version; twice is once. Raises `NotThere`."""
    with db.transaction(organisation) as tx:
        if tx.execute(_KNOWN, {"wanted": version}).scalar() is None:
            raise NotThere(Text("Deze versie is er niet.", "There is no such version."))
        if tx.execute(_ADD, {"version": version, "person": by, "at": now}).rowcount:
            detail = {"version": version}
            audit.append(tx, [audit.Record(now, "version_read", person=by, detail=detail)])


def read_at(db: Database, organisation: UUID, version: str, person: UUID) -> datetime | None:
    """When somebody said so, None when she did not."""
    with db.reading(organisation) as tx:
        found: datetime | None = tx.execute(_MINE, {"wanted": version, "who": person}).scalar()
        return found


def is_news(db: Database, organisation: UUID, version: str, person: UUID) -> bool:
    """Was this version published with a note that she has not read yet?"""
    with db.reading(organisation) as tx:
        return tx.execute(_NEWS, {"wanted": version, "who": person}).first() is not None


def readers(db: Database, organisation: UUID, version: str) -> tuple[Reader, ...]:
    """Everybody with an open account, by name, and who has read this version."""
    with db.reading(organisation) as tx:
        read = {row.person: row.at for row in tx.execute(_OF_VERSION, {"wanted": version})}
        return tuple(Reader(row.id, row.name, read.get(row.id)) for row in tx.execute(_EVERYBODY))
