"""Who gets a mail, and what is in it: the receiver of a role, and the handful of allowed values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID, uuid5

from babel.dates import format_datetime

from meldcode import engine
from meldcode.diagram.model import CalendarKind
from meldcode.moves.loading import Case, Task
from meldcode.outbox import QueuedMail
from meldcode.people import Person
from meldcode.workdays import Duration

LINK = "/zaken/{case}"
_ANSWER_WITHIN = Duration(days=1)  # working days, where the ladder has no next level


def roles_for(case: Case, mail: engine.Mail) -> tuple[str, ...]:
    """The role a mail is for, and the roles that stand in for it, in order."""
    role = case.published.version.organisation.roles.get(mail.to)
    return (mail.to, *(role.standins if role else ()))


def receivers(
    case: Case, mail: engine.Mail, task: Task | None, holders: Mapping[str, Sequence[Person]]
) -> list[Person]:
    """Whoever holds the task when it is that role's; else the opener when she holds the role; else
    every holder; else every holder of the first role standing in. Empty: there is nobody."""
    for role in roles_for(case, mail):
        found = list(holders.get(role, ()))
        if not found:
            continue
        if role == mail.to:
            preferred = [task.assignee] if task is not None and task.role == mail.to else []
            for person in (*preferred, case.opened_by):
                one = [holder for holder in found if holder.id == person]
                if one:
                    return one
        return found
    return []


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
        message_id=_message_id(mail_id, base_url),
    )


def _message_id(mail: UUID, base_url: str) -> str:
    return f"<{mail.hex}@{urlsplit(base_url).hostname or 'localhost'}>"


def _day(moment: datetime, case: Case) -> str:
    """`woensdag 25 november`, in the organisation's own zone."""
    return format_datetime(case.calendar.local(moment), "EEEE d MMMM", locale="nl")


def _moment(moment: datetime, case: Case) -> str:
    """`vrijdag 27 november om 12.00 uur`."""
    return format_datetime(case.calendar.local(moment), "EEEE d MMMM 'om' H.mm 'uur'", locale="nl")
