"""What colleagues remark beside the draft: about the whole, a file, or one element of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from meldcode import audit
from meldcode.desk.errors import DeskError, NotThere
from meldcode.messages import Text
from meldcode.store import Database, scoped
from meldcode.store.tables import desk_comments, people

LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Comment:
    """One remark. `path` is empty when it is about the whole; `settled_by_name` once it is dealt with."""

    id: UUID
    path: str
    element: str | None
    by: UUID
    by_name: str
    at: datetime
    text: str
    settled_by_name: str
    settled_at: datetime | None


_ALL = (
    sa.select(desk_comments, people.c.name)
    .join_from(desk_comments, people, sa.and_(people.c.id == desk_comments.c.person, scoped(people)))
    .where(scoped(desk_comments))
    .order_by(desk_comments.c.at.desc(), desk_comments.c.id)
)
_NAMES = sa.select(people.c.id, people.c.name).where(scoped(people))
_ADD = insert(desk_comments).on_conflict_do_nothing()
_SETTLE = (
    sa.update(desk_comments)
    .where(
        scoped(desk_comments),
        desk_comments.c.id == sa.bindparam("which"),
        desk_comments.c.settled_at.is_(None),
    )
    .values(settled_by=sa.bindparam("who"), settled_at=sa.bindparam("now"))
)


def comment(
    db: Database,
    organisation: UUID,
    path: str,
    element: str | None,
    text: str,
    by: UUID,
    now: datetime,
    *,
    key: str,
) -> UUID:
    """Add a remark; its id. Raises `DeskError` when there is no text, or too much.

    `key` is that of the form it was written on: the same remark from the same form is one remark, however
    often it is sent. Its id says so, and the database holds each id once.
    """
    text = text.strip()
    if not text or len(text) > LONGEST or "\0" in text or len(path) > 400 or len(element or "") > 200:
        raise DeskError(
            Text(
                f"Schrijf een opmerking van hooguit {LONGEST} tekens.",
                f"Write a remark of at most {LONGEST} characters.",
            )
        )
    which = uuid5(by, json.dumps([key, path, element or None, text]))
    row = {"id": which, "path": path, "element": element or None, "person": by, "at": now, "text": text}
    with db.transaction(organisation) as tx:
        if tx.execute(_ADD, row).rowcount:
            detail = {"comment": which.hex, "path": path}
            audit.append(tx, [audit.Record(now, "draft_commented", person=by, detail=detail)])
    return which


def settle(db: Database, organisation: UUID, which: UUID, by: UUID, now: datetime) -> None:
    """Say that a remark has been dealt with. Raises `NotThere`; twice is once."""
    with db.transaction(organisation) as tx:
        if tx.execute(_SETTLE, {"which": which, "who": by, "now": now}).rowcount:
            detail = {"comment": which.hex}
            audit.append(tx, [audit.Record(now, "comment_settled", person=by, detail=detail)])
        elif all(row.id != which for row in tx.execute(_ALL)):
            raise NotThere


def comments(db: Database, organisation: UUID) -> tuple[Comment, ...]:
    """Every remark, newest first."""
    with db.reading(organisation) as tx:
        names = {row.id: row.name for row in tx.execute(_NAMES)}
        return tuple(
            Comment(
                row.id,
                row.path,
                row.element,
                row.person,
                row.name,
                row.at,
                row.text,
                names.get(row.settled_by, ""),
                row.settled_at,
            )
            for row in tx.execute(_ALL)
        )
