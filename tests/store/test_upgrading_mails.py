"""Mails may be about an account since 0003: SQLite makes the table anew, and nothing that waits is lost."""

from __future__ import annotations

from datetime import timedelta

from alembic import command

from meldcode import outbox, timers
from meldcode.store.migrate import config, upgrade
from tests.databases import Kind
from tests.store.house import MONDAY, House
from tests.store.smtp import Script, serving

LATE = MONDAY + timedelta(days=30)


def test_mails_that_wait_for_sending_survive_the_new_table(house: House, kind: Kind) -> None:
    if kind.name != "sqlite":
        return  # PostgreSQL alters the column in place
    house.at_weighing()
    timers.fire_due(house.db, LATE)
    before = outbox.listing(house.db, house.organisation)
    with house.db.engine.begin() as connection:
        command.downgrade(config(connection), "0002")
    with house.db.engine.begin() as connection:
        upgrade(connection)

    assert before
    assert outbox.listing(house.db, house.organisation) == before
    assert outbox.oldest_waiting(house.db) == LATE
    script = Script()
    with serving(script) as smtp:
        assert outbox.send_pending(house.db, smtp, LATE) == len(before)
    assert house.db.is_current()
