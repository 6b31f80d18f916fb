"""Two organisations in one database, each with people of its own, and the pages on it.

The second school is a copy of the first under another key, so that whatever leaks between them would even
fit: the same diagrams, forms and roles, another organisation.
"""

from __future__ import annotations

import shutil
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from flask import Flask

from meldcode import clock, definition, people, publishing
from meldcode.store import Database
from tests.databases import MASTER_KEY, Kind, PostgresDatabases, address
from tests.postgres import SUPERUSER
from tests.web.application import pages_on
from tests.web.person import PASSWORD
from web import demo

SCHOOL = Path(__file__).resolve().parents[2] / "processes" / "basisschool-het-voorbeeld"
OTHER_KEY = "basisschool-de-overkant"
OTHER_NAME = "Basisschool De Overkant"
#: Put before every user name of the second organisation.
OTHER = "overkant-"


@dataclass(frozen=True)
class Built:
    """The template of a database with both organisations in it."""

    kind: Kind
    template: str
    organisations: dict[str, UUID]

    def copy(self) -> Town:
        """The same town in a database of its own."""
        return Town(self.kind, self.kind.copy(self.template), dict(self.organisations))


@dataclass
class Town:
    """A database with both organisations, and everything opened on it."""

    kind: Kind
    db: Database
    organisations: dict[str, UUID]
    opened: list[Database] = field(default_factory=list)
    _raw: sqlite3.Connection | psycopg.Connection[Any] | None = None

    def database(self) -> Database:
        """The database as another process opens it, closed at the end of the test."""
        db = Database(address(self.db), MASTER_KEY, demo=False, base_url="http://localhost")
        self.opened.append(db)
        return db

    def app(self, *, base_url: str = "http://localhost", in_demo: bool = False) -> Flask:
        """The pages, outside a demonstration unless asked."""
        app, db = pages_on(address(self.db), base_url=base_url, in_demo=in_demo)
        self.opened.append(db)
        app.config[demo.PASSWORD] = PASSWORD if in_demo else None
        return app

    def close(self) -> None:
        for db in self.opened:
            db.close()
        if self._raw is not None:
            self._raw.close()
        self.kind.drop(self.db)

    def files(self) -> dict[str, bytes]:
        """Every file in which its bytes may be, as it lies on the disk; the log of a server too."""
        found = [*self.kind.files(self.db)]
        if isinstance(self.kind, PostgresDatabases):
            found += (self.kind.server.data / "pg_wal").iterdir()
        return {file.name: file.read_bytes() for file in found if file.is_file()}

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        """What a statement finds in the database itself, past every rule of the software."""
        if self._raw is None:
            self._raw = self._past_every_rule()
        return list(self._raw.execute(statement).fetchall())  # type: ignore[arg-type]

    def _past_every_rule(self) -> sqlite3.Connection | psycopg.Connection[Any]:
        url = self.db.engine.url
        if url.get_backend_name() == "sqlite":
            return sqlite3.connect(url.database or "")
        plain = url.set(drivername="postgresql", username=SUPERUSER)
        return psycopg.connect(plain.render_as_string(hide_password=False), autocommit=True)

    def content(self) -> tuple[object, ...]:
        """Everything that a command changes, as one value to compare."""
        return (
            *self.rows('SELECT count(*), sum(revision), sum(length(state)) FROM "cases"'),
            *self.rows("SELECT count(*), sum(length(answers)) FROM entries"),
            *self.rows("SELECT count(*) FROM tasks"),
            *self.rows("SELECT count(*) FROM mails"),
            *self.rows("SELECT count(*) FROM incidents"),
        )


def across_the_street(folder: Path) -> Path:
    """The school's folder under another key and name."""
    shutil.copytree(SCHOOL, folder)
    described = folder / "organisation.toml"
    text = described.read_text(encoding="utf-8")
    text = text.replace(SCHOOL.name, OTHER_KEY).replace("Basisschool Het Voorbeeld", OTHER_NAME)
    described.write_text(text, encoding="utf-8")
    return folder


def settle_in(db: Database, folder: Path, prefix: str = "") -> UUID:
    """An organisation from its folder, with its demo people as real ones; its id."""
    described = definition.read_folder(folder).organisation
    organisation = people.create_organisation(db, described.key, described.name, now=clock.real())
    publishing.publish(db, described.key, folder, now=clock.real())
    for one in described.demo_people:
        people.create_person(
            db,
            organisation,
            username=prefix + one.username,
            name=one.name if not prefix else f"{one.name} Overkant",
            email=prefix + one.email,
            roles=one.roles,
            password=PASSWORD,
            now=clock.real(),
        )
    return organisation


def build(kind: Kind, folder: Path) -> Built:
    """Both organisations in a fresh database; the second one's folder is made in `folder`."""
    db = kind.fresh()
    db.migrate()
    other = across_the_street(folder / OTHER_KEY)
    organisations = {"": settle_in(db, SCHOOL), OTHER: settle_in(db, other, OTHER)}
    return Built(kind, kind.keep(db), organisations)
