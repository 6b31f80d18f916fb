"""People, the roles they hold, and how they sign in.

Accounts and sessions are looked up before any organisation is known, so they live outside the
organisations' own tables and hold nothing but ids, a password hash and moments. A session exists in
the database only: ending it there ends it everywhere.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from meldcode import attempts, audit, passwords
from meldcode.messages import MeldcodeError, Text
from meldcode.store import Database, Transaction, scoped
from meldcode.store.tables import accounts, organisations, people, role_holders, sessions

IDLE = timedelta(minutes=60)
LONGEST = timedelta(hours=12)
REFUSED_AFTER = 0.15  # seconds; well above a comparison and one write
_SEEN_EVERY = timedelta(minutes=1)  # one write a minute per session, not one per page
LONGEST_PASSWORD = passwords.LONGEST

# OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane.
HASHING: dict[str, Any] = {"time_cost": 2, "memory_cost": 19_456, "parallelism": 1}
hasher = PasswordHasher(**HASHING)

_ADDRESS = re.compile(r"[^\s@<>,;\"\x00-\x1f\x7f]{1,64}@[^\s@<>,;\"\x00-\x1f\x7f]{1,190}")
_USERNAME = re.compile(r"[^\s\x00-\x1f\x7f]{1,200}")


class SignInError(MeldcodeError):
    """No such account, another password, or an account that is closed: always the same sentence."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Deze naam en dit wachtwoord horen niet bij elkaar. Probeer het opnieuw.",
                "This name and password do not belong together. Try again.",
            )
        )


class PeopleError(MeldcodeError):
    """Something about a person that cannot be stored; the text says what."""


class NameTaken(PeopleError):
    """Somebody else signs in with this name."""

    def __init__(self, username: str) -> None:
        super().__init__(
            Text(f"De gebruikersnaam `{username}` is al in gebruik.", f"The user name `{username}` is taken.")
        )


@dataclass(frozen=True, slots=True)
class Actor:
    """Who sends a command: a person, her organisation and the roles she holds now."""

    person: UUID
    organisation: UUID
    roles: frozenset[str]
    name: str


@dataclass(frozen=True, slots=True)
class Person:
    """One person of an organisation, as others may see her."""

    id: UUID
    name: str
    email: str
    roles: frozenset[str]
    active: bool = True


@dataclass(frozen=True, slots=True)
class Session:
    """A fresh session: `token` goes into the cookie and is stored nowhere."""

    token: str
    actor: Actor
    ends_at: datetime
    language: str | None = None  # the one she chose, on whatever device


_ACCOUNT = sa.select(accounts).where(accounts.c.username == sa.bindparam("name"))
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
# One statement for a person and her roles: every page asks it.
_ACTOR = (
    sa.select(people.c.name, people.c.active, role_holders.c.role)
    .select_from(
        people.outerjoin(role_holders, sa.and_(role_holders.c.person == people.c.id, scoped(role_holders)))
    )
    .where(scoped(people), people.c.id == sa.bindparam("who"))
)
_PEOPLE = sa.select(people).where(scoped(people)).order_by(people.c.name, people.c.id)
_ALL_ROLES = sa.select(role_holders.c.person, role_holders.c.role).where(scoped(role_holders))
_HOLDERS = (
    sa.select(role_holders.c.role, people.c.id, people.c.name, people.c.email)
    .join_from(role_holders, people, people.c.id == role_holders.c.person)
    .where(
        scoped(role_holders),
        scoped(people),
        people.c.active.is_(True),
        role_holders.c.role.in_(sa.bindparam("roles", expanding=True)),
    )
    .order_by(people.c.name, people.c.id)
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
_ORGANISATION = sa.select(organisations.c.id).where(organisations.c.key == sa.bindparam("key"))
_ORGANISATIONS = sa.select(organisations.c.id, organisations.c.name).order_by(
    organisations.c.name, organisations.c.id
)
_ACTIVE = (
    sa.update(people)
    .where(scoped(people), people.c.id == sa.bindparam("who"))
    .values(active=sa.bindparam("on"))
)
_ACCOUNT_ACTIVE = (
    sa.update(accounts).where(accounts.c.person == sa.bindparam("who")).values(active=sa.bindparam("on"))
)


# --- organisations and people ----------------------------------------------------------------------


def create_organisation(db: Database, key: str, name: str, *, now: datetime) -> UUID:
    """A new, empty organisation with a key and an audit chain of its own; its id.

    Raises `PeopleError` when the key is in use.
    """
    organisation = uuid4()
    row = {
        "id": organisation,
        "key": key,
        "name": name,
        "wrapped_key": db.keyring.new_organisation_key(organisation),
        "created_at": now,
    }
    try:
        with db.transaction(organisation) as tx:
            tx.execute(sa.insert(organisations), row)
            audit.begin(tx)
            audit.append(tx, [audit.Record(now, "organisation_created", detail={"key": key})])
    except sa.exc.IntegrityError as error:
        raise PeopleError(
            Text(f"Er is al een organisatie `{key}`.", f"There is an organisation `{key}` already.")
        ) from error
    return organisation


def organisation_id(db: Database, key: str) -> UUID | None:
    """The id of the organisation with this key, or None."""
    with db.reading(None) as tx:
        found: UUID | None = tx.execute(_ORGANISATION, {"key": key}).scalar()
        return found


def organisation_names(db: Database) -> dict[UUID, str]:
    """Every organisation of this deployment by name."""
    with db.reading(None) as tx:
        return {row.id: row.name for row in tx.execute(_ORGANISATIONS)}


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


def add_person(
    tx: Transaction,
    *,
    username: str,
    name: str,
    email: str,
    roles: Collection[str],
    now: datetime,
    by: UUID | None = None,
) -> UUID:
    """A new person who cannot sign in yet; her id. Raises `PeopleError`.

    A user name that is in use comes out as the database's own `IntegrityError`.
    """
    person = uuid4()
    row = {"id": person, "name": _name(name), "email": _address(email), "active": True, "created_at": now}
    tx.execute(sa.insert(people), row)
    account = {"username": as_username(username), "person": person, "password_hash": None, "active": True}
    tx.execute(sa.insert(accounts), account)
    if roles:
        tx.execute(sa.insert(role_holders), [{"role": role, "person": person} for role in sorted(set(roles))])
    detail = {"person": person.hex, "roles": sorted(set(roles))}
    audit.append(tx, [audit.Record(now, "person_created", person=by, detail=detail)])
    return person


def set_password(tx: Transaction, person: UUID, username: str, password: str) -> None:
    """Give an account a password. Raises `passwords.PasswordRefused`."""
    fresh = hasher.hash(passwords.checked(password, username))
    tx.execute(_NEW_PASSWORD, {"who": person, "new_hash": fresh})


def set_active(
    db: Database, organisation: UUID, person: UUID, active: bool, *, now: datetime, by: UUID | None = None
) -> None:
    """Open or close a person's account; closing ends her sessions at once. Raises `PeopleError`."""
    with db.transaction(organisation) as tx:
        if not tx.execute(_ACTIVE, {"who": person, "on": active}).rowcount:
            raise PeopleError(Text("Deze persoon bestaat niet.", "There is no such person."))
        tx.execute(_ACCOUNT_ACTIVE, {"who": person, "on": active})
        if not active:
            tx.execute(_END_SESSIONS, {"who": person})
        action = "account_opened" if active else "account_closed"
        audit.append(tx, [audit.Record(now, action, person=by, detail={"person": person.hex})])


def everybody(db: Database, organisation: UUID) -> list[Person]:
    """The people of an organisation by name."""
    with db.reading(organisation) as tx:
        roles: dict[UUID, set[str]] = {}
        for row in tx.execute(_ALL_ROLES):
            roles.setdefault(row.person, set()).add(row.role)
        return [
            Person(row.id, row.name, row.email, frozenset(roles.get(row.id, ())), row.active)
            for row in tx.execute(_PEOPLE)
        ]


def holders(tx: Transaction, roles: Collection[str]) -> dict[str, list[Person]]:
    """Who holds each of `roles`, active people only, by name. One statement."""
    found: dict[str, list[Person]] = {role: [] for role in roles}
    for row in tx.execute(_HOLDERS, {"roles": sorted(found)}):
        found[row.role].append(Person(row.id, row.name, row.email, frozenset({row.role})))
    return found


def names(tx: Transaction) -> dict[UUID, str]:
    """The name of every person of the organisation, also of closed accounts."""
    return {row.id: row.name for row in tx.execute(_PEOPLE)}


def actor(tx: Transaction, person: UUID) -> Actor | None:
    """The person as an actor, with the roles she holds now; None when unknown or closed."""
    rows = tx.execute(_ACTOR, {"who": person}).all()
    if not rows or not rows[0].active:
        return None
    roles = frozenset(row.role for row in rows if row.role is not None)
    return Actor(person, tx.scope, roles, rows[0].name)


# --- signing in --------------------------------------------------------------------------------------


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
    found = actor(tx, person)
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
    if now - row.seen_at >= _SEEN_EVERY:
        with db.transaction(row.organisation) as tx:
            tx.execute(_SEEN, {"token": token_hash, "seen": now})
    with db.reading(row.organisation) as tx:
        return actor(tx, row.person)


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


def as_username(text: str) -> str:
    """A user name as it is stored. Raises `PeopleError`."""
    name = text.strip().lower()
    if not _USERNAME.fullmatch(name):
        raise PeopleError(Text("Een gebruikersnaam heeft geen spaties.", "A user name has no blanks in it."))
    return name


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name or len(name) > 200 or not name.isprintable():
        raise PeopleError(
            Text("Vul een naam in van hooguit 200 tekens.", "Give a name of at most 200 characters.")
        )
    return name


def _address(text: str) -> str:
    address = text.strip()
    if not _ADDRESS.fullmatch(address):
        raise PeopleError(Text(f"`{address}` is geen e-mailadres.", f"`{address}` is not an e-mail address."))
    return address
