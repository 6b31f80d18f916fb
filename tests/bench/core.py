"""The core's hot path: one completion from the database and back, beside the least it could cost."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from meldcode.store import Database
from tests.bench.bare import BareSpiff, BareSql
from tests.bench.rows import Row, at_most, interleaved, shown
from tests.bench.school import FOLDER, School

ROUNDS = 300
LOOPS = 400


def rows(folder: Path) -> Iterator[Row]:
    """All figures of the core; `folder` is a scratch directory."""
    school = School(f"sqlite:///{folder / 'core.db'}")
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
    yield from _doubt_loop(folder)


def _doubt_loop(folder: Path) -> Iterator[Row]:
    school = School(f"sqlite:///{folder / 'loop.db'}")
    times, sizes = [], []
    for _ in range(LOOPS):
        begin = time.perf_counter()
        school.complete("wegen")
        school.complete("vt_twijfel")
        times.append((time.perf_counter() - begin) * 500)
        sizes.append(school.stored_state())
    first, last = statistics.median(times[5:25]), statistics.median(times[-20:])
    yield shown("doubt loop: a step in its first rounds", first, "ms")
    yield shown(f"doubt loop: a step in round {LOOPS}", last, "ms")
    yield at_most(f"doubt loop: round {LOOPS} / first", last / first, "x", 1.5)
    yield at_most(f"doubt loop: state in round {LOOPS} / first", sizes[-1] / sizes[0], "x", 1.5)


def _counted(school: School) -> tuple[int, int]:
    with _counting(school.db) as seen:
        school.complete()
        first = dict(seen)
        school.complete()
    both = (first, {name: seen[name] - first[name] for name in seen})
    return max(one["statements"] for one in both), max(one["commits"] for one in both)


@contextmanager
def _counting(db: Database) -> Iterator[dict[str, int]]:
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
