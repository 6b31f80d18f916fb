"""A real database per test, on each kind we support, and a small organisation in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from meldcode.people import signing
from meldcode.store import Database
from tests.databases import MASTER_KEY, Kind
from tests.store import house as building
from tests.store.desk_house import desk_house, four_eyes
from tests.store.house import CHEAP, House

__all__ = ["MASTER_KEY", "desk_house", "four_eyes"]


@pytest.fixture(autouse=True)
def _cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing, "hasher", CHEAP)
    monkeypatch.setattr(signing, "REFUSED_AFTER", 0.0)
    signing._nobody.cache_clear()


@pytest.fixture(scope="session")
def empty(kind: Kind) -> str:
    """The template of a database with tables and nothing in them."""
    database = kind.fresh()
    database.migrate()
    return kind.keep(database)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, kind: Kind, empty: str) -> House:
    """The small organisation as it was built, in a database of its own: nobody works in this one."""
    database = kind.copy(empty)
    expensive, signing.hasher = signing.hasher, CHEAP
    try:
        house = building.build(database, tmp_path_factory.mktemp("built"))
    finally:
        signing.hasher = expensive
    house.template = kind.keep(database)
    return house


@pytest.fixture
def db(kind: Kind, empty: str) -> Iterator[Database]:
    database = kind.copy(empty)
    yield database
    kind.drop(database)


@pytest.fixture
def house(kind: Kind, built: House) -> Iterator[House]:
    copied = built.copy(kind)
    yield copied
    kind.drop(copied.db)
