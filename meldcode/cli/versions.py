"""`meldcode publish | export`: a folder into the database, and out of it again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from meldcode import clock, desk, people, publishing
from meldcode.check import verdict_for_publishing
from meldcode.cli.options import EMBEDDED, LANGUAGE, deployment
from meldcode.definition import read_folder
from meldcode.messages import MeldcodeError, Text
from meldcode.store import Database


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--new", is_flag=True, help="Create the organisation when it is not there yet.")
@click.option("--note", default="", help="What changes and why: colleagues read it with the version.")
@EMBEDDED
@LANGUAGE
def publish(folder: Path, new: bool, note: str, embedded: Path | None, lang: str) -> None:
    """Check an organisation's FOLDER, play every case of it and make it the version new cases start with.

    A rule of the law that is broken refuses; of a norm or of quality the reasons lie in afwijkingen.toml.
    """
    with deployment(embedded, lang) as (_, db):
        described = read_folder(folder).organisation
        now = clock.now(db)
        report = _must_stand(db, folder, new, lang)
        if new and people.organisation_id(db, described.key) is None:
            people.create_organisation(db, described.key, described.name, now=now)
        version = publishing.publish(db, described.key, folder, now=now, note=note, report=report)
        click.echo(
            Text(
                f"{described.name}: versie {version[:12]} geldt voor nieuwe zaken.",
                f"{described.name}: version {version[:12]} is used for new cases.",
            ).of(lang)
        )


def _must_stand(db: Database, folder: Path, new: bool, lang: str) -> dict[str, Any] | None:
    """The proof of a folder that is not in force yet, and the reasons recorded with it. Raises.

    What the check said, to keep with the version; None where nothing is left to publish.
    """
    version = read_folder(folder)
    key = version.organisation.key
    publishing.must_be_fit(version, key)
    unknown = people.organisation_id(db, key) is None and not new
    if unknown or publishing.in_force(db, key) == version.id:
        return None
    click.echo(Text("Elke zaak wordt nagespeeld …", "Every case is played …").of(lang), err=True)
    proof = desk.proven(version)
    standing = verdict_for_publishing(version, proof)
    if not standing.fit:
        raise MeldcodeError(
            Text(
                "\n".join(["Deze map wordt niet gepubliceerd.", *standing.told("nl")]),
                "\n".join(["This folder is not published.", *standing.told("en")]),
            )
        )
    for line in standing.told(lang):
        click.echo(line)
    for one in proof["examples"]:
        click.echo(one["what"][lang])
    return desk.report_of(desk.findings(version.files), proof)


@click.command()
@click.argument("organisation")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@EMBEDDED
@LANGUAGE
def export(organisation: str, folder: Path, embedded: Path | None, lang: str) -> None:
    """Write the current version of ORGANISATION into FOLDER, byte for byte."""
    with deployment(embedded, lang) as (_, db):
        version = publishing.export(db, organisation, folder)
        click.echo(
            Text(f"Versie {version[:12]} staat in {folder}.", f"Version {version[:12]} is in {folder}.").of(
                lang
            )
        )
