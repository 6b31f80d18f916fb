"""Making a change, keeping what there was before, and undoing it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

import sqlalchemy as sa

from meldcode import accounts, audit, cover, people, publishing
from meldcode.adjustments.things import THINGS, Value
from meldcode.days import OwnDay
from meldcode.messages import MeldcodeError, Text
from meldcode.people import Actor, NameTaken, PeopleError
from meldcode.store import Database, Transaction, scoped
from meldcode.store.tables import adjustments

SHOWN = 20
_DECIDES_ACCESS = frozenset({"roles", "absence", "account", "invited"})


@dataclass(frozen=True, slots=True)
class Adjustment:
    """One change: of what kind (a key of `THINGS`, or `invited`), about whom, and what it changed."""

    id: UUID
    at: datetime
    by_name: str
    kind: str
    subject: UUID | None
    subject_name: str
    before: Value
    after: Value
    undone_at: datetime | None
    undone_by_name: str


class ChangedSince(MeldcodeError):
    """What the change made is not there any more: undoing it would undo somebody else's change too."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Dit is daarna opnieuw veranderd. Maak eerst de latere wijziging ongedaan.",
                "This was changed again since. Undo the later change first.",
            )
        )


class LastAdministrator(MeldcodeError):
    """Nobody would be left who administers this organisation."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Dan is er niemand meer die deze pagina’s kan openen. Geef eerst iemand anders die rol.",
                "Then nobody would be left who can open these pages. Give that role to somebody else first.",
            )
        )


_ADD = sa.insert(adjustments)
_LATEST = (
    sa.select(adjustments)
    .where(scoped(adjustments))
    .order_by(adjustments.c.at.desc(), adjustments.c.id)
    .limit(sa.bindparam("most"))
)
_ONE = sa.select(adjustments).where(scoped(adjustments), adjustments.c.id == sa.bindparam("which"))
_UNDONE = (
    sa.update(adjustments)
    .where(scoped(adjustments), adjustments.c.id == sa.bindparam("which"), adjustments.c.undone_at.is_(None))
    .values(undone_at=sa.bindparam("now"), undone_by=sa.bindparam("who"))
)


def change_details(db: Database, actor: Actor, person: UUID, *, name: str, email: str, now: datetime) -> None:
    """Another name or address. Raises `PeopleError`."""
    _change(db, actor, "details", person, {"name": name, "email": email}, now)


def change_roles(db: Database, actor: Actor, person: UUID, roles: Collection[str], *, now: datetime) -> None:
    """The roles somebody holds. Raises `PeopleError`, `LastAdministrator`."""
    _change(db, actor, "roles", person, {"roles": sorted(set(roles))}, now)


def change_weekdays(
    db: Database, actor: Actor, person: UUID, weekdays: Collection[int] | None, *, now: datetime
) -> None:
    """Somebody's own working days; None: those of the organisation. Raises `PeopleError`."""
    days = None if weekdays is None else sorted(set(weekdays))
    _change(db, actor, "weekdays", person, {"weekdays": days}, now)


def switch_account(db: Database, actor: Actor, person: UUID, is_open: bool, *, now: datetime) -> None:
    """Open or close an account; closing ends its sessions and links, and gives its tasks back to their roles.

    Raises `PeopleError`, `LastAdministrator`.
    """
    _change(db, actor, "account", person, {"open": is_open}, now)


def switch_as_operator(
    db: Database, organisation: UUID, person: UUID, is_open: bool, *, now: datetime
) -> None:
    """The same from the command line: by nobody in the organisation, so it is not among what she can undo.

    The last administrator can be closed too: whoever types this can open her again. Raises `PeopleError`.
    """
    with db.transaction(organisation) as tx:
        publishing.alone(tx)
        records = THINGS["account"].write(tx, person, {"open": is_open}, now, None)
        cover.settle(tx, now)
        audit.append(tx, records)


def add_absence(
    db: Database,
    actor: Actor,
    person: UUID,
    *,
    standin: UUID | None,
    from_at: datetime,
    until_at: datetime | None,
    now: datetime,
) -> None:
    """Somebody is away, and who stands in for her meanwhile. Raises `PeopleError`."""
    given = {
        "standin": None if standin is None else standin.hex,
        "from": from_at.isoformat(),
        "until": None if until_at is None else until_at.isoformat(),
    }
    # the same absence sent twice, by a second press or from a second window, is one
    which = uuid5(person, f"{from_at.astimezone(UTC)} {until_at and until_at.astimezone(UTC)} {standin}")
    _change(db, actor, "absence", person, {"id": which.hex, "absence": given}, now)


def remove_absence(db: Database, actor: Actor, absence: UUID, *, now: datetime) -> None:
    """Somebody is not away after all. Raises `PeopleError`."""
    with db.reading(actor.organisation) as tx:
        found = people.absence(tx, absence)
    if found is None:
        raise PeopleError(Text("Deze afwezigheid is er niet meer.", "This absence is gone already."))
    _change(db, actor, "absence", found.person, {"id": absence.hex, "absence": None}, now)


def change_days(db: Database, actor: Actor, days: Mapping[date, OwnDay | None], *, now: datetime) -> None:
    """Own days of the organisation set, or (None) forgotten; open deadlines move in the background."""
    given = {
        day.isoformat(): None if one is None else [one.free, one.label] for day, one in sorted(days.items())
    }
    _change(db, actor, "days", None, {"days": given}, now)


def invite(
    db: Database,
    actor: Actor,
    *,
    username: str,
    name: str,
    email: str,
    roles: Collection[str],
    now: datetime,
) -> UUID:
    """A new person, who gets a mail; undoing closes the account and ends the link. Raises `PeopleError`."""
    try:
        with db.transaction(actor.organisation) as tx:
            person = accounts.invite_in(
                tx, username=username, name=name, email=email, roles=roles, now=now, by=actor
            )
            _keep(tx, actor, "invited", person, {"open": False}, {"open": True}, now)
            return person
    except sa.exc.IntegrityError as error:
        raise NameTaken(username) from error


def latest(db: Database, organisation: UUID, most: int = SHOWN) -> list[Adjustment]:
    """The last changes, newest first."""
    with db.reading(organisation) as tx:
        names = people.names(tx)
        return [
            Adjustment(
                row.id,
                row.at,
                names.get(row.by, ""),
                row.kind,
                row.subject,
                names.get(row.subject, ""),
                row.before,
                row.after,
                row.undone_at,
                names.get(row.undone_by, ""),
            )
            for row in tx.execute(_LATEST, {"most": most})
        ]


def undo(db: Database, actor: Actor, adjustment: UUID, *, now: datetime) -> None:
    """Set back what a change made. Undone twice, the second time does nothing.

    Raises `ChangedSince`, `LastAdministrator`, and `PeopleError` when there is no such change.
    """
    with db.transaction(actor.organisation) as tx:
        publishing.alone(tx)
        row = tx.execute(_ONE, {"which": adjustment}).one_or_none()
        if row is None:
            raise PeopleError(Text("Deze wijziging is er niet.", "There is no such change."))
        if not tx.execute(_UNDONE, {"which": adjustment, "now": now, "who": actor.person}).rowcount:
            return
        thing = THINGS["account" if row.kind == "invited" else row.kind]
        if thing.read(tx, row.subject, row.after) != row.after:
            raise ChangedSince
        records = thing.write(tx, row.subject, row.before, now, actor.person)
        _must_be_administered(tx)
        cover.settle(tx, now)
        detail = {
            "adjustment": adjustment.hex,
            "kind": row.kind,
            "person": _hex(row.subject),
            **_logged(row.kind, row.after, row.before),
        }
        undone = audit.Record(now, "adjustment_undone", person=actor.person, detail=detail)
        audit.append(tx, [*records, undone])


def _change(db: Database, actor: Actor, kind: str, subject: UUID | None, value: Value, now: datetime) -> None:
    thing = THINGS[kind]
    with db.transaction(actor.organisation) as tx:
        publishing.alone(tx)  # of two administrators who close each other's account one must stay
        before = thing.read(tx, subject, value)
        records = thing.write(tx, subject, value, now, actor.person)
        after = thing.read(tx, subject, value)
        if after == before:
            return
        _must_be_administered(tx)
        cover.settle(tx, now)
        _keep(tx, actor, kind, subject, before, after, now, records)


def _keep(
    tx: Transaction,
    actor: Actor,
    kind: str,
    subject: UUID | None,
    before: Value,
    after: Value,
    now: datetime,
    records: Sequence[audit.Record] = (),
) -> None:
    which = uuid4()
    row: dict[str, Any] = {"id": which, "at": now, "by": actor.person, "kind": kind, "subject": subject}
    tx.execute(_ADD, {**row, "before": dict(before), "after": dict(after)})
    detail = {"adjustment": which.hex, "kind": kind, "person": _hex(subject), **_logged(kind, before, after)}
    audit.append(tx, [*records, audit.Record(now, "adjusted", person=actor.person, detail=detail)])


def _logged(kind: str, before: Value, after: Value) -> dict[str, Any]:
    """What the log keeps of a change for ever: all of it where it decides who may do what, no name or
    address."""
    return {"before": dict(before), "after": dict(after)} if kind in _DECIDES_ACCESS else {}


def _hex(person: UUID | None) -> str | None:
    return None if person is None else person.hex


def _must_be_administered(tx: Transaction) -> None:
    """Somebody with an open account administers the organisation. Raises `LastAdministrator`."""
    _, published, _ = publishing.start(tx)
    administers = published.version.organisation.administers
    if administers and not any(one.active and one.roles & administers for one in people.listed(tx)):
        raise LastAdministrator
