"""PostgreSQL and the way to it fail: connections cut at the worst moment, the server gone, many at once."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Self
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from meldcode import audit, cases, timers
from meldcode.cases import TaskGone
from meldcode.store import StoreError
from meldcode.store.tables import cases as case_table
from meldcode.store.tables import due, mails
from tests.databases import Kind, again, beneath
from tests.faults.kills import assert_sound, snapshot
from tests.postgres import PrivatePostgres
from tests.store import house as building
from tests.store.house import MONDAY, House

pytestmark = [
    pytest.mark.parametrize("kind", ["postgresql"], indirect=True),
    pytest.mark.usefixtures("kind"),
]

DUE = MONDAY + timedelta(days=2)


# --- connections -------------------------------------------------------------------------------------


class CuttingProxy:
    """Stands between the software and the server, and can cut a connection right after its COMMIT was
    carried out: the server has done it, the software never hears so."""

    def __init__(self, server: Path) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="meldcode-"))
        self.cuts_left = 0
        self._server = server / ".s.PGSQL.5432"
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(self.folder / ".s.PGSQL.5432"))
        self._listening.listen()

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.close()
        shutil.rmtree(self.folder)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client = self._listening.accept()[0]
                server = socket.socket(socket.AF_UNIX)
                server.connect(str(self._server))
                threading.Thread(target=self._carry, args=(client, server), daemon=True).start()

    def _carry(self, client: socket.socket, server: socket.socket) -> None:
        cut = threading.Event()

        def back() -> None:
            with contextlib.suppress(OSError):
                while data := server.recv(65_536):
                    if cut.is_set():  # the answer to the COMMIT: it was carried out
                        break
                    client.sendall(data)
            for end in (client, server):
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

        answers = threading.Thread(target=back, daemon=True)
        answers.start()
        with contextlib.suppress(OSError):
            while data := client.recv(65_536):
                if self.cuts_left and b"COMMIT\0" in data:
                    self.cuts_left -= 1
                    cut.set()
                server.sendall(data)
            server.shutdown(socket.SHUT_RDWR)
        answers.join(10)
        client.close()
        server.close()


@pytest.fixture
def cut(house: House, postgres: PrivatePostgres) -> Iterator[tuple[House, CuttingProxy]]:
    """The house with the proxy between it and its database."""
    with CuttingProxy(postgres.folder) as proxy:
        db = again(house.db, host=proxy.folder)
        yield House(db, house.organisation, house.people), proxy
        db.close()


def test_a_connection_cut_after_the_commit_was_sent_does_the_command_once(
    cut: tuple[House, CuttingProxy], house: House
) -> None:
    behind, proxy = cut
    case = behind.open().case.id
    task, sanne = behind.task(case, "signalen"), behind.actor("sanne")
    proxy.cuts_left = 1
    outcome = cases.complete(behind.db, sanne, case, task, {"feiten": "x"}, key="k", now=MONDAY)

    assert proxy.cuts_left == 0
    assert outcome.repeated
    assert [one.node for one in outcome.next_tasks] == ["wegen"]
    assert snapshot(house, case)["cases"][0][case_table.c.keys().index("revision")] == 2
    assert_sound(house, case)


def test_a_line_that_keeps_being_cut_is_a_sentence_and_sending_again_does_no_harm(
    cut: tuple[House, CuttingProxy], house: House
) -> None:
    behind, _ = cut
    sanne = behind.actor("sanne")

    def cut_everything(*_: object) -> None:
        with beneath(house.db).connect() as connection:
            words = (
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND usename = 'meldcode_app'"
            )
            connection.exec_driver_sql(words)

    event.listen(behind.db.engine, "before_cursor_execute", cut_everything)
    with pytest.raises(StoreError) as refused:
        cases.open_case(behind.db, sanne, key="k", now=MONDAY)
    event.remove(behind.db.engine, "before_cursor_execute", cut_everything)
    assert "twee keer versturen kan geen kwaad" in refused.value.text.nl
    assert not cases.open_case(behind.db, sanne, key="k", now=MONDAY).repeated
    assert len(cases.overview(behind.db, sanne, now=MONDAY, size=500).cases) == 1


def test_a_connection_ended_before_any_statement_of_a_completion_changes_nothing_about_it(
    house: House,
) -> None:
    sanne = house.actor("sanne")

    def complete(case: UUID) -> cases.Outcome:
        task = tasks[case]
        return cases.complete(house.db, sanne, case, task, {"feiten": "x"}, key=f"k-{case}", now=MONDAY)

    made = [house.open().case.id for _ in range(25)]
    tasks = {case: house.task(case, "signalen") for case in made}
    complete(made[0])
    statements = count_statements(house, lambda: complete(made[1]))
    assert 8 <= statements <= 12
    for number in range(1, statements + 1):
        case = made[1 + number]
        with ending_before(house, number):
            outcome = complete(case)
        assert not outcome.repeated
        assert [one.node for one in outcome.next_tasks] == ["wegen"]
        assert_sound(house, case)


def count_statements(house: House, work: Callable[[], object]) -> int:
    passed: list[int] = []
    note = lambda *_: passed.append(1)  # noqa: E731
    event.listen(house.db.engine, "before_cursor_execute", note)
    work()
    event.remove(house.db.engine, "before_cursor_execute", note)
    return len(passed)


@contextlib.contextmanager
def ending_before(house: House, number: int) -> Iterator[None]:
    """The server ends the connection right before its statement `number`, once."""
    passed = 0

    def end(connection: sa.Connection, *_: object) -> None:
        nonlocal passed
        passed += 1
        if passed == number:
            raw: Any = connection.connection.dbapi_connection
            with beneath(house.db).connect() as other:
                other.execute(sa.select(sa.func.pg_terminate_backend(raw.info.backend_pid)))

    event.listen(house.db.engine, "before_cursor_execute", end)
    yield
    event.remove(house.db.engine, "before_cursor_execute", end)
    assert passed >= number


# --- the server --------------------------------------------------------------------------------------


def test_a_server_that_crashed_has_everything_that_was_said_to_be_saved(
    house: House, postgres: PrivatePostgres
) -> None:
    case = house.at_weighing()
    timers.fire_due(house.db, DUE)
    before = snapshot(house, case)
    postgres.stop_hard()
    with pytest.raises(StoreError) as refused:
        house.complete(case, "wegen", now=DUE)
    assert "opnieuw" in refused.value.text.nl
    postgres.start()

    assert snapshot(house, case) == before
    assert timers.fire_due(house.db, DUE) == 0
    assert house.complete(case, "wegen", now=DUE).case.status == "open"
    assert_sound(house, case)


def test_a_server_that_crashes_under_a_batch_fires_nothing_half(
    house: House, postgres: PrivatePostgres
) -> None:
    made = [house.at_weighing() for _ in range(5)]
    passed = 0

    def crash(*_: object) -> None:
        nonlocal passed
        passed += 1
        if passed == 8:
            postgres.stop_hard()
            postgres.start()

    event.listen(house.db.engine, "before_cursor_execute", crash)
    fired = timers.fire_due(house.db, DUE)
    event.remove(house.db.engine, "before_cursor_execute", crash)
    assert passed > 8
    assert fired == 5, "the batch is tried again by itself, from its beginning"
    with beneath(house.db).connect() as connection:
        written = Counter(connection.execute(sa.select(mails.c.case)).scalars())
    assert written == dict.fromkeys(made, 1)
    assert timers.fire_due(house.db, DUE) == 0
    for case in made:
        assert_sound(house, case)


# --- many at once ------------------------------------------------------------------------------------


def test_eight_workers_and_two_people_at_once_fire_each_timer_once(
    house: House, kind: Kind, tmp_path: Path
) -> None:
    """Processes, not threads: eight empty the due table of two schools in small batches while two
    people complete half of the same cases. Nothing twice, nothing lost, and no deadlock."""
    other = building.build(house.db, tmp_path / "ander", key="andere-school", prefix="b-")
    made = {one.organisation: [one.at_weighing() for _ in range(30)] for one in (house, other)}
    theirs = {case: one.task(case, "wegen") for one in (house, other) for case in made[one.organisation][::2]}

    def work() -> None:
        idle = 0
        while idle < 3:
            idle = 0 if timers.fire_due(house.db, DUE, limit=7) else idle + 1

    def click(one: House) -> None:
        sanne = one.actor("sanne")
        for case in made[one.organisation][::2]:
            answers = {"advies": "melden"}
            with contextlib.suppress(TaskGone):
                cases.complete(one.db, sanne, case, theirs[case], answers, key=f"k-{case}", now=DUE)

    children = [fork(work) for _ in range(8)] + [fork(lambda one=one: click(one)) for one in (house, other)]
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 10
    while timers.fire_due(house.db, DUE):
        pass

    everything = [case for found in made.values() for case in found]
    with beneath(house.db).connect() as connection:
        written = Counter(connection.execute(sa.select(mails.c.case)).scalars())
        overdue = connection.execute(sa.select(due.c.case).where(due.c.at <= DUE)).all()
        deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        assert connection.exec_driver_sql(deadlocks).scalar_one() == 0
    assert written == dict.fromkeys(everything, 1)
    assert overdue == []
    assert audit.verify(house.db) == []
    for one in (house, other):
        for case in made[one.organisation]:
            assert_sound(one, case)
        done = [case for case in made[one.organisation][::2] if one.task(case, "beslissen")]
        assert len(done) == 15


def fork(work: Callable[[], object]) -> int:
    """Run `work` in a process of its own; its id."""
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        except BaseException:
            import traceback

            traceback.print_exc()
            os._exit(1)
    return child
