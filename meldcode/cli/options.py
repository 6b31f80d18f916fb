"""What the commands have in common: their options, their exit codes, and the deployment they look after."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import click

from meldcode import people
from meldcode.definition import DefinitionError
from meldcode.messages import MeldcodeError, Text
from meldcode.publishing import PublishError
from meldcode.settings import Settings
from meldcode.store import Database

#: Exit codes: of what is looked at, and of the deployment itself.
PROBLEMS, UNREADABLE, UNUSABLE = 1, 2, 2

#: One, and more than one, for `counted`.
ORGANISATIONS = Text("organisatie", "organisation"), Text("organisaties", "organisations")

LANGUAGE = click.option(
    "--lang",
    type=click.Choice(["nl", "en"]),
    default="nl",
    show_default=True,
    help="Language of the sentences.",
)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
EMBEDDED = click.option(
    "--embedded",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder of `make run` (var), instead of settings from the environment.",
)


@contextmanager
def deployment(
    embedded: Path | None, lang: str, *, current: bool = True
) -> Iterator[tuple[Settings, Database]]:
    """The settings and a database; whatever is wrong is said, not raised.

    `current`: its tables have to be those of this version.
    """
    try:
        settings = (
            Settings.from_environment(False)
            if embedded is None
            else Settings.from_environment(True, home=embedded)
        )
        db = settings.database()
    except MeldcodeError as error:
        click.echo(error.text.of(lang), err=True)
        sys.exit(UNUSABLE)
    try:
        if current:
            _must_be_migrated(db)
        yield settings, db
    except MeldcodeError as error:
        click.echo(error.text.of(lang), err=True)
        if isinstance(error, PublishError | DefinitionError):
            for found in error.findings:
                where = ": ".join(filter(None, (found.file, found.element)))
                click.echo(f"  {where}: {found.what.of(lang)} {found.remedy.of(lang)}", err=True)
        sys.exit(PROBLEMS)
    finally:
        db.close()


def _must_be_migrated(db: Database) -> None:
    if not db.is_current():
        raise MeldcodeError(
            Text(
                "De tabellen zijn niet van deze versie. Voer eerst uit: meldcode migrate.",
                "The tables are not of this version. Run first: meldcode migrate.",
            )
        )


def home_of(db: Database, organisation: str) -> UUID:
    """The id of the organisation with this key. Raises `MeldcodeError`."""
    found = people.organisation_id(db, organisation)
    if found is None:
        raise MeldcodeError(
            Text(f"Er is geen organisatie `{organisation}`.", f"There is no organisation `{organisation}`.")
        )
    return found


def why_closed(error: OSError) -> Text:
    """Why a file cannot be opened."""
    if isinstance(error, FileNotFoundError):
        return Text("Dit bestaat niet.", "This does not exist.")
    reason = error.strerror or "?"
    return Text(f"Niet te openen ({reason}).", f"Cannot be opened ({reason}).")
