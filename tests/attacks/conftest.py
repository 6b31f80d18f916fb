"""A town of two organisations, built once; every test attacks a copy of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.attacks.town import OTHER, Built, Town, build
from tests.databases import KINDS, Kind, kind_named
from tests.web.person import Person


@pytest.fixture(scope="session", params=KINDS)
def kind(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Kind:
    """The kind of database that is attacked."""
    return kind_named(request, tmp_path_factory.mktemp("towns"))


@pytest.fixture(scope="session")
def built_town(kind: Kind, tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(kind, tmp_path_factory.mktemp("town"))


@pytest.fixture
def town(built_town: Built) -> Iterator[Town]:
    """Two organisations in a database of this test."""
    copy = built_town.copy()
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
