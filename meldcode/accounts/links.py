"""Links by mail with which somebody chooses a password: an invitation, or a new one for who forgot hers.

A link is a random token. The database keeps its hash, the mail waits for sending with the token sealed, and
what was sent is forgotten here. It works once, until its moment, for one account; a new one ends the old.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from meldcode import attempts, audit, people
from meldcode.accounts import writing
from meldcode.messages import MeldcodeError, Text
from meldcode.people import Actor, NameTaken, PeopleError
from meldcode.store import Database, Transaction, scoped
from meldcode.store.tables import accounts, password_links, sessions
from meldcode.store.tables import people as persons

INVITATION_LASTS = timedelta(days=7)
RESET_LASTS = timedelta(hours=2)
ASKED_AFTER = 0.25  # seconds; every request for a new password is answered this long after it came
PATH = "/wachtwoord/kiezen/{token}"
INVITATION, RESET = "invitation", "reset"


@dataclass(frozen=True, slots=True)
class Link:
    """A link that works: whose it is, and what it is for (`invitation` or `reset`)."""

    purpose: str
    username: str
    name: str
    ends_at: datetime


class LinkEnded(MeldcodeError):
    """Used, replaced by a newer one, too old, or never made: always the same sentence."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Deze link werkt niet (meer). Een link werkt één keer, en maar een tijdje.",
                "This link does not work (any more). A link works once, and only for a while.",
            )
        )


_LINK = (
    sa.select(password_links, accounts.c.username, accounts.c.language)
    .join_from(password_links, accounts, accounts.c.person == password_links.c.person)
    .where(
        password_links.c.token_hash == sa.bindparam("token"),
        password_links.c.ends_at > sa.bindparam("now"),
        accounts.c.active.is_(True),
    )
)
_USED = sa.delete(password_links).where(password_links.c.token_hash == sa.bindparam("token"))
_ENDED = sa.delete(password_links).where(
    sa.or_(password_links.c.person == sa.bindparam("who"), password_links.c.ends_at <= sa.bindparam("now"))
)
_ACCOUNT = sa.select(accounts).where(accounts.c.username == sa.bindparam("name"))
_ACCOUNT_OF = sa.select(accounts).where(accounts.c.person == sa.bindparam("who"), scoped(accounts))
# Whoever makes or uses links of an account does so alone, and takes the account before the links.
_ALONE = (
    sa.select(accounts.c.person)
    .where(accounts.c.person == sa.bindparam("who"))
    .with_for_update(key_share=True)
)
_PERSON = sa.select(persons).where(scoped(persons), persons.c.id == sa.bindparam("who"))
_END_SESSIONS = sa.delete(sessions).where(sessions.c.person == sa.bindparam("who"))


def invite(
    db: Database,
    organisation: UUID,
    *,
    username: str,
    name: str,
    email: str,
    roles: Collection[str],
    now: datetime,
    by: Actor | None = None,
) -> UUID:
    """A new person, and a mail with which she chooses her password; her id.

    `by` is None when an administrator did it from the command line. Raises `PeopleError`.
    """
    try:
        with db.transaction(organisation) as tx:
            return invite_in(tx, username=username, name=name, email=email, roles=roles, now=now, by=by)
    except sa.exc.IntegrityError as error:
        raise NameTaken(username) from error


def invite_in(
    tx: Transaction,
    *,
    username: str,
    name: str,
    email: str,
    roles: Collection[str],
    now: datetime,
    by: Actor | None = None,
) -> UUID:
    """The same within a transaction; a user name in use comes out as the database's `IntegrityError`."""
    person = people.add_person(
        tx,
        username=username,
        name=name,
        email=email,
        roles=roles,
        now=now,
        by=None if by is None else by.person,
    )
    _send(tx, INVITATION, tx.execute(_ACCOUNT_OF, {"who": person}).one(), now)
    _log(tx, "invited", person, now, by)
    return person


def invite_again(
    db: Database, organisation: UUID, person: UUID, *, now: datetime, by: Actor | None = None
) -> None:
    """Another mail for who has not chosen a password yet; the earlier link ends. Raises `PeopleError`."""
    with db.transaction(organisation) as tx:
        account = tx.execute(_ACCOUNT_OF, {"who": person}).one_or_none()
        if account is None or not account.active:
            raise PeopleError(Text("Dit account is er niet, of gesloten.", "There is no such open account."))
        if account.password_hash is not None:
            raise PeopleError(
                Text(
                    "Deze persoon heeft al een wachtwoord. Vergeten? Op de inlogpagina vraagt men een nieuw.",
                    "This person has a password already. Forgotten? A new one is asked for when signing in.",
                )
            )
        _send(tx, INVITATION, account, now)
        _log(tx, "invited", person, now, by)


def ask_reset(db: Database, username: str, address: str, now: datetime) -> None:
    """Mail a link for a new password, when there is such an account.

    Whether there is one cannot be learned: the same answer, at the same moment. Raises
    `attempts.TooManyAttempts` for who asks too often, whatever name is asked for.
    """
    answer_at = time.monotonic() + ASKED_AFTER
    name = username.strip().lower()[:200]
    attempts.count(db, attempts.RESET, name, address, now)
    with db.reading(None) as tx:
        account = None if "\0" in name else tx.execute(_ACCOUNT, {"name": name}).one_or_none()
    if account is not None and account.active:
        with db.transaction(account.organisation) as tx:
            # Who never answered her invitation gets that once more: it is what she is waiting for.
            _send(tx, RESET if account.password_hash else INVITATION, account, now)
            _log(tx, "reset_asked", account.person, now, None)
    time.sleep(max(0.0, answer_at - time.monotonic()))


def link_of(db: Database, token: str, now: datetime) -> Link:
    """What a link is for. Looking does not use it up: mail programs look at links too. Raises `LinkEnded`."""
    with db.reading(None) as tx:
        row = tx.execute(_LINK, {"token": people.digest(token), "now": now}).one_or_none()
    if row is None:
        raise LinkEnded
    with db.reading(row.organisation) as tx:
        person = tx.execute(_PERSON, {"who": row.person}).one()
    return Link(row.purpose, row.username, person.name, row.ends_at)


def choose_password(db: Database, token: str, password: str, now: datetime) -> str:
    """Use a link: the password is set, the link is gone and she is signed out everywhere; the user name.

    Raises `LinkEnded`, and `passwords.PasswordRefused`, after which the link still works.
    """
    token_hash = people.digest(token)
    with db.reading(None) as tx:
        row = tx.execute(_LINK, {"token": token_hash, "now": now}).one_or_none()
    if row is None:
        raise LinkEnded
    with db.transaction(row.organisation) as tx:
        tx.execute(_ALONE, {"who": row.person})
        if not tx.execute(_USED, {"token": token_hash}).rowcount:
            raise LinkEnded  # somebody was ahead, with the same link
        people.set_password(tx, row.person, row.username, password)
        forget_links(tx, row.person, now)
        tx.execute(_END_SESSIONS, {"who": row.person})
        if row.purpose == RESET:
            tell_changed(tx, row.person, row.username, row.language, now)
        audit.append(tx, [audit.Record(now, "password_chosen", person=row.person)])
    return str(row.username)


def forget_links(tx: Transaction, person: UUID, now: datetime) -> None:
    """End every link of a person, and everybody's that are too old."""
    tx.execute(_ENDED, {"who": person, "now": now})


def tell_changed(tx: Transaction, person: UUID, username: str, language: str | None, now: datetime) -> None:
    """Tell somebody that her password was changed: perhaps it was not her."""
    row = tx.execute(_PERSON, {"who": person}).one()
    writing.queue(tx, writing.CHANGED, row, username, link=None, until=now, language=language, now=now)


def _send(tx: Transaction, purpose: str, account: Any, now: datetime) -> None:
    token = secrets.token_urlsafe(32)
    lasts, template = (
        (RESET_LASTS, writing.RESET) if purpose == RESET else (INVITATION_LASTS, writing.INVITATION)
    )
    tx.execute(_ALONE, {"who": account.person})
    forget_links(tx, account.person, now)
    link = {"token_hash": people.digest(token), "person": account.person, "purpose": purpose}
    tx.execute(sa.insert(password_links), {**link, "created_at": now, "ends_at": now + lasts})
    person = tx.execute(_PERSON, {"who": account.person}).one()
    writing.queue(
        tx,
        template,
        person,
        account.username,
        link=tx.database.base_url + PATH.format(token=token),
        until=now + lasts,
        language=account.language,
        now=now,
    )


def _log(tx: Transaction, action: str, person: UUID, now: datetime, by: Actor | None) -> None:
    who = None if by is None else by.person
    audit.append(tx, [audit.Record(now, action, person=who, detail={"person": person.hex})])
