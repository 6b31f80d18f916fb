"""A real database file per test, and a small organisation in it.

Both are made once per test run and copied, because making the tables and checking a folder takes longer
than most tests.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from meldcode import people
from meldcode.store import Database, sqlite
from tests.store import house as building
from tests.store.house import CHEAP, House

MASTER_KEY = bytes(range(32))


def open_database(path: Path) -> Database:
    return Database(f"sqlite:///{path}", MASTER_KEY, demo=True, base_url="https://school.example")


@pytest.fixture(autouse=True)
def _cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "hasher", CHEAP)
    monkeypatch.setattr(people, "REFUSED_AFTER", 0.0)
    people._nobody.cache_clear()


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with tables and nothing in them."""
    path = tmp_path_factory.mktemp("empty") / "meldcode.db"
    database = open_database(path)
    database.migrate()
    sqlite.scrub(database.engine)
    database.close()
    return path


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, empty_file: Path) -> tuple[Path, House]:
    """A database file with the small organisation in it, and the house it was built as."""
    folder = tmp_path_factory.mktemp("built")
    path = Path(shutil.copy(empty_file, folder / "meldcode.db"))
    database = open_database(path)
    expensive, people.hasher = people.hasher, CHEAP
    try:
        house = building.build(database, folder / "folder")
    finally:
        people.hasher = expensive
    sqlite.scrub(database.engine)
    database.close()
    return path, house


@pytest.fixture
def db(tmp_path: Path, empty_file: Path) -> Iterator[Database]:
    database = open_database(Path(shutil.copy(empty_file, tmp_path / "meldcode.db")))
    yield database
    database.close()


@pytest.fixture
def house(tmp_path: Path, built: tuple[Path, House]) -> Iterator[House]:
    path, original = built
    database = open_database(Path(shutil.copy(path, tmp_path / "house.db")))
    yield House(database, original.organisation, dict(original.people))
    database.close()
