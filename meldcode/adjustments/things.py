"""The kinds of things that can be adjusted: how each is read and how it is set.

A thing's value is plain JSON and says all there is to restore. Undoing a change sets the value there was
before; it may only happen while the value is still what the change made of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from meldcode import accounts, audit, days, people
from meldcode.days import OwnDay
from meldcode.moves import release
from meldcode.people import Absence
from meldcode.store import Transaction

Value = Mapping[str, Any]
Records = list[audit.Record]


@dataclass(frozen=True, slots=True)
class Thing:
    """`read(tx, subject, like)` gives the value now, of the parts that `like` names; `write` sets it, and
    gives what the log should say of it besides."""

    read: Callable[[Transaction, UUID | None, Value], Value]
    write: Callable[[Transaction, UUID | None, Value, datetime, UUID | None], list[audit.Record]]


def _of(subject: UUID | None) -> UUID:
    if subject is None:
        raise ValueError("this thing belongs to a person")
    return subject


def _read_details(tx: Transaction, subject: UUID | None, _: Value) -> Value:
    found = people.person(tx, _of(subject))
    return {"name": found.name, "email": found.email}


def _write_details(
    tx: Transaction, subject: UUID | None, value: Value, now: datetime, by: UUID | None
) -> Records:
    people.set_details(tx, _of(subject), value["name"], value["email"])
    return []


def _read_roles(tx: Transaction, subject: UUID | None, _: Value) -> Value:
    return {"roles": sorted(people.person(tx, _of(subject)).roles)}


def _write_roles(
    tx: Transaction, subject: UUID | None, value: Value, now: datetime, by: UUID | None
) -> Records:
    people.set_roles(tx, _of(subject), value["roles"])
    return []


def _read_weekdays(tx: Transaction, subject: UUID | None, _: Value) -> Value:
    found = people.person(tx, _of(subject)).weekdays
    return {"weekdays": None if found is None else sorted(found)}


def _write_weekdays(
    tx: Transaction, subject: UUID | None, value: Value, now: datetime, by: UUID | None
) -> Records:
    people.set_weekdays(tx, _of(subject), value["weekdays"])
    return []


def _read_account(tx: Transaction, subject: UUID | None, _: Value) -> Value:
    return {"open": people.person(tx, _of(subject)).active}


def _write_account(
    tx: Transaction, subject: UUID | None, value: Value, now: datetime, by: UUID | None
) -> Records:
    who, released = _of(subject), Records()
    if not value["open"]:
        released = release(tx, who, now=now, by=by)
        accounts.forget_links(tx, who, now)
    return [people.switch(tx, who, value["open"], now=now, by=by), *released]


def as_value(absence: Absence) -> dict[str, Any]:
    """An absence as plain JSON."""
    return {
        "standin": None if absence.standin is None else absence.standin.hex,
        "from": absence.from_at.isoformat(),
        "until": None if absence.until_at is None else absence.until_at.isoformat(),
    }


def _read_absence(tx: Transaction, subject: UUID | None, like: Value) -> Value:
    found = people.absence(tx, UUID(like["id"]))
    return {"id": like["id"], "absence": None if found is None else as_value(found)}


def _write_absence(
    tx: Transaction, subject: UUID | None, value: Value, now: datetime, by: UUID | None
) -> Records:
    which, given = UUID(value["id"]), value["absence"]
    people.remove_absence(tx, which)
    if given is not None:
        people.add_absence(
            tx,
            _of(subject),
            standin=UUID(given["standin"]) if given["standin"] else None,
            from_at=datetime.fromisoformat(given["from"]),
            until_at=datetime.fromisoformat(given["until"]) if given["until"] else None,
            now=now,
            key=which,
        )
    return []


def _read_days(tx: Transaction, subject: UUID | None, like: Value) -> Value:
    known = {one.day.isoformat(): [one.free, one.label] for one in days.listed(tx)}
    return {"days": {day: known.get(day) for day in like["days"]}}


def _write_days(
    tx: Transaction, subject: UUID | None, value: Value, now: datetime, by: UUID | None
) -> Records:
    days.put(tx, as_days(value), now)
    return []


def as_days(value: Value) -> dict[date, OwnDay | None]:
    """Own days out of plain JSON."""
    return {
        date.fromisoformat(day): None if one is None else OwnDay(date.fromisoformat(day), one[0], one[1])
        for day, one in value["days"].items()
    }


THINGS: Mapping[str, Thing] = {
    "details": Thing(_read_details, _write_details),
    "roles": Thing(_read_roles, _write_roles),
    "weekdays": Thing(_read_weekdays, _write_weekdays),
    "account": Thing(_read_account, _write_account),
    "absence": Thing(_read_absence, _write_absence),
    "days": Thing(_read_days, _write_days),
}
