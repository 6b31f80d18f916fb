"""Every account of an organisation, as its administrator sees them: who, which roles, how it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

import sqlalchemy as sa

from meldcode import people
from meldcode.store import Database, scoped
from meldcode.store.tables import accounts, password_links


class AccountState(Enum):
    """How an account stands."""

    OPEN = "open"
    INVITED = "invited"
    LAPSED = "lapsed"  # invited, and the link is too old
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class AccountView:
    """One account. `until` is when an open invitation ends."""

    person: UUID
    username: str
    name: str
    email: str
    roles: frozenset[str]
    state: AccountState
    until: datetime | None = None


_ACCOUNTS = sa.select(
    accounts.c.person,
    accounts.c.username,
    accounts.c.active,
    accounts.c.password_hash.is_not(None).label("chosen"),
).where(scoped(accounts))
_INVITATIONS = sa.select(password_links.c.person, password_links.c.ends_at).where(
    scoped(password_links), password_links.c.purpose == "invitation"
)


def overview(db: Database, organisation: UUID, now: datetime) -> list[AccountView]:
    """An organisation's accounts by name, closed ones last."""
    with db.reading(organisation) as tx:
        found = {row.person: row for row in tx.execute(_ACCOUNTS)}
        until = {row.person: row.ends_at for row in tx.execute(_INVITATIONS)}
    views = []
    for person in people.everybody(db, organisation):
        account = found.get(person.id)
        if account is None:
            continue
        ends = until.get(person.id)
        if not (person.active and account.active):
            state = AccountState.CLOSED
        elif account.chosen:
            state = AccountState.OPEN
        else:
            state = AccountState.INVITED if ends is not None and ends > now else AccountState.LAPSED
        views.append(
            AccountView(person.id, account.username, person.name, person.email, person.roles, state, ends)
        )
    return sorted(views, key=lambda one: one.state is AccountState.CLOSED)
