"""What somebody typed into a task and did not send yet: sealed, for her alone, gone with the task.

Keeping a draft is not logged: nobody else can ever read it, it says nothing new about the case, and pages
keep one every few seconds. Opening the task was logged, and sending it will be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from meldcode import access
from meldcode.cases.errors import AccessDenied, TaskGone, TaskUnclaimed
from meldcode.cases.finding import find
from meldcode.cases.values import Draft
from meldcode.engine import Json
from meldcode.form import Form
from meldcode.moves import Case
from meldcode.people import Actor
from meldcode.store import Database, Transaction, scoped
from meldcode.store.tables import drafts

Typed = Mapping[str, Json] | Callable[[Form | None], Mapping[str, Json]]

_WHICH = (
    scoped(drafts),
    drafts.c.case == sa.bindparam("case_id"),
    drafts.c.task == sa.bindparam("task_id"),
    drafts.c.person == sa.bindparam("who"),
)
_READ = sa.select(drafts.c.at, drafts.c.answers).where(*_WHICH)
_AGAIN = sa.update(drafts).where(*_WHICH).values(at=sa.bindparam("now"), answers=sa.bindparam("sealed"))
_FIRST = sa.insert(drafts)
_DISCARD = sa.delete(drafts).where(*_WHICH)


def keep_draft(
    db: Database, actor: Actor, case_id: UUID, task_id: UUID, answers: Typed, *, now: datetime
) -> None:
    """Keep `answers` (unchecked) as her draft of an open task, in place of an earlier one. Who has not read
    them yet (a page) gives what reads them from the task's form.

    Raises `NotFound`, `AccessDenied`, `TaskGone` (then there is nothing to keep it for) and `TaskUnclaimed`:
    typing takes no task, because with it the case would open for her and close for her colleagues.
    """
    with db.transaction(actor.organisation) as tx:
        case = find(tx, actor, case_id)
        task = case.task(task_id)
        if task is None:
            if not access.is_involved(actor, case):
                raise AccessDenied
            raise TaskGone
        if access.in_pool(actor, task):
            raise TaskUnclaimed
        if not access.may_complete(actor, task, opened_by=case.opened_by):
            raise AccessDenied
        if callable(answers):
            answers = answers(case.published.version.form_of(task.node))
        sealed = case.key.seal_json(dict(answers), _bound(case, actor, task_id))
        which = {"case_id": case_id, "task_id": task_id, "who": actor.person}
        if not tx.execute(_AGAIN, {**which, "now": now, "sealed": sealed}).rowcount:
            row = {"case": case_id, "task": task_id, "person": actor.person, "at": now, "answers": sealed}
            tx.execute(_FIRST, row)


def discard_draft(db: Database, actor: Actor, case_id: UUID, task_id: UUID) -> None:
    """Throw her draft away, if there is one."""
    with db.transaction(actor.organisation) as tx:
        tx.execute(_DISCARD, {"case_id": case_id, "task_id": task_id, "who": actor.person})


def read(tx: Transaction, actor: Actor, case: Case, task_id: UUID) -> Draft | None:
    """Her draft of this task, or None."""
    row = tx.execute(_READ, {"case_id": case.id, "task_id": task_id, "who": actor.person}).one_or_none()
    if row is None:
        return None
    return Draft(row.at, case.key.open_json(row.answers, _bound(case, actor, task_id)))


def _bound(case: Case, actor: Actor, task_id: UUID) -> bytes:
    return case.bound(f"draft|{task_id.hex}|{actor.person.hex}")
