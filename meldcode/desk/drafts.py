"""The draft's files: opening it, saving and removing with every revision kept, going back to an earlier one.

A save moves a file's newest revision from the one it was based on, in one statement; when that touches no
row, somebody was ahead and nothing is stored. Content lies deflated: a diagram is saved some hundred times
in an afternoon, and shrinks to a tenth.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from meldcode import audit, publishing
from meldcode.desk import paths
from meldcode.desk.errors import NotThere, Overtaken
from meldcode.desk.values import Draft, DraftFile, Revision
from meldcode.messages import Text
from meldcode.store import SCOPE, Database, Transaction, scoped
from meldcode.store.tables import desk_drafts, desk_files, desk_revisions, organisations, people

#: Saving is logged once per file, person and hour: pages save by themselves every few seconds, and each
#: revision says who made it anyway.
LOGGED_EVERY = timedelta(hours=1)
MOST_REVISIONS = 2**31 - 1  # of one file: what the column of their number holds

_DRAFT = sa.select(desk_drafts).where(scoped(desk_drafts))
_OPEN = insert(desk_drafts).on_conflict_do_nothing()
_BASED_ON = sa.update(desk_drafts).where(scoped(desk_drafts)).values(version=sa.bindparam("new_version"))
_LIVE = sa.select(organisations.c.version).where(organisations.c.id == SCOPE)
_REVISION_COLUMNS = (
    desk_revisions.c.path,
    desk_revisions.c.revision,
    desk_revisions.c.content,
    desk_revisions.c.person,
    people.c.name,
    desk_revisions.c.at,
)
_WITH_NAMES = desk_revisions.join(people, sa.and_(people.c.id == desk_revisions.c.person, scoped(people)))
_NEWEST = sa.select(*_REVISION_COLUMNS).select_from(
    _WITH_NAMES.join(
        desk_files,
        sa.and_(
            scoped(desk_files),
            desk_files.c.path == desk_revisions.c.path,
            desk_files.c.revision == desk_revisions.c.revision,
        ),
    )
)
_FILES = _NEWEST.where(scoped(desk_revisions), desk_files.c.present.is_(True)).order_by(desk_revisions.c.path)
_FILE = _NEWEST.where(scoped(desk_revisions), desk_revisions.c.path == sa.bindparam("which"))
_HEADS = sa.select(desk_files.c.path, desk_files.c.revision, desk_files.c.present).where(scoped(desk_files))
_HISTORY = (
    sa.select(*_REVISION_COLUMNS)
    .select_from(_WITH_NAMES)
    .where(scoped(desk_revisions), desk_revisions.c.path == sa.bindparam("which"))
    .order_by(desk_revisions.c.revision.desc())
)
_ONE_REVISION = (
    sa.select(*_REVISION_COLUMNS)
    .select_from(_WITH_NAMES)
    .where(
        scoped(desk_revisions),
        desk_revisions.c.path == sa.bindparam("which"),
        desk_revisions.c.revision == sa.bindparam("number"),
    )
)
_FIRST = insert(desk_files).on_conflict_do_nothing()
_MOVE = (
    sa.update(desk_files)
    .where(
        scoped(desk_files),
        desk_files.c.path == sa.bindparam("which"),
        desk_files.c.revision == sa.bindparam("based_on"),
    )
    .values(revision=sa.bindparam("new_revision"), present=sa.bindparam("is_present"))
)
_KEEP = sa.insert(desk_revisions)


# --- opening and reading -----------------------------------------------------------------------------


def open_draft(db: Database, organisation: UUID, by: UUID, now: datetime) -> Draft:
    """The organisation's draft; the first time a copy of what is live.

    Raises `meldcode.publishing.PublishError` when nothing has been published yet.
    """
    with db.reading(organisation) as tx:
        if tx.execute(_DRAFT).one_or_none() is not None:
            return _draft(tx)
    with db.transaction(organisation) as tx:
        version = publishing.current(tx)
        row = {"version": version, "opened_by": by, "opened_at": now}
        if tx.execute(_OPEN, row).rowcount:
            files = publishing.load(tx, version).version.files
            _write(tx, files, {}, by, now)
            audit.append(tx, [audit.Record(now, "draft_opened", person=by, detail={"version": version})])
        return _draft(tx)


def read(db: Database, organisation: UUID) -> Draft:
    """The draft as it stands. Raises `NotThere` when nobody opened it yet."""
    with db.reading(organisation) as tx:
        return _draft(tx)


def _draft(tx: Transaction) -> Draft:
    row = tx.execute(_DRAFT).one_or_none()
    if row is None:
        raise NotThere(Text("Er is nog geen ontwerp.", "There is no draft yet."))
    live: str = tx.execute(_LIVE).scalar_one()
    return Draft(
        organisation=tx.scope,
        files={file.path: file for file in map(_file, tx.execute(_FILES))},
        live=publishing.load(tx, live).version.files,
        based_on=row.version,
        live_version=live,
        opened_at=row.opened_at,
    )


def revisions(db: Database, organisation: UUID, path: str) -> tuple[Revision, ...]:
    """Every revision of a file, newest first. Raises `NotThere` when there never was such a file."""
    with db.reading(organisation) as tx:
        rows = [_file(row) for row in tx.execute(_HISTORY, {"which": path})]
    if not rows:
        raise NotThere
    return tuple(
        Revision(
            one.path,
            one.revision,
            one.by,
            one.by_name,
            one.at,
            None if one.content is None else len(one.content),
        )
        for one in rows
    )


def revision(db: Database, organisation: UUID, path: str, number: int) -> DraftFile:
    """One revision of a file. Raises `NotThere`."""
    if not 0 < number <= MOST_REVISIONS:
        raise NotThere
    with db.reading(organisation) as tx:
        row = tx.execute(_ONE_REVISION, {"which": path, "number": number}).one_or_none()
    if row is None:
        raise NotThere
    return _file(row)


# --- changing ----------------------------------------------------------------------------------------


def save(
    db: Database, organisation: UUID, path: str, content: bytes, based_on: int, by: UUID, now: datetime
) -> DraftFile:
    """A new revision of a file (`based_on` 0: a new file), or the one there is when nothing differs.

    Raises `Overtaken` when the file is no longer at `based_on`, `FileRefused` for a name or content that
    a draft cannot hold, `NotThere` when there is no draft.
    """
    paths.checked(path)
    paths.fits(content, path)
    with db.transaction(organisation) as tx:
        _must_be_open(tx)
        head = _head(tx, path)
        # A page that never got its answer asks again: what it wants to store is what stands there.
        if head is not None and head.content == content:
            return head
        if head is None:
            _must_have_room(tx)
        return _next(tx, path, content, based_on, head, by, now, "draft_saved")


def remove(db: Database, organisation: UUID, path: str, based_on: int, by: UUID, now: datetime) -> DraftFile:
    """Take a file out of the draft; its revisions stay. Raises as `save` does."""
    with db.transaction(organisation) as tx:
        head = _head(tx, path)
        if head is None:
            raise NotThere
        if head.content is None:
            return head
        return _next(tx, path, None, based_on, head, by, now, "draft_file_removed")


def restore(
    db: Database, organisation: UUID, path: str, number: int, based_on: int, by: UUID, now: datetime
) -> DraftFile:
    """Make an earlier revision the newest again. Raises as `save` does."""
    with db.transaction(organisation) as tx:
        row = tx.execute(_ONE_REVISION, {"which": path, "number": number}).one_or_none()
        head = _head(tx, path)
        if row is None or head is None:
            raise NotThere
        earlier = _file(row)
        if earlier.content == head.content:
            return head
        return _next(tx, path, earlier.content, based_on, head, by, now, "draft_restored")


def reopen(db: Database, organisation: UUID, version: str, by: UUID, now: datetime) -> Draft:
    """Make the draft what a published version was, every file of it; what stood there stays as revisions.

    Raises `NotThere` when this organisation never published such a version.
    """
    with db.transaction(organisation) as tx:
        _must_be_open(tx)
        files = publishing.files_of(tx, version)
        if not files:
            raise NotThere(Text("Deze versie is er niet.", "There is no such version."))
        replace(tx, files, by, now)
        tx.execute(_BASED_ON, {"new_version": version})
        audit.append(tx, [audit.Record(now, "draft_reopened", person=by, detail={"version": version})])
        return _draft(tx)


def replace(tx: Transaction, files: Mapping[str, bytes], by: UUID, now: datetime) -> tuple[str, ...]:
    """Make the draft exactly these files; the paths that changed by it."""
    before = {file.path: file.content for file in map(_file, tx.execute(_FILES))}
    wanted: dict[str, bytes | None] = {path: None for path in before if path not in files}
    wanted.update({path: content for path, content in files.items() if before.get(path) != content})
    _write(tx, wanted, {row.path: row.revision for row in tx.execute(_HEADS)}, by, now)
    return tuple(sorted(wanted))


def put(tx: Transaction, files: Mapping[str, bytes], by: UUID, now: datetime) -> tuple[str, ...]:
    """Put these files into the draft beside what is there; the paths that changed by it."""
    before = {file.path: file.content for file in map(_file, tx.execute(_FILES))}
    wanted = {path: content for path, content in files.items() if before.get(path) != content}
    paths.fit_together({path: content or b"" for path, content in {**before, **wanted}.items()})
    _write(tx, wanted, {row.path: row.revision for row in tx.execute(_HEADS)}, by, now)
    return tuple(sorted(wanted))


def contents(tx: Transaction) -> dict[str, bytes]:
    """The draft's files as a folder: path → bytes."""
    return {file.path: file.content for file in map(_file, tx.execute(_FILES)) if file.content is not None}


def set_based_on(tx: Transaction, version: str) -> None:
    """Remember which version the draft goes on from."""
    tx.execute(_BASED_ON, {"new_version": version})


def head_revisions(tx: Transaction) -> dict[str, int]:
    """The newest revision of every file that is in the draft."""
    return {row.path: row.revision for row in tx.execute(_HEADS) if row.present}


def contents_at(tx: Transaction, sources: Mapping[str, int]) -> dict[str, bytes]:
    """The files at these revisions. Raises `NotThere`."""
    found: dict[str, bytes] = {}
    for path, number in sources.items():
        row = tx.execute(_ONE_REVISION, {"which": path, "number": number}).one_or_none()
        if row is None or row.content is None:
            raise NotThere
        found[path] = zlib.decompress(bytes(row.content))
    return found


def _next(
    tx: Transaction,
    path: str,
    content: bytes | None,
    based_on: int,
    head: DraftFile | None,
    by: UUID,
    now: datetime,
    action: str,
) -> DraftFile:
    # A file that was removed is not there: whoever makes a new one of that name knows no revision.
    expected = head.revision if head is not None and head.content is None and based_on == 0 else based_on
    number = expected + 1
    if head is None:
        moved = expected == 0 and tx.execute(
            _FIRST, {"path": path, "revision": 1, "present": content is not None}
        )
    else:
        moved = tx.execute(
            _MOVE,
            {
                "which": path,
                "based_on": expected,
                "new_revision": number,
                "is_present": content is not None,
            },
        )
    if not moved or not moved.rowcount:
        theirs = _head(tx, path)
        if theirs is None:
            raise NotThere
        raise Overtaken(theirs)
    tx.execute(
        _KEEP, {"path": path, "revision": number, "content": _deflated(content), "person": by, "at": now}
    )
    mine = _head(tx, path)
    if mine is None or mine.revision != number:
        raise NotThere
    if action != "draft_saved" or head is None or head.by != by or now - head.at >= LOGGED_EVERY:
        detail = {"path": path, "revision": number}
        audit.append(tx, [audit.Record(now, action, person=by, detail=detail)])
    return mine


def _write(
    tx: Transaction,
    wanted: Mapping[str, bytes | None],
    heads: Mapping[str, int],
    by: UUID,
    now: datetime,
) -> None:
    """Write many files at once, each as the next revision of what is there."""
    kept: list[dict[str, Any]] = []
    for path, content in sorted(wanted.items()):
        number = heads.get(path, 0) + 1
        if path in heads:
            moved = tx.execute(
                _MOVE,
                {
                    "which": path,
                    "based_on": heads[path],
                    "new_revision": number,
                    "is_present": content is not None,
                },
            )
        else:
            moved = tx.execute(_FIRST, {"path": path, "revision": 1, "present": True})
        if not moved.rowcount:
            theirs = _head(tx, path)
            raise Overtaken(theirs) if theirs else NotThere
        kept.append(
            {"path": path, "revision": number, "content": _deflated(content), "person": by, "at": now}
        )
    if kept:
        tx.execute(_KEEP, kept)


def _must_be_open(tx: Transaction) -> None:
    if tx.execute(_DRAFT).one_or_none() is None:
        raise NotThere(Text("Er is nog geen ontwerp.", "There is no draft yet."))


def _must_have_room(tx: Transaction) -> None:
    present: Iterable[str] = (row.path for row in tx.execute(_HEADS) if row.present)
    paths.fit_together({**dict.fromkeys(present, b""), "": b""})


def _head(tx: Transaction, path: str) -> DraftFile | None:
    row = tx.execute(_FILE, {"which": path}).one_or_none()
    return None if row is None else _file(row)


def _file(row: Any) -> DraftFile:
    content = None if row.content is None else zlib.decompress(bytes(row.content))
    return DraftFile(row.path, content, row.revision, row.person, row.name, row.at)


def _deflated(content: bytes | None) -> bytes | None:
    return None if content is None else zlib.compress(content, 6)
