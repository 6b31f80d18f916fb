"""The one moment at which a mail can arrive twice: on PostgreSQL, with real workers and a beat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from meldcode import clock
from meldcode.store.tables import mails
from tests.databases import beneath
from tests.postgres import OWNER, PrivatePostgres
from tests.waiting import eventually
from tests.workers.deployment import Deployment
from workers.embedded.broker import PrivateBroker
from workers.embedded.catcher import Mailbox, catching

pytestmark = pytest.mark.processes


@pytest.fixture
def caught(tmp_path: Path) -> Iterator[tuple[Mailbox, int]]:
    with catching(tmp_path / "mails") as found:
        yield found


def outbox(deployment: Deployment) -> dict[str, tuple[str, int]]:
    """Every mail by its Message-ID: how it stands, and how often it was tried."""
    with beneath(deployment.db).connect() as connection:
        rows = connection.execute(sa.select(mails.c.message_id, mails.c.status, mails.c.attempts)).all()
    return {row.message_id: (row.status, row.attempts) for row in rows}


def test_a_worker_killed_between_the_mail_servers_yes_and_its_own_commit_repeats_that_mail_and_no_other(
    tmp_path: Path, postgres: PrivatePostgres, broker: PrivateBroker, caught: tuple[Mailbox, int]
) -> None:
    mailbox, port = caught
    name = postgres.create()
    database = {
        "MELDCODE_DATABASE_URL": postgres.url(name),
        "MELDCODE_MIGRATION_URL": postgres.url(name, OWNER),
    }
    deployment = Deployment(tmp_path / "var", broker.url, mailbox, port, database=database)
    try:
        overdue = [deployment.overdue_case() for _ in range(3)]
        worker = deployment.start("worker")
        keep, killed = mailbox.add, []

        def keep_and_kill(raw: bytes, sender: str, recipients: list[str]) -> Path:
            file = keep(raw, sender, recipients)
            if not killed:
                killed.append(file)
                deployment.kill(worker)  # the mail is here; that it is, the worker has yet to hear
            return file

        mailbox.add = keep_and_kill  # type: ignore[method-assign]
        deployment.start("beat")
        deployment.start("beat")
        assert eventually(lambda: killed and worker.poll() is not None)
        (first,) = mailbox.messages()
        assert outbox(deployment)[first["Message-ID"]] == ("waiting", 1)

        clock.move(deployment.db, 1)  # past the lease of the mail it was sending
        deployment.start("worker")
        deployment.start("worker")

        assert all(deployment.arrives(case) for case in overdue)
        assert eventually(lambda: outbox(deployment)[first["Message-ID"]] == ("sent", 2))
        sent = {one for one, (status, _) in outbox(deployment).items() if status == "sent"}
        came = Counter(mail["Message-ID"] for mail in mailbox.messages())
        assert sent <= came.keys()
        assert {one: times for one, times in came.items() if times > 1} == {first["Message-ID"]: 2}
    finally:
        deployment.stop()
        postgres.drop(name)
