"""Mails as rows: written down, put off, taken back, shown. Nothing here talks to a mail server.

A mail is `waiting`, `sent`, `failed` (the server will never take it) or `withdrawn`. What waits has a row in
`outbox`, whose moment is also the lease of who sends it now: who changes a row there names the moment that
was seen, so nothing is taken from under a sender. The queue's row comes before the mail's own in every
transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from meldcode.crypto import associated
from meldcode.store import Database, Transaction, scoped
from meldcode.store.tables import mails, outbox

#: Where a mail's secret goes in its body: a link that lets its reader in.
SECRET = "[…]"  # noqa: S105 - the place, not a secret


@dataclass(frozen=True, slots=True)
class QueuedMail:
    """One mail to one person, ready to send. `id` is the same for the same reason to mail.

    `case` is None for a mail about an account. `secret` takes the place of `SECRET` in the body when the
    mail leaves; until then it is stored sealed, and after that not at all. It does not leave before
    `not_before` (None: it leaves at once), nor after `not_after`. `task` is the open task it is about and
    `holder` whose that is: without that task, or when it is somebody else's, the mail does not leave.
    """

    id: UUID
    case: UUID | None
    timer: str
    occurrence: int
    level: int
    person: UUID
    role: str
    template: str
    sender: str
    address: str
    subject: str
    body: str
    message_id: str
    secret: str | None = None
    not_before: datetime | None = None
    not_after: datetime | None = None
    task: UUID | None = None
    holder: UUID | None = None


@dataclass(frozen=True, slots=True)
class SentMail:
    """A mail as a page shows it; `status` is `waiting`, `sent`, `failed` or `withdrawn`."""

    id: UUID
    case: UUID | None
    role: str
    level: int
    template: str
    address: str
    subject: str
    body: str
    status: str
    attempts: int
    created_at: datetime
    sent_at: datetime | None


_ADD = insert(mails).on_conflict_do_nothing()
_QUEUE = insert(outbox).on_conflict_do_nothing()
_UNTRIED = (
    sa.select(mails.c.id, mails.c.timer, outbox.c.at)
    .join_from(mails, outbox, outbox.c.mail == mails.c.id)
    .where(
        scoped(mails),
        scoped(outbox),
        mails.c.case == sa.bindparam("the_case"),
        mails.c.status == "waiting",
        mails.c.attempts == 0,
    )
)
_AS_SEEN = (
    scoped(outbox),
    outbox.c.mail == sa.bindparam("which"),
    outbox.c.at == sa.bindparam("seen", type_=outbox.c.at.type),
)
_UNQUEUE_AS_SEEN = sa.delete(outbox).where(*_AS_SEEN)
_MOVE_AS_SEEN = sa.update(outbox).where(*_AS_SEEN).values(at=sa.bindparam("until"))
_UNQUEUE = sa.delete(outbox).where(scoped(outbox), outbox.c.mail == sa.bindparam("which"))
_DISPOSE = (
    sa.update(mails)
    .where(
        scoped(mails),
        mails.c.id == sa.bindparam("which"),
        sa.or_(mails.c.status == "waiting", mails.c.status == "failed"),
    )
    .values(status="withdrawn", sealed=None)
)
_REVIVE = (
    sa.update(mails)
    .where(scoped(mails), mails.c.id == sa.bindparam("which"), mails.c.status == "withdrawn")
    .values(status="waiting")
)
_WAITING = sa.select(mails).where(
    scoped(mails), mails.c.id == sa.bindparam("which"), mails.c.status == "waiting"
)
_KEEP = (
    sa.update(mails)
    .where(scoped(mails), mails.c.id == sa.bindparam("which"), mails.c.status == "waiting")
    .values(holder=sa.bindparam("whose", type_=sa.Uuid()))
)
_LISTING = (
    sa.select(mails)
    .where(scoped(mails))
    .order_by(mails.c.created_at.desc(), mails.c.id)
    .limit(sa.bindparam("most"))
)


def queue(tx: Transaction, queued: Sequence[QueuedMail], now: datetime) -> None:
    """Write mails down for sending. Two statements; a mail that is there already stays as it is."""
    _write(tx, queued, now, now)


def withdraw(tx: Transaction, case: UUID, nodes: Collection[str]) -> None:
    """Mails of these send tasks that wait and were never tried do not leave any more."""
    for seen in _untried(tx, case, nodes):
        if tx.execute(_UNQUEUE_AS_SEEN, seen).rowcount:  # else somebody is sending it at this moment
            tx.execute(_DISPOSE, {"which": seen["which"]})


def put_off(tx: Transaction, case: UUID, nodes: Collection[str], until: datetime) -> None:
    """Mails of these send tasks that wait and were never tried leave at this moment, earlier or later."""
    for seen in _untried(tx, case, nodes):
        tx.execute(_MOVE_AS_SEEN, {**seen, "until": until})


def dispose(tx: Transaction, mail: UUID) -> bool:
    """This mail does not leave any more, whoever tries again; False when it has left, or was withdrawn.

    Who is sending it at this moment cannot be stopped, and records that it left.
    """
    tx.execute(_UNQUEUE, {"which": mail})
    return bool(tx.execute(_DISPOSE, {"which": mail}).rowcount)


def queue_instead(tx: Transaction, queued: Sequence[QueuedMail], said_at: datetime, now: datetime) -> None:
    """Write mails down in the place of one of `said_at`, as old as that one, so that it is still known which
    came later. One whose receiver was passed over before waits again."""
    for mail in queued:
        tx.execute(_REVIVE, {"which": mail.id})
    _write(tx, queued, said_at, now)


def _write(tx: Transaction, queued: Sequence[QueuedMail], said_at: datetime, now: datetime) -> None:
    if queued:
        fresh = {"status": "waiting", "attempts": 0, "created_at": said_at}
        tx.write(_ADD, [{**_columns(tx, mail), **fresh} for mail in queued])
        tx.write(_QUEUE, [{"mail": mail.id, "at": mail.not_before or now} for mail in queued])


def waiting(tx: Transaction, mail: UUID) -> Any:
    """The mail's row while it waits; None when it does not any more."""
    return tx.execute(_WAITING, {"which": mail}).one_or_none()


def keep_for(tx: Transaction, mail: UUID, holder: UUID | None, at: datetime, seen: datetime) -> None:
    """Its receiver should have this mail although the task is `holder`'s now: it leaves from `at` on.

    `seen` is the moment at which its lease ends.
    """
    if tx.execute(_MOVE_AS_SEEN, {"which": mail, "seen": seen, "until": at}).rowcount:
        tx.execute(_KEEP, {"which": mail, "whose": holder})


def listing(db: Database, organisation: UUID, limit: int = 200) -> list[SentMail]:
    """An organisation's mails, newest first."""
    with db.reading(organisation) as tx:
        rows = tx.execute(_LISTING, {"most": limit}).all()
        return [_as_shown(tx, row) for row in rows]


def text_of(db: Database, organisation: UUID, row: Any) -> str:
    """The text as it leaves, with its secret in place. Raises `crypto.UnreadableError`."""
    if row.sealed is None:
        return str(row.body)
    with db.reading(organisation) as tx:
        return _opened(tx, row)


def _untried(tx: Transaction, case: UUID, nodes: Collection[str]) -> list[dict[str, Any]]:
    # what caused a mail ends with its send task, see `engine.Mail.timer`
    found = [row for row in tx.execute(_UNTRIED, {"the_case": case}) if row.timer.split("/")[-1] in nodes]
    return [{"which": row.id, "seen": row.at} for row in sorted(found, key=lambda row: row.id)]


def _columns(tx: Transaction, mail: QueuedMail) -> dict[str, Any]:
    columns = {name: getattr(mail, name) for name in QueuedMail.__slots__}
    secret = columns.pop("secret")
    del columns["not_before"]
    if secret is not None:
        columns["sealed"] = tx.organisation_key().seal(secret.encode(), _bound_to(tx, mail.id))
    return columns


def _bound_to(tx: Transaction, mail: UUID) -> bytes:
    return associated(tx.scope, mail, "mail")


def _opened(tx: Transaction, row: Any) -> str:
    secret = tx.organisation_key().open(bytes(row.sealed), _bound_to(tx, row.id))
    return str(row.body).replace(SECRET, secret.decode())


def _as_shown(tx: Transaction, row: Any) -> SentMail:
    # Only a demonstration shows mails whole: nobody could follow their links otherwise.
    shown = {name: getattr(row, name) for name in SentMail.__slots__}
    if row.sealed is not None and tx.database.demo:
        shown["body"] = _opened(tx, row)
    return SentMail(**shown)
