"""Everything that moves led to, written at once: one statement per table, however many cases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from meldcode import audit, engine, incidents, outbox, people
from meldcode.definition import ladders
from meldcode.diagram.model import StepKind
from meldcode.moves import mailing, redirecting
from meldcode.moves.loading import Case, Task
from meldcode.outbox import QueuedMail
from meldcode.people import Actor, Person
from meldcode.store import Transaction, scoped
from meldcode.store.tables import case_keys, cases, due, entries, tasks

RECALCULATED = "timers_recalculated"


@dataclass(frozen=True, slots=True)
class Entry:
    """What a person filled in: part of the case's readable history, sealed."""

    task: UUID
    node: str
    answers: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody chose about a case besides its content: `reason` and `detail` for the log (codes, ids and
    moments, never a story), and when which open task should be done from now on."""

    reason: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    dues: Mapping[UUID, datetime | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Move:
    case: Case
    step: engine.Step
    by: Actor | None
    action: str
    role: str | None
    entry: Entry | None
    key: str | None
    choice: Choice | None


_NEW_CASE = sa.insert(cases)
_NEW_KEY = sa.insert(case_keys)
_NEW_DUE = sa.insert(due)
_CASE = (
    sa.update(cases)
    .where(
        scoped(cases), cases.c.id == sa.bindparam("case_id"), cases.c.revision == sa.bindparam("old_revision")
    )
    .values(
        changed_at=sa.bindparam("now"),
        revision=sa.bindparam("new_revision"),
        joined=sa.bindparam("new_joined"),
        contributors=sa.bindparam("new_contributors"),
        failures=0,
        state=sa.bindparam("new_state"),
    )
)
# Apart, because a step that sets the status makes the database rewrite the index on it.
_FINISHED = _CASE.values(status="finished", closed_at=sa.bindparam("now"))
_GONE = sa.delete(tasks).where(
    scoped(tasks), tasks.c.case == sa.bindparam("case_id"), tasks.c.id == sa.bindparam("task_id")
)
_TASKS = sa.insert(tasks)
_MOVED = (
    sa.update(tasks)
    .where(scoped(tasks), tasks.c.case == sa.bindparam("case_id"), tasks.c.id == sa.bindparam("task_id"))
    .values(due_at=sa.bindparam("new_due", type_=tasks.c.due_at.type))
)
_DUE = (
    sa.update(due).where(scoped(due), due.c.case == sa.bindparam("case_id")).values(at=sa.bindparam("new_at"))
)
_ENTRIES = sa.insert(entries)


class Changes:
    """Collects moves of one transaction; `save` writes them, the audit chain last."""

    def __init__(self, tx: Transaction, now: datetime) -> None:
        self._tx = tx
        self._now = now
        self._moves: list[_Move] = []
        self._sleeping: list[dict[str, Any]] = []
        self._people: dict[str, list[Person]] = {}
        self._records: list[audit.Record] = []
        self._open: dict[UUID, list[Task]] = {}

    def add(
        self,
        case: Case,
        step: engine.Step,
        *,
        action: str,
        by: Actor | None = None,
        role: str | None = None,
        entry: Entry | None = None,
        key: str | None = None,
        choice: Choice | None = None,
    ) -> None:
        """One case's step. `action` is the audit's word for it, `key` the command's own."""
        if case.revision and not step.facts and step.state == case.state:
            # Woken with nothing to do: the case did not change, only its next moment may have.
            self._sleeping.append({"case_id": case.id, "new_at": step.due})
            return
        self._moves.append(_Move(case, step, by, action, role, entry, key, choice))

    def save(self) -> Mapping[UUID, Sequence[Task]]:
        """Write everything; the tasks now open in each case that moved.

        At most twelve statements for one case, loading it and mails included.
        """
        tx = self._tx
        self._look_up_people()
        self._write_cases()
        self._write_tasks()
        dues = [
            {"case_id": move.case.id, "new_at": move.step.due}
            for move in self._moves
            if move.case.revision and move.step.due != move.case.due_at
        ] + self._sleeping
        if dues:
            tx.write(_DUE, dues)
        self._write_entries()
        self._withdraw_reminders()
        outbox.queue(tx, list(self._mails()), self._now)
        for move in self._moves:
            if move.case.failures:
                incidents.resolve_case(tx, move.case.id, self._now)
        audit.append(tx, [self._record(move) for move in self._moves] + self._records)
        return self._open

    # --- people -----------------------------------------------------------------------------------

    def _look_up_people(self) -> None:
        """One statement for all roles that matter; none at all when the actor's own roles answer it."""
        roles: set[str] = set()
        for move in self._moves:
            for mail in move.step.mails:
                roles.update(mailing.roles_for(move.case, mail))
            if move.by is None or move.by.person != move.case.opened_by:
                known = {task.id for task in move.case.tasks}
                roles.update(
                    task.role for task in move.step.tasks if task.role and UUID(task.id) not in known
                )
        if roles:
            self._people = people.holders(self._tx, roles, self._now)

    def _opener_holds(self, move: _Move, role: str) -> bool:
        opener = move.case.opened_by
        if opener in move.case.excluded:
            return False
        if move.by is not None and move.by.person == opener:
            return role in move.by.roles
        return any(person.id == opener for person in self._people.get(role, ()))

    # --- rows --------------------------------------------------------------------------------------

    def _write_cases(self) -> None:
        for statement, finished in ((_CASE, False), (_FINISHED, True)):
            rows = [
                _case_row(move, self._now)
                for move in self._moves
                if move.case.revision and move.step.finished is finished
            ]
            if rows:  # locked, so they cannot have been changed by somebody else
                self._tx.write(statement, rows, changing=len(rows))
        for move in self._moves:
            if not move.case.revision:
                self._write_new_case(move)

    def _write_new_case(self, move: _Move) -> None:
        case, step = move.case, move.step
        row = _case_row(move, self._now)
        self._tx.write(
            _NEW_CASE,
            {
                "id": case.id,
                "reference": case.reference,
                "version": case.version_id,
                "process": case.process,
                "status": "finished" if step.finished else "open",
                "opened_by": case.opened_by,
                "opened_at": case.opened_at,
                "changed_at": self._now,
                "closed_at": self._now if step.finished else None,
                "failures": 0,
                **{name: row[f"new_{name}"] for name in ("revision", "joined", "contributors", "state")},
            },
        )
        self._tx.write(_NEW_KEY, {"case": case.id, "wrapped": case.wrapped_key})
        self._tx.write(_NEW_DUE, {"case": case.id, "at": step.due})

    def _write_tasks(self) -> None:
        gone: list[dict[str, Any]] = []
        moved: list[dict[str, Any]] = []
        fresh: list[dict[str, Any]] = []
        for move in self._moves:
            still = {UUID(task.id) for task in move.step.tasks}
            known = {task.id for task in move.case.tasks}
            gone += [{"case_id": move.case.id, "task_id": task} for task in known - still]
            opened = [self._opened(move, task) for task in move.step.tasks if UUID(task.id) not in known]
            fresh += [_task_row(move.case, task) for task in opened]
            self._open[move.case.id] = [task for task in move.case.tasks if task.id in still] + opened
            moved += self._moved(move)
        if gone:
            self._tx.write(_GONE, gone)
        if moved:
            self._tx.write(_MOVED, moved)
        if fresh:
            self._tx.write(_TASKS, fresh)

    def _moved(self, move: _Move) -> list[dict[str, Any]]:
        """The open tasks of a recalculated case whose deadline is another day now, or those of which
        somebody chose it.

        Of a recalculated case one whose deadline has passed keeps it: its first timer fired, and is not
        waiting any more.
        """
        if move.choice is not None:
            chosen, still = move.choice.dues, {UUID(task.id) for task in move.step.tasks}
            return [
                {"case_id": move.case.id, "task_id": task, "new_due": chosen[task]}
                for task in sorted(chosen.keys() & still)
            ]
        if move.action != RECALCULATED:
            return []
        new = {UUID(task.id): due_moment(task) for task in move.step.tasks}
        return [
            {"case_id": move.case.id, "task_id": task.id, "new_due": new[task.id]}
            for task in move.case.tasks
            if task.due_at is not None
            and task.due_at > self._now
            and new.get(task.id) not in (None, task.due_at)
        ]

    def _opened(self, move: _Move, task: engine.OpenTask) -> Task:
        """The opener's own when she holds the role, else the role's pool's."""
        mine = task.role is not None and self._opener_holds(move, task.role)
        return Task(
            id=UUID(task.id),
            node=task.node,
            role=task.role,
            assignee=move.case.opened_by if mine else None,
            since=task.since,
            due_at=due_moment(task),
            steps=frozenset(map(str, task.steps)),
        )

    def _write_entries(self) -> None:
        rows = [
            _entry_row(move.case, move.entry, move.by, self._now)
            for move in self._moves
            if move.entry is not None and move.by is not None
        ]
        if rows:
            self._tx.write(_ENTRIES, rows)

    # --- mails and audit ---------------------------------------------------------------------------

    def _withdraw_reminders(self) -> None:
        """Where reminders were paused, those that wait for a task that is done do not go any more, nor do
        those that a later one of the same ladder replaces: after the pause somebody gets one, not five."""
        for move in self._moves:
            if move.case.pause is None:
                continue
            version = move.case.published.version
            gone = {task.node for task in move.case.tasks} - {task.node for task in move.step.tasks}
            nodes = mailing.reminders(version, gone)
            for mail in move.step.mails:
                rung = ladders.rung_of(version, mail.node)
                if rung is not None and mailing.may_wait(version, rung):
                    nodes += mailing.reminders(version, {rung.activity}, rung.role)
            if nodes:
                outbox.withdraw(self._tx, move.case.id, nodes)

    def _mails(self) -> Iterable[QueuedMail]:
        base_url = self._tx.database.base_url
        for move in self._moves:
            for mail in move.step.mails:
                task = _task_of(move, mail)
                to = mailing.receivers(move.case, mail, task, self._people, self._now)
                for person in to:
                    yield mailing.write(move.case, mail, task, person, base_url=base_url, now=self._now)
                if not to:
                    self._records.append(redirecting.nobody(self._tx, move.case, mail, self._now))

    def _record(self, move: _Move) -> audit.Record:
        case, step = move.case, move.step
        detail: dict[str, Any] = {
            "revision": case.revision + 1,
            # Names of events and elements only: a fact's own details may say what was decided.
            "facts": [[fact.name, fact.node] for fact in step.facts],
        }
        if move.entry is not None:
            detail |= {"node": move.entry.node, "task": move.entry.task.hex}
        if move.choice is not None:
            detail |= move.choice.detail
        joined = sorted(_joined(case, step) - case.joined)
        if joined:
            detail["joined"] = joined
        return audit.Record(
            self._now,
            move.action,
            person=move.by.person if move.by else None,
            role=move.role,
            case=case.id,
            reason=move.choice.reason if move.choice else None,
            detail=detail,
            key=move.key,
        )


def due_moment(task: engine.OpenTask) -> datetime | None:
    """When a task should be done: its first deadline. What its mails and every list of tasks say."""
    return min((deadline.at for deadline in task.deadlines), default=None)


def _joined(case: Case, step: engine.Step) -> frozenset[str]:
    """Who must decide joins the case team when that step starts, and stays."""
    deciding = any(StepKind.BESLISSEN in task.steps for task in step.tasks)
    return case.joined | {case.published.version.organisation.decides} if deciding else case.joined


def _sealed(case: Case, step: engine.Step) -> bytes:
    content = {"state": step.state, "outcome": step.outcome}
    return case.key.seal_json(content, case.bound(f"state|{case.revision + 1}"))


def _case_row(move: _Move, now: datetime) -> dict[str, Any]:
    case = move.case
    contributed = {move.by.person} if move.by is not None and move.entry is not None else set()
    return {
        "case_id": case.id,
        "old_revision": case.revision,
        "new_revision": case.revision + 1,
        "now": now,
        "new_joined": sorted(_joined(case, move.step)),
        "new_contributors": sorted(person.hex for person in case.contributors | contributed),
        "new_state": _sealed(case, move.step),
    }


def _task_row(case: Case, task: Task) -> dict[str, Any]:
    row = {name: getattr(task, name) for name in Task.__slots__}
    return {**row, "case": case.id, "steps": " ".join(sorted(task.steps))}


def _entry_row(case: Case, entry: Entry, by: Actor, now: datetime) -> dict[str, Any]:
    revision = case.revision + 1
    return {
        "case": case.id,
        "revision": revision,
        "task": entry.task,
        "node": entry.node,
        "person": by.person,
        "at": now,
        "answers": case.key.seal_json(dict(entry.answers), case.bound(f"entry|{revision}")),
    }


def _task_of(move: _Move, mail: engine.Mail) -> Task | None:
    """The stored task a mail is about; a task opened in this very step has no holder of its own yet."""
    return move.case.task(UUID(mail.task)) if mail.task else None
