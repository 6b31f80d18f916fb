"""The two kinds of database the software runs on, as tests need them: a fresh one for each, made by copying.

Making the tables and checking a folder takes longer than most tests, so both are done once per test run.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.pool import NullPool

from meldcode.store import Database
from tests.postgres import OWNER, SUPERUSER, PrivatePostgres

MASTER_KEY = bytes(range(32))
BASE_URL = "https://school.example"
#: For tests of what stands above the store: `make test` takes one kind, `make long` the other.
KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.long)]


class Kind(Protocol):
    """One kind of database. A `template` names a database that nobody has open and can be copied."""

    name: str

    def fresh(self) -> Database:
        """A database without tables."""

    def keep(self, db: Database) -> str:
        """Close it for good; its name as a template."""

    def copy(self, template: str) -> Database:
        """A database like the template."""

    def drop(self, db: Database) -> None:
        """Close it and throw it away."""

    def files(self, db: Database) -> Iterator[Path]:
        """Every file in which its bytes may be, all of them written out."""


def again(db: Database, *, demo: bool = True, host: Path | None = None) -> Database:
    """The same database as another process would open it, perhaps by another way (`host`)."""
    url = db.engine.url if host is None else db.engine.url.update_query_dict({"host": str(host)})
    return _open(url.render_as_string(hide_password=False), demo=demo)


def beneath(db: Database) -> Engine:
    """Connections that see and may change everything, past whatever the software keeps apart."""
    if db.engine.dialect.name == "sqlite":
        return db.engine
    return _superuser(db.engine.url.set(username=SUPERUSER).render_as_string(hide_password=False))


@lru_cache(maxsize=500)
def _superuser(url: str) -> Engine:
    return sa.create_engine(url, poolclass=NullPool)


def _open(url: str, *, demo: bool = True, owner_url: str | None = None) -> Database:
    return Database(url, MASTER_KEY, demo=demo, base_url=BASE_URL, owner_url=owner_url)


class SqliteFiles:
    """Files in a folder."""

    name = "sqlite"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._number = 0

    def fresh(self) -> Database:
        return _open(f"sqlite:///{self._new()}")

    def keep(self, db: Database) -> str:
        db.scrub()
        db.close()
        return _name(db)

    def copy(self, template: str) -> Database:
        return _open(f"sqlite:///{shutil.copy(template, self._new())}")

    def drop(self, db: Database) -> None:
        db.close()
        for file in self.files(db):
            file.unlink()

    def files(self, db: Database) -> Iterator[Path]:
        path = Path(_name(db))
        yield from path.parent.glob(f"{path.name}*")

    def _new(self) -> Path:
        self._number += 1
        return self.folder / f"test-{self._number}.db"


class PostgresDatabases:
    """Databases in one private server, with the roles of a deployment."""

    name = "postgresql"

    def __init__(self, server: PrivatePostgres) -> None:
        self.server = server

    def fresh(self) -> Database:
        return self._database(self.server.create())

    def keep(self, db: Database) -> str:
        db.close()
        return _name(db)

    def copy(self, template: str) -> Database:
        return self._database(self.server.create(template))

    def drop(self, db: Database) -> None:
        db.close()
        self.server.drop(_name(db))

    def files(self, db: Database) -> Iterator[Path]:
        self.server.execute("CHECKPOINT")
        number = self.server.execute(
            "SELECT oid FROM pg_database WHERE datname = current_database()", _name(db)
        )
        yield from (self.server.data / "base" / str(number[0][0])).iterdir()

    def _database(self, name: str) -> Database:
        return _open(self.server.url(name), owner_url=self.server.url(name, OWNER))


def kind_named(request: pytest.FixtureRequest, folder: Path) -> Kind:
    """The kind of database that a fixture's parameter names; SQLite's files lie in `folder`."""
    if request.param == "sqlite":
        return SqliteFiles(folder)
    return PostgresDatabases(request.getfixturevalue("postgres"))


def address(db: Database) -> str:
    """What `MELDCODE_DATABASE_URL` has to be for this database."""
    return db.engine.url.render_as_string(hide_password=False)


def _name(db: Database) -> str:
    return db.engine.url.database or ""
