"""One's own account: the language, the password, and where one is signed in."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from meldcode import attempts, audit, people
from meldcode.accounts.links import forget_links, tell_changed
from meldcode.messages import MeldcodeError, Text
from meldcode.people import Actor
from meldcode.store import Database, scoped
from meldcode.store.tables import accounts, sessions
from meldcode.store.tables import people as persons


@dataclass(frozen=True, slots=True)
class SessionView:
    """One place where somebody is signed in. `id` names it on a page and opens nothing."""

    id: str
    device: str | None
    began_at: datetime
    seen_at: datetime
    ends_at: datetime
    here: bool


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """What somebody sees of her own account; the session she looks from comes first."""

    username: str
    email: str
    has_password: bool
    sessions: tuple[SessionView, ...]


class WrongPassword(MeldcodeError):
    """The present password was not right."""

    def __init__(self) -> None:
        super().__init__(Text("Uw huidige wachtwoord klopt niet.", "Your present password is not right."))


_ACCOUNT = sa.select(accounts).where(accounts.c.person == sa.bindparam("who"), scoped(accounts))
_EMAIL = sa.select(persons.c.email).where(scoped(persons), persons.c.id == sa.bindparam("who"))
_SESSIONS = (
    sa.select(sessions)
    .where(
        sessions.c.person == sa.bindparam("who"),
        sessions.c.ends_at > sa.bindparam("now"),
        sessions.c.seen_at > sa.bindparam("idle"),
    )
    .order_by(sessions.c.seen_at.desc())
)
_END = sa.delete(sessions).where(
    sessions.c.person == sa.bindparam("who"), sessions.c.token_hash == sa.bindparam("which")
)
_END_OTHERS = sa.delete(sessions).where(
    sessions.c.person == sa.bindparam("who"), sessions.c.token_hash != sa.bindparam("which")
)
_LANGUAGE = (
    sa.update(accounts)
    .where(accounts.c.person == sa.bindparam("who"))
    .values(language=sa.bindparam("chosen"))
)


def own_account(db: Database, actor: Actor, token: str, now: datetime) -> OwnAccount:
    """The account of who is signed in with `token`."""
    with db.reading(actor.organisation) as tx:
        account = tx.execute(_ACCOUNT, {"who": actor.person}).one()
        email = tx.execute(_EMAIL, {"who": actor.person}).scalar_one()
        rows = tx.execute(_SESSIONS, {"who": actor.person, "now": now, "idle": now - people.IDLE}).all()
    here = people.digest(token)
    shown = [_shown(row, here) for row in rows]
    shown.sort(key=lambda one: not one.here)
    return OwnAccount(account.username, email, account.password_hash is not None, tuple(shown))


def end_session(db: Database, actor: Actor, which: str, now: datetime) -> bool:
    """End one of one's own sessions; False when there is no such session (any more)."""
    with db.transaction(actor.organisation) as tx:
        rows = tx.execute(_SESSIONS, {"who": actor.person, "now": now, "idle": now - people.IDLE}).all()
        found = [bytes(row.token_hash) for row in rows if _name(bytes(row.token_hash)) == which]
        ended = sum(tx.execute(_END, {"who": actor.person, "which": one}).rowcount for one in found)
        if ended:
            audit.append(tx, [audit.Record(now, "session_ended", person=actor.person)])
        return bool(ended)


def end_others(db: Database, actor: Actor, token: str, now: datetime) -> int:
    """End all of one's own sessions but this one; how many there were."""
    with db.transaction(actor.organisation) as tx:
        ended = tx.execute(_END_OTHERS, {"who": actor.person, "which": people.digest(token)}).rowcount
        if ended:
            audit.append(tx, [audit.Record(now, "sessions_ended", person=actor.person)])
        return ended


def choose_language(db: Database, actor: Actor, code: str | None) -> None:
    """Remember the language somebody reads in, on whatever device she signs in next, and for her mails."""
    with db.transaction(actor.organisation) as tx:
        tx.execute(_LANGUAGE, {"who": actor.person, "chosen": code})


def change_password(
    db: Database, actor: Actor, token: str, current: str, fresh: str, address: str, now: datetime
) -> None:
    """A new password for who knows the present one; she is signed out everywhere but here, and told by mail.

    Raises `WrongPassword`, `passwords.PasswordRefused` and, since this is a place to guess at too,
    `attempts.TooManyAttempts`.
    """
    with db.reading(actor.organisation) as tx:
        account = tx.execute(_ACCOUNT, {"who": actor.person}).one()
    attempts.count(db, attempts.SIGN_IN, account.username, address, now)
    if account.password_hash is None or not people.matches(account.password_hash, current):
        raise WrongPassword
    with db.transaction(actor.organisation) as tx:
        if not people.still_matches(tx, actor.person, account.password_hash, current):
            raise WrongPassword
        people.set_password(tx, actor.person, account.username, fresh)
        attempts.succeeded(tx, attempts.SIGN_IN, account.username, address, now)
        tx.execute(_END_OTHERS, {"who": actor.person, "which": people.digest(token)})
        forget_links(tx, actor.person, now)
        tell_changed(tx, actor.person, account.username, account.language, now)
        audit.append(tx, [audit.Record(now, "password_changed", person=actor.person)])


def _shown(row: Any, here: bytes) -> SessionView:
    token_hash = bytes(row.token_hash)
    return SessionView(
        _name(token_hash), row.device, row.created_at, row.seen_at, row.ends_at, token_hash == here
    )


def _name(token_hash: bytes) -> str:
    return hashlib.sha256(b"shown|" + token_hash).hexdigest()[:16]
