"""Several windows and several ticks at the desk at the same moment: done once, and the others hear so."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest

from meldcode import desk, migration, publishing
from meldcode.desk import PublishRefused
from meldcode.desk.errors import DeskError
from meldcode.migration import MigrationError
from meldcode.store import scoped
from meldcode.store.tables import audit, publications
from tests.store.desk_house import LATER, MAIL, change, designer, live, proven
from tests.store.house import MONDAY, House, diagram, folder
from tests.store.test_migration import publish, shorter

AT_ONCE = 4


def together(work: Callable[[], object]) -> list[object]:
    """What each of several at once got; a refusal is an answer too."""
    gate = threading.Barrier(AT_ONCE)

    def one() -> object:
        gate.wait()
        try:
            return work()
        except (DeskError, MigrationError) as refused:
            return refused

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [future.result() for future in [pool.submit(one) for _ in range(AT_ONCE)]]


def rows(house: House, what: str) -> int:
    with house.db.reading(house.organisation) as tx:
        if what == "publications":
            return len(tx.execute(publications.select().where(scoped(publications))).all())
        return len(tx.execute(audit.select().where(scoped(audit), audit.c.action == what)).all())


def test_a_version_published_from_four_windows_at_once_is_published_once(desk_house: House) -> None:
    change(desk_house, MAIL, lambda text: text.replace("Goedendag", "Dag"))
    proven(desk_house)
    before, logged = rows(desk_house, "publications"), rows(desk_house, "version_published")
    told = together(lambda: desk.publish(desk_house.db, designer(desk_house), "Korter.", None, LATER))
    assert sorted(isinstance(one, DeskError) for one in told) == [False, True, True, True]
    assert rows(desk_house, "publications") == before + 1
    assert rows(desk_house, "version_published") == logged + 1


def test_a_planned_version_comes_into_force_once_however_many_ticks_there_are(desk_house: House) -> None:
    change(desk_house, MAIL, lambda text: text.replace("Goedendag", "Dag"))
    proven(desk_house)
    day = date(2026, 9, 14)
    planned = desk.publish(desk_house.db, designer(desk_house), "Vanaf maandag.", day, LATER)
    logged = rows(desk_house, "version_published")
    then = MONDAY + timedelta(days=8)
    done = together(lambda: desk.put_in_force(desk_house.db, then))
    assert sum(one for one in done if isinstance(one, int)) == 1, done
    assert live(desk_house) == planned.version
    assert rows(desk_house, "version_published") == logged + 1
    assert rows(desk_house, "publications")


def test_what_somebody_else_saves_at_that_moment_is_not_published_unseen(desk_house: House) -> None:
    change(desk_house, MAIL, lambda text: text.replace("Goedendag", "Dag"))
    looked_at = desk.read(desk_house.db, desk_house.organisation).version
    change(desk_house, MAIL, lambda text: text.replace("Dag", "Hallo"))
    proven(desk_house)
    before = live(desk_house)
    with pytest.raises(PublishRefused):
        desk.publish(desk_house.db, designer(desk_house), "Korter.", None, LATER, seen_version=looked_at)
    assert live(desk_house) == before
    now_there = desk.read(desk_house.db, desk_house.organisation).version
    desk.publish(desk_house.db, designer(desk_house), "Korter.", None, LATER, seen_version=now_there)
    assert live(desk_house) == now_there


def test_cases_are_moved_once_however_often_it_is_pressed(house: House, tmp_path: Path) -> None:
    house.at_weighing()
    publish(house, tmp_path, shorter)
    told = together(lambda: migration.begin(house.db, house.actor("henk"), LATER))
    assert sorted(isinstance(one, MigrationError) for one in told) == [False, True, True, True]
    assert len(migration.listed(house.db, house.organisation)) == 1


def test_one_folder_published_from_four_command_lines_at_once_is_published_once(
    house: House, tmp_path: Path
) -> None:
    made = folder(tmp_path / "nieuw", meldcode_bpmn=shorter(diagram()))
    logged = rows(house, "version_published")
    told = together(lambda: publishing.publish(house.db, "testschool", made, now=LATER))
    assert set(told) == {live(house)}
    assert rows(house, "version_published") == logged + 1
