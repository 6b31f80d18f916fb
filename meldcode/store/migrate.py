"""Alembic, from inside the package: no ini file, the connection is given."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

MIGRATIONS = Path(__file__).parent / "migrations"


def config(connection: Connection) -> Config:
    """Alembic's settings for one connection."""
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    made.attributes["connection"] = connection
    return made


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Run the migrations that are still to be run, inside the caller's transaction."""
    command.upgrade(config(connection), revision)


def is_current(connection: Connection) -> bool:
    """Have all migrations of this version of the software been run, and no later ones?"""
    here = set(MigrationContext.configure(connection).get_current_heads())
    return here == set(ScriptDirectory.from_config(config(connection)).get_heads())
