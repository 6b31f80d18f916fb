"""A mail that is still true, and whose receiver should not have it any more: who should?

By the same rules as when it was written, see `mailing.receivers`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from meldcode import audit, engine, incidents, outbox, people
from meldcode.messages import Text
from meldcode.moves import mailing
from meldcode.moves.loading import Case
from meldcode.store import Transaction


def redirect(tx: Transaction, case: Case, row: Any, now: datetime) -> list[audit.Record]:
    """Write the mail `row` down for who should have it now, besides its receiver.

    A record for the caller to append last when there is nobody left. Nothing when what it is about is over,
    or when nobody gets such a mail in somebody's place.
    """
    mail = _as_asked(row)
    task = None if row.task is None else case.task(row.task)
    over = (row.task is not None and task is None) or (row.level and case.status != "open")
    if over or row.template not in case.published.version.mails:
        return []
    to = _receivers(tx, case, mail, now)
    base_url = tx.database.base_url
    others = [person for person in to if person.id != row.person]
    queued = [mailing.write(case, mail, task, one, base_url=base_url, now=now) for one in others]
    outbox.queue_instead(tx, queued, row.created_at, now)
    return [] if to else [nobody(tx, case, mail, now)]


def is_for(tx: Transaction, case: Case, row: Any, now: datetime) -> bool:
    """Would its receiver get this mail if it were written now?"""
    return row.person in {one.id for one in _receivers(tx, case, _as_asked(row), now)}


def nobody(tx: Transaction, case: Case, mail: engine.Mail, now: datetime) -> audit.Record:
    """There is nobody for this mail: an incident says so."""
    return incidents.record(
        tx,
        kind="mail_without_receiver",
        text=Text(
            f"Er is niemand met de rol `{mail.to}`, en niemand die vervangt. "
            "Een bericht is daardoor niet verstuurd.",
            f"Nobody with the role `{mail.to}` is there, and nobody stands in. "
            "A message was therefore not sent.",
        ),
        now=now,
        case=case.id,
        node=mail.node,
    )


def _receivers(tx: Transaction, case: Case, mail: engine.Mail, now: datetime) -> list[people.Person]:
    task = None if mail.task is None else next((one for one in case.tasks if str(one.id) == mail.task), None)
    holders = people.holders(tx, set(mailing.roles_for(case, mail)), now)
    return mailing.receivers(case, mail, task, holders, now)


def _as_asked(row: Any) -> engine.Mail:
    """What the diagram asked for, as far as the row keeps it."""
    return engine.Mail(
        node=row.timer.split("/")[-1],  # what caused a mail ends with its send task
        template=row.template,
        to=row.role,
        timer=row.timer,
        occurrence=row.occurrence,
        level=row.level,
        task=None if row.task is None else str(row.task),
    )
