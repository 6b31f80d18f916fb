"""What people may look at. Looking at a case's content is logged, as every change is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from meldcode import access, audit, engine, people, publishing
from meldcode.cases import drafts, moved, notes, pausing
from meldcode.cases.errors import AccessDenied, ShutOut, TaskGone, TaskUnclaimed
from meldcode.cases.finding import find, glance
from meldcode.cases.refusals import refusals_noted
from meldcode.cases.values import (
    CaseMap,
    CasePage,
    CaseView,
    EntryView,
    LogLine,
    TaskForm,
    TaskPage,
    TaskView,
)
from meldcode.definition import Version
from meldcode.diagram.model import StepKind
from meldcode.moves import Case, Task
from meldcode.people import Actor
from meldcode.store import Database, Transaction, scoped
from meldcode.store.tables import cases as case_table
from meldcode.store.tables import entries, tasks

_END_OF_TIME = datetime.max.replace(tzinfo=UTC)

TASK_COLUMNS = (
    tasks.c.case,
    tasks.c.id,
    tasks.c.node,
    tasks.c.role,
    tasks.c.assignee,
    tasks.c.since,
    tasks.c.due_at,
    tasks.c.steps,
    tasks.c.adviser,
    case_table.c.reference,
    case_table.c.version,
)


def with_tasks(*more: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """Cases and their open tasks in one statement: what they were at one moment. A row for each task; of a
    case without one the columns of the task are empty. `more` columns of the case."""
    return (
        sa.select(case_table.c.id.label("case_id"), case_table.c.excluded, *TASK_COLUMNS, *more)
        .join_from(case_table, tasks, sa.and_(tasks.c.case == case_table.c.id, scoped(tasks)), isouter=True)
        .where(scoped(case_table))
    )


_PRESENT = with_tasks(case_table.c.status).where(case_table.c.id == sa.bindparam("case_id", type_=sa.Uuid()))
_DONE = sa.select(entries.c.node).where(scoped(entries), entries.c.case == sa.bindparam("case_id"))
_ENTRIES = (
    sa.select(entries)
    .where(scoped(entries), entries.c.case == sa.bindparam("case_id"))
    .order_by(entries.c.revision)
)


def case_page(db: Database, actor: Actor, case_id: UUID, *, now: datetime) -> CasePage:
    """A case: with content for who is involved or asked for advice, status only for who supervises, and for
    who shares the pool of a free task its reference only.

    Raises `NotFound` and `AccessDenied`; both looking and being refused are logged.
    """
    with refusals_noted(db, actor, case_id, "case_read", now), db.transaction(actor.organisation) as tx:
        case = find(tx, actor, case_id)
        content = access.may_read(actor, case)
        if not content and not access.may_reassign(actor, case.published.supervising):
            page = _pool_page(tx, actor, case)
        else:
            page = _page(tx, actor, case, content, now)
        asked = {} if access.is_involved(actor, case) or not content else {"advice": True}
        _note(tx, actor, case, "case_read", now, content=content, **asked)
        return page


def case_map(db: Database, actor: Actor, case_id: UUID, *, now: datetime) -> CaseMap:
    """Where a case is in its diagram, for who is involved or supervises: what lists tell her as well, so
    it is not logged; being refused is. Raises `NotFound` and `AccessDenied`.
    """
    with refusals_noted(db, actor, case_id, "case_read", now), db.reading(actor.organisation) as tx:
        case = glance(tx, actor, case_id)
        content = access.may_read(actor, case)
        if not content and not access.may_reassign(actor, case.published.supervising):
            raise AccessDenied
        # which way it went so far is content
        done = list(tx.execute(_DONE, {"case_id": case_id}).scalars()) if content else []
        names = {actor.person: actor.name}
        views = _of_case(actor, case, case.tasks, names)
        places = tuple(view.node for view in views)
        return CaseMap(case.process, places, _marks(done, views, now), case.published.version)


def task_page(db: Database, actor: Actor, case_id: UUID, task_id: UUID, *, now: datetime) -> TaskPage:
    """An open task that is hers to do, with its form, what is known so far and her draft.

    Raises `NotFound`, `AccessDenied`, `TaskGone`, and `TaskUnclaimed` for a task of her role's pool.
    """
    with refusals_noted(db, actor, case_id, "task_read", now), db.transaction(actor.organisation) as tx:
        case = find(tx, actor, case_id)
        task = _hers(actor, case, task_id)
        page = _task_page(tx, actor, case, task, now)
        _note(tx, actor, case, "task_read", now, node=task.node)
        return page


def task_form(db: Database, actor: Actor, case_id: UUID, task_id: UUID) -> TaskForm:
    """Only the form of a task whose page she has open: what her own answers are read and asked with.

    Not logged, because nothing new is shown: opening the page was. Raises as `task_page` does.
    """
    with db.reading(actor.organisation) as tx:
        case = glance(tx, actor, case_id)
        task = _hers(actor, case, task_id)
        return TaskForm(case.published.version.form_of(task.node), engine.document(case.state or {}))


def case_log(db: Database, actor: Actor, case_id: UUID, *, now: datetime) -> tuple[LogLine, ...]:
    """Who did and saw what in a case, oldest first, for who is involved in it. Reading it is logged too."""
    with refusals_noted(db, actor, case_id, "log_read", now), db.transaction(actor.organisation) as tx:
        case = find(tx, actor, case_id)
        if not access.is_involved(actor, case):
            raise AccessDenied
        _note(tx, actor, case, "log_read", now)
        names = people.names(tx)
        return tuple(
            LogLine(
                row.sequence,
                row.at,
                row.person,
                names.get(row.person),
                row.role,
                row.action,
                row.reason,
                row.detail,
            )
            for row in audit.of_case(tx, case_id)
        )


def present(tx: Transaction, actor: Actor, case_id: UUID) -> tuple[CaseView, tuple[TaskView, ...]]:
    """A case as it is now, with the tasks in it that are hers. Raises `ShutOut`."""
    rows = tx.execute(_PRESENT, {"case_id": case_id}).all()
    case = rows[0]
    if actor.person.hex in case.excluded:
        raise ShutOut
    found = views(tx, actor, [row for row in rows if row.id is not None])
    return CaseView(case.case_id, case.reference, case.status), tuple(
        view for view in found if view.mine or view.pool
    )


def views_for(actor: Actor, case: Case, open_tasks: Iterable[Task]) -> tuple[TaskView, ...]:
    """The tasks of a case that are hers to do, without asking the database for names."""
    hers = [task for task in open_tasks if access.may_complete(actor, task, opened_by=case.opened_by)]
    names = {actor.person: actor.name}
    views = [_view(actor, task, case.id, case.reference, case.published.version, names) for task in hers]
    return tuple(sorted(views, key=_urgency))


# --- parts -------------------------------------------------------------------------------------------


def supervises(tx: Transaction, actor: Actor) -> bool:
    return access.may_reassign(actor, publishing.load(tx, publishing.current(tx)).supervising)


def _note(tx: Transaction, actor: Actor, case: Case, action: str, now: datetime, **detail: Any) -> None:
    mine = next((task for task in case.tasks if access.holds(actor, task)), None)
    role = access.acting_role(actor, mine, case.joined)
    record = audit.Record(now, action, person=actor.person, role=role, case=case.id, detail=detail)
    audit.append(tx, [record])


def _page(tx: Transaction, actor: Actor, case: Case, content: bool, now: datetime) -> CasePage:
    rows = tx.execute(_ENTRIES, {"case_id": case.id}).all() if content else []
    involved = access.is_involved(actor, case)
    names = people.names(tx)
    views = _of_case(actor, case, case.tasks, names)
    supervising = access.may_reassign(actor, case.published.supervising)
    return CasePage(
        id=case.id,
        reference=case.reference,
        status=case.status,
        process=case.process,
        opened_at=case.opened_at,
        opened_by=case.opened_by,
        opened_by_name=names.get(case.opened_by, ""),
        closed_at=case.closed_at,
        outcome=case.outcome if content else None,
        knows_status=True,
        content=content,
        can_raise_acute=involved and case.status == "open",
        can_reassign=supervising and case.status == "open",
        tasks=views,
        entries=tuple(_entry(case, row, names) for row in rows),
        notes=tuple(notes.of_case(tx, case, names)) if content else (),
        document=engine.document(case.state or {}) if content else {},
        marks=_marks([row.node for row in rows], views, now),
        version=case.published.version,
        can_shut_out=access.may_shut_out(actor, case, case.published.supervising),
        pause=pausing.view_of(case, names, now),
        moves=moved.moves_of(case, names),
        movable=_movable(actor, case),
    )


def _movable(actor: Actor, case: Case) -> frozenset[UUID]:
    """The open tasks with a deadline that she may move; whether it can go any further, its page says."""
    if any(StepKind.ACUUT in task.steps for task in case.tasks):
        return frozenset()
    supervising, opened_by = case.published.supervising, case.opened_by
    return frozenset(
        task.id
        for task in case.tasks
        if task.due_at is not None and access.may_move_deadline(actor, task, supervising, opened_by=opened_by)
    )


def _pool_page(tx: Transaction, actor: Actor, case: Case) -> CasePage:
    """A reference and the tasks she may take. Raises `AccessDenied` when there are none."""
    free = [task for task in case.tasks if access.in_pool(actor, task)]
    if not free:
        raise AccessDenied
    # whose it is, when she stands in for her
    names = people.names(tx) if any(task.assignee for task in free) else {}
    views = _of_case(actor, case, free, {**names, actor.person: actor.name})
    return CasePage(
        id=case.id,
        reference=case.reference,
        status=case.status,
        process="",
        opened_at=case.opened_at,
        opened_by=case.opened_by,
        opened_by_name="",
        closed_at=None,
        outcome=None,
        knows_status=False,
        content=False,
        can_raise_acute=False,
        can_reassign=False,
        tasks=tuple(map(bare, views)),
        entries=(),
        notes=(),
        document={},
        marks={},
        version=case.published.version,
    )


def _hers(actor: Actor, case: Case, task_id: UUID) -> Task:
    """The open task, when it is hers to do now."""
    task = case.task(task_id)
    if task is not None and access.in_pool(actor, task):
        raise TaskUnclaimed
    if not access.is_involved(actor, case):
        raise AccessDenied
    if task is None:
        raise TaskGone
    if not access.may_complete(actor, task, opened_by=case.opened_by):
        raise AccessDenied
    return task


def _task_page(tx: Transaction, actor: Actor, case: Case, task: Task, now: datetime) -> TaskPage:
    version = case.published.version
    names = people.names(tx)
    rows = tx.execute(_ENTRIES, {"case_id": case.id}).all()
    return TaskPage(
        task=_of_case(actor, case, [task], names)[0],
        form=version.form_of(task.node),
        instructions=version.nodes[task.node].instructions,
        document=engine.document(case.state or {}),
        version=version,
        opened_at=case.opened_at,
        opened_by_name=names.get(case.opened_by, ""),
        entries=tuple(_entry(case, row, names) for row in rows),
        notes=tuple(notes.of_case(tx, case, names)),
        draft=drafts.read(tx, actor, case, task.id),
        can_give_back=task.role is not None and access.holds(actor, task),
        pause=pausing.view_of(case, names, now),
        moves=tuple(one for one in moved.moves_of(case, names) if one.task == task.id),
    )


def _marks(done: Iterable[str], views: Iterable[TaskView], now: datetime) -> dict[str, str]:
    """What `diagram.draw` marks: the open tasks, and every element somebody finished before."""
    marks = dict.fromkeys(done, "done")
    return marks | {view.node: "late" if view.late(now) else "current" for view in views}


def _entry(case: Case, row: Any, names: Mapping[UUID, str]) -> EntryView:
    version = case.published.version
    node = version.nodes.get(row.node)
    return EntryView(
        revision=row.revision,
        task=row.task,
        node=row.node,
        name=node.name if node else row.node,
        steps=tuple(sorted(node.steps)) if node else (),
        person=row.person,
        person_name=names.get(row.person, ""),
        at=row.at,
        answers=case.key.open_json(row.answers, case.bound(f"entry|{row.revision}")),
        form=version.form_of(row.node),
    )


def view_of(tx: Transaction, actor: Actor, case: Case, task: Task) -> TaskView:
    """One open task of a case, with the name of who holds it."""
    return _of_case(actor, case, [task], people.names(tx))[0]


def _of_case(
    actor: Actor, case: Case, found: Iterable[Task], names: Mapping[UUID, str]
) -> tuple[TaskView, ...]:
    views = [_view(actor, task, case.id, case.reference, case.published.version, names) for task in found]
    return tuple(sorted(views, key=_urgency))


def bare(view: TaskView) -> TaskView:
    """Without anything that says what the case is about or how far it is."""
    return replace(view, node="", name="", steps=())


def views(tx: Transaction, actor: Actor, rows: Sequence[Any]) -> tuple[TaskView, ...]:
    names = people.names(tx) if any(_others(actor, row) for row in rows) else {}
    names = {**names, actor.person: actor.name}
    views = []
    for row in rows:
        steps = frozenset(row.steps.split())
        task = Task(row.id, row.node, row.role, row.assignee, row.since, row.due_at, steps, row.adviser)
        version = publishing.load(tx, row.version).version
        view = _view(actor, task, row.case, row.reference, version, names)
        kept = getattr(row, "draft_at", None)
        views.append(replace(view, draft_at=kept) if kept else view)
    return tuple(sorted(views, key=_urgency))


def _others(actor: Actor, row: Any) -> bool:
    """Is somebody else to be named with this task?"""
    return row.assignee not in (None, actor.person) or row.adviser not in (None, actor.person)


def _view(
    actor: Actor, task: Task, case: UUID, reference: str, version: Version, names: Mapping[UUID, str]
) -> TaskView:
    node = version.nodes.get(task.node)
    return TaskView(
        case=case,
        reference=reference,
        id=task.id,
        node=task.node,
        name=node.name if node else task.node,
        role=task.role,
        assignee=task.assignee,
        assignee_name=names.get(task.assignee) if task.assignee else None,
        mine=task.assignee == actor.person,
        pool=access.in_pool(actor, task),
        since=task.since,
        due_at=task.due_at,
        steps=tuple(sorted(task.steps)),
        adviser=task.adviser,
        adviser_name=names.get(task.adviser) if task.adviser else None,
        asked=task.assignee is not None and task.adviser == actor.person,
    )


def _urgency(view: TaskView) -> tuple[datetime, datetime, str]:
    return (view.due_at or _END_OF_TIME, view.since, view.id.hex)
