"""The mail to who gets a task from a supervisor, or is asked for advice: as neutral as all others, and always
the same."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid5

from meldcode import outbox, people
from meldcode.messages import Text
from meldcode.moves import Case, Task
from meldcode.moves.mailing import LINK, message_id
from meldcode.outbox import ASKED, HANDED, QueuedMail
from meldcode.people import Person
from meldcode.store import Transaction

_SUBJECT = Text("Taak wacht op uw reactie ({reference})", "Task waits for your reaction ({reference})")
_BODY = Text(
    "Goedendag {name},\n\n"
    "Er staat een taak voor u klaar, of voor iemand die u vervangt.\n\n"
    "Open de taak, na inloggen: {link}\n\n"
    "Kunt u dit niet doen? Zeg het meteen tegen wie u de taak gaf.\n"
    "Zet geen inhoud in een antwoord op deze mail.\n\n"
    "Met vriendelijke groet,\n{organisation}\n",
    "Hello {name},\n\n"
    "A task is waiting for you, or for somebody you stand in for.\n\n"
    "Open the task, after signing in: {link}\n\n"
    "You cannot do this? Tell at once who gave you the task.\n"
    "Put no content into an answer to this mail.\n\n"
    "Kind regards,\n{organisation}\n",
)
_ASKED = Text(
    "Goedendag {name},\n\n"
    "Een collega vraagt of u wilt meekijken.\n\n"
    "Open de vraag, na inloggen: {link}\n\n"
    "Kunt u dit niet doen? Zeg het meteen tegen uw collega.\n"
    "Zet geen inhoud in een antwoord op deze mail.\n\n"
    "Met vriendelijke groet,\n{organisation}\n",
    "Hello {name},\n\n"
    "A colleague asks whether you want to take a look.\n\n"
    "Open the question, after signing in: {link}\n\n"
    "You cannot do this? Tell your colleague at once.\n"
    "Put no content into an answer to this mail.\n\n"
    "Kind regards,\n{organisation}\n",
)


def tell(tx: Transaction, case: Case, task: Task, to: UUID, *, key: str, now: datetime) -> None:
    """Mail `to`, or her stand-in when she is away, that a task was given to her. `key` is the command's."""
    holders = people.holders(tx, {task.role}, now)[task.role] if task.role else []
    given = [one for one in holders if one.id == to] or list(people.there(tx, [to], now).values())
    _send(tx, case, task, people.present(given, case.excluded), HANDED, _BODY, key, now, holder=to)


def ask(tx: Transaction, case: Case, task: Task, to: Person, *, key: str, now: datetime) -> None:
    """Mail `to`, and nobody in her place, that a colleague asks for her advice."""
    _send(tx, case, task, [to], ASKED, _ASKED, key, now)


def _send(
    tx: Transaction,
    case: Case,
    task: Task,
    to: Iterable[Person],
    template: str,
    body: Text,
    key: str,
    now: datetime,
    *,
    holder: UUID | None = None,
) -> None:
    organisation, base_url = case.published.version.organisation, tx.database.base_url
    for person in to:
        mail = uuid5(case.id, f"{template}|{key}|{person.id.hex}")
        values = {
            "reference": case.reference,
            "name": person.name,
            "link": base_url + LINK.format(case=case.id),
            "organisation": organisation.name,
        }
        queued = QueuedMail(
            id=mail,
            case=case.id,
            timer=f"{template}|{mail.hex}",
            occurrence=1,
            level=0,
            person=person.id,
            role=task.role or "",
            template=template,
            sender=organisation.mail_from or organisation.name,
            address=person.email,
            subject=_SUBJECT.nl.format(**values),
            body=body.nl.format(**values),
            message_id=message_id(mail, base_url),
            task=task.id,
            holder=holder,
        )
        outbox.queue(tx, [queued], now)
