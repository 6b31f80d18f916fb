"""Many open cases at once: what a tick costs when nothing is due, and when a thousand are."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from statistics import median
from uuid import UUID, uuid4

import sqlalchemy as sa

from meldcode import crypto, moves, timers
from meldcode.store import Database
from meldcode.store.tables import case_keys, cases, due, tasks
from tests.bench.core import counting
from tests.bench.rows import Row, at_most, shown
from tests.bench.school import School
from tests.databases import Kind, SqliteFiles, beneath

CROWD = 100_000
DUE = 1_000
BATCH = 5_000


def rows(kind: Kind) -> Iterator[Row]:
    """The figures on one kind of database. Filling it takes most of the time; the tables are real cases."""
    name = "SQLite" if isinstance(kind, SqliteFiles) else "PostgreSQL"
    db = kind.fresh()
    try:
        school = School(db)
        fill(db, school.teacher.organisation, school.case, CROWD - 1)
        yield from _idle(name, db, school.now)
        # the crowd's reminders fall due at one moment; the thousand first of them are let go now
        moment = _bring_forward(db, school.now)
        begin, busy = time.perf_counter(), time.process_time()
        fired = 0
        while done := timers.fire_due(db, moment):
            fired += done
        taken, busy = time.perf_counter() - begin, time.process_time() - busy
        if fired != DUE:
            raise AssertionError(f"{fired} of {DUE} fired")
        figure = f"{name}: {DUE:,} due of {CROWD:,} fired, mails queued"
        # SQLite waits for the disk in one file; a deployment of that size is on PostgreSQL
        yield shown(figure, taken, "s") if name == "SQLite" else at_most(figure, taken, "s", 4)
        yield shown(f"{name}: processor time of it in the worker", busy, "s")
    finally:
        kind.drop(db)


def _idle(name: str, db: Database, now: datetime) -> Iterator[Row]:
    taken = []
    with counting(db) as seen:
        for _ in range(100):
            begin = time.perf_counter()
            fired = timers.fire_due(db, now)
            taken.append((time.perf_counter() - begin) * 1_000)
            if fired:
                raise AssertionError("something was due")
        queries = seen["statements"] / 100
    yield at_most(f"{name}: idle tick with {CROWD:,} open cases", median(taken), "ms", 5)
    yield Row(f"{name}: queries of an idle tick", queries, "", "= 1", queries == 1)


def _bring_forward(db: Database, now: datetime) -> datetime:
    """Let the reminder of a thousand cases be due: a moment at which only theirs is."""
    with beneath(db).begin() as connection:
        first = connection.execute(sa.select(sa.func.min(due.c.at, type_=due.c.at.type))).scalar_one()
        chosen = connection.execute(sa.select(due.c.case).limit(DUE)).scalars().all()
        later = sa.update(due).where(due.c.case.not_in(chosen)).values(at=first + timedelta(days=1))
        connection.execute(later)
    assert first > now
    return first


def fill(db: Database, organisation: UUID, case: UUID, how_many: int, owner: UUID | None = None) -> None:
    """Copies of one case, each with its own id and key, as if opened at the same moment.

    `owner` opened them and has their tasks; None: whoever has those of the case itself.
    """
    with db.transaction(organisation) as tx:
        original = moves.load(tx, case)
        organisation_key = tx.organisation_key()
    assert original is not None
    assert original.state is not None
    with beneath(db).connect() as connection:
        found = connection.execute(sa.select(cases).where(cases.c.id == case))
        case_row = dict(found.mappings().one())
        found = connection.execute(sa.select(tasks).where(tasks.c.case == case))
        task_rows = [dict(row) for row in found.mappings()]
        at = connection.execute(sa.select(due.c.at).where(due.c.case == case)).scalar_one()
    if owner is not None:
        case_row |= {"opened_by": owner, "contributors": [owner.hex]}
        task_rows = [{**row, "assignee": owner} for row in task_rows]
    content = {"state": original.state, "outcome": original.outcome}
    bound = f"state|{original.revision}"
    left = how_many
    while left:
        ids = [uuid4() for _ in range(min(BATCH, left))]
        left -= len(ids)
        made: dict[sa.Table, list[dict[str, object]]] = {cases: [], case_keys: [], tasks: [], due: []}
        for one in ids:
            key, wrapped = crypto.new_case_key(organisation_key, organisation, one)
            state = key.seal_json(content, crypto.associated(organisation, one, bound))
            made[cases].append({**case_row, "id": one, "reference": _reference(one), "state": state})
            made[case_keys].append({"case": one, "organisation": organisation, "wrapped": wrapped})
            made[tasks] += [{**row, "case": one, "id": uuid4()} for row in task_rows]
            made[due].append({"case": one, "organisation": organisation, "at": at})
        with beneath(db).begin() as connection:
            for table, many in made.items():
                connection.execute(sa.insert(table), many)
    with beneath(db).connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE")


def _reference(case: UUID) -> str:
    return case.hex[:20]
