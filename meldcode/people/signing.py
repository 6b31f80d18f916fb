"""Signing in: passwords, and sessions that exist in the database only.

Accounts and sessions are looked up before any organisation is known, so they live outside the
organisations' own tables and hold nothing but ids, a password hash and moments. A session exists in
the database only: ending it there ends it everywhere.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from meldcode import attempts, audit, passwords
from meldcode.messages import MeldcodeError, Text
from meldcode.people.presence import actor
from meldcode.people.registry import add_person
from meldcode.people.values import Actor, NameTaken
from meldcode.store import Database, Transaction
from meldcode.store.tables import accounts, sessions

IDLE = timedelta(minutes=60)
LONGEST = timedelta(hours=12)
REFUSED_AFTER = 0.15  # seconds; well above a comparison and one write
_SEEN_EVERY = timedelta(minutes=1)  # one write a minute per session, not one per page
LONGEST_PASSWORD = passwords.LONGEST

# OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane.
HASHING: dict[str, Any] = {"time_cost": 2, "memory_cost": 19_456, "parallelism": 1}
hasher = PasswordHasher(**HASHING)


class SignInError(MeldcodeError):
    """No such account, another password, or an account that is closed: always the same sentence."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Deze naam en dit wachtwoord horen niet bij elkaar. Probeer het opnieuw.",
                "This name and password do not belong together. Try again.",
            )
        )


@dataclass(frozen=True, slots=True)
class Session:
    """A fresh session: `token` goes into the cookie and is stored nowhere."""

    token: str
    actor: Actor
    ends_at: datetime
    language: str | None = None  # the one she chose, on whatever device


_ACCOUNT = sa.select(accounts).where(accounts.c.username == sa.bindparam("name"))
_LOCKED = (
    sa.select(accounts.c.password_hash)
    .where(accounts.c.person == sa.bindparam("who"), accounts.c.active.is_(True))
    .with_for_update(key_share=True)
)
_REHASH = (
    sa.update(accounts)
    .where(accounts.c.username == sa.bindparam("name"))
    .values(password_hash=sa.bindparam("new_hash"))
)
_NEW_PASSWORD = (
    sa.update(accounts)
    .where(accounts.c.person == sa.bindparam("who"))
    .values(password_hash=sa.bindparam("new_hash"))
)
_SESSION = sa.select(sessions).where(sessions.c.token_hash == sa.bindparam("token"))
_SEEN = (
    sa.update(sessions)
    .where(sessions.c.token_hash == sa.bindparam("token"))
    .values(seen_at=sa.bindparam("seen"))
)
_END_SESSION = sa.delete(sessions).where(sessions.c.token_hash == sa.bindparam("token"))
_END_SESSIONS = sa.delete(sessions).where(sessions.c.person == sa.bindparam("who"))
_OLD_SESSIONS = sa.delete(sessions).where(
    sa.or_(sessions.c.ends_at <= sa.bindparam("now"), sessions.c.seen_at <= sa.bindparam("idle"))
)


def create_person(
    db: Database,
    organisation: UUID,
    *,
    username: str,
    name: str,
    email: str,
    roles: Collection[str],
    password: str | None,
    now: datetime,
) -> UUID:
    """A new person with an account and roles (keys of `organisation.toml`); her id.

    `password` None: she cannot sign in with a password. Raises `PeopleError`.
    """
    try:
        with db.transaction(organisation) as tx:
            person = add_person(tx, username=username, name=name, email=email, roles=roles, now=now)
            if password is not None:
                set_password(tx, person, username, password)
            return person
    except sa.exc.IntegrityError as error:
        raise NameTaken(username) from error


def set_password(tx: Transaction, person: UUID, username: str, password: str) -> None:
    """Give an account a password. Raises `passwords.PasswordRefused`."""
    fresh = hasher.hash(passwords.checked(password, username))
    tx.execute(_NEW_PASSWORD, {"who": person, "new_hash": fresh})


def sign_in(
    db: Database,
    username: str,
    password: str,
    now: datetime,
    *,
    address: str | None = None,
    device: str | None = None,
) -> Session:
    """Begin a session. Raises `SignInError`, and `attempts.TooManyAttempts` when `address` is given.

    `address` is the network address the try came from, None where nobody can guess from (a command line);
    `device` says in a few words what browser it is. This is the only door for passwords: another way to
    prove who somebody is ends in `begin_session` too, see docs/decisions/signing-in.md.

    An unknown name costs as much time as a wrong password, so that nobody can find out who works here:
    both are compared with a hash, and both are answered at one fixed moment.
    """
    answer_at = time.monotonic() + REFUSED_AFTER
    name = username.strip().lower()[:200]
    if address is not None:
        attempts.count(db, attempts.SIGN_IN, name, address, now)
    with db.reading(None) as tx:
        # PostgreSQL has no text with a null in it, and nobody has such a name.
        account = None if "\0" in name else tx.execute(_ACCOUNT, {"name": name}).one_or_none()
    stored = account.password_hash if account is not None and account.active else None
    if not _matches(stored or _nobody(), password) or account is None or stored is None:
        _note_refusal(db, account, now)
        time.sleep(max(0.0, answer_at - time.monotonic()))
        raise SignInError
    with db.transaction(account.organisation) as tx:
        if not still_matches(tx, account.person, stored, password):
            raise SignInError
        if hasher.check_needs_rehash(stored):
            tx.execute(_REHASH, {"name": name, "new_hash": hasher.hash(password)})
        if address is not None:
            attempts.succeeded(tx, attempts.SIGN_IN, name, address, now)
        return begin_session(tx, account.person, now, device=device, language=account.language)


def begin_session(
    tx: Transaction, person: UUID, now: datetime, *, device: str | None = None, language: str | None = None
) -> Session:
    """A session for somebody who has proven who she is. Raises `SignInError` when her account is closed."""
    token = secrets.token_urlsafe(32)
    found = actor(tx, person, now)
    if found is None:
        raise SignInError
    tx.execute(_OLD_SESSIONS, {"now": now, "idle": now - IDLE})
    row = {"token_hash": digest(token), "person": person, "created_at": now, "seen_at": now}
    tx.execute(sa.insert(sessions), {**row, "ends_at": now + LONGEST, "device": device and device[:100]})
    audit.append(tx, [audit.Record(now, "signed_in", person=person)])
    return Session(token, found, now + LONGEST, language)


def actor_of(db: Database, token: str, now: datetime) -> Actor | None:
    """Who is signed in with this token, with the roles held now; None when the session has ended."""
    token_hash = digest(token)
    with db.reading(None) as tx:
        row = tx.execute(_SESSION, {"token": token_hash}).one_or_none()
        if row is None or now >= row.ends_at or now - row.seen_at >= IDLE:
            return None
        tx.enter(row.organisation)
        found = actor(tx, row.person, now)
    if now - row.seen_at >= _SEEN_EVERY:
        with db.transaction(row.organisation) as tx:
            tx.execute(_SEEN, {"token": token_hash, "seen": now})
    return found


def sign_out(db: Database, token: str, now: datetime) -> None:
    """End one session. Nothing happens when it has ended already."""
    token_hash = digest(token)
    with db.reading(None) as tx:
        row = tx.execute(_SESSION, {"token": token_hash}).one_or_none()
    if row is None:
        return
    with db.transaction(row.organisation) as tx:
        if tx.execute(_END_SESSION, {"token": token_hash}).rowcount:
            audit.append(tx, [audit.Record(now, "signed_out", person=row.person)])


def end_sessions(db: Database, organisation: UUID, person: UUID, *, now: datetime) -> int:
    """End all sessions of a person, everywhere; how many there were."""
    with db.transaction(organisation) as tx:
        ended = tx.execute(_END_SESSIONS, {"who": person}).rowcount
        if ended:
            audit.append(tx, [audit.Record(now, "sessions_ended", detail={"person": person.hex})])
        return ended


def _note_refusal(db: Database, account: Any, now: datetime) -> None:
    if account is None:
        return
    with db.transaction(account.organisation) as tx:
        audit.append(tx, [audit.Record(now, "sign_in_refused", person=account.person)])


def still_matches(tx: Transaction, person: UUID, stored: str, password: str) -> bool:
    """Is what matched `stored` before this transaction still the password? From here on nobody changes it.

    Comparing takes long, so it is done outside a transaction. Without this look a try that began just before
    a stolen password was changed would end in a session just after every session was ended.
    """
    now_stored = tx.execute(_LOCKED, {"who": person}).scalar()
    return now_stored is not None and (now_stored == stored or _matches(now_stored, password))


def matches(stored: str, password: str) -> bool:
    """Is this the password of which the database keeps `stored`?"""
    return _matches(stored, password)


def _matches(stored: str, password: str) -> bool:
    try:
        hasher.verify(stored, password[:LONGEST_PASSWORD])
        return len(password) <= LONGEST_PASSWORD
    except (VerificationError, InvalidHashError):
        return False


@lru_cache(maxsize=1)
def _nobody() -> str:
    """A hash of a password nobody knows: what an unknown name is compared with."""
    return hasher.hash(secrets.token_urlsafe(32))


def digest(token: str) -> bytes:
    """What the database keeps of a token."""
    # The token itself is random and long, so one round is enough; a stolen table opens no session.
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
