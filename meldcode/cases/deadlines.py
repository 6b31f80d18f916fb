"""One deadline of an open task goes to another day, with a reason, said by who supervises.

The levels of its ladder above go along, none of them further than its organisation's own term once more, see
`engine.shifting`. Nothing about acute danger can be moved, and nobody moves a deadline of her own task. What
would happen is said before it is done, by the same step on a copy of the case.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from meldcode import access, engine, people
from meldcode.cases import reading
from meldcode.cases.acting import act, done
from meldcode.cases.errors import AccessDenied, AnswersRefused, CaseClosed, TaskGone
from meldcode.cases.finding import glance
from meldcode.cases.moved import REASONS, move_view, roles_told
from meldcode.cases.once import Command
from meldcode.cases.refusals import refusals_noted
from meldcode.cases.values import DeadlinePage, DeadlineView, Outcome, ShiftView
from meldcode.engine import Deadline, MoveDeadline
from meldcode.messages import Text
from meldcode.moves import Case, Changes, Choice, Task, due_moment, take
from meldcode.people import Actor
from meldcode.store import Database, Transaction

_ASKED = "deadline_moved"


def deadline_page(db: Database, actor: Actor, case_id: UUID, task_id: UUID, *, now: datetime) -> DeadlinePage:
    """Which deadlines of a task can be moved, and to which days. Status, no content.

    Raises `NotFound`, `AccessDenied`, `CaseClosed` and `TaskGone`; being refused is logged.
    """
    with refusals_noted(db, actor, case_id, _ASKED, now), db.reading(actor.organisation) as tx:
        case = glance(tx, actor, case_id)
        task = _must_be_movable(actor, case, task_id)
        names = people.names(tx)
        found = tuple(_view(case, task, one, names) for one in _movable(case, task, now))
        return DeadlinePage(case.reference, reading.view_of(tx, actor, case, task), found)


def foresee(
    db: Database, actor: Actor, case_id: UUID, task_id: UUID, timer: str, to: date | None, *, now: datetime
) -> tuple[ShiftView, ...]:
    """What `move_deadline` (without a day `restore_deadline`) would do to each deadline; nothing is done.

    Raises as they do.
    """
    with refusals_noted(db, actor, case_id, _ASKED, now), db.reading(actor.organisation) as tx:
        case = glance(tx, actor, case_id)
        task = _must_be_movable(actor, case, task_id)
        step = _taken(case, MoveDeadline(str(task_id), timer, to), now)
        return tuple(
            ShiftView(one.purpose, roles_told(case, one.node), before, after)
            for one, before, after in _shifted(case, task, timer, step, now)
        )


def move_deadline(
    db: Database,
    actor: Actor,
    case_id: UUID,
    task_id: UUID,
    timer: str,
    to: date | None,
    *,
    reason: str,
    key: str,
    now: datetime,
) -> Outcome:
    """Move the deadline `timer` of a task to the working day `to`; `reason` is one of `REASONS`.

    Raises `NotFound`, `AccessDenied`, `CaseClosed`, `TaskGone`, `CaseStuck`, and `AnswersRefused` (by `to`,
    `reason`).
    """

    def run(tx: Transaction, case: Case) -> Outcome:
        task = _must_be_movable(actor, case, task_id)
        errors = {} if reason in REASONS else {"reason": Text("Kies een reden.", "Choose a reason.")}
        if to is None:
            errors["to"] = Text("Kies een dag.", "Choose a day.")
        if errors:
            raise AnswersRefused(errors)
        due = _due_before(case, timer)
        kept: engine.Json = {one.hex: _iso(at) for one, at in due.items()}
        note = {"by": actor.person.hex, "why": reason, "due": kept}
        step = _taken(case, MoveDeadline(str(task_id), timer, to, note), now)
        if step.state == case.state:  # it is there already, for the same reason
            return done(case, repeated=True)
        dues = {UUID(one.id): due_moment(one) for one in step.tasks if UUID(one.id) in due}
        _save(tx, case, step, actor, command, Choice(reason, _told(case, task, timer, step, now), dues), now)
        return done(case)

    command = Command(_ASKED, _key(key, timer, to, reason), case_id, task_id)
    return act(db, actor, command, now, run)


def restore_deadline(
    db: Database, actor: Actor, case_id: UUID, task_id: UUID, timer: str, *, key: str, now: datetime
) -> Outcome:
    """A moved deadline goes back to where it was drawn; what should have been by now happens at once.

    One that was not moved stays. Raises as `move_deadline` does.
    """

    def run(tx: Transaction, case: Case) -> Outcome:
        task = _must_be_movable(actor, case, task_id)
        moved = next((one for one in _movable(case, task, now) if one.deadline.node == timer), None)
        if moved is not None and moved.deadline.moved is None:
            return done(case, repeated=True)
        step = _taken(case, MoveDeadline(str(task_id), timer, None), now)
        dues = _due_before(case, timer)
        _save(tx, case, step, actor, command, Choice(None, _told(case, task, timer, step, now), dues), now)
        return done(case)

    command = Command("deadline_restored", _key(key, timer), case_id, task_id)
    return act(db, actor, command, now, run)


# --- parts -------------------------------------------------------------------------------------------


def _must_be_movable(actor: Actor, case: Case, task_id: UUID) -> Task:
    """The open task, when its deadlines are hers to move."""
    supervising = case.published.supervising
    if not access.may_reassign(actor, supervising):
        raise AccessDenied
    if case.status != "open":
        raise CaseClosed
    task = case.task(task_id)
    if task is None:
        raise TaskGone
    if not access.may_move_deadline(actor, task, supervising, opened_by=case.opened_by):
        raise AccessDenied
    return task


def _movable(case: Case, task: Task, now: datetime) -> tuple[engine.Movable, ...]:
    return engine.movable(case.published.version, case.calendar, case.state or {}, str(task.id), now)


def _taken(case: Case, command: MoveDeadline, now: datetime) -> engine.Step:
    try:
        return take(case, command, now)
    except engine.Refused as refused:
        if refused.kind == "task-not-open":  # what was due at this moment took it away
            raise TaskGone from refused
        raise AnswersRefused({"to": refused.text}) from refused


def _save(
    tx: Transaction,
    case: Case,
    step: engine.Step,
    actor: Actor,
    command: Command,
    choice: Choice,
    now: datetime,
) -> None:
    role = min(actor.roles & case.published.supervising, default=None)
    changes = Changes(tx, now)
    changes.add(case, step, action=command.action, by=actor, role=role, key=command.stored_key, choice=choice)
    changes.save()


def _due_before(case: Case, timer: str) -> dict[UUID, datetime | None]:
    """The open tasks for which this is the next deadline, and when they should have been done before anybody
    moved it: a task that is late by a reminder that went out is so again when the deadline goes back."""
    found = {}
    for open_task in engine.open_tasks(case.published.version, case.state or {}):
        task = case.task(UUID(open_task.id))
        first = next(iter(open_task.deadlines), None)
        if task is None or first is None or first.node != timer:
            continue
        kept = first.moved.note["due"] if first.moved else None
        before = kept.get(task.id.hex) if isinstance(kept, dict) else None
        found[task.id] = datetime.fromisoformat(str(before)) if before else task.due_at
    return found


def _shifted(
    case: Case, task: Task, timer: str, step: engine.Step, now: datetime
) -> list[tuple[Deadline, datetime, datetime | None]]:
    """Each deadline that moved: as it was, its moment before and after (None: it fires now)."""
    group = next((one for one in _movable(case, task, now) if one.deadline.node == timer), None)
    if group is None:
        return []
    after = {one.node: one.at for there in step.tasks if there.id == str(task.id) for one in there.deadlines}
    both = ((one, one.at, after.get(one.node)) for one in (group.deadline, *group.above))
    return [(one, before, now_at) for one, before, now_at in both if before != now_at]


def _told(case: Case, task: Task, timer: str, step: engine.Step, now: datetime) -> dict[str, object]:
    """What the log says of it: which elements, from when and to when (nothing: at once)."""
    moved = _shifted(case, task, timer, step, now)
    return {
        "node": task.node,
        "task": task.id.hex,
        "moved": [[one.node, _iso(before), _iso(after)] for one, before, after in moved],
    }


def _view(case: Case, task: Task, one: engine.Movable, names: Mapping[UUID, str]) -> DeadlineView:
    name = case.published.version.nodes[task.node].name
    return DeadlineView(
        timer=one.deadline.node,
        purpose=one.deadline.purpose,
        roles=roles_told(case, one.deadline.node),
        at=one.deadline.at,
        drawn=one.drawn,
        days=one.days,
        moved=move_view(case, task.id, name, one.deadline, names),
    )


def _key(key: str, *chosen: object) -> str:
    # something else chosen on the same page is another command; ids of elements may be long
    said = "|".join(map(str, chosen)).encode()
    return f"{key}:{hashlib.blake2s(said, digest_size=8).hexdigest()}"


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None
