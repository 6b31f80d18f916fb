"""Whose task is it: take it from the pool, give it back, or give it to somebody else as a supervisor.

None of these is a step of the process: the case stays where it is, only a task's holder changes.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from meldcode import access, audit, people
from meldcode.cases import advice, reading, telling
from meldcode.cases.acting import act, done
from meldcode.cases.errors import AccessDenied, CannotHold, TaskGone, TaskTaken
from meldcode.cases.finding import glance
from meldcode.cases.once import Command
from meldcode.cases.refusals import refusals_noted
from meldcode.cases.values import Handover, Outcome
from meldcode.messages import MeldcodeError, Text
from meldcode.moves import Case, Task
from meldcode.people import Actor, Person
from meldcode.store import Database, Transaction, scoped
from meldcode.store.tables import cases as case_table
from meldcode.store.tables import tasks

# Codes, never a story: the log is read by people who may not know the content.
REASONS: dict[str, Text] = {
    "absent": Text("afwezig (ziek, verlof, andere reden)", "absent (ill, on leave, other)"),
    "silent": Text("reageert niet", "does not react"),
    "workload": Text("heeft te veel werk", "has too much work"),
    "close": Text("staat te dicht bij de betrokkenen", "is too close to those involved"),
    "asked": Text("heeft er zelf om gevraagd", "asked for it"),
}

_HAND = (
    sa.update(tasks)
    .where(
        scoped(tasks),
        tasks.c.case == sa.bindparam("case_id"),
        tasks.c.id == sa.bindparam("task_id"),
        tasks.c.assignee.is_not_distinct_from(sa.bindparam("was", type_=sa.Uuid())),
    )
    .values(assignee=sa.bindparam("who", type_=sa.Uuid()), adviser=None)
)
# The case's own row changes too: whoever waits for its lock then looks again at its tasks.
_TOUCH = (
    sa.update(case_table)
    .where(scoped(case_table), case_table.c.id == sa.bindparam("case_id"))
    .values(changed_at=sa.bindparam("now"))
)

Hand = Callable[[Transaction, Case, Task | None], UUID | None]


def claim(db: Database, actor: Actor, case_id: UUID, task_id: UUID, *, key: str, now: datetime) -> Outcome:
    """*Ik pak dit op*: a task of her role's pool, or of somebody she stands in for, becomes hers; what is in
    the case opens for her.

    Raises `NotFound`, `AccessDenied`, `TaskGone`, and `TaskTaken` when a colleague was first. A task that
    is hers already stays hers.
    """

    def hand(tx: Transaction, case: Case, task: Task | None) -> UUID | None:
        if task is None:
            raise TaskGone
        if access.holds(actor, task):
            return actor.person
        if not access.in_pool(actor, task):
            raise TaskTaken if task.role in actor.roles and task.assignee is not None else AccessDenied
        return actor.person

    return _handed(db, actor, Command("task_claimed", key, case_id, task_id), now, hand)


def give_back(
    db: Database, actor: Actor, case_id: UUID, task_id: UUID, *, key: str, now: datetime
) -> Outcome:
    """Her task goes back to everybody with its role. Unless she is involved otherwise, the case closes
    for her. Raises `NotFound`, `AccessDenied` and `TaskGone`."""

    def hand(tx: Transaction, case: Case, task: Task | None) -> UUID | None:
        if task is None:
            if not access.is_involved(actor, case):
                raise AccessDenied
            raise TaskGone
        free = task.assignee is None and access.in_pool(actor, task)
        if task.role is None or not (access.holds(actor, task) or free):
            raise AccessDenied
        return None

    return _handed(db, actor, Command("task_given_back", key, case_id, task_id), now, hand)


def reassign(
    db: Database,
    actor: Actor,
    case_id: UUID,
    task_id: UUID,
    to: UUID,
    *,
    reason: str,
    key: str,
    now: datetime,
) -> Outcome:
    """A supervisor gives an open task to somebody who holds its role; `reason` is one of `REASONS`.

    Whoever gets it is told by mail, or her stand-in when she is away. The supervisor sees nothing of the
    content for it. Raises `NotFound`, `AccessDenied`, `TaskGone`, `CannotHold` (`to` does not hold the
    role), and `MeldcodeError` for an unknown reason.
    """
    if reason not in REASONS:
        raise MeldcodeError(
            Text("Kies waarom u de taak aan iemand anders geeft.", "Choose why you give the task away.")
        )

    def hand(tx: Transaction, case: Case, task: Task | None) -> UUID | None:
        if not access.may_reassign(actor, case.published.supervising):
            raise AccessDenied
        if task is None:
            raise TaskGone
        if task.role is None or to not in {one.id for one in _candidates(tx, case, task.role, now)}:
            raise CannotHold
        return to

    # somebody else chosen on the same page is another command
    command = Command("task_reassigned", f"{key}:{to.hex}", case_id, task_id)
    return _handed(db, actor, command, now, hand, reason=reason)


def handover(db: Database, actor: Actor, case_id: UUID, task_id: UUID, *, now: datetime) -> Handover:
    """What a supervisor needs to choose somebody else for a task: status and names, no content.

    Raises `NotFound`, `AccessDenied` and `TaskGone`.
    """
    with refusals_noted(db, actor, case_id, "task_reassigned", now), db.reading(actor.organisation) as tx:
        case = glance(tx, actor, case_id)
        if not access.may_reassign(actor, case.published.supervising):
            raise AccessDenied
        task = case.task(task_id)
        if task is None:
            raise TaskGone
        role = task.role
        found = _candidates(tx, case, role, now) if role is not None else []
        view = reading.view_of(tx, actor, case, task)
        return Handover(view, tuple(one for one in found if one.id != task.assignee))


def _candidates(tx: Transaction, case: Case, role: str, now: datetime) -> list[Person]:
    """Who may get a task of a role: its holders, and who stands in for one who is away; those who are
    there first."""
    found = people.holders(tx, {role}, now)[role]
    away = [one for one in found if one.away and one.id not in case.excluded]
    there = people.present(found, case.excluded)
    return [*there, *(one for one in away if one.id not in {other.id for other in there})]


def _handed(
    db: Database, actor: Actor, command: Command, now: datetime, hand: Hand, reason: str | None = None
) -> Outcome:
    task_id = command.task
    assert task_id is not None  # noqa: S101 - every command here names one

    def run(tx: Transaction, case: Case) -> Outcome:
        task = case.task(task_id)
        to = hand(tx, case, task)
        if task is None or task.assignee == to:
            return done(case, repeated=True)
        which = {"case_id": case.id, "task_id": task_id}
        if not tx.execute(_HAND, {**which, "was": task.assignee, "who": to}).rowcount:
            raise TaskTaken
        tx.execute(_TOUCH, {"case_id": case.id, "now": now})
        detail = {"node": task.node, "task": task_id.hex}
        if reason is not None:
            detail |= {"from": task.assignee.hex if task.assignee else "", "to": to.hex if to else ""}
        behalf = task.assignee if to is not None and task.assignee in actor.stands_in_for else None
        role = min(actor.roles & case.published.supervising, default=None) if reason else task.role
        record = audit.Record(
            now,
            command.action,
            person=actor.person,
            behalf=behalf,
            role=role if role in actor.roles else None,
            case=case.id,
            reason=reason,
            detail=detail,
            key=command.stored_key,
        )
        if reason is not None and to is not None and to != actor.person:
            telling.tell(tx, case, task, to, key=command.stored_key, now=now)
        audit.append(tx, [record, *advice.ended(case, task, actor.person, "task_moved", now)])
        return done(case)

    return act(db, actor, command, now, run)
