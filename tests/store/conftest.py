"""A real database file per test, and a small organisation in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from meldcode import people
from meldcode.store import Database
from tests.store import house as building
from tests.store.house import CHEAP, House

MASTER_KEY = bytes(range(32))


@pytest.fixture(autouse=True)
def _cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "hasher", CHEAP)
    monkeypatch.setattr(people, "REFUSED_AFTER", 0.0)
    people._nobody.cache_clear()


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    database = Database(
        f"sqlite:///{tmp_path / 'meldcode.db'}", MASTER_KEY, demo=True, base_url="https://school.example"
    )
    database.migrate()
    yield database
    database.close()


@pytest.fixture
def house(db: Database, tmp_path: Path) -> House:
    return building.build(db, tmp_path / "folder")
