"""Mail: a row first, then SMTP, so that no mail is lost and none is sent unrecorded.

Sending one mail: claim it with a lease longer than all SMTP timeouts together and commit one more
attempt; talk to the server; record the result. A process killed in between leaves a lease that ends,
and the next one tries again. Only between the server's 250 and our commit can a mail arrive twice,
always with the same Message-ID; there are never more deliveries than recorded attempts.
"""

from __future__ import annotations

import smtplib
import ssl
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP, default
from enum import Enum
from functools import partial
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from meldcode import audit, incidents
from meldcode.crypto import UnreadableError, associated
from meldcode.messages import Text
from meldcode.settings import SmtpSettings
from meldcode.store import Database, Transaction, insisting, scoped
from meldcode.store.tables import mails, outbox

__all__ = [
    "SECRET",
    "QueuedMail",
    "SentMail",
    "SmtpSettings",
    "lease_of",
    "listing",
    "oldest_waiting",
    "queue",
    "reachable",
    "send_pending",
]

_COMMANDS_PER_MAIL = 20  # connect, greet, STARTTLS, sign in, MAIL, RCPT, DATA, dot, RSET and some to spare
_SHORTEST_LEASE = timedelta(minutes=2)
_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(minutes=30)
_TELL_AFTER = 5  # attempts, about a quarter of an hour
_GIVE_UP_AFTER = 100  # attempts, two days; a server that is down longer has been an incident all along
_UNREACHABLE = "mail_server_unreachable"

#: Where a mail's secret goes in its body: a link that lets its reader in.
SECRET = "[…]"  # noqa: S105 - the place, not a secret


@dataclass(frozen=True, slots=True)
class QueuedMail:
    """One mail to one person, ready to send. `id` is the same for the same reason to mail.

    `case` is None for a mail about an account. `secret` takes the place of `SECRET` in the body when the
    mail leaves; until then it is stored sealed, and after that not at all. It does not leave before
    `not_before` (None: it leaves at once).
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


class _Result(Enum):
    SENT = "sent"
    LATER = "later"  # this mail was put off by the server (4xx)
    REFUSED = "refused"  # this mail will never be taken (5xx)
    UNREACHABLE = "unreachable"  # the server cannot be talked to: says nothing about this mail


_ADD = insert(mails).on_conflict_do_nothing()
_QUEUE = insert(outbox).on_conflict_do_nothing()
_PENDING = (
    sa.select(outbox.c.mail, outbox.c.organisation)
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
_POSTPONE = (
    sa.update(outbox)
    .where(scoped(outbox), outbox.c.mail == sa.bindparam("which"))
    .values(at=sa.bindparam("until"))
)
_ATTEMPT = (
    sa.update(mails)
    .where(scoped(mails), mails.c.id == sa.bindparam("which"), mails.c.status == "waiting")
    .values(attempts=mails.c.attempts + 1)
    .returning(*mails.c)
)
_DONE = sa.delete(outbox).where(scoped(outbox), outbox.c.mail == sa.bindparam("which"))
_RESULT = (
    sa.update(mails)
    .where(scoped(mails), mails.c.id == sa.bindparam("which"), mails.c.status == "waiting")
    .values(
        status=sa.bindparam("new_status"),
        error=sa.bindparam("new_error"),
        sent_at=sa.bindparam("new_sent_at"),
    )
)
_FORGET_SECRET = (
    sa.update(mails).where(scoped(mails), mails.c.id == sa.bindparam("which")).values(sealed=None)
)
_UNTRIED = sa.select(mails.c.id, mails.c.timer).where(
    scoped(mails),
    mails.c.case == sa.bindparam("the_case"),
    mails.c.status == "waiting",
    mails.c.attempts == 0,
)
_WITHDRAW = (
    sa.update(mails)
    .where(
        scoped(mails),
        mails.c.id == sa.bindparam("which"),
        mails.c.status == "waiting",
        mails.c.attempts == 0,
    )
    .values(status="withdrawn")
)
_LISTING = (
    sa.select(mails)
    .where(scoped(mails))
    .order_by(mails.c.created_at.desc(), mails.c.id)
    .limit(sa.bindparam("most"))
)


def queue(tx: Transaction, queued: Sequence[QueuedMail], now: datetime) -> None:
    """Write mails down for sending. Two statements; a mail that is there already stays as it is."""
    if not queued:
        return
    fresh = {"status": "waiting", "attempts": 0, "created_at": now}
    tx.write(_ADD, [{**_columns(tx, mail), **fresh} for mail in queued])
    tx.write(_QUEUE, [{"mail": mail.id, "at": mail.not_before or now} for mail in queued])


def withdraw(tx: Transaction, case: UUID, nodes: Collection[str]) -> None:
    """Mails of these send tasks that wait and were never tried do not leave any more."""
    untried = _untried(tx, case, nodes)
    if untried:
        # the queue's row before the mail's own, as a claim locks them
        tx.execute(_DONE, untried)
        tx.execute(_WITHDRAW, untried)


def put_off(tx: Transaction, case: UUID, nodes: Collection[str], until: datetime) -> None:
    """Mails of these send tasks that wait and were never tried leave at this moment, earlier or later."""
    untried = _untried(tx, case, nodes)
    if untried:
        tx.execute(_POSTPONE, [{**which, "until": until} for which in untried])


def _untried(tx: Transaction, case: UUID, nodes: Collection[str]) -> list[dict[str, UUID]]:
    # what caused a mail ends with its send task, see `engine.Mail.timer`
    found = [row.id for row in tx.execute(_UNTRIED, {"the_case": case}) if row.timer.split("/")[-1] in nodes]
    return [{"which": mail} for mail in sorted(found)]


def listing(db: Database, organisation: UUID, limit: int = 200) -> list[SentMail]:
    """An organisation's mails, newest first."""
    with db.reading(organisation) as tx:
        rows = tx.execute(_LISTING, {"most": limit}).all()
        return [_as_shown(tx, row) for row in rows]


def send_pending(db: Database, smtp: SmtpSettings, now: datetime, limit: int = 50) -> int:
    """Send what waits, at most `limit` mails over one connection; how many the server took.

    Stops at the first sign that the server itself is away; the rest waits for the next call.
    """
    began = time.monotonic()

    def moment() -> datetime:
        # A lease must count from when it is taken, also at the end of a slow batch.
        return now + timedelta(seconds=time.monotonic() - began)

    with db.reading(None) as tx:
        pending = tx.execute(_PENDING, {"now": now, "most": limit}).all()
    sent = 0
    with _Server(smtp) as server:
        for row in pending:
            claim = partial(_claim, db, row.organisation, row.mail, moment(), lease_of(smtp))
            mail = insisting(claim)
            if mail is None:
                continue
            try:
                result, error = server.send(mail, _body(db, row.organisation, mail))
            except UnreadableError:
                result, error = _Result.REFUSED, "unsendable"
            insisting(partial(_settle, db, row.organisation, mail, result, error, moment()))
            sent += result is _Result.SENT
            if result is _Result.UNREACHABLE:
                break
    return sent


def oldest_waiting(db: Database) -> datetime | None:
    """Since when the mail that waits longest should have been tried; None when none waits."""
    with db.reading(None) as tx:
        moment: datetime | None = tx.execute(_OLDEST).scalar()
        return moment


def reachable(smtp: SmtpSettings) -> bool:
    """Does the mail server let us in?"""
    with _Server(smtp) as server:
        return server.greets()


def _claim(db: Database, organisation: UUID, mail: UUID, now: datetime, lease: timedelta) -> Any:
    """The mail's row with one more attempt committed; None when another worker has it."""
    with db.transaction(organisation) as tx:
        if not tx.execute(_LEASE, {"which": mail, "now": now, "until": now + lease}).rowcount:
            return None
        row = tx.execute(_ATTEMPT, {"which": mail}).one_or_none()
        if row is None:
            tx.write(_DONE, {"which": mail})
        return row


def _settle(
    db: Database, organisation: UUID, mail: Any, result: _Result, error: str | None, now: datetime
) -> None:
    done = {"which": mail.id, "new_error": error, "new_sent_at": None}
    with db.transaction(organisation) as tx:
        if result is _Result.SENT:
            # The queue's row before the mail's own, as a claim locks them.
            tx.write(_DONE, {"which": mail.id})
            if not tx.execute(_RESULT, {**done, "new_status": "sent", "new_sent_at": now}).rowcount:
                return  # it was recorded before the connection was cut
            if mail.sealed is not None and not db.demo:
                tx.write(_FORGET_SECRET, {"which": mail.id})
            if mail.attempts > 1:
                incidents.resolve_mail(tx, mail.id, _UNREACHABLE, now)
            detail = {"mail": mail.id.hex, "template": mail.template, "level": mail.level}
            audit.append(tx, [audit.Record(now, "mail_sent", case=mail.case, role=mail.role, detail=detail)])
            return
        given_up = result is _Result.REFUSED or (result is _Result.LATER and mail.attempts >= _GIVE_UP_AFTER)
        if given_up:
            tx.write(_DONE, {"which": mail.id})
        else:
            pause = min(_FIRST_PAUSE * 2 ** min(mail.attempts - 1, 10), _LONGEST_PAUSE)
            tx.write(_POSTPONE, {"which": mail.id, "until": now + pause})
        tx.write(_RESULT, {**done, "new_status": "failed" if given_up else "waiting"})
        if given_up or mail.attempts >= _TELL_AFTER:
            audit.append(tx, [_tell(tx, mail, result, now)])


def _tell(tx: Transaction, mail: Any, result: _Result, now: datetime) -> audit.Record:
    if result is _Result.UNREACHABLE:
        text = Text(
            "De mailserver is niet bereikbaar. Controleer MELDCODE_SMTP_URL en de server; "
            "de mails blijven wachten.",
            "The mail server cannot be reached. Check MELDCODE_SMTP_URL and the server; "
            "the mails keep waiting.",
        )
        return incidents.record(tx, kind=_UNREACHABLE, text=text, now=now)
    text = Text(
        "Een mail wordt niet aangenomen door de mailserver. Controleer het adres van de ontvanger.",
        "A mail is not taken by the mail server. Check the receiver's address.",
    )
    kind = "mail_refused" if result is _Result.REFUSED else "mail_delayed"
    return incidents.record(tx, kind=kind, text=text, now=now, case=mail.case, mail=mail.id)


def lease_of(smtp: SmtpSettings) -> timedelta:
    """How long a claimed mail is left alone: longer than all SMTP timeouts together."""
    return max(_SHORTEST_LEASE, timedelta(seconds=smtp.timeout * _COMMANDS_PER_MAIL))


def _columns(tx: Transaction, mail: QueuedMail) -> dict[str, Any]:
    columns = {name: getattr(mail, name) for name in QueuedMail.__slots__}
    secret = columns.pop("secret")
    del columns["not_before"]
    if secret is not None:
        columns["sealed"] = tx.organisation_key().seal(secret.encode(), _bound_to(tx, mail.id))
    return columns


def _bound_to(tx: Transaction, mail: UUID) -> bytes:
    return associated(tx.scope, mail, "mail")


def _body(db: Database, organisation: UUID, row: Any) -> str:
    """The text as it leaves, with its secret in place."""
    if row.sealed is None:
        return str(row.body)
    with db.reading(organisation) as tx:
        return _opened(tx, row)


def _opened(tx: Transaction, row: Any) -> str:
    secret = tx.organisation_key().open(bytes(row.sealed), _bound_to(tx, row.id))
    return str(row.body).replace(SECRET, secret.decode())


def _as_shown(tx: Transaction, row: Any) -> SentMail:
    # Only a demonstration shows mails whole: nobody could follow their links otherwise.
    shown = {name: getattr(row, name) for name in SentMail.__slots__}
    if row.sealed is not None and tx.database.demo:
        shown["body"] = _opened(tx, row)
    return SentMail(**shown)


def _message(row: Any, body: str, sender_address: str) -> EmailMessage:
    """The mail as it goes out. Raises `ValueError` when a row's value would change its headers."""
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(_one_line(row.sender), addr_spec=sender_address)
    message["To"] = Address(addr_spec=row.address)
    message["Subject"] = _one_line(row.subject)
    message["Date"] = row.created_at
    message["Message-ID"] = row.message_id
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    message["Content-Language"] = "nl"
    message.set_content(body)
    # Some releases of Python write a line break that was hidden in an encoded word. Whatever the reason:
    # a mail with other headers than these, or other receivers, does not leave.
    written = BytesParser(policy=default).parsebytes(message.as_bytes(), headersonly=True)
    if written.keys() != message.keys() or str(written["To"]) != row.address:
        raise ValueError("a value changed the mail's headers")
    return message


def _one_line(text: str) -> str:
    """No line breaks, and nothing that a reader would decode into one (RFC 2047 encoded words)."""
    return " ".join(text.replace("=?", "= ?").split())


class _Server:
    """One connection to the mail server, made when first needed and again after a fault."""

    def __init__(self, smtp: SmtpSettings) -> None:
        self._smtp = smtp
        self._connection: smtplib.SMTP | None = None

    def __enter__(self) -> _Server:
        return self

    def __exit__(self, *_: object) -> None:
        self._hang_up()

    def send(self, row: Any, body: str) -> tuple[_Result, str | None]:
        """Hand one mail over; what came of it, and the server's code (never its words) if it failed."""
        try:
            message = _message(row, body, self._smtp.sender)
        except ValueError:
            return _Result.REFUSED, "unsendable"
        try:
            connection = self._connection or self._connect()
        except (OSError, smtplib.SMTPException) as error:
            self._hang_up()
            return _Result.UNREACHABLE, type(error).__name__
        try:
            connection.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            return self._answered(max(code for code, _ in error.recipients.values()))
        except smtplib.SMTPResponseException as error:
            return self._answered(error.smtp_code)
        except (OSError, smtplib.SMTPException) as error:
            self._hang_up()
            return _Result.UNREACHABLE, type(error).__name__
        return _Result.SENT, None

    def greets(self) -> bool:
        """Connect and sign in, without a mail."""
        try:
            self._connect().noop()
        except (OSError, smtplib.SMTPException):
            return False
        return True

    def _answered(self, code: int) -> tuple[_Result, str]:
        if code == 421:  # the server closes the line
            self._hang_up()
            return _Result.UNREACHABLE, str(code)
        return (_Result.REFUSED if 500 <= code < 600 else _Result.LATER), str(code)

    def _connect(self) -> smtplib.SMTP:
        smtp = self._smtp
        context = ssl.create_default_context()
        if smtp.security == "tls":
            self._connection = smtplib.SMTP_SSL(smtp.host, smtp.port, timeout=smtp.timeout, context=context)
        else:
            self._connection = smtplib.SMTP(smtp.host, smtp.port, timeout=smtp.timeout)
        if smtp.security == "starttls":
            self._connection.starttls(context=context)
        if smtp.username:
            self._connection.login(smtp.username, smtp.password or "")
        return self._connection

    def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.quit()
            except (OSError, smtplib.SMTPException):
                connection.close()
