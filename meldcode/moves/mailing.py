"""Who gets a mail, and what is in it: the receiver of a role, and the handful of allowed values.

This is the only place that chooses receivers, see docs/decisions/who-is-there.md.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID, uuid5

from babel.dates import format_datetime

from meldcode import engine
from meldcode.definition import Version, ladders
from meldcode.diagram.model import CalendarKind, Purpose, StepKind
from meldcode.moves.loading import Case, Task
from meldcode.outbox import QueuedMail
from meldcode.people import Person, present
from meldcode.workdays import Duration

LINK = "/zaken/{case}"
_ANSWER_WITHIN = Duration(days=1)  # working days, where the ladder has no next level
_LONGEST_WAIT = timedelta(days=14)  # a reminder that waits longer than this for somebody leaves at once


def roles_for(case: Case, mail: engine.Mail) -> Iterator[str]:
    """Every role a mail may reach: its own, those above it on the ladder, and who stands in for each."""
    return ladders.in_turn(case.published.version, mail.node, mail.to)


def receivers(
    case: Case,
    mail: engine.Mail,
    task: Task | None,
    holders: Mapping[str, Sequence[Person]],
    now: datetime,
) -> list[Person]:
    """Who gets a mail now. Empty: there is nobody.

    Whoever holds the task when it is that role's; else the opener when she holds the role; else every
    holder. Somebody who is away is replaced by her own stand-in; when that leaves nobody, by the roles that
    stand in, in order; when there is nobody either, the next level of the ladder gets it. An escalation
    passes over who does not work today, unless nobody else is left; a reminder waits for her, see
    `not_before`. Who is shut out of the case is passed over everywhere, as is her stand-in.
    """
    rung = ladders.rung_of(case.published.version, mail.node)
    today = case.calendar.local(now).weekday()
    days = (today, None) if rung is not None and rung.purpose is Purpose.ESCALATIE else (None,)
    for role in (mail.to, *ladders.roles_above(case.published.version, mail.node)):
        first = _first(case, role, task, holders, own=role == mail.to)
        for weekday in days:
            for group in (first, *(holders.get(one, ()) for one in _standins(case, role))):
                found = present(group, case.excluded, weekday)
                if found:
                    return found
    return []


def not_before(case: Case, mail: engine.Mail, person: Person, now: datetime) -> datetime | None:
    """When a reminder may leave: not while the reminders of the case are paused, and not on a day on which
    she does not work, but at that hour of her next working day.

    None: at once. An escalation never waits, nor does a mail outside a ladder.
    """
    rung = ladders.rung_of(case.published.version, mail.node)
    if rung is None or rung.purpose is not Purpose.HERINNERING:
        return None
    pause = case.paused(now) if may_wait(case.published.version, rung) else None
    begin = pause.until if pause else now
    return _when_there(case, person, begin) or (begin if pause else None)


def may_wait(version: Version, rung: ladders.Rung) -> bool:
    """Is it a reminder that a pause holds back? Nothing about acute danger ever waits."""
    return rung.purpose is Purpose.HERINNERING and StepKind.ACUUT not in version.nodes[rung.activity].steps


def reminders(
    version: Version, activities: Collection[str] | None = None, role: str | None = None
) -> list[str]:
    """The send tasks whose mails a pause holds back: for these activities and this role (None: all)."""
    return [
        rung.told
        for rung in ladders.rungs(version)
        if may_wait(version, rung)
        and (activities is None or rung.activity in activities)
        and role in (None, rung.role)
    ]


def _when_there(case: Case, person: Person, now: datetime) -> datetime | None:
    """This hour of her next working day; None when she works today, or when that is too far away."""
    if person.weekdays is None or case.calendar.local(now).weekday() in person.weekdays:
        return None
    moment = now
    for _ in range(_LONGEST_WAIT.days):
        moment = case.calendar.next_working_moment(moment)
        if case.calendar.local(moment).weekday() in person.weekdays:
            return moment if moment - now <= _LONGEST_WAIT else None
    return None


def _standins(case: Case, role: str) -> tuple[str, ...]:
    known = case.published.version.organisation.roles.get(role)
    return known.standins if known else ()


def _first(
    case: Case,
    role: str,
    task: Task | None,
    holders: Mapping[str, Sequence[Person]],
    *,
    own: bool,
) -> Sequence[Person]:
    """Who of a role comes first. `own`: it is the role the mail is for, not one above it."""
    found = holders.get(role, ())
    if not own:
        return found
    holder = task.assignee if task is not None and task.role == role else None
    for person in (holder, case.opened_by):
        one = [known for known in found if known.id == person and person not in case.excluded]
        if one:
            return one
    return found


def write(
    case: Case, mail: engine.Mail, task: Task | None, person: Person, *, base_url: str, now: datetime
) -> QueuedMail:
    """The mail to one person. The same cause gives the same id, so it cannot be written down twice.

    Raises `definition.MailError` when the template asks for what does not exist.
    """
    version = case.published.version
    template = version.mails[mail.template]
    organisation = version.organisation
    ready = (task.due_at if task is not None else None) or mail.due_at or now
    answer = mail.respond_by or case.calendar.due(now, _ANSWER_WITHIN, CalendarKind.WERKDAGEN)
    subject, body = template.render(
        {
            "referentie": case.reference,
            "datum_klaar": _day(ready, case),
            "reageer_voor": _moment(answer, case),
            "naam": person.name,
            "link": base_url + LINK.format(case=case.id),
            "organisatie": organisation.name,
        }
    )
    mail_id = uuid5(case.id, f"{mail.timer}|{mail.occurrence}|{mail.level}|{person.id.hex}")
    return QueuedMail(
        id=mail_id,
        case=case.id,
        timer=mail.timer,
        occurrence=mail.occurrence,
        level=mail.level,
        person=person.id,
        role=mail.to,
        template=mail.template,
        sender=organisation.mail_from or organisation.name,
        address=person.email,
        subject=subject,
        body=body,
        message_id=message_id(mail_id, base_url),
        not_before=not_before(case, mail, person, now),
        task=None if mail.task is None else UUID(mail.task),
        holder=task.assignee if task is not None else None,
    )


def message_id(mail: UUID, base_url: str) -> str:
    """The same for the same mail: a receiver's program shows a second copy once."""
    return f"<{mail.hex}@{urlsplit(base_url).hostname or 'localhost'}>"


def _day(moment: datetime, case: Case) -> str:
    """`woensdag 25 november`, in the organisation's own zone."""
    return format_datetime(case.calendar.local(moment), "EEEE d MMMM", locale="nl")


def _moment(moment: datetime, case: Case) -> str:
    """`vrijdag 27 november om 12.00 uur`."""
    return format_datetime(case.calendar.local(moment), "EEEE d MMMM 'om' H.mm 'uur'", locale="nl")
