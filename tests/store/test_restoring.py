"""A backup is put back as docs/beheer.md says: cases open, the log is whole, what was erased stays erased.

PostgreSQL with its own `pg_dump` and `pg_restore`, keys apart from content; SQLite by its own way of copying.
"""

from __future__ import annotations

import sqlite3
import subprocess
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Protocol
from uuid import UUID

import pytest
import sqlalchemy as sa

from meldcode import audit, cases, mails, outbox, timers
from meldcode.cli.master_key import change_master_key
from meldcode.cli.upkeep import bring_up_to_date
from meldcode.crypto import UnreadableError
from meldcode.store import Database
from meldcode.store.tables import case_keys, tasks
from meldcode.store.tables import cases as case_table
from tests.databases import MASTER_KEY, Kind, PostgresDatabases, SqliteFiles, beneath
from tests.postgres import OWNER, SUPERUSER, programs
from tests.store.house import MONDAY, House
from tests.store.smtp import Script, serving

REMINDED = MONDAY + timedelta(days=2)
KEYS = "case_keys"


class Backup(Protocol):
    """Copies of a database's content and of its keys, and a database made of them."""

    def save(self, house: House) -> None: ...
    def save_keys(self, house: House) -> None: ...
    def put_back(self) -> Database: ...


class PostgresBackup:
    """The commands of docs/beheer.md, on the private server."""

    def __init__(self, kind: PostgresDatabases, folder: Path) -> None:
        self._server = kind.server
        self._content, self._keys = folder / "inhoud.dump", folder / "sleutels.dump"

    def save(self, house: House) -> None:
        words = ("pg_dump", "-Fc", f"--exclude-table-data={KEYS}", self._name(house))
        self._content.write_bytes(self._run(*words))

    def save_keys(self, house: House) -> None:
        self._keys.write_bytes(self._run("pg_dump", "-Fc", "-a", "-t", KEYS, self._name(house)))

    def put_back(self) -> Database:
        name = self._server.create()
        restore = ("pg_restore", "-d", name, "--exit-on-error")
        self._run(*restore, "--no-acl", given=self._content.read_bytes())
        self._run(*restore, "--disable-triggers", given=self._keys.read_bytes())
        owner = self._server.url(name, OWNER)
        return Database(self._server.url(name), MASTER_KEY, base_url="https://x.example", owner_url=owner)

    def _run(self, program: str, *words: str, given: bytes = b"") -> bytes:
        command = [str(programs() / program), "-h", str(self._server.folder), "-U", SUPERUSER, *words]
        done = subprocess.run(command, input=given, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    @staticmethod
    def _name(house: House) -> str:
        return house.db.engine.url.database or ""


class SqliteBackup:
    """SQLite copies a database that is in use; the keys are in the same file."""

    def __init__(self, folder: Path) -> None:
        self._file, self._keys = folder / "kopie.db", folder / "sleutels.db"

    def save(self, house: House) -> None:
        self._copy(house, self._file)

    def save_keys(self, house: House) -> None:
        self._copy(house, self._keys)

    def put_back(self) -> Database:
        with closing(sqlite3.connect(self._file)) as file:
            file.execute("ATTACH ? AS apart", [str(self._keys)])
            file.execute("DELETE FROM case_keys")
            file.execute("INSERT INTO case_keys SELECT * FROM apart.case_keys")
            file.commit()
        return Database(f"sqlite:///{self._file}", MASTER_KEY, base_url="https://x.example")

    def _copy(self, house: House, to: Path) -> None:
        with (
            closing(sqlite3.connect(house.db.engine.url.database or "")) as source,
            closing(sqlite3.connect(to)) as target,
        ):
            source.backup(target)


@pytest.fixture
def backup(kind: Kind, tmp_path: Path) -> Backup:
    if isinstance(kind, PostgresDatabases):
        return PostgresBackup(kind, tmp_path)
    assert isinstance(kind, SqliteFiles)
    return SqliteBackup(tmp_path)


class Restored:
    """The house as it is after a backup was put back and `meldcode migrate` was run."""

    def __init__(self, house: House, kind: Kind, backup: Backup) -> None:
        self.kind, self.house = kind, House(backup.put_back(), house.organisation, dict(house.people), 1000)

    def __enter__(self) -> House:
        bring_up_to_date(self.house.db, REMINDED)
        return self.house

    def __exit__(self, *_: object) -> None:
        self.kind.drop(self.house.db)


def test_cases_open_and_go_on_and_the_log_is_whole(house: House, kind: Kind, backup: Backup) -> None:
    case = house.at_weighing()
    anchors = audit.anchors(house.db)
    backup.save(house)
    backup.save_keys(house)
    with Restored(house, kind, backup) as back:
        assert back.db.is_current()
        assert audit.verify(back.db, known=anchors) == []
        page = cases.case_page(back.db, back.actor("sanne"), case, now=MONDAY)
        assert [entry.node for entry in page.entries] == ["signalen"]
        assert timers.fire_due(back.db, REMINDED) == 1
        back.complete(case, "wegen", now=REMINDED)
        assert audit.verify(back.db, known=anchors) == []


def test_a_mail_that_was_sent_before_is_not_sent_again_and_one_that_waited_leaves(
    house: House, kind: Kind, backup: Backup
) -> None:
    script = Script()
    with serving(script) as smtp:
        house.at_weighing()
        timers.fire_due(house.db, REMINDED)
        assert mails.send_pending(house.db, smtp, REMINDED) == 1
        house.at_weighing(MONDAY + timedelta(hours=1))
        timers.fire_due(house.db, REMINDED + timedelta(hours=1))
        backup.save(house)
        backup.save_keys(house)
        script.taken.clear()
        with Restored(house, kind, backup) as back:
            assert mails.send_pending(back.db, smtp, REMINDED + timedelta(hours=1)) == 1
            assert mails.send_pending(back.db, smtp, REMINDED + timedelta(days=1)) == 0
            statuses = [one.status for one in outbox.listing(back.db, back.organisation)]
            assert statuses == ["sent", "sent"]
        assert len(script.taken) == 1


def test_what_was_erased_since_stays_erased_and_is_in_nobodys_way(
    house: House, kind: Kind, backup: Backup
) -> None:
    """Its content is in the older copy; its key is not among the newer keys."""
    erased, kept = house.at_weighing(), house.at_weighing()
    backup.save(house)
    cases.erase_case(house.db, house.organisation, erased, now=MONDAY, by=None, reason="term_over")
    unknown = house.at_weighing()  # opened since: a key without content
    backup.save_keys(house)
    with Restored(house, kind, backup) as back:
        with pytest.raises(cases.NotFound):
            cases.case_page(back.db, back.actor("sanne"), erased, now=MONDAY)
        assert {view.case for view in cases.my_tasks(back.db, back.actor("sanne"))} == {kept}
        assert timers.fire_due(back.db, REMINDED) == 1
        waits_for = timers.oldest_due(back.db)
        assert waits_for is not None
        assert waits_for > REMINDED  # the erased one is not late for ever
        with beneath(back.db).connect() as connection:
            assert set(connection.execute(sa.select(case_keys.c.case)).scalars()) == {kept}
            assert status(connection, erased) == "erased"
            assert connection.execute(sa.select(tasks.c.id).where(tasks.c.case == erased)).all() == []
            assert unknown not in set(connection.execute(sa.select(case_table.c.id)).scalars())
        assert audit.verify(back.db) == []
        bring_up_to_date(back.db, REMINDED)  # nothing is left to do
        with back.db.reading(back.organisation) as tx:
            said = [row.reason for row in audit.of_case(tx, erased) if row.action == "case_erased"]
        assert said == ["key_gone"]


def status(connection: sa.Connection, case: UUID) -> str:
    return str(connection.execute(sa.select(case_table.c.status).where(case_table.c.id == case)).scalar_one())


def test_a_backup_older_than_the_last_anchor_is_told(house: House, kind: Kind, backup: Backup) -> None:
    backup.save(house)
    backup.save_keys(house)
    house.at_weighing()
    later = audit.anchors(house.db)
    with Restored(house, kind, backup) as back:
        assert audit.verify(back.db) == []
        assert audit.verify(back.db, known=later)


# --- another master key ----------------------------------------------------------------------------


OTHER_KEY = bytes(range(32, 64))


def test_with_another_master_key_everything_opens_and_with_the_old_one_nothing(house: House) -> None:
    case = house.at_weighing()
    url = house.db.engine.url.render_as_string(hide_password=False)
    command = Database(url, MASTER_KEY, base_url="https://x.example")  # a process that knows no key yet
    assert change_master_key(command, OTHER_KEY, MONDAY) == 1
    command.close()
    renewed = Database(url, OTHER_KEY, base_url="https://x.example")
    back = House(renewed, house.organisation, dict(house.people), 1000)
    sanne = back.actor("sanne")
    page = cases.case_page(renewed, sanne, case, now=MONDAY)
    assert [entry.node for entry in page.entries] == ["signalen"]
    back.complete(case, "wegen")
    assert audit.verify(renewed) == []
    renewed.close()
    old = Database(url, MASTER_KEY, base_url="https://x.example")
    with pytest.raises(UnreadableError):
        cases.case_page(old, sanne, case, now=MONDAY)
    with pytest.raises(UnreadableError):  # a second time, with the old key
        change_master_key(old, MASTER_KEY, MONDAY)
    old.close()
