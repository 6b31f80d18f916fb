"""`meldcode migrate | verify-audit | incidents | doctor`: is this deployment sound, and what is stuck?

Each command does one thing and says what it did; problems end with exit code 1, an unusable environment
with 2.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from uuid import UUID

import click

from meldcode import audit, cases, clock, cover, incidents, outbox, people, timers
from meldcode.audit import Anchor
from meldcode.cli.options import EMBEDDED, LANGUAGE, ORGANISATIONS, PROBLEMS, deployment
from meldcode.messages import MeldcodeError, Text, counted
from meldcode.settings import Settings
from meldcode.store import Database, StoreError


@click.command()
@EMBEDDED
@LANGUAGE
def migrate(embedded: Path | None, lang: str) -> None:
    """Bring the tables of the database up to this version; after a backup was put back, finish erasing."""
    with deployment(embedded, lang, current=False) as (_, db):
        erased = bring_up_to_date(db)
        if erased:
            again = counted(erased, Text("zaak", "case"), Text("zaken", "cases"))
            click.echo(
                Text(
                    f"Opnieuw gewist: {again.nl} zonder sleutel.",
                    f"Erased again: {again.en} without a key.",
                ).of(lang)
            )
        click.echo(Text("De tabellen zijn bijgewerkt.", "The tables are up to date.").of(lang))


def bring_up_to_date(db: Database, now: datetime | None = None) -> int:
    """The tables of this version. What a backup brought back of erased cases goes again; how many it is."""
    db.migrate()
    at = now or clock.now(db)
    return sum(cases.finish_erasures(db, one, now=at) for one in people.organisation_names(db))


@click.command("verify-audit")
@click.option(
    "--anchors",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A file outside the database: compare with what it holds, then add where the log stands now.",
)
@EMBEDDED
@LANGUAGE
def verify_audit(anchors: Path | None, embedded: Path | None, lang: str) -> None:
    """Is the audit log whole? Exit code 0: intact, 1: it was tampered with or damaged."""
    with deployment(embedded, lang) as (_, db):
        known = _read_anchors(anchors)
        problems = audit.verify(db, known=known)
        for problem in problems:
            place = "" if problem.sequence is None else f" {problem.sequence}"
            click.echo(f"{problem.organisation}{place}: {problem.text.of(lang)}", err=True)
        if problems:
            sys.exit(PROBLEMS)
        now = audit.anchors(db)
        if anchors is not None:
            _add_anchors(anchors, [anchor for anchor in now if anchor not in known])
        rows = counted(sum(anchor.sequence for anchor in now), Text("regel", "row"), Text("regels", "rows"))
        held = counted(len(now), *ORGANISATIONS)
        click.echo(
            Text(
                f"Het logboek is ongeschonden: {rows.nl}, {held.nl}.",
                f"The log is intact: {rows.en}, {held.en}.",
            ).of(lang)
        )


def _read_anchors(file: Path | None) -> list[Anchor]:
    if file is None or not file.exists():
        return []
    try:
        lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
        return [Anchor(UUID(line["organisation"]), int(line["sequence"]), line["hash"]) for line in lines]
    except (ValueError, KeyError, TypeError) as error:
        raise MeldcodeError(
            Text(f"{file} is geen bestand met ankers.", f"{file} is no file of anchors.")
        ) from error


def _add_anchors(file: Path, fresh: list[Anchor]) -> None:
    with file.open("a", encoding="utf-8") as stream:
        for anchor in fresh:
            stream.write(json.dumps({**asdict(anchor), "organisation": str(anchor.organisation)}) + "\n")


@click.group("incidents", invoke_without_command=True)
@click.option("--all", "everything", is_flag=True, help="Resolved ones too.")
@EMBEDDED
@LANGUAGE
@click.pass_context
def incidents_group(context: click.Context, everything: bool, embedded: Path | None, lang: str) -> None:
    """List what is stuck; `incidents retry ID` tries again. Exit code 1 when something is stuck."""
    if context.invoked_subcommand is not None:
        return
    with deployment(embedded, lang) as (_, db):
        found = incidents.listing(db, resolved=everything)
        for one in found:
            about = one.reference or "-"
            told = f"{one.id}  {one.last_at:%Y-%m-%d %H:%M}  {about:<8} {one.kind} ({one.times}x)"
            click.echo(f"{told}\n    {one.text.of(lang)}")
        if not found:
            click.echo(Text("Er zit niets vast.", "Nothing is stuck.").of(lang))
        sys.exit(PROBLEMS if any(one.resolved_at is None for one in found) else 0)


@incidents_group.command("retry")
@click.argument("incident", type=click.UUID)
@EMBEDDED
@LANGUAGE
def retry(incident: UUID, embedded: Path | None, lang: str) -> None:
    """Close an incident and let the next tick try again."""
    with deployment(embedded, lang) as (_, db):
        found = next((one for one in incidents.listing(db) if one.id == incident), None)
        if found is None:
            raise MeldcodeError(Text("Deze storing is er niet (meer).", "There is no such incident."))
        if found.kind == cover.NOBODY:
            raise MeldcodeError(
                Text(
                    "Opnieuw proberen helpt niet: geef iemand die rol. Dan gaat deze storing vanzelf weg.",
                    "Trying again does not help: give somebody that role. Then this incident goes by itself.",
                )
            )
        incidents.retry(db, found.organisation, incident, now=clock.now(db))
        click.echo(Text("De volgende tik probeert het opnieuw.", "The next tick tries again.").of(lang))


@click.command()
@click.option("--only", type=click.Choice(["lateness"]), help="Only whether workers keep up; quick.")
@EMBEDDED
@LANGUAGE
def doctor(only: str | None, embedded: Path | None, lang: str) -> None:
    """Is this deployment sound? Settings, tables, log, mail server, what is late, what is stuck."""
    with deployment(embedded, lang, current=False) as (settings, db):
        checks = _checks(settings, db, only=only, mails=embedded is None)
        good = True
        for name, check, remedy in checks:
            try:
                fine, why = check(), remedy
            except StoreError as error:
                fine, why = False, _UNREADY if check == db.is_current else error.text
            except MeldcodeError as error:
                fine, why = False, error.text
            good = good and fine
            said = f": {why.of(lang)}" if why and not fine else ""
            click.echo(f"{'✓' if fine else '✗'} {name.of(lang)}{said}")
            if check == db.is_current and not fine:
                break  # what is asked next is asked of these tables
        sys.exit(0 if good else PROBLEMS)


# Before the first `migrate` there is no role to sign in as, which looks the same as a server that is away.
_UNREADY = Text(
    "de database laat ons niet binnen. Nieuwe database? Voer eerst uit: meldcode migrate. Kijk anders naar "
    "de server en naar MELDCODE_DATABASE_URL",
    "the database does not let us in. A new database? Run first: meldcode migrate. Else look at the server "
    "and at MELDCODE_DATABASE_URL",
)
_Check = tuple[Text, Callable[[], bool], Text | None]


def _checks(settings: Settings, db: Database, *, only: str | None, mails: bool) -> list[_Check]:
    """What the doctor looks at, with what to do where that is one thing.

    `mails` is whether the settings name the mail server: that of `make run` is known to itself only.
    """
    late: list[_Check] = [
        (Text("niets te laat gevuurd", "no timer overdue"), lambda: _on_time(db, settings), None),
        (Text("geen mail te laat", "no mail overdue"), lambda: _mailed(db, settings), None),
    ]
    if only == "lateness":
        return late
    migrate = Text("voer uit: meldcode migrate", "run: meldcode migrate")
    address = Text("kijk naar MELDCODE_SMTP_URL", "look at MELDCODE_SMTP_URL")
    server: _Check = (
        Text("mailserver bereikbaar", "mail server reachable"),
        lambda: _answers(settings),
        address,
    )
    return [
        (Text("tabellen bijgewerkt", "tables up to date"), db.is_current, migrate),
        (Text("logboek ongeschonden", "log intact"), lambda: not audit.verify(db), None),
        *([server] if mails else []),
        *late,
        (Text("niets vastgelopen", "nothing stuck"), lambda: not incidents.listing(db), None),
    ]


def _answers(settings: Settings) -> bool:
    return outbox.reachable(settings.smtp)


def _on_time(db: Database, settings: Settings) -> bool:
    return _recent(timers.oldest_due(db), db, 2 * settings.tick_seconds)


def _mailed(db: Database, settings: Settings) -> bool:
    lease = outbox.lease_of(settings.smtp).total_seconds()
    return _recent(outbox.oldest_waiting(db), db, lease + 2 * settings.tick_seconds)


def _recent(moment: datetime | None, db: Database, seconds: float) -> bool:
    return moment is None or (clock.now(db) - moment).total_seconds() <= seconds
