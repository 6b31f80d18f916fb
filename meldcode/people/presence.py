"""Who is away, from when until when, and who stands in for her meanwhile.

An absence is a pair of moments: what day it is is the organisation's own business, and its calendar's. A
stand-in who is away herself takes nobody's place; there are no chains, so nobody acts in a role that an
administrator did not see her get.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

import sqlalchemy as sa

from meldcode.messages import Text
from meldcode.people.values import Actor, PeopleError, Person, as_weekdays, is_within
from meldcode.store import Transaction, scoped
from meldcode.store.tables import absences, accounts, people, role_holders


@dataclass(frozen=True, slots=True)
class Absence:
    """`person` is away from `from_at` until just before `until_at` (None: not known yet)."""

    id: UUID
    person: UUID
    standin: UUID | None
    from_at: datetime
    until_at: datetime | None

    def holds(self, moment: datetime) -> bool:
        """Is she away at this moment?"""
        return is_within(self.from_at, self.until_at, moment)


_IS_AWAY = (
    scoped(absences),
    absences.c.from_at <= sa.bindparam("now"),
    sa.or_(absences.c.until_at.is_(None), absences.c.until_at > sa.bindparam("now")),
)
# One statement for a person, whom she stands in for, and the roles of all of them: every page asks it.
# Nobody stands in for somebody whose account is closed.
_HAS_ACCOUNT = sa.exists(
    sa.select(accounts.c.person).where(accounts.c.person == absences.c.person, accounts.c.active.is_(True))
)
_ACTOR = (
    sa.select(people.c.name, people.c.active, absences.c.person.label("away"), role_holders.c.role)
    .select_from(
        people.outerjoin(
            absences, sa.and_(absences.c.standin == people.c.id, *_IS_AWAY, _HAS_ACCOUNT)
        ).outerjoin(
            role_holders,
            sa.and_(
                scoped(role_holders),
                sa.or_(role_holders.c.person == people.c.id, role_holders.c.person == absences.c.person),
            ),
        )
    )
    .where(scoped(people), people.c.id == sa.bindparam("who"))
)
_THERE = (
    sa.select(people)
    .where(
        scoped(people),
        people.c.id.in_(sa.bindparam("ids", type_=sa.Uuid(), expanding=True)),
        people.c.active.is_(True),
        ~sa.exists(sa.select(absences.c.id).where(absences.c.person == people.c.id, *_IS_AWAY)),
    )
    .order_by(people.c.name, people.c.id)
)
_COLUMNS = (
    absences.c.id,
    absences.c.person,
    absences.c.standin,
    absences.c.from_at,
    absences.c.until_at,
)
_NOT_OVER = (
    sa.select(*_COLUMNS)
    .where(scoped(absences))
    .where(sa.or_(absences.c.until_at.is_(None), absences.c.until_at > sa.bindparam("now")))
    .order_by(absences.c.from_at, absences.c.id)
)
_OF_PERSON = _NOT_OVER.where(absences.c.person == sa.bindparam("who"))
_ONE = sa.select(*_COLUMNS).where(scoped(absences), absences.c.id == sa.bindparam("which"))
_ADD = sa.insert(absences)
_REMOVE = sa.delete(absences).where(scoped(absences), absences.c.id == sa.bindparam("which"))


def actor(tx: Transaction, person: UUID, now: datetime) -> Actor | None:
    """The person as an actor, with the roles she holds at `now`; None when unknown or closed.

    While she stands in for somebody who is away she holds that person's roles too.
    """
    rows = tx.execute(_ACTOR, {"who": person, "now": now}).all()
    if not rows or not rows[0].active:
        return None
    replaced = frozenset(row.away for row in rows if row.away is not None)
    roles = frozenset(row.role for row in rows if row.role is not None)
    return Actor(person, tx.scope, roles, rows[0].name, replaced)


def there(tx: Transaction, ids: Collection[UUID], now: datetime) -> dict[UUID, Person]:
    """Those of `ids` who have an open account and are not away at `now`. No statement when there are none."""
    if not ids:
        return {}
    return {
        row.id: Person(row.id, row.name, row.email, frozenset(), weekdays=as_weekdays(row.weekdays))
        for row in tx.execute(_THERE, {"ids": sorted(ids), "now": now})
    }


def present(
    found: Iterable[Person], excluded: frozenset[UUID] = frozenset(), weekday: int | None = None
) -> list[Person]:
    """Of these people who is there, or who stands in for them.

    `weekday`: only who works on such a day (0: Monday). `excluded`: who is shut out of the case it is about.
    """
    there_: dict[UUID, Person] = {}
    for person in found:
        one = person.standin if person.away else person
        if one is None or person.id in excluded or one.id in excluded:
            continue
        if weekday is None or one.weekdays is None or weekday in one.weekdays:
            there_.setdefault(one.id, one)
    return list(there_.values())


def absences_of(tx: Transaction, person: UUID, now: datetime) -> list[Absence]:
    """When she is away, now and later."""
    return [_absence(row) for row in tx.execute(_OF_PERSON, {"who": person, "now": now})]


def all_absences(tx: Transaction, now: datetime) -> list[Absence]:
    """When anybody of the organisation is away, now and later."""
    return [_absence(row) for row in tx.execute(_NOT_OVER, {"now": now})]


def absence(tx: Transaction, which: UUID) -> Absence | None:
    """One absence, or None."""
    row = tx.execute(_ONE, {"which": which}).one_or_none()
    return None if row is None else _absence(row)


def add_absence(
    tx: Transaction,
    person: UUID,
    *,
    standin: UUID | None,
    from_at: datetime,
    until_at: datetime | None,
    now: datetime,
    key: UUID | None = None,
) -> Absence:
    """Write down that she is away; `key` gives an absence that was removed its own id back.

    Raises `PeopleError`: it would be over before it begins, or she would stand in for herself.
    """
    if until_at is not None and until_at <= from_at:
        raise PeopleError(Text("De laatste dag komt voor de eerste.", "The last day comes before the first."))
    if standin == person:
        raise PeopleError(Text("Iemand kan zichzelf niet vervangen.", "Nobody can stand in for herself."))
    made = Absence(key or uuid4(), person, standin, from_at, until_at)
    row = {name: getattr(made, name) for name in Absence.__slots__}
    tx.execute(_ADD, {**row, "created_at": now})
    return made


def remove_absence(tx: Transaction, which: UUID) -> bool:
    """Forget an absence; whether it was there."""
    return bool(tx.execute(_REMOVE, {"which": which}).rowcount)


def _absence(row: sa.Row[tuple[object, ...]]) -> Absence:
    return Absence(row.id, row.person, row.standin, row.from_at, row.until_at)
