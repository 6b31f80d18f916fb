"""Kill a process at a chosen point, and look at what it left behind.

A point is every moment at which something outside the process could have changed: before each
statement, before and after each commit, before and after each SMTP command. The process is killed with
SIGKILL: no handler, no `finally`, no goodbye.
"""

from __future__ import annotations

import contextlib
import os
import signal
import smtplib
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import event

from meldcode import audit
from meldcode.moves import load
from meldcode.store import Database
from meldcode.store.tables import audit as log
from meldcode.store.tables import cases, due, entries, mails, outbox, tasks
from tests.databases import beneath
from tests.store.house import House

_SMTP = ("connect", "docmd", "data", "getreply", "quit")


class Points:
    """Counts points and kills at number `fatal` (None: only counts)."""

    def __init__(self, fatal: int | None) -> None:
        self.fatal = fatal
        self.passed = 0

    def __call__(self, *_: object) -> None:
        self.passed += 1
        if self.passed == self.fatal:
            os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def points(db: Database, fatal: int | None = None) -> Iterator[Points]:
    """Puts a point at every boundary of `db` and of SMTP inside the block."""
    reached = Points(fatal)
    dialect: Any = db.engine.dialect
    commit = dialect.do_commit

    def committing(connection: Any) -> None:
        reached()
        commit(connection)
        reached()

    wrapped = {name: getattr(smtplib.SMTP, name) for name in _SMTP}

    def command(name: str) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            reached()
            answer = wrapped[name](*args, **kwargs)
            reached()
            return answer

        return call

    event.listen(db.engine, "before_cursor_execute", reached)
    dialect.do_commit = committing
    for name in _SMTP:
        setattr(smtplib.SMTP, name, command(name))
    try:
        yield reached
    finally:
        event.remove(db.engine, "before_cursor_execute", reached)
        dialect.do_commit = commit
        for name, original in wrapped.items():
            setattr(smtplib.SMTP, name, original)


def in_child(db: Database, work: Callable[[], object], fatal: int | None) -> bool:
    """Run `work` in a forked process that is killed at point `fatal`. True when it was killed."""
    child = os.fork()
    if child == 0:
        try:
            with points(db, fatal):
                work()
            os._exit(0)
        except BaseException:
            with contextlib.suppress(BaseException):
                traceback.print_exc()
            os._exit(1)
    status = os.waitpid(child, 0)[1]
    assert not os.WIFEXITED(status) or os.WEXITSTATUS(status) == 0, "the child failed by itself"
    return os.WIFSIGNALED(status)


def count_points(db: Database, work: Callable[[], object]) -> int:
    """How many points `work` passes when nobody kills it."""
    with points(db) as reached:
        work()
    return reached.passed


def snapshot(house: House, case: UUID) -> dict[str, Any]:
    """Everything stored about a case, and its organisation's log: to tell before from after."""
    found: dict[str, Any] = {}
    with beneath(house.db).connect() as connection:
        for table in (cases, tasks, due, entries, mails):
            column = table.c.id if table is cases else table.c.case
            rows = connection.execute(sa.select(table).where(column == case)).all()
            found[table.name] = sorted(map(tuple, rows), key=repr)
        found["outbox"] = sorted(map(tuple, connection.execute(sa.select(outbox)).all()), key=repr)
        found["log"] = [tuple(row) for row in connection.execute(sa.select(log).order_by(log.c.sequence))]
    return found


def assert_sound(house: House, case: UUID) -> None:
    """What no fault may break: the case opens, its tasks are there, the log is whole, with one line
    for each change of the case."""
    assert audit.verify(house.db) == []
    with house.db.reading(house.organisation) as tx:
        stored = load(tx, case)
        assert stored is not None
        rows = audit.of_case(tx, case)
        if stored.status == "open":
            assert stored.tasks
    revisions = [row.detail["revision"] for row in rows if "revision" in row.detail]
    assert revisions == list(range(1, stored.revision + 1))
    if house.db.engine.dialect.name != "sqlite":
        return  # PostgreSQL checks what refers to what at every commit
    with beneath(house.db).connect() as connection:
        integrity = connection.exec_driver_sql("PRAGMA integrity_check").scalar()
        assert integrity == "ok"
        keys = [tuple(row) for row in connection.exec_driver_sql("PRAGMA foreign_key_check")]
        assert keys == []
