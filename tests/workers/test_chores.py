"""A tick also goes on with what is to be done for whole organisations, in a worker's own process."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from meldcode import adjustments, chores, clock, definition, people, publishing
from meldcode.days import OwnDay
from meldcode.settings import Settings, SmtpSettings
from workers.slots import Slots
from workers.work import Work

SCHOOL = Path(__file__).resolve().parents[2] / "processes" / "basisschool-het-voorbeeld"


def test_a_tick_looks_who_is_there_and_computes_deadlines_again(tmp_path: Path) -> None:
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / 'tick.db'}",
        broker_url="redis://127.0.0.1:1/0",  # nobody listens there: a tick needs no broker
        smtp=SmtpSettings("127.0.0.1", 1),
        secret_key="s" * 40,
        master_key=bytes(32),
        base_url="http://localhost",
    )
    db = settings.database()
    try:
        db.migrate()
        described = definition.read_folder(SCHOOL).organisation
        now = clock.now(db)
        here = people.create_organisation(db, described.key, described.name, now=now)
        publishing.publish(db, described.key, SCHOOL, now=now)
        marit = people.create_person(
            db,
            here,
            username="marit",
            name="Marit",
            email="marit@hetvoorbeeld.example",
            roles=sorted(described.administers),
            password=None,
            now=now,
        )
        with db.reading(here) as tx:
            actor = people.actor(tx, marit, now)
        assert actor is not None
        day = now.date() + timedelta(days=3)
        adjustments.change_days(db, actor, {day: OwnDay(day, True)}, now=now)

        work = Work(settings, Slots(1))
        work.tick()
        work._database.close()
        work._slots._file.close()

        with db.reading(here) as tx:
            progress = chores.recalculation(tx)
        assert progress is not None
        assert not progress.running
        assert chores.do_due(db, clock.now(db)) == 0, "looked at already today"
    finally:
        db.close()
