"""Versions in the database: a folder goes in after the check, and comes out byte for byte.

A version is immutable and named by the hash of its files. Publishing makes it the one new cases
start with; cases already open stay with theirs. What follows from it is the same whether the desk, the
command line or the tick does it: `put_in_force`.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from meldcode import audit, days, definition
from meldcode.messages import Finding, MeldcodeError, Text, errors_in
from meldcode.recent import Recent
from meldcode.store import SCOPE, Database, Transaction, scoped
from meldcode.store.tables import desk_due, organisations, publications, version_files, versions
from meldcode.workdays import Calendar

LONGEST_NOTE = 4_000
#: What `desk_due` calls the yearly look at whether the meldcode still fits, see `meldcode.desk.reviews`.
REVIEW = "review"
A_YEAR = timedelta(days=365)


class State(StrEnum):
    """How a publication stands."""

    ASKED = "asked"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    PLANNED = "planned"
    IN_FORCE = "in-force"


class PublishError(MeldcodeError):
    """This folder is not published; `findings` says what is wrong in it, if that is why."""

    def __init__(self, text: Text, findings: Sequence[Finding] = ()) -> None:
        super().__init__(text)
        self.findings = tuple(findings)


@dataclass(frozen=True, slots=True)
class Published:
    """A version as cases use it: read once per process, shared by all its cases."""

    version: definition.Version
    calendar: Calendar  # as its folder says; an organisation adds its own days, see `calendar`
    supervising: frozenset[str]  # roles that see every case's status, without content


_CURRENT = sa.select(
    organisations.c.id, organisations.c.version, organisations.c.name, organisations.c.days_revision
)
_BY_KEY = _CURRENT.where(organisations.c.key == sa.bindparam("key"))
_MINE = _CURRENT.where(organisations.c.id == SCOPE)
# Rows that only name the organisation need not wait for this.
_ALONE = sa.select(organisations.c.id).where(organisations.c.id == SCOPE).with_for_update(key_share=True)
_KNOWN = sa.select(versions.c.id).where(scoped(versions), versions.c.id == sa.bindparam("version"))
_FILES = sa.select(version_files.c.path, version_files.c.content).where(
    scoped(version_files), version_files.c.version == sa.bindparam("version")
)
_ADD_VERSION = sa.insert(versions)
_ADD_FILES = sa.insert(version_files)
_MAKE_CURRENT = (
    sa.update(organisations)
    .where(organisations.c.id == SCOPE)
    .values(version=sa.bindparam("new_version"), name=sa.bindparam("new_name"))
)
_WRITE_DOWN = sa.insert(publications)
_NOW_HOLDS = (
    sa.update(publications)
    .where(scoped(publications), publications.c.id == sa.bindparam("which"))
    .values(state=State.IN_FORCE.value, in_force_at=sa.bindparam("from_when"))
)
_FORGET_REVIEW = sa.delete(desk_due).where(scoped(desk_due), desk_due.c.purpose == REVIEW)
_PLAN_REVIEW = insert(desk_due).on_conflict_do_nothing()

_published: Recent[str, Published] = Recent(64)


def publish(
    db: Database,
    organisation_key: str,
    folder: Path,
    *,
    now: datetime,
    by: UUID | None = None,
    note: str = "",
    report: Mapping[str, Any] | None = None,
) -> str:
    """Check `folder` and make it the version new cases start with; the version's id.

    Publishing the same files again changes nothing. `note` and `report` are kept with it, see `put_in_force`.
    Raises `PublishError` (with findings) or `DefinitionError`; nothing is stored then.
    """
    version = definition.read_folder(folder)
    note = _fitting(note)
    must_be_fit(version, organisation_key)
    with db.reading(None) as tx:
        row = tx.execute(_BY_KEY, {"key": organisation_key}).one_or_none()
    if row is None:
        raise PublishError(_no_organisation(organisation_key))
    if row.version == version.id:
        return version.id
    with db.transaction(row.id) as tx:
        alone(tx)
        if tx.execute(_MINE).one().version == version.id:
            return version.id  # somebody was ahead with the same files
        store(tx, version, now, by)
        put_in_force(tx, version, now, by, note=note, report=report)
    return version.id


def in_force(db: Database, organisation_key: str) -> str | None:
    """The version new cases of an organisation start with; None when there is none, or no organisation."""
    with db.reading(None) as tx:
        row = tx.execute(_BY_KEY, {"key": organisation_key}).one_or_none()
    return None if row is None else row.version


def alone(tx: Transaction) -> None:
    """From here to the end of this transaction nobody else decides what holds in this organisation, nor who
    its people are. To be asked before cases are locked."""
    tx.execute(_ALONE)


def store(tx: Transaction, version: definition.Version, now: datetime, by: UUID | None) -> None:
    """Keep a version's files for ever; nothing happens when they are kept already."""
    alone(tx)
    if tx.execute(_KNOWN, {"version": version.id}).scalar() is None:
        tx.execute(_ADD_VERSION, {"id": version.id, "published_at": now, "published_by": by})
        tx.execute(
            _ADD_FILES,
            [
                {"version": version.id, "path": path, "content": content}
                for path, content in version.files.items()
            ],
        )


def put_in_force(
    tx: Transaction,
    version: definition.Version,
    now: datetime,
    by: UUID | None,
    *,
    publication: UUID | None = None,
    note: str = "",
    report: Mapping[str, Any] | None = None,
) -> None:
    """Make a stored version the one new cases start with. Call it last in a transaction: it logs.

    The year until somebody looks whether it still fits counts anew, and it is written down with what was
    said of it: `publication` is its row when it was asked for at the desk; otherwise one is made with
    `note` and `report`, what the check said (`meldcode.desk.finding.report_of`), None when nobody kept it.
    """
    standing = tx.execute(_MINE).one().version
    before = load(tx, standing).calendar if standing else None
    tx.execute(_MAKE_CURRENT, {"new_version": version.id, "new_name": version.organisation.name})
    if before is not None and before != version.organisation.calendar():
        days.ask_recalculation(tx, now)
    plan_review(tx, now)
    if publication is None:
        tx.execute(_WRITE_DOWN, _written_down(version.id, now, by, note, report))
    else:
        tx.execute(_NOW_HOLDS, {"which": publication, "from_when": now})
    audit.append(tx, [audit.Record(now, "version_published", person=by, detail={"version": version.id})])


def plan_review(tx: Transaction, now: datetime) -> None:
    """Count the year until the next look from now."""
    tx.execute(_FORGET_REVIEW)
    tx.execute(_PLAN_REVIEW, {"purpose": REVIEW, "at": now + A_YEAR})


def deflated(report: Mapping[str, Any] | None) -> bytes:
    """What the check said, as a publication keeps it."""
    return zlib.compress(json.dumps(report, ensure_ascii=False).encode(), 6)


def _written_down(
    version: str, now: datetime, by: UUID | None, note: str, report: Mapping[str, Any] | None
) -> dict[str, Any]:
    return {
        "id": uuid4(),
        "version": version,
        "sources": {},  # it did not come from a draft
        "note": note,
        "asked_by": by,
        "asked_at": now,
        "state": State.IN_FORCE.value,
        "in_force_at": now,
        "report": deflated(report),
    }


def _fitting(note: str) -> str:
    note = note.strip()
    if len(note) > LONGEST_NOTE or "\0" in note:
        raise PublishError(
            Text(
                f"De toelichting heeft hooguit {LONGEST_NOTE} tekens.",
                f"The note has at most {LONGEST_NOTE} characters.",
            )
        )
    return note


def export(db: Database, organisation_key: str, folder: Path) -> str:
    """Write the current version's files into `folder`, byte for byte; the version's id.

    Raises `PublishError` when there is nothing to write, or something in the way.
    """
    with db.reading(None) as tx:
        row = tx.execute(_BY_KEY, {"key": organisation_key}).one_or_none()
    if row is None or row.version is None:
        raise PublishError(_no_organisation(organisation_key))
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise PublishError(
            Text(
                f"{folder} is niet leeg. Kies een nieuwe map.",
                f"{folder} is not empty. Choose a new folder.",
            )
        )
    with db.reading(row.id) as tx:
        files = files_of(tx, row.version)
    for path, content in files.items():
        target = folder / _inside(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    version: str = row.version
    return version


def current(tx: Transaction) -> str:
    """The id of the version new cases start with. Raises `PublishError` when there is none yet."""
    version: str = _standing(tx).version
    return version


def calendar(tx: Transaction) -> Calendar:
    """The organisation's working days: its current folder's, and its own. Raises `PublishError`."""
    return start(tx)[2]


def start(tx: Transaction) -> tuple[str, Published, Calendar]:
    """What a new case begins with: the version, read, and the organisation's working days.

    Raises `PublishError` when nothing is published yet.
    """
    row = _standing(tx)
    published = load(tx, row.version)
    return row.version, published, days.calendar(tx, published.calendar, row.days_revision)


def _standing(tx: Transaction) -> Any:
    row = tx.execute(_MINE).one()
    if row.version is None:
        raise PublishError(
            Text(
                "Er is nog geen meldcode gepubliceerd. Vraag dit aan de beheerder.",
                "No meldcode has been published yet. Ask the administrator.",
            )
        )
    return row


def files_of(tx: Transaction, version_id: str) -> dict[str, bytes]:
    """The files of a version this organisation published; empty when it never did."""
    return {row.path: bytes(row.content) for row in tx.execute(_FILES, {"version": version_id})}


def load(tx: Transaction, version_id: str) -> Published:
    """A published version, from memory when this process has read it before.

    The memory is shared by all organisations: an id is the hash of the files, so equal ids are equal
    files. Whether this organisation may have it was decided when a case or a publication named it.
    """
    return _published.get(version_id, lambda: _read(tx, version_id))


def _read(tx: Transaction, version_id: str) -> Published:
    version = definition.read_files(files_of(tx, version_id))
    return Published(version, version.organisation.calendar(), version.organisation.supervises)


def must_be_fit(version: definition.Version, organisation_key: str) -> None:
    """Raises `PublishError` when this is another organisation's version, or one with errors in it."""
    if version.organisation.key != organisation_key:
        raise PublishError(
            Text(
                f"Deze map is van `{version.organisation.key}`, niet van `{organisation_key}`.",
                f"This folder is that of `{version.organisation.key}`, not of `{organisation_key}`.",
            )
        )
    errors = errors_in(definition.check(version))
    if errors:
        first = errors[0]
        raise PublishError(
            Text(
                f"Deze map kan niet worden gepubliceerd ({len(errors)}): {first.file}: {first.what.nl}",
                f"This folder cannot be published ({len(errors)}): {first.file}: {first.what.en}",
            ),
            errors,
        )


def _no_organisation(key: str) -> Text:
    return Text(
        f"Er is geen organisatie `{key}` met een gepubliceerde meldcode.",
        f"There is no organisation `{key}` with a published meldcode.",
    )


def _inside(path: str) -> PurePosixPath:
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or "\\" in path:
        raise PublishError(Text(f"`{path}` is geen pad in de map.", f"`{path}` is no path in the folder."))
    return pure
