"""What was published, asked for and planned: one row for each time, from the desk or the command line."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from meldcode import publishing
from meldcode.desk import drafts
from meldcode.desk.errors import NotThere
from meldcode.messages import Text
from meldcode.publishing import State
from meldcode.store import SCOPE, Database, Transaction, scoped
from meldcode.store.tables import organisations, people, publications, versions


@dataclass(frozen=True, slots=True)
class Publication:
    """One time that a version was made to hold, or asked to. `current`: it is what new cases start with.

    `report` is what the check said: `{"findings": […], "proof": {…} | null}`; None when nobody kept it. A
    version from before publications were written down has no `id`.
    """

    id: UUID | None
    version: str
    note: str
    state: State
    asked_by: UUID | None
    asked_by_name: str
    asked_at: datetime
    decided_by_name: str
    decided_at: datetime | None
    answer: str
    effective_at: datetime | None
    in_force_at: datetime | None
    report: Mapping[str, Any] | None
    current: bool = False


_LIVE = sa.select(organisations.c.version).where(organisations.c.id == SCOPE)
_ALL = sa.select(publications).where(scoped(publications)).order_by(publications.c.asked_at.desc())
_ONE = sa.select(publications).where(scoped(publications), publications.c.id == sa.bindparam("which"))
_VERSIONS = sa.select(versions).where(scoped(versions)).order_by(versions.c.published_at.desc())
_NAMES = sa.select(people.c.id, people.c.name).where(scoped(people))


def history(db: Database, organisation: UUID) -> tuple[Publication, ...]:
    """Every publication, newest first, and the versions from before they were written down."""
    with db.reading(organisation) as tx:
        live, names = tx.execute(_LIVE).scalar_one(), _names(tx)
        rows = tx.execute(_ALL).all()
        found = [_publication(row, names) for row in rows]
        known = {row.version for row in rows}
        for row in tx.execute(_VERSIONS).all():
            if row.id not in known:
                found.append(_unwritten(row, names))
    found.sort(key=lambda one: one.in_force_at or one.asked_at, reverse=True)
    newest = next((one for one in found if one.version == live and one.state is State.IN_FORCE), None)
    return tuple(_current(one) if one is newest else one for one in found)


def publication(db: Database, organisation: UUID, which: UUID) -> Publication:
    """One publication. Raises `NotThere`."""
    with db.reading(organisation) as tx:
        return seen(tx, which)


def seen(tx: Transaction, which: UUID) -> Publication:
    """One publication as it stands in this transaction. Raises `NotThere`."""
    row = tx.execute(_ONE, {"which": which}).one_or_none()
    if row is None:
        raise NotThere
    found = _publication(row, _names(tx))
    live = tx.execute(_LIVE).scalar_one()
    return _current(found) if found.state is State.IN_FORCE and found.version == live else found


def files_of_publication(db: Database, organisation: UUID, which: UUID) -> dict[str, bytes]:
    """The files that were asked to be published. Raises `NotThere`."""
    with db.reading(organisation) as tx:
        row = tx.execute(_ONE, {"which": which}).one_or_none()
        if row is None:
            raise NotThere
        # from the command line there are no revisions of a draft, and its version is kept at once
        return drafts.contents_at(tx, row.sources) or publishing.files_of(tx, row.version)


def files_of_version(db: Database, organisation: UUID, version: str) -> dict[str, bytes]:
    """The files of a published version. Raises `NotThere`."""
    with db.reading(organisation) as tx:
        files = publishing.files_of(tx, version)
    if not files:
        raise NotThere(Text("Deze versie is er niet.", "There is no such version."))
    return files


def _names(tx: Transaction) -> dict[UUID, str]:
    return {row.id: row.name for row in tx.execute(_NAMES)}


def _publication(row: sa.Row[Any], names: Mapping[UUID, str]) -> Publication:
    return Publication(
        id=row.id,
        version=row.version,
        note=row.note,
        state=State(row.state),
        asked_by=row.asked_by,
        asked_by_name=names.get(row.asked_by, ""),
        asked_at=row.asked_at,
        decided_by_name=names.get(row.decided_by, ""),
        decided_at=row.decided_at,
        answer=row.answer or "",
        effective_at=row.effective_at,
        in_force_at=row.in_force_at,
        report=json.loads(zlib.decompress(bytes(row.report))),
    )


def _unwritten(row: sa.Row[Any], names: Mapping[UUID, str]) -> Publication:
    return Publication(
        id=None,
        version=row.id,
        note="",
        state=State.IN_FORCE,
        asked_by=row.published_by,
        asked_by_name=names.get(row.published_by, ""),
        asked_at=row.published_at,
        decided_by_name="",
        decided_at=None,
        answer="",
        effective_at=None,
        in_force_at=row.published_at,
        report=None,
    )


def _current(one: Publication) -> Publication:
    return replace(one, current=True)
