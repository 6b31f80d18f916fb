"""Alembic, from inside the package: no ini file, the connection is given.

It is imported by who migrates: a process that only works with the database does without its 8 MB.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.engine import Connection

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"

_DONE = sa.table("alembic_version", sa.column("version_num", sa.String))


def config(connection: Connection) -> Config:
    """Alembic's settings for one connection."""
    from alembic.config import Config

    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    made.attributes["connection"] = connection
    return made


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Run the migrations that are still to be run, inside the caller's transaction."""
    from alembic import command

    command.upgrade(config(connection), revision)


def is_current(connection: Connection) -> bool:
    """Have all migrations of this version of the software been run, and no later ones?"""
    if not sa.inspect(connection).has_table(_DONE.name):
        return False
    return set(connection.execute(sa.select(_DONE.c.version_num)).scalars()) == {newest()}


def newest() -> str:
    """The last migration of this version of the software: they are numbered, one after the other."""
    return max(file.name[:4] for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))
