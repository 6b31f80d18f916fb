"""Is a mail that is about to leave still so? It may have waited for a day, for a server, or for a person.

What a mail says was true when it was written. Until it leaves its task can be done or
somebody else's, a later mail can say the same, and its receiver can have fallen ill, left, or been shut out
of the case.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from meldcode.store import Transaction, scoped
from meldcode.store.tables import absences, cases, mails, people, tasks

#: Templates of mails to one person about a task of hers: nobody else gets them in her place.
HANDED = "handed"  # somebody gave it to her
ASKED = "asked"  # its holder asks her for advice


class Truth(Enum):
    """What may be done with a mail now."""

    HOLDS = "holds"
    OVER = "over"  # what it is about is over: it does not leave any more
    STRAY = "stray"  # still true, but somebody else should have it
    GONE = "gone"  # it does not wait


_AWAY = sa.exists(
    sa.select(absences.c.id).where(
        scoped(absences),
        absences.c.person == mails.c.person,
        absences.c.from_at <= sa.bindparam("now"),
        sa.or_(absences.c.until_at.is_(None), absences.c.until_at > sa.bindparam("now")),
    )
)
_LOOK = (
    sa.select(
        mails,
        people.c.active.label("is_open"),
        _AWAY.label("is_away"),
        cases.c.status.label("case_status"),
        cases.c.excluded,
        tasks.c.id.label("open_task"),
        tasks.c.role.label("task_role"),
        tasks.c.assignee,
        tasks.c.adviser,
        tasks.c.due_at.label("task_due_at"),
    )
    .select_from(
        mails.outerjoin(people, sa.and_(people.c.id == mails.c.person, scoped(people)))
        .outerjoin(cases, sa.and_(cases.c.id == mails.c.case, scoped(cases)))
        .outerjoin(tasks, sa.and_(tasks.c.case == mails.c.case, tasks.c.id == mails.c.task, scoped(tasks)))
    )
    .where(scoped(mails), mails.c.id == sa.bindparam("which"))
)
_STILL_SAID = (mails.c.status.in_(("waiting", "sent")), mails.c.created_at > sa.bindparam("since"))
# the same ladder told the same person something since, a level up or once more
_SAID_LATER = sa.select(mails.c.id).where(
    scoped(mails),
    *_STILL_SAID,
    mails.c.case == sa.bindparam("the_case"),
    mails.c.task == sa.bindparam("the_task"),
    mails.c.person == sa.bindparam("whom"),
    mails.c.role == sa.bindparam("as_role"),
    mails.c.level > 0,
)
# a later link ended this one
_LINKED_LATER = sa.select(mails.c.id).where(
    scoped(mails),
    *_STILL_SAID,
    mails.c.case.is_(None),
    mails.c.person == sa.bindparam("whom"),
    mails.c.not_after.is_not(None),
)


def truth_of(tx: Transaction, mail: UUID, now: datetime) -> Truth:
    """What may be done with this mail now. Two statements at most, and no lock."""
    found = tx.execute(_LOOK, {"which": mail, "now": now}).one_or_none()
    if found is None or found.status != "waiting":
        return Truth.GONE
    if _is_over(found, now) or _is_said_later(tx, found):
        return Truth.OVER
    return Truth.STRAY if _is_stray(found) else Truth.HOLDS


def _is_over(mail: Any, now: datetime) -> bool:
    if mail.not_after is not None and mail.not_after <= now:
        return True
    if mail.case is None:
        return not mail.is_open
    if mail.case_status == "erased" or (mail.level and mail.case_status == "finished"):
        return True
    if mail.level and mail.task_due_at is not None and mail.task_due_at > now:
        return True  # its deadline was moved: it is not late, and what comes next comes then
    return mail.task is not None and (mail.open_task is None or not _concerns_her(mail))


def _concerns_her(mail: Any) -> bool:
    """Is the open task still whose it was when the mail was written, or hers by now?"""
    if mail.template == ASKED:
        return mail.adviser == mail.person and not _is_out(mail)
    if mail.template == HANDED:
        return mail.assignee == mail.holder and not _is_out(mail)
    if mail.role != mail.task_role:
        return True  # somebody else is told of it, whoever holds it
    return mail.assignee in (None, mail.holder, mail.person)


def _is_said_later(tx: Transaction, mail: Any) -> bool:
    her = {"whom": mail.person, "since": mail.created_at}
    if mail.level and mail.task is not None:
        about = {"the_case": mail.case, "the_task": mail.task, "as_role": mail.role}
        return tx.execute(_SAID_LATER, {**her, **about}).first() is not None
    if mail.not_after is not None and mail.case is None:
        return tx.execute(_LINKED_LATER, her).first() is not None
    return False


def _is_stray(mail: Any) -> bool:
    if mail.case is None or mail.template in (HANDED, ASKED):
        return False
    given_back = mail.task_role == mail.role and mail.assignee is None and mail.holder is not None
    return _is_out(mail) or bool(mail.is_away) or given_back


def _is_out(mail: Any) -> bool:
    return not mail.is_open or mail.person.hex in (mail.excluded or ())
