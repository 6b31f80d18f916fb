"""Two organisations in one database, each with people of its own, and the pages on it.

The second school is a copy of the first under another key, so that whatever leaks between them would even
fit: the same diagrams, forms and roles, another organisation.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from flask import Flask

from meldcode import clock, definition, people, publishing
from meldcode.settings import Settings, SmtpSettings
from meldcode.store import Database
from tests.web.person import PASSWORD
from web import demo
from web.app import create_app

SCHOOL = Path(__file__).resolve().parents[2] / "processes" / "basisschool-het-voorbeeld"
MASTER_KEY = bytes(range(32))
OTHER_KEY = "basisschool-de-overkant"
OTHER_NAME = "Basisschool De Overkant"
#: Put before every user name of the second organisation.
OTHER = "overkant-"


@dataclass
class Town:
    """A database file with both organisations, and everything opened on it."""

    file: Path
    organisations: dict[str, UUID]
    opened: list[Database] = field(default_factory=list)
    _raw: sqlite3.Connection | None = None

    def database(self) -> Database:
        """A database of its own, closed at the end of the test."""
        db = Database(f"sqlite:///{self.file}", MASTER_KEY, demo=False, base_url="http://localhost")
        self.opened.append(db)
        return db

    def app(self, *, base_url: str = "http://localhost", in_demo: bool = False) -> Flask:
        """The pages, outside a demonstration unless asked."""
        settings = Settings(
            database_url=f"sqlite:///{self.file}",
            broker_url="redis://127.0.0.1:1/0",  # nobody listens there
            smtp=SmtpSettings("127.0.0.1", 1),
            secret_key="s" * 40,
            master_key=MASTER_KEY,
            base_url=base_url,
            demo=in_demo,
        )
        db = settings.database()
        self.opened.append(db)
        app = create_app(settings, db)
        app.config[demo.PASSWORD] = PASSWORD if in_demo else None
        return app

    def close(self) -> None:
        for db in self.opened:
            db.close()
        if self._raw is not None:
            self._raw.close()

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        """What a statement finds in the file itself, past every rule of the software."""
        if self._raw is None:
            self._raw = sqlite3.connect(self.file)
        return self._raw.execute(statement).fetchall()

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


def build(folder: Path) -> Town:
    """Both organisations in a fresh database file in `folder`."""
    file = folder / "town.db"
    db = Database(f"sqlite:///{file}", MASTER_KEY, demo=False)
    db.migrate()
    other = across_the_street(folder / OTHER_KEY)
    organisations = {"": settle_in(db, SCHOOL), OTHER: settle_in(db, other, OTHER)}
    db.close()
    return Town(file, organisations)


def copy_of(town: Town, folder: Path) -> Town:
    """The same town in a file of its own."""
    file = folder / "town.db"
    with closing(sqlite3.connect(town.file)) as original, closing(sqlite3.connect(file)) as copy:
        original.backup(copy)
    return Town(file, dict(town.organisations))
