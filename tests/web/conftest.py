"""The pages on a real database: the school of `processes/`, published, with its made-up people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from meldcode import clock, definition, people, publishing
from meldcode.store import Database
from tests import databases
from tests.databases import KINDS, Kind, kind_named
from tests.served import served
from tests.web.application import pages_on
from tests.web.person import PASSWORD, Person
from web import demo

SCHOOL = Path(__file__).resolve().parents[2] / "processes" / "basisschool-het-voorbeeld"

Make = Callable[..., Flask]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test is made for both databases; what a browser does with a page is the same on either."""
    if "kind" in metafunc.fixturenames:
        in_a_browser = metafunc.definition.get_closest_marker("browser") is not None
        metafunc.parametrize("kind", KINDS[:1] if in_a_browser else KINDS, indirect=True, scope="session")


@pytest.fixture(scope="session")
def kind(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Kind:
    """The kind of database below the pages."""
    return kind_named(request, tmp_path_factory.mktemp("pages"))


@pytest.fixture(scope="session")
def built(kind: Kind) -> str:
    """The template of a database with the school in it, made once."""
    db = kind.fresh()
    db.migrate()
    described = definition.read_folder(SCHOOL).organisation
    organisation = people.create_organisation(db, described.key, described.name, now=clock.real())
    publishing.publish(db, described.key, SCHOOL, now=clock.real())
    for one in described.demo_people:
        people.create_person(
            db,
            organisation,
            username=one.username,
            name=one.name,
            email=one.email,
            roles=one.roles,
            password=PASSWORD,
            now=clock.real(),
        )
    return kind.keep(db)


@pytest.fixture
def school(kind: Kind, built: str) -> Iterator[Database]:
    """This test's copy of that database."""
    db = kind.copy(built)
    yield db
    kind.drop(db)


@pytest.fixture
def make(school: Database) -> Iterator[Make]:
    """Makes the application on this test's database, with the settings of a demonstration."""
    made: list[Database] = []

    def application(*, base_url: str = "http://localhost", in_demo: bool = True) -> Flask:
        app, db = pages_on(databases.address(school), base_url=base_url, in_demo=in_demo)
        made.append(db)
        app.config[demo.PASSWORD] = PASSWORD
        return app

    yield application
    for db in made:
        db.close()


@pytest.fixture
def app(make: Make) -> Flask:
    """The application as in a demonstration."""
    return make()


@pytest.fixture
def visitor(app: Flask) -> Person:
    """Somebody who is not signed in."""
    return Person(app)


@pytest.fixture
def sanne(app: Flask) -> Person:
    """A teacher."""
    return Person(app).sign_in("sanne")


@pytest.fixture
def address(make: Make) -> Iterator[str]:
    """The pages served by the production server; the address."""
    with served(make()) as port:
        yield f"http://127.0.0.1:{port}"
