"""A case as it comes out of the database: locked, opened, with the version it is pinned to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from meldcode import crypto, days, engine, publishing
from meldcode.crypto import Key
from meldcode.messages import Text
from meldcode.publishing import Published
from meldcode.store import Transaction, row_version, scoped
from meldcode.store.tables import case_keys, cases, due, organisations, tasks
from meldcode.workdays import Calendar


@dataclass(frozen=True, slots=True)
class Task:
    """An open task as stored: what lists need, no content. `assignee` None: the role's pool."""

    id: UUID
    node: str
    role: str | None
    assignee: UUID | None
    since: datetime
    due_at: datetime | None
    steps: frozenset[str]
    adviser: UUID | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """Reminders of a case wait until a moment; `reason` is a key of `cases.pausing.REASONS`."""

    until: datetime
    reason: str
    by: UUID


@dataclass(frozen=True, slots=True)
class Case:
    """A case, locked until the transaction ends. `state` is the engine's, `outcome` its end's slug.

    `key` is None when the case was erased; `revision` counts its steps (0: not stored yet).
    """

    id: UUID
    organisation: UUID
    reference: str
    version_id: str
    process: str
    status: str
    opened_by: UUID
    opened_at: datetime
    closed_at: datetime | None
    revision: int
    joined: frozenset[str]
    contributors: frozenset[UUID]
    excluded: frozenset[UUID]  # who is shut out of it
    failures: int
    due_at: datetime | None
    state: engine.State | None
    outcome: str | None
    published: Published
    calendar: Calendar
    key: Key
    wrapped_key: bytes
    tasks: tuple[Task, ...] = field(default=())
    pause: Pause | None = None  # the latest one, also when it has ended

    def paused(self, now: datetime) -> Pause | None:
        """The pause of its reminders that lasts now; it ends by itself."""
        return self.pause if self.pause is not None and self.pause.until > now else None

    def task(self, task_id: UUID) -> Task | None:
        """The open task with this id, or None."""
        return next((task for task in self.tasks if task.id == task_id), None)

    def bound(self, what: str) -> bytes:
        """The associated data of one sealed field of this case."""
        return crypto.associated(self.organisation, self.id, what)


_TASK = (
    tasks.c.id.label("task_id"),
    tasks.c.node,
    tasks.c.role,
    tasks.c.assignee,
    tasks.c.since,
    tasks.c.due_at.label("task_due_at"),
    tasks.c.steps,
    tasks.c.adviser,
)
# One statement for a case and its open tasks: a round trip costs more than a few repeated bytes.
_SEE = (
    sa.select(
        *(column for column in cases.c if column.name not in ("organisation", "changed_at")),
        case_keys.c.wrapped,
        due.c.at.label("due_at"),
        organisations.c.version.label("current_version"),
        organisations.c.days_revision,
        *_TASK,
    )
    .select_from(
        cases.join(organisations, organisations.c.id == cases.c.organisation)
        .outerjoin(case_keys, sa.and_(case_keys.c.case == cases.c.id, scoped(case_keys)))
        .outerjoin(due, sa.and_(due.c.case == cases.c.id, scoped(due)))
        .outerjoin(tasks, sa.and_(tasks.c.case == cases.c.id, scoped(tasks)))
    )
    .where(scoped(cases))
)
# a lock that lets others refer to the case meanwhile (a mail's incident, an entry)
_LOAD = _SEE.with_for_update(of=cases, key_share=True)
_THIS = cases.c.id == sa.bindparam("case_id", type_=sa.Uuid())
_LOAD_ONE = _LOAD.where(_THIS).add_columns(
    row_version(cases).label("version_locked"),
    sa.select(row_version(cases))
    .select_from(cases)
    .where(scoped(cases), _THIS)
    .correlate(None)
    .scalar_subquery()
    .label("version_seen"),
)
_LOOK = _SEE.where(_THIS)
_THESE = cases.c.id.in_(sa.bindparam("case_ids", type_=sa.Uuid(), expanding=True))
_LOAD_ALL = _LOAD.where(_THESE).order_by(cases.c.id)
_LOOK_ALL = _SEE.where(_THESE).order_by(cases.c.id)


def load(tx: Transaction, case_id: UUID) -> Case | None:
    """One case, locked; None when this organisation has no such case or its content was erased."""
    rows = tx.execute(_LOAD_ONE, {"case_id": case_id}).all()
    if rows and rows[0].version_locked != rows[0].version_seen:
        # Somebody else had the case until now: its tasks and moments are looked at again, under our lock.
        rows = tx.execute(_LOAD_ONE, {"case_id": case_id}).all()
    return _case(tx, rows) if rows and rows[0].wrapped is not None else None


def look(tx: Transaction, case_id: UUID) -> Case | None:
    """The same without a lock: to read in one snapshot, never to change."""
    rows = tx.execute(_LOOK, {"case_id": case_id}).all()
    return _case(tx, rows) if rows and rows[0].wrapped is not None else None


def look_all(tx: Transaction, case_ids: Sequence[UUID]) -> list[Case]:
    """Several cases without a lock, in the order of their ids: to read, never to change."""
    return _cases(tx, tx.execute(_LOOK_ALL, {"case_ids": sorted(case_ids)}))


def load_all(tx: Transaction, case_ids: Sequence[UUID]) -> list[Case]:
    """Several cases that this transaction has claimed, in the order of their ids."""
    return _cases(tx, tx.execute(_LOAD_ALL, {"case_ids": sorted(case_ids)}))


def _cases(tx: Transaction, found: Iterable[Any]) -> list[Case]:
    grouped: dict[UUID, list[Any]] = {}
    for row in found:
        grouped.setdefault(row.id, []).append(row)
    return [_case(tx, rows) for rows in grouped.values() if rows[0].wrapped is not None]


def new_case(
    tx: Transaction, case_id: UUID, *, reference: str, process: str | None, opened_by: UUID, now: datetime
) -> Case:
    """A case of the current version that is in no table yet. Raises `PublishError`."""
    version_id, published, calendar = publishing.start(tx)
    key, wrapped = crypto.new_case_key(tx.organisation_key(), tx.scope, case_id)
    return Case(
        id=case_id,
        organisation=tx.scope,
        reference=reference,
        version_id=version_id,
        process=process or published.version.main_process,
        status="open",
        opened_by=opened_by,
        opened_at=now,
        closed_at=None,
        revision=0,
        joined=frozenset(),
        contributors=frozenset(),
        excluded=frozenset(),
        failures=0,
        due_at=None,
        state=None,
        outcome=None,
        published=published,
        calendar=calendar,
        key=key,
        wrapped_key=wrapped,
    )


def take(case: Case, command: engine.Command, now: datetime) -> engine.Step:
    """One step of the engine, decided purely; nothing is stored yet.

    Raises `engine.Refused` and `engine.Incident`; whatever else goes wrong becomes an `Incident`, so
    that a fault in the engine is something an administrator sees and not a lost case.
    """
    try:
        return engine.step(case.published.version, case.calendar, case.state, command, now)
    except engine.EngineError:
        raise
    except Exception as error:
        raise engine.Incident(
            "unexpected",
            None,
            Text(
                f"Het proces kan niet verder: onverwachte fout ({type(error).__name__}).",
                f"The process cannot go on: unexpected error ({type(error).__name__}).",
            ),
        ) from error


def _case(tx: Transaction, rows: Sequence[Any]) -> Case:
    row = rows[0]
    key = crypto.case_key(tx.organisation_key(), row.wrapped, tx.scope, row.id)
    sealed = key.open_json(row.state, crypto.associated(tx.scope, row.id, f"state|{row.revision}"))
    published = publishing.load(tx, row.version)
    # Free days belong to the organisation, not to the version a case happens to be pinned to.
    calendar = published.calendar
    if row.current_version not in (None, row.version):
        calendar = publishing.load(tx, row.current_version).calendar
    calendar = days.calendar(tx, calendar, row.days_revision)
    return Case(
        id=row.id,
        organisation=tx.scope,
        reference=row.reference,
        version_id=row.version,
        process=row.process,
        status=row.status,
        opened_by=row.opened_by,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        revision=row.revision,
        joined=frozenset(row.joined),
        contributors=frozenset(map(UUID, row.contributors)),
        excluded=frozenset(map(UUID, row.excluded)),
        failures=row.failures,
        due_at=row.due_at,
        state=sealed["state"],
        outcome=sealed["outcome"],
        published=published,
        calendar=calendar,
        key=key,
        wrapped_key=row.wrapped,
        tasks=tuple(_task(one) for one in rows if one.task_id is not None),
        pause=None
        if row.reminders_from is None
        else Pause(row.reminders_from, row.pause_reason, row.paused_by),
    )


def _task(row: Any) -> Task:
    steps = frozenset(row.steps.split())
    return Task(row.task_id, row.node, row.role, row.assignee, row.since, row.task_due_at, steps, row.adviser)
