"""Open cases to the version that holds now: looked at first, then taken along one by one.

A case is pinned to the version it began with. Whoever designs may take open cases along: the preview
tries each of them on a copy and says which can go and which stay and why; then a worker moves them, each
in a transaction of its own, and may be stopped and killed at any moment. Clocks keep running
(`engine.migrate`). What cannot go stays on its version, and ends there as it began.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from meldcode import access, audit, engine, people, publishing
from meldcode.messages import MeldcodeError, Text
from meldcode.moves import Case, Changes, load, look_all
from meldcode.moves.saving import due_moment
from meldcode.people import Actor
from meldcode.publishing import Published
from meldcode.store import Database, StoreError, Transaction, scoped
from meldcode.store.tables import cases, chores, migrations, tasks

MIGRATE = "migrate"
MIGRATED = "case_migrated"
_READ_TOGETHER = 100
_MOST_NAMED = 500  # of the cases that stay: enough to look at by hand
_BEFORE_ALL = UUID(int=0)


class MigrationError(MeldcodeError):
    """Nothing is migrated; `text` says why."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one case would stand. `why` None: it can go; else it stays, and `node` is in its way.

    `tasks` are the names of its open tasks in the new version, `mails` how many messages would go at once
    because a new term has passed already, `armed` the timers that are new, `dropped` those that end.
    """

    case: UUID
    reference: str
    tasks: tuple[str, ...]
    why: Text | None = None
    node: str | None = None
    mails: int = 0
    armed: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """What a migration to `version` would do with every open case that is on another one."""

    version: str
    cases: tuple[Standing, ...]

    @property
    def go(self) -> tuple[Standing, ...]:
        return tuple(case for case in self.cases if case.why is None)

    @property
    def stay(self) -> tuple[Standing, ...]:
        return tuple(case for case in self.cases if case.why is not None)


@dataclass(frozen=True, slots=True)
class Migration:
    """One migration and how far it is: `moved` and `stayed` of about `total` cases."""

    id: UUID
    version: str
    asked_by: UUID
    asked_at: datetime
    ended_at: datetime | None
    stopped: bool
    moved: int
    stayed: tuple[Standing, ...]
    total: int

    @property
    def running(self) -> bool:
        return self.ended_at is None


_OLD = (
    sa.select(cases.c.id)
    .where(
        scoped(cases),
        cases.c.status == "open",
        cases.c.version != sa.bindparam("version"),
        cases.c.id > sa.bindparam("after", type_=sa.Uuid()),
    )
    .order_by(cases.c.id)
)
_SOME_OLD = _OLD.limit(sa.bindparam("most"))
_COUNT = sa.select(sa.func.count()).select_from(_OLD.subquery())
_EXCLUDED = sa.select(cases.c.id, cases.c.excluded).where(
    scoped(cases), cases.c.id.in_(sa.bindparam("which", expanding=True))
)
_COUNT_SEEN = sa.select(sa.func.count()).select_from(
    _OLD.where(~sa.cast(cases.c.excluded, sa.Text).contains(sa.bindparam("who"))).subquery()
)
_REPIN = (
    sa.update(cases)
    .where(scoped(cases), cases.c.id == sa.bindparam("which"))
    .values(version=sa.bindparam("new_version"))
)
_RETASK = (
    sa.update(tasks)
    .where(scoped(tasks), tasks.c.case == sa.bindparam("which"), tasks.c.id == sa.bindparam("task"))
    .values(
        role=sa.bindparam("new_role"),
        steps=sa.bindparam("new_steps"),
        assignee=sa.bindparam("new_assignee", type_=sa.Uuid()),
        # who asked for advice has it no more when the task is somebody else's
        adviser=sa.case(
            (
                tasks.c.assignee.is_not_distinct_from(sa.bindparam("new_assignee", type_=sa.Uuid())),
                tasks.c.adviser,
            ),
            else_=None,
        ),
        due_at=sa.bindparam("new_due", type_=tasks.c.due_at.type),
    )
)
_BEGIN = sa.insert(migrations)
_WITH_TOTAL = (
    sa.select(migrations, chores.c.total)
    .select_from(
        migrations.outerjoin(
            chores,
            sa.and_(scoped(chores), chores.c.kind == MIGRATE, chores.c.began_at == migrations.c.asked_at),
        )
    )
    .where(scoped(migrations))
)
_ALL = _WITH_TOTAL.order_by(migrations.c.asked_at.desc(), migrations.c.id)
_ONE = _WITH_TOTAL.where(migrations.c.id == sa.bindparam("which"))
_UNDER_WAY = sa.select(migrations).where(scoped(migrations), migrations.c.ended_at.is_(None))
_RUNNING = _UNDER_WAY.with_for_update()
_COUNTED = (
    sa.update(migrations)
    .where(scoped(migrations), migrations.c.id == sa.bindparam("which"))
    .values(moved=sa.bindparam("so_many"), stayed=sa.bindparam("these"), ended_at=sa.bindparam("when_ended"))
)
_STOP = (
    sa.update(migrations)
    .where(scoped(migrations), migrations.c.id == sa.bindparam("which"))
    .values(ended_at=sa.bindparam("now"), stopped_by=sa.bindparam("who"))
)
_NO_CHORE = sa.delete(chores).where(scoped(chores), chores.c.kind == MIGRATE)
_CHORE = sa.insert(chores)


# --- looking -----------------------------------------------------------------------------------------


def preview(db: Database, actor: Actor, now: datetime) -> Preview:
    """Try every open case of another version on a copy; nothing is stored but that it was looked at.

    A case she is shut out of is not there for her. Reads a hundred cases at a time. Raises `PublishError`
    when nothing is published.
    """
    with db.reading(actor.organisation) as tx:
        version, new, _ = publishing.start(tx)
        found = tuple(_tried(tx, actor, new, version, now))
    seen = Preview(version, found)
    with db.transaction(actor.organisation) as tx:
        detail = {"version": version, "go": len(seen.go), "stay": len(seen.stay)}
        audit.append(tx, [audit.Record(now, "migration_previewed", person=actor.person, detail=detail)])
    return seen


def behind(db: Database, actor: Actor) -> int:
    """How many open cases follow another version than the one that holds, without those she is shut out of.

    Raises `PublishError`.
    """
    with db.reading(actor.organisation) as tx:
        here = {"version": publishing.current(tx), "after": _BEFORE_ALL, "who": actor.person.hex}
        count: int = tx.execute(_COUNT_SEEN, here).scalar_one()
        return count


def _tried(tx: Transaction, actor: Actor, new: Published, version: str, now: datetime) -> Iterator[Standing]:
    which = tx.execute(_OLD, {"version": version, "after": _BEFORE_ALL}).scalars().all()
    for begin in range(0, len(which), _READ_TOGETHER):
        for case in look_all(tx, which[begin : begin + _READ_TOGETHER]):
            if not access.is_shut_out(actor, case):
                yield _standing(case, new, now)


def _standing(case: Case, new: Published, now: datetime) -> Standing:
    try:
        result = _migrated(case, new, now)
    except engine.EngineError as error:
        return _stays(case, error)
    return Standing(
        case.id,
        case.reference,
        tuple(task.name for task in result.step.tasks),
        mails=len(result.step.mails),
        armed=result.armed,
        dropped=result.dropped,
    )


def _stays(case: Case, error: Exception) -> Standing:
    nodes = case.published.version.nodes
    names = tuple(nodes[task.node].name for task in case.tasks if task.node in nodes)
    unexpected = f"onverwachte fout ({type(error).__name__})", f"unexpected error ({type(error).__name__})"
    why = error.text if isinstance(error, MeldcodeError) else Text(*unexpected)
    return Standing(case.id, case.reference, names, why=why, node=getattr(error, "node", None))


def _migrated(case: Case, new: Published, now: datetime) -> engine.Migrated:
    old = case.published.version
    return engine.migrate(old, new.version, case.calendar, case.state or {}, now)


# --- asking and stopping -------------------------------------------------------------------------------


def begin(db: Database, actor: Actor, now: datetime) -> Migration:
    """Take all open cases to the version that holds now, in the background.

    Raises `MigrationError` when one is under way already, or when there is nothing to move.
    """
    with db.transaction(actor.organisation) as tx:
        publishing.alone(tx)
        version, _, _ = publishing.start(tx)
        if tx.execute(_RUNNING).first() is not None:
            raise MigrationError(
                Text(
                    "Er worden al zaken overgezet. Wacht tot dat klaar is.", "Cases are being moved already."
                )
            )
        total = tx.execute(_COUNT, {"version": version, "after": _BEFORE_ALL}).scalar_one()
        if not total:
            raise MigrationError(
                Text(
                    "Alle open zaken volgen al de versie die nu geldt.",
                    "All open cases follow the version that holds now.",
                )
            )
        which = uuid4()
        tx.execute(
            _BEGIN,
            {
                "id": which,
                "version": version,
                "asked_by": actor.person,
                "asked_at": now,
                "moved": 0,
                "stayed": [],
            },
        )
        tx.execute(_NO_CHORE)
        tx.execute(
            _CHORE, {"kind": MIGRATE, "at": now, "began_at": now, "after": None, "done": 0, "total": total}
        )
        detail = {"version": version, "cases": total}
        audit.append(tx, [audit.Record(now, "migration_begun", person=actor.person, detail=detail)])
        return _seen(tx, which)


def stop(db: Database, actor: Actor, which: UUID, now: datetime) -> Migration:
    """Stop where it is: what moved has moved, the rest stays. Raises `MigrationError`."""
    with db.transaction(actor.organisation) as tx:
        running = tx.execute(_RUNNING).first()
        if running is None or running.id != which:
            raise MigrationError(
                Text("Deze overzetting is al klaar of gestopt.", "This migration has ended already.")
            )
        tx.execute(_STOP, {"which": which, "now": now, "who": actor.person})
        tx.execute(_NO_CHORE)
        detail = {"version": running.version, "moved": running.moved}
        audit.append(tx, [audit.Record(now, "migration_stopped", person=actor.person, detail=detail)])
        return _seen(tx, which)


def listed(db: Database, organisation: UUID, for_whom: UUID | None = None) -> list[Migration]:
    """Every migration of an organisation, the newest first.

    For a person, the cases she is shut out of are left out of what stayed.
    """
    with db.reading(organisation) as tx:
        found = [_migration(row) for row in tx.execute(_ALL)]
        named = {case.case for one in found for case in one.stayed}
        if for_whom is None or not named:
            return found
        rows = tx.execute(_EXCLUDED, {"which": list(named)})
        hidden = {row.id for row in rows if for_whom.hex in (row.excluded or ())}
    return [
        replace(one, stayed=tuple(case for case in one.stayed if case.case not in hidden)) for one in found
    ]


def _seen(tx: Transaction, which: UUID) -> Migration:
    return _migration(tx.execute(_ONE, {"which": which}).one())


def _migration(row: Any) -> Migration:
    stayed = tuple(
        Standing(UUID(case), reference, (), Text(nl, en), node)
        for case, reference, node, nl, en in row.stayed
    )
    total = row.total if row.total is not None else row.moved + len(stayed)
    return Migration(
        row.id,
        row.version,
        row.asked_by,
        row.asked_at,
        row.ended_at,
        row.stopped_by is not None,
        row.moved,
        stayed,
        max(total, row.moved + len(stayed)),
    )


# --- doing ---------------------------------------------------------------------------------------------


def move_some(
    db: Database, organisation: UUID, after: UUID | None, most: int, *, now: datetime
) -> list[UUID]:
    """Move at most `most` cases, those that come after `after` by id; which ones were handled.

    Each has a transaction of its own. A case that cannot go stays and is counted; after a kill the cases
    that moved are on the new version already and are not handled again.
    """
    with db.reading(organisation) as tx:
        running = tx.execute(_UNDER_WAY).first()
        if running is None:
            return []
        some = {"version": running.version, "after": after or _BEFORE_ALL, "most": most}
        which = list(tx.execute(_SOME_OLD, some).scalars())
    moved, stayed = 0, []
    for case_id in which:
        try:
            moved += _move(db, organisation, case_id, running.version, now)
        except _Stays as stays:
            stayed.append(stays.standing)
    _count(db, organisation, moved, stayed, ended=now if len(which) < most else None)
    return which


class _Stays(Exception):
    """A case that cannot go: its transaction is undone."""

    def __init__(self, standing: Standing) -> None:
        super().__init__()
        self.standing = standing


def _move(db: Database, organisation: UUID, case_id: UUID, version: str, now: datetime) -> bool:
    """Move one case; False when it was closed or moved meanwhile. Raises `_Stays`."""
    with db.transaction(organisation) as tx:
        case = load(tx, case_id)
        if case is None or case.status != "open" or case.version_id == version:
            return False
        try:
            new = publishing.load(tx, version)
            _write(tx, case, new, version, _migrated(case, new, now), now)
        except StoreError:
            raise
        except Exception as error:  # one case is never in the way of another
            raise _Stays(_stays(case, error)) from error
        return True


def _write(
    tx: Transaction, case: Case, new: Published, version: str, result: engine.Migrated, now: datetime
) -> None:
    changes = Changes(tx, now)
    changes.add(replace(case, published=new, version_id=version), result.step, action=MIGRATED)
    changes.save()
    tx.execute(_REPIN, {"which": case.id, "new_version": version})
    rows = list(_tasks_again(tx, case, result, now))
    if rows:
        tx.execute(_RETASK, rows)


def _tasks_again(
    tx: Transaction, case: Case, result: engine.Migrated, now: datetime
) -> Iterator[dict[str, Any]]:
    """The tasks that stay open, where their role, steps or deadline are others now."""
    open_now = {UUID(task.id): task for task in result.step.tasks}
    for task in case.tasks:
        there = open_now.get(task.id)
        if there is None:
            continue
        steps = frozenset(map(str, there.steps))
        due = task.due_at
        if due is None or result.dropped:
            due = due_moment(there)
        assignee = task.assignee
        if there.role != task.role and assignee is not None:
            holders = people.holders(tx, [there.role], now)[there.role] if there.role else []
            assignee = assignee if any(person.id == assignee for person in holders) else None
        if (there.role, steps, assignee, due) != (task.role, task.steps, task.assignee, task.due_at):
            yield {
                "which": case.id,
                "task": task.id,
                "new_role": there.role,
                "new_steps": " ".join(sorted(steps)),
                "new_assignee": assignee,
                "new_due": due,
            }


def _count(
    db: Database, organisation: UUID, moved: int, stayed: Sequence[Standing], ended: datetime | None
) -> None:
    with db.transaction(organisation) as tx:
        running = tx.execute(_RUNNING).first()
        if running is None:
            return  # stopped meanwhile
        told = [
            [case.case.hex, case.reference, case.node, case.why.nl, case.why.en]
            for case in stayed
            if case.why
        ]
        counts = {
            "which": running.id,
            "so_many": running.moved + moved,
            "these": [*running.stayed, *told][:_MOST_NAMED],
            "when_ended": ended,
        }
        tx.execute(_COUNTED, counts)
