"""Organisations, the people in them and the roles they hold."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID, uuid4

import sqlalchemy as sa

from meldcode import audit
from meldcode.messages import Text
from meldcode.people import presence
from meldcode.people.values import (
    NoSuchPerson,
    PeopleError,
    Person,
    as_address,
    as_name,
    as_username,
    as_weekdays,
)
from meldcode.store import Database, Transaction, scoped
from meldcode.store.tables import absences, accounts, organisations, people, role_holders, sessions

_PEOPLE = sa.select(people).where(scoped(people)).order_by(people.c.name, people.c.id)
_PERSON = sa.select(people).where(scoped(people), people.c.id == sa.bindparam("who"))
_ALL_ROLES = sa.select(role_holders.c.person, role_holders.c.role).where(scoped(role_holders))
_ROLES_OF = sa.select(role_holders.c.role).where(
    scoped(role_holders), role_holders.c.person == sa.bindparam("who")
)
# Who is away comes with it: one statement says who holds a role and who of them is there.
_HOLDERS = (
    sa.select(
        role_holders.c.role,
        people.c.id,
        people.c.name,
        people.c.email,
        people.c.weekdays,
        absences.c.id.label("absence"),
        absences.c.standin,
    )
    .select_from(
        role_holders.join(people, people.c.id == role_holders.c.person).outerjoin(
            absences,
            sa.and_(
                scoped(absences),
                absences.c.person == people.c.id,
                absences.c.from_at <= sa.bindparam("now"),
                sa.or_(absences.c.until_at.is_(None), absences.c.until_at > sa.bindparam("now")),
            ),
        )
    )
    .where(
        scoped(role_holders),
        scoped(people),
        people.c.active.is_(True),
        role_holders.c.role.in_(sa.bindparam("roles", expanding=True)),
    )
    .order_by(people.c.name, people.c.id)
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
_END_SESSIONS = sa.delete(sessions).where(sessions.c.person == sa.bindparam("who"))
_DETAILS = (
    sa.update(people)
    .where(scoped(people), people.c.id == sa.bindparam("who"))
    .values(name=sa.bindparam("new_name"), email=sa.bindparam("new_email"))
)
_WEEKDAYS = (
    sa.update(people)
    .where(scoped(people), people.c.id == sa.bindparam("who"))
    .values(weekdays=sa.bindparam("days"))
)
_NO_ROLES = sa.delete(role_holders).where(scoped(role_holders), role_holders.c.person == sa.bindparam("who"))


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
    row = {"id": person, "name": as_name(name), "email": as_address(email), "active": True, "created_at": now}
    tx.execute(sa.insert(people), row)
    account = {"username": as_username(username), "person": person, "password_hash": None, "active": True}
    tx.execute(sa.insert(accounts), account)
    _add_roles(tx, person, roles)
    detail = {"person": person.hex, "roles": sorted(set(roles))}
    audit.append(tx, [audit.Record(now, "person_created", person=by, detail=detail)])
    return person


def switch(tx: Transaction, person: UUID, active: bool, *, now: datetime, by: UUID | None) -> audit.Record:
    """Open or close a person's account; closing ends her sessions at once. Raises `NoSuchPerson`.

    Gives the audit record, for the caller to append last. What else closing entails is in `adjustments`.
    """
    if not tx.execute(_ACTIVE, {"who": person, "on": active}).rowcount:
        raise NoSuchPerson
    tx.execute(_ACCOUNT_ACTIVE, {"who": person, "on": active})
    if not active:
        tx.execute(_END_SESSIONS, {"who": person})
    action = "account_opened" if active else "account_closed"
    return audit.Record(now, action, person=by, detail={"person": person.hex})


def set_details(tx: Transaction, person: UUID, name: str, email: str) -> None:
    """Another name or address. Raises `PeopleError`."""
    row = {"who": person, "new_name": as_name(name), "new_email": as_address(email)}
    if not tx.execute(_DETAILS, row).rowcount:
        raise NoSuchPerson


def set_roles(tx: Transaction, person: UUID, roles: Collection[str]) -> None:
    """The roles she holds from now on."""
    tx.execute(_NO_ROLES, {"who": person})
    _add_roles(tx, person, roles)


def set_weekdays(tx: Transaction, person: UUID, weekdays: Collection[int] | None) -> None:
    """Her own working days (0: Monday); None: those of the organisation. Raises `PeopleError`."""
    if weekdays is not None and not (weekdays and set(weekdays) <= set(range(7))):
        raise PeopleError(Text("Kies minstens één werkdag.", "Choose at least one working day."))
    days = None if weekdays is None else " ".join(map(str, sorted(set(weekdays))))
    if not tx.execute(_WEEKDAYS, {"who": person, "days": days}).rowcount:
        raise NoSuchPerson


def person(tx: Transaction, who: UUID) -> Person:
    """One person with her roles. Raises `NoSuchPerson`."""
    row = tx.execute(_PERSON, {"who": who}).one_or_none()
    if row is None:
        raise NoSuchPerson
    roles = frozenset(tx.execute(_ROLES_OF, {"who": who}).scalars())
    return Person(row.id, row.name, row.email, roles, row.active, as_weekdays(row.weekdays))


def everybody(db: Database, organisation: UUID) -> list[Person]:
    """The people of an organisation by name."""
    with db.reading(organisation) as tx:
        return listed(tx)


def listed(tx: Transaction) -> list[Person]:
    """The same within a transaction."""
    roles: dict[UUID, set[str]] = {}
    for row in tx.execute(_ALL_ROLES):
        roles.setdefault(row.person, set()).add(row.role)
    return [
        Person(
            row.id,
            row.name,
            row.email,
            frozenset(roles.get(row.id, ())),
            row.active,
            as_weekdays(row.weekdays),
        )
        for row in tx.execute(_PEOPLE)
    ]


def holders(tx: Transaction, roles: Collection[str], now: datetime) -> dict[str, list[Person]]:
    """Who holds each of `roles`, active people only, by name; who is away at `now` is marked.

    One statement, and a second one when somebody who is away has a stand-in.
    """
    rows = tx.execute(_HOLDERS, {"roles": sorted(roles), "now": now}).all()
    standins = presence.there(tx, {row.standin for row in rows if row.standin is not None}, now)
    found: dict[str, dict[UUID, Person]] = {role: {} for role in roles}
    for row in rows:
        known = found[row.role].get(row.id)
        if known is None or known.standin is None:
            found[row.role][row.id] = Person(
                row.id,
                row.name,
                row.email,
                frozenset({row.role}),
                weekdays=as_weekdays(row.weekdays),
                away=row.absence is not None,
                standin=standins.get(row.standin),
            )
    return {role: list(people_.values()) for role, people_ in found.items()}


def names(tx: Transaction) -> dict[UUID, str]:
    """The name of every person of the organisation, also of closed accounts."""
    return {row.id: row.name for row in tx.execute(_PEOPLE)}


def _add_roles(tx: Transaction, person: UUID, roles: Collection[str]) -> None:
    if roles:
        tx.execute(sa.insert(role_holders), [{"role": role, "person": person} for role in sorted(set(roles))])
