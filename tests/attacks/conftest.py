"""A town of two organisations, built once; every test attacks a copy of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.attacks.town import OTHER, Town, build, copy_of
from tests.web.person import Person


@pytest.fixture(scope="session")
def built_town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return build(tmp_path_factory.mktemp("town"))


@pytest.fixture
def town(built_town: Town, tmp_path: Path) -> Iterator[Town]:
    """Two organisations in a database of this test."""
    copy = copy_of(built_town, tmp_path)
    yield copy
    copy.close()


@pytest.fixture
def app(town: Town) -> Flask:
    """The pages as a deployment shows them."""
    return town.app()


@pytest.fixture
def sanne(app: Flask) -> Person:
    """A teacher."""
    return Person(app).sign_in("sanne")


@pytest.fixture
def neighbour(app: Flask) -> Person:
    """A teacher of the other organisation."""
    return Person(app).sign_in(f"{OTHER}sanne")
