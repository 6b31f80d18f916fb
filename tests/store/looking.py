"""What tests of cases look at: the statements that were sent, and the log of a case."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import event

from meldcode import audit
from meldcode.store import Database
from tests.store.house import House


@contextmanager
def statements(db: Database) -> Iterator[dict[str, int]]:
    """Counts what is sent to the database inside the block."""
    counts = {"statements": 0, "commits": 0}

    def statement(*_: object) -> None:
        counts["statements"] += 1

    def commit(*_: object) -> None:
        counts["commits"] += 1

    event.listen(db.engine, "before_cursor_execute", statement)
    event.listen(db.engine, "commit", commit)
    try:
        yield counts
    finally:
        event.remove(db.engine, "before_cursor_execute", statement)
        event.remove(db.engine, "commit", commit)


def actions(house: House, case: UUID) -> list[str]:
    with house.db.reading(house.organisation) as tx:
        return [row.action for row in audit.of_case(tx, case)]
