"""Is there somebody behind each rung of each ladder, today and in the weeks to come?

A ladder that leads to nobody is noticed when it is too late: so it is looked at every day, with the people,
stand-ins and absences as they are known now. What is found becomes an incident and one mail a day to who
administers the organisation, without a word of content; it is over by itself once somebody is there again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from urllib.parse import urlsplit
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from meldcode import audit, incidents, outbox, people, publishing
from meldcode.definition import Version, ladders
from meldcode.messages import Text
from meldcode.outbox import QueuedMail
from meldcode.people import Absence, Person
from meldcode.store import Transaction
from meldcode.workdays import Calendar

NOBODY = "nobody_there"
DAYS_AHEAD = 14
LOOK_AT = time(6)  # in the organisation's own zone: before people begin
LINK = "/organisatie"

_SUBJECT = "Controleer wie er is"
_BODY = (
    "Goedendag {name},\n\n"
    "De komende twee weken is er minstens één dag waarop een bericht bij niemand aankomt: "
    "wie het zou krijgen is er dan niet, en niemand vervangt.\n\n"
    "Kijk welke dag dat is, en wijs iemand aan: {link}\n\n"
    "U krijgt deze mail elke dag tot het in orde is.\n\n"
    "Met vriendelijke groet,\n{organisation}\n"
)


@dataclass(frozen=True, slots=True)
class Gap:
    """From `first` to `last` nobody is there for `role`, nor for a role that stands in for it."""

    role: str
    first: date
    last: date


def gaps(tx: Transaction, now: datetime) -> list[Gap]:
    """Where a ladder of the current version leads to nobody. Raises `PublishError` when there is none."""
    _, published, calendar = publishing.start(tx)
    found = people.listed(tx)
    return _gaps(published.version, calendar, found, people.all_absences(tx, now), now)


def look(tx: Transaction, now: datetime) -> list[Gap]:
    """The daily look: write down what is found, tell the administrators, close what is mended."""
    found = gaps(tx, now)
    _, published, calendar = publishing.start(tx)
    roles = published.version.organisation.roles
    records = [
        _record(tx, roles[role].name if role in roles else role, list(of_role), now)
        for role, of_role in groupby(found, key=lambda gap: gap.role)
    ]
    incidents.resolve_others(tx, NOBODY, {gap.role for gap in found}, now)
    if found:
        _tell(tx, published.version, calendar, now)
    if records:
        audit.append(tx, records)
    return found


def settle(tx: Transaction, now: datetime) -> None:
    """Somebody was put in place, perhaps: close what is mended, without telling anybody anything."""
    try:
        found = gaps(tx, now)
    except publishing.PublishError:
        return
    incidents.resolve_others(tx, NOBODY, {gap.role for gap in found}, now)


def next_look(calendar: Calendar, now: datetime) -> datetime:
    """When the next daily look is due."""
    tomorrow = calendar.local(now).date() + timedelta(days=1)
    return datetime.combine(tomorrow, LOOK_AT, ZoneInfo(calendar.zone))


def _gaps(
    version: Version, calendar: Calendar, found: Sequence[Person], absent: Sequence[Absence], now: datetime
) -> list[Gap]:
    roles = version.organisation.roles
    wanted = list(dict.fromkeys(rung.role for rung in ladders.rungs(version)))
    today = calendar.local(now).date()
    result: list[Gap] = []
    for role in wanted:
        group = (role, *(roles[role].standins if role in roles else ()))
        empty: list[date] = []
        for ahead in range(DAYS_AHEAD):
            day = today + timedelta(days=ahead)
            noon = now if ahead == 0 else datetime.combine(day, time(12), ZoneInfo(calendar.zone))
            if not any(_somebody(one, found, absent, noon) for one in group):
                empty.append(day)
        result += [Gap(role, first, last) for first, last in _runs(empty)]
    return result


def _somebody(role: str, found: Sequence[Person], absent: Sequence[Absence], moment: datetime) -> bool:
    known: Mapping[UUID, Person] = {one.id: one for one in found if one.active}
    away: dict[UUID, list[Absence]] = {}
    for absence in absent:
        if absence.holds(moment):
            away.setdefault(absence.person, []).append(absence)
    for person in known.values():
        if role not in person.roles:
            continue
        if person.id not in away:
            return True
        if any(one.standin in known and one.standin not in away for one in away[person.id]):
            return True
    return False


def _runs(days: Sequence[date]) -> list[tuple[date, date]]:
    runs: list[tuple[date, date]] = []
    for day in days:
        if runs and day - runs[-1][1] == timedelta(days=1):
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs


def _record(tx: Transaction, role: str, found: Sequence[Gap], now: datetime) -> audit.Record:
    """One incident for a role, with every period in which nobody is there for it; `role` is its name."""
    nl = " en ".join(f"van {gap.first:%d-%m-%Y} tot en met {gap.last:%d-%m-%Y}" for gap in found)
    en = " and ".join(f"from {gap.first:%d-%m-%Y} up to {gap.last:%d-%m-%Y}" for gap in found)
    text = Text(
        f"{nl[0].upper()}{nl[1:]} is er niemand met de rol {role}, en niemand die vervangt.",
        f"{en[0].upper()}{en[1:]} nobody with the role {role} is there, and nobody stands in.",
    )
    return incidents.record(tx, kind=NOBODY, text=text, now=now, node=found[0].role)


def _tell(tx: Transaction, version: Version, calendar: Calendar, now: datetime) -> None:
    organisation = version.organisation
    day = calendar.local(now).date().isoformat()
    host = urlsplit(tx.database.base_url).hostname or "localhost"
    holders = people.holders(tx, organisation.administers, now) if organisation.administers else {}
    told = {one.id: one for group in holders.values() for one in people.present(group)}
    queued = []
    for person in told.values():
        mail = uuid5(tx.scope, f"{NOBODY}|{day}|{person.id.hex}")
        values = {
            "name": person.name,
            "link": tx.database.base_url + LINK,
            "organisation": organisation.name,
        }
        queued.append(
            QueuedMail(
                id=mail,
                case=None,
                timer=NOBODY,
                occurrence=0,
                level=0,
                person=person.id,
                role="",
                template=NOBODY,
                sender=organisation.mail_from or organisation.name,
                address=person.email,
                subject=_SUBJECT,
                body=_BODY.format(**values),
                message_id=f"<{mail.hex}@{host}>",
            )
        )
    outbox.queue(tx, queued, now)
