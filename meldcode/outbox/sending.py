"""Sending what waits: claim, talk, record.

Sending one mail: claim it with a lease longer than all SMTP timeouts together and commit one more
attempt; talk to the server; record the result. A process killed in between leaves a lease that ends,
and the next one tries again. Only between the server's 250 and our commit can a mail arrive twice,
always with the same Message-ID; there are never more deliveries than recorded attempts.

The moment at which a lease ends is what it is known by: who comes back after somebody else took the mail, put
it off or withdrew it changes nothing any more, unless the mail did leave.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from meldcode import audit, incidents
from meldcode.crypto import UnreadableError
from meldcode.messages import Text
from meldcode.outbox import rows
from meldcode.outbox.server import Result, Server
from meldcode.outbox.truth import Truth, truth_of
from meldcode.settings import SmtpSettings
from meldcode.store import Database, StoreError, Transaction, insisting, scoped
from meldcode.store.tables import mails, outbox

_COMMANDS_PER_MAIL = 20  # connect, greet, STARTTLS, sign in, MAIL, RCPT, DATA, dot, RSET and some to spare
_SHORTEST_LEASE = timedelta(minutes=2)
_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(minutes=30)
_TELL_AFTER = 5  # attempts, about a quarter of an hour
# A server that is away is tried with one mail per call: with many waiting none has its attempts for hours.
_TELL_LATE = timedelta(minutes=15)
_GIVE_UP_AFTER = 100  # attempts, two days; a server that is down longer has been an incident all along
# A server that answers slowly is left in time: a worker's task that takes too long is killed over a mail.
_LONGEST_CALL = 30.0  # seconds
_UNREACHABLE = "mail_server_unreachable"

_PENDING = (
    sa.select(outbox.c.mail, outbox.c.organisation, outbox.c.at)
    .where(outbox.c.at <= sa.bindparam("now"))
    .order_by(outbox.c.at)
    .limit(sa.bindparam("most"))
)
_OLDEST = sa.select(sa.func.min(outbox.c.at, type_=outbox.c.at.type))
_LEASE = (
    sa.update(outbox)
    .where(scoped(outbox), outbox.c.mail == sa.bindparam("which"), outbox.c.at <= sa.bindparam("now"))
    .values(at=sa.bindparam("until"))
)
_HELD = (
    scoped(outbox),
    outbox.c.mail == sa.bindparam("which"),
    outbox.c.at == sa.bindparam("lease_end", type_=outbox.c.at.type),
)
_POSTPONE = sa.update(outbox).where(*_HELD).values(at=sa.bindparam("until"))
_GIVE_UP = sa.delete(outbox).where(*_HELD)
_ATTEMPT = (
    sa.update(mails)
    .where(scoped(mails), mails.c.id == sa.bindparam("which"), mails.c.status == "waiting")
    .values(attempts=mails.c.attempts + 1)
    .returning(*mails.c)
)
_DONE = sa.delete(outbox).where(scoped(outbox), outbox.c.mail == sa.bindparam("which"))
_SENT = (
    sa.update(mails)
    # somebody else's later attempt may have failed: it did arrive
    .where(
        scoped(mails),
        mails.c.id == sa.bindparam("which"),
        sa.or_(mails.c.status == "waiting", mails.c.status == "failed"),
    )
    .values(status="sent", error=None, sent_at=sa.bindparam("moment"))
    .returning(mails.c.attempts)
)
_NOT_SENT = (
    sa.update(mails)
    .where(scoped(mails), mails.c.id == sa.bindparam("which"), mails.c.status == "waiting")
    .values(status=sa.bindparam("new_status"), error=sa.bindparam("new_error"))
)
_STATUS = sa.select(mails.c.status).where(scoped(mails), mails.c.id == sa.bindparam("which"))
_FORGET_SECRET = (
    sa.update(mails).where(scoped(mails), mails.c.id == sa.bindparam("which")).values(sealed=None)
)


@dataclass(frozen=True, slots=True)
class Claim:
    """A mail that is ours from `at` until `lease_end`: its row, with this attempt counted."""

    organisation: UUID
    row: Any
    at: datetime
    lease_end: datetime


@dataclass(frozen=True, slots=True)
class Stray:
    """A mail that somebody else should have; nobody sends it before `lease_end`."""

    organisation: UUID
    mail: UUID
    lease_end: datetime


#: What is done with a mail that is still true and whose receiver should not have it any more.
Redirect = Callable[[Stray, datetime], object]


def send_pending(
    db: Database, smtp: SmtpSettings, now: datetime, limit: int = 50, redirect: Redirect | None = None
) -> int:
    """Send what waits, at most `limit` mails over one connection, for half a minute; how many it took.

    What is not true any more is withdrawn. What somebody else should have goes to `redirect`; without one it
    keeps waiting. Stops at the first sign that the server itself is away; the rest waits for the next call.
    What goes wrong over one mail is raised when the others have had their turn.
    """
    began = time.monotonic()

    def moment() -> datetime:
        # A lease must count from when it is taken, also at the end of a slow batch.
        return now + timedelta(seconds=time.monotonic() - began)

    with db.reading(None) as tx:
        pending = tx.execute(_PENDING, {"now": now, "most": limit}).all()
    sent, failed = 0, None
    with Server(smtp) as server:
        for row in pending:
            try:
                result = _send_one(db, server, row, moment, lease_of(smtp), redirect)
            except StoreError:
                raise
            except Exception as error:  # a fault of ours in one mail is never in the way of another
                failed = failed or error
                continue
            sent += result is Result.SENT
            if result is Result.UNREACHABLE or time.monotonic() - began > _LONGEST_CALL:
                break
    if failed is not None:
        raise failed
    return sent


def _send_one(
    db: Database,
    server: Server,
    pending: Any,
    moment: Callable[[], datetime],
    lease: timedelta,
    redirect: Redirect | None,
) -> Result | None:
    """Claim one mail, hand it over and record what came of it; None when it was not ours to send."""
    claim = claim_one(db, pending.organisation, pending.mail, moment(), lease)
    if isinstance(claim, Stray) and redirect is not None:
        redirect(claim, moment())
    if not isinstance(claim, Claim):
        return None
    result, error = hand_over(db, server, claim)
    settle(db, claim, result, error, moment(), late=claim.at - pending.at)
    return result


def oldest_waiting(db: Database) -> datetime | None:
    """Since when the mail that waits longest should have been tried; None when none waits."""
    with db.reading(None) as tx:
        moment: datetime | None = tx.execute(_OLDEST).scalar()
        return moment


def reachable(smtp: SmtpSettings) -> bool:
    """Does the mail server let us in?"""
    with Server(smtp) as server:
        return server.greets()


def lease_of(smtp: SmtpSettings) -> timedelta:
    """How long a claimed mail is left alone: longer than all SMTP timeouts together."""
    return max(_SHORTEST_LEASE, timedelta(seconds=smtp.timeout * _COMMANDS_PER_MAIL))


def claim_one(
    db: Database, organisation: UUID, mail: UUID, now: datetime, lease: timedelta
) -> Claim | Stray | None:
    """Take a mail to send it, one more attempt committed. None when it is not to be sent, or not by us."""
    return insisting(partial(_claim, db, organisation, mail, now, lease))


def hand_over(db: Database, server: Server, claim: Claim) -> tuple[Result, str | None]:
    """Hand a claimed mail to the server; what came of it."""
    try:
        text = rows.text_of(db, claim.organisation, claim.row)
    except UnreadableError:
        return Result.REFUSED, "unsendable"
    return server.send(claim.row, text, claim.at)


def settle(
    db: Database,
    claim: Claim,
    result: Result,
    error: str | None,
    now: datetime,
    late: timedelta = timedelta(),
) -> None:
    """Record what came of a claimed mail; `late` is how long after its moment it was claimed."""
    record = partial(_sent, db, claim, now)
    if result is not Result.SENT:
        record = partial(_not_sent, db, claim, result, error, now, late)
    insisting(record)


def _claim(
    db: Database, organisation: UUID, mail: UUID, now: datetime, lease: timedelta
) -> Claim | Stray | None:
    until = now + lease
    with db.transaction(organisation) as tx:
        if not tx.execute(_LEASE, {"which": mail, "now": now, "until": until}).rowcount:
            return None
        truth = truth_of(tx, mail, now)
        if truth is Truth.STRAY:
            return Stray(organisation, mail, until)
        if truth is Truth.HOLDS:
            row = tx.execute(_ATTEMPT, {"which": mail}).one_or_none()
            if row is not None:
                return Claim(organisation, row, now, until)
        if truth is Truth.OVER:
            withdraw_one(tx, mail, now)
        else:
            tx.write(_DONE, {"which": mail})
        return None


def withdraw_one(tx: Transaction, mail: UUID, now: datetime) -> None:
    """A mail that does not leave any more; an incident about it is over."""
    if rows.dispose(tx, mail):
        incidents.resolve_mail(tx, mail, None, now)


def _sent(db: Database, claim: Claim, now: datetime) -> None:
    mail = claim.row
    with db.transaction(claim.organisation) as tx:
        # The queue's row before the mail's own, as a claim locks them.
        tx.write(_DONE, {"which": mail.id})
        detail = {"mail": mail.id.hex, "template": mail.template, "level": mail.level}
        attempts = tx.execute(_SENT, {"which": mail.id, "moment": now}).scalar()
        if attempts is None:
            if tx.execute(_STATUS, {"which": mail.id}).scalar() != "withdrawn":
                return  # it was recorded before the connection was cut
            detail["late"] = 1  # it was withdrawn while the server took it: the log says that it left
        if mail.sealed is not None and not db.demo:
            tx.write(_FORGET_SECRET, {"which": mail.id})
        if attempts != 1:
            incidents.resolve_mail(tx, mail.id, _UNREACHABLE, now)
        audit.append(tx, [audit.Record(now, "mail_sent", case=mail.case, role=mail.role, detail=detail)])


def _not_sent(
    db: Database, claim: Claim, result: Result, error: str | None, now: datetime, late: timedelta
) -> None:
    mail = claim.row
    which = {"which": mail.id, "lease_end": claim.lease_end}
    given_up = result is Result.REFUSED or (result is Result.LATER and mail.attempts >= _GIVE_UP_AFTER)
    with db.transaction(claim.organisation) as tx:
        if given_up:
            held = tx.execute(_GIVE_UP, which).rowcount
        else:
            pause = min(_FIRST_PAUSE * 2 ** min(mail.attempts - 1, 10), _LONGEST_PAUSE)
            held = tx.execute(_POSTPONE, {**which, "until": now + pause}).rowcount
        if not held:
            return  # withdrawn, or somebody else's by now
        status = "failed" if given_up else "waiting"
        tx.write(_NOT_SENT, {"which": mail.id, "new_error": error, "new_status": status})
        long_away = result is Result.UNREACHABLE and late >= _TELL_LATE
        if given_up or long_away or mail.attempts >= _TELL_AFTER:
            audit.append(tx, [_tell(tx, mail, result, now)])


def _tell(tx: Transaction, mail: Any, result: Result, now: datetime) -> audit.Record:
    if result is Result.UNREACHABLE:
        text = Text(
            "De mailserver is niet bereikbaar, of neemt van ons geen mail aan. Controleer MELDCODE_SMTP_URL, "
            "MELDCODE_MAIL_FROM en de server; de mails blijven wachten.",
            "The mail server cannot be reached, or takes no mail from us. Check MELDCODE_SMTP_URL, "
            "MELDCODE_MAIL_FROM and the server; the mails keep waiting.",
        )
        return incidents.record(tx, kind=_UNREACHABLE, text=text, now=now)
    text = Text(
        "Een mail wordt niet aangenomen door de mailserver. Controleer het adres van de ontvanger.",
        "A mail is not taken by the mail server. Check the receiver's address.",
    )
    kind = "mail_refused" if result is Result.REFUSED else "mail_delayed"
    return incidents.record(tx, kind=kind, text=text, now=now, case=mail.case, mail=mail.id)
