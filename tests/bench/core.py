"""The core's hot path: one completion from the database and back, beside the least it could cost."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from meldcode.engine import Complete, step
from meldcode.store import Database
from tests.bench.bare import BareSpiff, BareSql
from tests.bench.rows import Row, at_most, interleaved, shown
from tests.bench.school import FOLDER, School
from tests.databases import Kind, SqliteFiles
from tests.unit import test_engine_growth as growth

ROUNDS = 300
LOOPS = 400


def rows(folder: Path) -> Iterator[Row]:
    """All figures of the core; `folder` is a scratch directory."""
    databases = SqliteFiles(folder)
    school = School(databases.fresh())
    spiff = BareSpiff(FOLDER, folder / "spiff.db")
    bare = BareSql(folder / "bare.db")
    full_json = spiff.stored_state()
    yield at_most("state of an open case", school.stored_state() / 1_000, "kB", 4)
    yield shown("the same as SpiffWorkflow's full JSON", full_json / 1_000, "kB")
    works: dict[str, Callable[[], object]] = {"core": school.complete, "sql": bare.write}
    interleaved(20, works)  # warm caches
    # SpiffWorkflow's state grows with every round, so its time is taken while it is young: to its advantage
    young = interleaved(10, {"core": school.complete, "spiff": spiff.step})
    taken = interleaved(ROUNDS, works)
    yield shown("bare SQL: UPDATE 2.3 kB, INSERT, commit", taken["sql"], "ms")
    yield shown("core step: load, open, complete, seal, audit, save", taken["core"], "ms")
    yield at_most("core step / bare SQL", taken["core"] / taken["sql"], "x", 8)
    yield shown("bare SpiffWorkflow, full JSON stored", young["spiff"], "ms")
    yield at_most("core step / bare SpiffWorkflow", young["core"] / young["spiff"], "x", 1)
    statements, commits = _counted(school)
    yield at_most("SQL statements of a completion", statements, "", 12)
    yield Row("commits of a completion", commits, "", "= 1", commits == 1)
    yield from _doubt_loop(databases)
    yield from _engine_alone()


def _engine_alone() -> Iterator[Row]:
    """A step of the engine by itself, from JSON to JSON: thirty tasks, at the one with a ladder."""
    now = datetime(2026, 9, 7, 7, tzinfo=UTC)
    waiting = growth.finish(growth.finish(growth.at_the_doubt(), "advies"), "dossier")
    stored, task = json.dumps(waiting.state), waiting.tasks[0].id

    def work() -> None:
        done = step(growth.doubting(), growth.CALENDAR, json.loads(stored), Complete(task), now)
        json.dumps(done.state)

    yield shown("engine alone: load, complete, run, save", interleaved(200, {"engine": work})["engine"], "ms")
    yield shown(
        "engine alone: stored state with twelve answers, deflated", len(zlib.compress(stored.encode())), "B"
    )


def _doubt_loop(databases: Kind) -> Iterator[Row]:
    """A case that went round 400 times beside one that has just begun, a round each in turn."""
    old, young = School(databases.fresh()), School(databases.fresh())
    small = old.stored_state()
    for _ in range(LOOPS):
        old.go_round()
    taken = interleaved(25, {"young": young.go_round, "old": old.go_round})
    yield shown("doubt loop: a step in the first rounds", taken["young"] / 2, "ms")
    yield shown(f"doubt loop: a step after {LOOPS} rounds", taken["old"] / 2, "ms")
    yield at_most(f"doubt loop: after {LOOPS} rounds / first", taken["old"] / taken["young"], "x", 1.5)
    yield at_most(f"doubt loop: state after {LOOPS} rounds / first", old.stored_state() / small, "x", 1.5)


def _counted(school: School) -> tuple[int, int]:
    with counting(school.db) as seen:
        school.complete()
        first = dict(seen)
        school.complete()
    both = (first, {name: seen[name] - first[name] for name in seen})
    return max(one["statements"] for one in both), max(one["commits"] for one in both)


@contextmanager
def counting(db: Database) -> Iterator[dict[str, int]]:
    """Counts SQL statements and commits on `db` while it lasts."""
    seen = {"statements": 0, "commits": 0}

    def statement(*_: object) -> None:
        seen["statements"] += 1

    def commit(*_: object) -> None:
        seen["commits"] += 1

    sa.event.listen(db.engine, "before_cursor_execute", statement)
    sa.event.listen(db.engine, "commit", commit)
    try:
        yield seen
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", statement)
        sa.event.remove(db.engine, "commit", commit)
