"""How late a reminder is: a real beat and a real worker, on PostgreSQL, while reminders keep falling due."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa

from meldcode import cases, clock
from meldcode.store.tables import clock as clock_table
from meldcode.store.tables import due, mails
from tests.bench.rows import Row, at_most, shown
from tests.databases import beneath
from tests.postgres import OWNER, PrivatePostgres
from tests.workers.deployment import LONG_AGO, Deployment
from workers.embedded.broker import PrivateBroker
from workers.embedded.catcher import catching

REMINDERS = 300
EVERY = timedelta(milliseconds=50)  # one falls due: 300 in a quarter of a minute
TICK_SECONDS = 1
PATIENCE_SECONDS = 60


def rows(server: PrivatePostgres, folder: Path) -> Iterator[Row]:
    """The 99th of 100, from the moment it was due until its mail is in the outbox for everybody to see."""
    folder.mkdir()
    name = server.create()
    database = {
        "MELDCODE_DATABASE_URL": server.url(name),
        "MELDCODE_MIGRATION_URL": server.url(name, OWNER),
    }
    with PrivateBroker() as broker, catching(folder / "mails") as (mailbox, port):
        deployment = Deployment(folder / "var", broker.url, mailbox, port, database=database)
        try:
            late = _lateness(deployment)
        finally:
            deployment.stop()
    server.drop(name)
    what = f"lateness of {REMINDERS} reminders, a tick every {TICK_SECONDS} s"
    yield shown(f"{what}: median", statistics.median(late), "s")
    yield at_most(f"{what}: 99th of 100", statistics.quantiles(late, n=100)[-1], "s", TICK_SECONDS + 1)


def _lateness(deployment: Deployment) -> list[float]:
    due_at = _opened(deployment)
    worker = deployment.start("worker")
    if not deployment.started(worker):
        raise RuntimeError("the worker does not start")
    deployment.start("beat")
    # the deployment's clock goes to some seconds before the first is due: both have begun by then
    offset = min(due_at.values()) - timedelta(seconds=5) - clock.real()
    with beneath(deployment.db).begin() as connection:
        connection.execute(sa.delete(clock_table))
        row = {"id": 1, "offset_seconds": round(offset.total_seconds())}
        connection.execute(sa.insert(clock_table), row)
    offset = timedelta(seconds=row["offset_seconds"])
    seen: dict[UUID, datetime] = {}
    deadline = time.monotonic() + PATIENCE_SECONDS
    with beneath(deployment.db).connect() as connection:
        while len(seen) < len(due_at):
            if time.monotonic() > deadline:
                raise RuntimeError(f"{len(seen)} of {len(due_at)} reminders came")
            time.sleep(0.02)
            found = (
                connection.execute(sa.select(mails.c.case).where(mails.c.case.is_not(None))).scalars().all()
            )
            connection.rollback()
            for case in found:
                seen.setdefault(case, clock.real() + offset)
    early = [case for case, moment in seen.items() if moment < due_at[case]]
    if early:
        raise RuntimeError(f"{len(early)} reminders came too early")
    return [(seen[case] - moment).total_seconds() for case, moment in due_at.items()]


def _opened(deployment: Deployment) -> dict[UUID, datetime]:
    """Cases begun one shortly after another, weeks ago; when each one's first reminder is due."""
    db, first = deployment.db, clock.now(deployment.db) - LONG_AGO
    for number in range(REMINDERS):
        moment = first + number * EVERY
        cases.open_case(db, deployment.teacher, key=f"lateness-{number}", now=moment)
    with beneath(db).connect() as connection:
        return {row.case: row.at for row in connection.execute(sa.select(due.c.case, due.c.at))}
