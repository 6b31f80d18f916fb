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
        _fill(school, CROWD - 1)
        yield from _idle(name, db, school.now)
        # the crowd's reminders fall due at one moment; the thousand first of them are let go now
        moment = _bring_forward(db, school.now)
        begin = time.perf_counter()
        fired = 0
        while done := timers.fire_due(db, moment):
            fired += done
        taken = time.perf_counter() - begin
        if fired != DUE:
            raise AssertionError(f"{fired} of {DUE} fired")
        figure = f"{name}: {DUE:,} due of {CROWD:,} fired, mails queued"
        # SQLite waits for the disk in one file; a deployment of that size is on PostgreSQL
        yield shown(figure, taken, "s") if name == "SQLite" else at_most(figure, taken, "s", 4)
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
    yield shown(f"{name}: queries of an idle tick", queries, "")


def _bring_forward(db: Database, now: datetime) -> datetime:
    """Let the reminder of a thousand cases be due: a moment at which only theirs is."""
    with beneath(db).begin() as connection:
        first = connection.execute(sa.select(sa.func.min(due.c.at, type_=due.c.at.type))).scalar_one()
        chosen = connection.execute(sa.select(due.c.case).limit(DUE)).scalars().all()
        later = sa.update(due).where(due.c.case.not_in(chosen)).values(at=first + timedelta(days=1))
        connection.execute(later)
    assert first > now
    return first


def _fill(school: School, how_many: int) -> None:
    """Copies of the school's one case, each with its own id and key, as if opened at the same moment."""
    db = school.db
    with db.transaction(school.teacher.organisation) as tx:
        original = moves.load(tx, school.case)
        organisation_key = tx.organisation_key()
    assert original is not None
    assert original.state is not None
    with beneath(db).connect() as connection:
        case_row = dict(connection.execute(sa.select(cases)).mappings().one())
        task_rows = [dict(row) for row in connection.execute(sa.select(tasks)).mappings()]
        at = connection.execute(sa.select(due.c.at)).scalar_one()
    content = {"state": original.state, "outcome": original.outcome}
    organisation = school.teacher.organisation
    bound = f"state|{original.revision}"
    left = how_many
    while left:
        ids = [uuid4() for _ in range(min(BATCH, left))]
        left -= len(ids)
        made: dict[sa.Table, list[dict[str, object]]] = {cases: [], case_keys: [], tasks: [], due: []}
        for case in ids:
            key, wrapped = crypto.new_case_key(organisation_key, organisation, case)
            state = key.seal_json(content, crypto.associated(organisation, case, bound))
            made[cases].append({**case_row, "id": case, "reference": _reference(case), "state": state})
            made[case_keys].append({"case": case, "organisation": organisation, "wrapped": wrapped})
            made[tasks] += [{**row, "case": case} for row in task_rows]
            made[due].append({"case": case, "organisation": organisation, "at": at})
        with beneath(db).begin() as connection:
            for table, many in made.items():
                connection.execute(sa.insert(table), many)


def _reference(case: UUID) -> str:
    return case.hex[:20]
