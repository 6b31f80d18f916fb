"""Lists of tasks and of cases: status, no content. The database sorts, counts and turns the pages, so what
is read here does not grow with how many cases there are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from meldcode import access
from meldcode.cases import reading
from meldcode.cases.values import CaseList, CaseSummary, ClosedCase, StepCount, TaskView
from meldcode.diagram.model import StepKind
from meldcode.people import Actor
from meldcode.store import Database, Transaction, scoped
from meldcode.store.tables import cases as case_table
from meldcode.store.tables import drafts as draft_table
from meldcode.store.tables import tasks

MOST_TASKS = 500  # in one list; nobody looks further, and the most urgent ones come first
_FURTHEST = 10**9  # what a database can skip; nobody has so many cases
_NO_ROLE = ""

_WHO: sa.BindParameter[UUID] = sa.bindparam("who", type_=sa.Uuid())
_NOW = sa.bindparam("now", type_=tasks.c.due_at.type)
_HEX: sa.BindParameter[str] = sa.bindparam("hex", type_=sa.Text())


# --- tasks -------------------------------------------------------------------------------------------


def _tasks_where(*which: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """The tasks of one kind, with what decides who may see what of their cases."""
    drafted = sa.and_(
        scoped(draft_table),
        draft_table.c.case == tasks.c.case,
        draft_table.c.task == tasks.c.id,
        draft_table.c.person == _WHO,
    )
    return (
        sa.select(
            *reading.TASK_COLUMNS,
            case_table.c.opened_by,
            case_table.c.joined,
            case_table.c.contributors,
            case_table.c.excluded,
            draft_table.c.at.label("draft_at"),
        )
        .select_from(tasks.join(case_table, case_table.c.id == tasks.c.case).outerjoin(draft_table, drafted))
        .where(scoped(tasks), scoped(case_table), *which, ~_mentions(case_table.c.excluded, _HEX))
    )


def _mentions(column: sa.Column[Any], text: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """Is this text one of the plain words in a JSON list (ids in hexadecimal, keys of roles)?"""
    return sa.cast(column, sa.Text).contains(sa.literal('"') + text + sa.literal('"'))


# Each part has an index of its own; together with `or` the database would read every task there is. No list
# here is ever empty: for `in ()` SQLite would go through every case.
_HERS = sa.bindparam("hers", type_=sa.Uuid(), expanding=True)  # she, and whom she stands in for
_ALL_MINE = sa.union_all(
    _tasks_where(tasks.c.assignee.in_(_HERS)),
    _tasks_where(tasks.c.assignee.is_(None), tasks.c.role.in_(sa.bindparam("roles", expanding=True))),
    _tasks_where(tasks.c.assignee.is_(None), tasks.c.role.is_(None), case_table.c.opened_by == _WHO),
    _tasks_where(
        tasks.c.adviser == _WHO,
        tasks.c.assignee.is_not(None),
        # a name of its own: a list stands as another text in `not in` than in `in`
        tasks.c.assignee.not_in(sa.bindparam("listed_above", type_=sa.Uuid(), expanding=True)),
    ),
).subquery()
_MINE = (
    sa.select(_ALL_MINE)
    .order_by(sa.nulls_last(_ALL_MINE.c.due_at), _ALL_MINE.c.since, _ALL_MINE.c.id)
    .limit(MOST_TASKS)
)


def my_tasks(db: Database, actor: Actor) -> tuple[TaskView, ...]:
    """What she can do now: her own tasks, her roles' pools and what she is asked about, the first due first,
    `MOST_TASKS` at most.

    Of a case she only shares a pool of, a task has a reference, a role and moments, and no name.
    """
    with db.reading(actor.organisation) as tx:
        hers = sorted({actor.person, *actor.stands_in_for})
        which = {"hers": hers, "listed_above": hers, "roles": sorted(actor.roles) or [_NO_ROLE]}
        rows = tx.execute(_MINE, {"who": actor.person, "hex": actor.person.hex, **which}).all()
        grouped: dict[UUID, list[Any]] = {}
        for row in rows:
            grouped.setdefault(row.case, []).append(row)
        hidden = {
            case for case, found in grouped.items() if not access.may_read(actor, _team(found[0], found))
        }
        if hidden and reading.supervises(tx, actor):
            hidden = set()
        views = reading.views(tx, actor, rows)
        return tuple(reading.bare(view) if view.case in hidden else view for view in views)


# --- cases -------------------------------------------------------------------------------------------


_LATE, _NEXT = "!", " | "
_CASE, _KIND, _TASK = "case", "kind", "task"


@lru_cache(maxsize=64)
def _overview(supervising: bool, roles: int, at_step: bool) -> sa.CompoundSelect[Any]:
    """One page of the open cases and the counts over all of them: the database goes through them once.

    For who supervises all open cases; else those she is involved in, holding so many roles. The rows are of
    three parts: a `case` on the page, in the order of `number`; a `kind` of case with how many and since
    when the first one waits, see `_kind`; and, for cases with several tasks, a `task` with its steps and
    since when the first one waits.
    """
    open_ = [
        scoped(case_table),
        case_table.c.status == "open",
        ~_mentions(case_table.c.excluded, _HEX),
    ]
    if not supervising:
        open_.append(_involving(roles))
    with_tasks = case_table.outerjoin(tasks, sa.and_(tasks.c.case == case_table.c.id, scoped(tasks)))
    each = (
        sa.select(
            case_table.c.id,
            sa.func.min(tasks.c.due_at).label("due_at"),
            sa.func.coalesce(sa.func.min(tasks.c.since), case_table.c.opened_at).label("since"),
            sa.func.coalesce(sa.func.aggregate_strings(_kind(), _NEXT), "").label("words"),
        )
        .select_from(with_tasks)
        .where(*open_)
        .group_by(case_table.c.id)
        .cte("each_case")
    )
    several = sa.select(each.c.id).where(each.c.words.contains(_NEXT))
    return sa.union_all(
        _page_of(each, at_step),
        _part(_KIND, None, each.c.words, sa.func.count(), sa.func.min(each.c.since)).group_by(each.c.words),
        _part(_TASK, None, tasks.c.steps, None, sa.func.min(tasks.c.since))
        .where(scoped(tasks), tasks.c.case.in_(several))
        .group_by(tasks.c.steps),
    )


def _kind() -> sa.ColumnElement[str]:
    """A kind of case in words, as `wegen ! | volgen`: the steps of each of its tasks, the late ones marked.

    There are few kinds, so counting each step among them is left to `_counted`.
    """
    return tasks.c.steps + sa.case((tasks.c.due_at <= _NOW, f" {_LATE}"), else_="")


def _page_of(each: sa.CTE, at_step: bool) -> sa.Select[Any]:
    """The late ones first, the longest late on top; then by how long the present step is open."""
    late = each.c.due_at <= _NOW
    order = (
        sa.case((late, 0), else_=1).label("turn"),
        sa.case((late, each.c.due_at), else_=each.c.since).label("waits"),
        each.c.id,
    )
    page = sa.select(*order).order_by(*order)
    if at_step:
        words = sa.literal(" ") + each.c.words + sa.literal(" ")
        step = sa.literal(" ") + sa.bindparam("step", type_=sa.Text()) + sa.literal(" ")
        page = page.where(words.contains(step))
    found = (
        page.limit(sa.bindparam("most", type_=sa.Integer()))
        .offset(sa.bindparam("skip", type_=sa.Integer()))
        .subquery()
    )
    number = sa.func.row_number().over(order_by=(found.c.turn, found.c.waits, found.c.id))
    return _part(_CASE, found.c.id, None, number, None)


def _part(
    part: str,
    case: sa.ColumnElement[UUID] | None,
    words: sa.ColumnElement[str] | None,
    number: sa.ColumnElement[int] | None,
    since: sa.ColumnElement[datetime] | None,
) -> sa.Select[Any]:
    """Rows of one of the parts of a statement, all with the same columns: both databases want their types."""
    return sa.select(
        sa.literal(part).label("part"),
        (sa.cast(sa.null(), sa.Uuid()) if case is None else case).label("case"),
        (sa.cast(sa.null(), sa.Text()) if words is None else words).label("words"),
        (sa.cast(sa.null(), sa.Integer()) if number is None else number).label("number"),
        (sa.cast(sa.null(), tasks.c.since.type) if since is None else since).label("since"),
    )


def _involving(roles: int) -> sa.ColumnElement[bool]:
    """What `access.is_involved` says, for the database."""
    hers = sa.select(tasks.c.case).where(scoped(tasks), tasks.c.assignee == _WHO)
    return sa.or_(
        case_table.c.opened_by == _WHO,
        case_table.c.id.in_(hers),
        _mentions(case_table.c.contributors, _HEX),
        *(
            _mentions(case_table.c.joined, sa.bindparam(f"role_{number}", type_=sa.Text()))
            for number in range(roles)
        ),
    )


# The cases of one page, each with its open tasks.
_THESE = reading.with_tasks(
    case_table.c.opened_by,
    case_table.c.opened_at,
    case_table.c.joined,
    case_table.c.contributors,
    case_table.c.reminders_from,
).where(case_table.c.id.in_(sa.bindparam("case_ids", type_=sa.Uuid(), expanding=True)))


def overview(
    db: Database, actor: Actor, *, now: datetime, step: StepKind | None = None, page: int = 1, size: int
) -> CaseList:
    """A page of the open cases, without content: of all of them for who supervises, else of those she is
    involved in; with `step` only those with a task of that kind. The late ones first, the longest late on
    top; then those whose present step has been open longest. A page that is not there is the nearest one.
    """
    with db.reading(actor.organisation) as tx:
        supervising = reading.supervises(tx, actor)
        roles = [] if supervising else sorted(actor.roles)
        statement = _overview(supervising, len(roles), step is not None)
        given = {"who": actor.person, "hex": actor.person.hex, "now": now, "most": size}
        given |= {f"role_{number}": role for number, role in enumerate(roles)}
        given |= {"step": step.value} if step else {}
        number = min(max(page, 1), _FURTHEST // size)
        rows = tx.execute(statement, {**given, "skip": (number - 1) * size}).all()
        total, late, steps = _counted(rows)
        matching = total if step is None else steps[step].open if step in steps else 0
        pages = max(1, -(-matching // size))
        if number > pages:
            number = pages
            rows = tx.execute(statement, {**given, "skip": (number - 1) * size}).all()
        ids = [row.case for row in sorted(rows, key=lambda row: row.number or 0) if row.part == _CASE]
        return CaseList(_summaries(tx, actor, ids, supervising, now), total, late, steps, number, pages)


def closed(db: Database, actor: Actor, *, most: int) -> tuple[ClosedCase, ...]:
    """The cases that she was involved in and that are closed, the last one first; also for who supervises."""
    roles = sorted(actor.roles)
    given = {f"role_{number}": role for number, role in enumerate(roles)}
    with db.reading(actor.organisation) as tx:
        who = {"who": actor.person, "hex": actor.person.hex, "most": most}
        rows = tx.execute(_closed(len(roles)), who | given).all()
    return tuple(ClosedCase(row.id, row.reference, row.opened_at, row.closed_at) for row in rows)


@lru_cache(maxsize=64)
def _closed(roles: int) -> sa.Select[Any]:
    found = case_table.c
    return (
        sa.select(found.id, found.reference, found.opened_at, found.closed_at)
        .where(scoped(case_table), found.status == "finished", ~_mentions(found.excluded, _HEX))
        .where(_involving(roles))
        .order_by(found.closed_at.desc(), found.id)
        .limit(sa.bindparam("most", type_=sa.Integer()))
    )


def _counted(rows: Iterable[Any]) -> tuple[int, int, dict[StepKind, StepCount]]:
    """How many cases there are, how many late, and the same for each step that any of them is at, from the
    rows of `_overview`."""
    total = late = 0
    open_at: Counter[str] = Counter()
    late_at: Counter[str] = Counter()
    first: dict[str, datetime] = {}
    for row in rows:
        if row.part == _CASE:
            continue
        waiting = [set(one.split()) for one in row.words.split(_NEXT)]
        found = set().union(*waiting) - {_LATE}
        if len(waiting) == 1:  # else since when is said of each task apart
            first |= {step: min(row.since, first.get(step, row.since)) for step in found}
        if row.part == _TASK:
            continue
        behind = [one for one in waiting if _LATE in one]
        total += row.number
        late += row.number if behind else 0
        open_at.update(dict.fromkeys(found, row.number))
        late_at.update(dict.fromkeys(set().union(*behind), row.number))
    counts = {
        kind: StepCount(open_at[kind], late_at[kind], first[kind]) for kind in StepKind if open_at[kind]
    }
    return total, late, counts


def _summaries(
    tx: Transaction, actor: Actor, ids: Sequence[UUID], supervising: bool, now: datetime
) -> tuple[CaseSummary, ...]:
    rows = tx.execute(_THESE, {"case_ids": ids}).all() if ids else []
    tasks_of: dict[UUID, list[TaskView]] = {}
    for view in reading.views(tx, actor, [row for row in rows if row.id is not None]):
        tasks_of.setdefault(view.case, []).append(view)
    case_of = {row.case_id: row for row in rows}
    made = []
    for row in (case_of[one] for one in ids):
        views = tasks_of.get(row.case_id, [])
        team = _team(row, views)
        involved = access.is_involved(actor, team)
        if (involved or supervising) and not access.is_shut_out(actor, team):
            made.append(_summary(row, views, involved, now))
    return tuple(made)


@dataclass(frozen=True, slots=True)
class _Team:
    """Who belongs to a case in a list, for the rules of `access`."""

    opened_by: UUID
    joined: frozenset[str]
    contributors: frozenset[UUID]
    excluded: frozenset[UUID]
    tasks: Sequence[access.TaskLike]


def _team(row: Any, found: Sequence[access.TaskLike]) -> _Team:
    contributors = frozenset(map(UUID, row.contributors))
    excluded = frozenset(map(UUID, row.excluded))
    return _Team(row.opened_by, frozenset(row.joined), contributors, excluded, found)


def _summary(row: Any, found: Sequence[TaskView], involved: bool, now: datetime) -> CaseSummary:
    paused = row.reminders_from is not None and row.reminders_from > now
    return CaseSummary(
        id=row.case_id,
        reference=row.reference,
        opened_at=row.opened_at,
        involved=involved,
        tasks=tuple(found),
        steps=tuple(sorted({step for view in found for step in view.steps})),
        since=min((view.since for view in found), default=row.opened_at),
        due_at=min((view.due_at for view in found if view.due_at), default=None),
        paused_until=row.reminders_from if paused else None,
    )
