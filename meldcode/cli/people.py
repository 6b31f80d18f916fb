"""`meldcode people list | invite | close | open | sign-out`: who has an account."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import click

from meldcode import accounts, adjustments, clock, people
from meldcode.cli.options import EMBEDDED, LANGUAGE, deployment, home_of
from meldcode.messages import MeldcodeError, Text
from meldcode.store import Database

STATES = {
    "open": Text("in gebruik", "in use"),
    "invited": Text("uitgenodigd", "invited"),
    "lapsed": Text("uitnodiging verlopen", "invitation ended"),
    "closed": Text("gesloten", "closed"),
}


@click.group("people")
def group() -> None:
    """Who has an account, and how it stands."""


@group.command("list")
@click.argument("organisation")
@EMBEDDED
@LANGUAGE
def listing(organisation: str, embedded: Path | None, lang: str) -> None:
    """List the accounts of ORGANISATION (its key)."""
    with deployment(embedded, lang) as (_, db):
        for one in accounts.overview(db, home_of(db, organisation), clock.now(db)):
            roles = ", ".join(sorted(one.roles)) or "-"
            click.echo(f"{one.username:<32} {one.name:<24} {roles:<32} {STATES[one.state.value].of(lang)}")


@group.command()
@click.argument("organisation")
@click.option("--name", required=True, help="As colleagues know her or him.")
@click.option("--email", required=True, help="Where the invitation goes.")
@click.option("--username", help="To sign in with; without it the e-mail address.")
@click.option(
    "--role", "roles", multiple=True, help="A role of organisation.toml; may be given more than once."
)
@EMBEDDED
@LANGUAGE
def invite(
    organisation: str,
    name: str,
    email: str,
    username: str | None,
    roles: tuple[str, ...],
    embedded: Path | None,
    lang: str,
) -> None:
    """Invite somebody to ORGANISATION by mail; again when she did not choose a password yet."""
    with deployment(embedded, lang) as (_, db):
        home, now = home_of(db, organisation), clock.now(db)
        known = {one.username: one for one in accounts.overview(db, home, now)}
        account = known.get(people.as_username(username or email))
        if account is not None:
            accounts.invite_again(db, home, account.person, now=now)
        else:
            accounts.invite(
                db, home, username=username or email, name=name, email=email, roles=roles, now=now
            )
        click.echo(Text("De uitnodiging wacht op verzending.", "The invitation waits to be sent.").of(lang))


@group.command()
@click.argument("organisation")
@click.argument("username")
@EMBEDDED
@LANGUAGE
def close(organisation: str, username: str, embedded: Path | None, lang: str) -> None:
    """Close the account of USERNAME; she is signed out at once."""
    _set(organisation, username, False, embedded, lang)


@group.command("open")
@click.argument("organisation")
@click.argument("username")
@EMBEDDED
@LANGUAGE
def reopen(organisation: str, username: str, embedded: Path | None, lang: str) -> None:
    """Open a closed account again."""
    _set(organisation, username, True, embedded, lang)


@group.command("sign-out")
@click.argument("organisation")
@click.argument("username")
@EMBEDDED
@LANGUAGE
def sign_out(organisation: str, username: str, embedded: Path | None, lang: str) -> None:
    """End all sessions of USERNAME: a lost telephone, a borrowed computer."""
    with deployment(embedded, lang) as (_, db):
        home = home_of(db, organisation)
        ended = people.end_sessions(db, home, _person(db, home, username), now=clock.now(db))
        click.echo(Text(f"Uitgelogd: {ended} keer.", f"Signed out: {ended} times.").of(lang))


def _set(organisation: str, username: str, active: bool, embedded: Path | None, lang: str) -> None:
    with deployment(embedded, lang) as (_, db):
        home = home_of(db, organisation)
        adjustments.switch_as_operator(db, home, _person(db, home, username), active, now=clock.now(db))
        said = Text("Het account is open.", "The account is open.")
        shut = Text("Het account is gesloten.", "The account is closed.")
        click.echo((said if active else shut).of(lang))


def _person(db: Database, organisation: UUID, username: str) -> UUID:
    wanted = people.as_username(username)
    for one in accounts.overview(db, organisation, clock.now(db)):
        if one.username == wanted:
            return one.person
    raise MeldcodeError(
        Text(f"Er is hier geen account `{username}`.", f"There is no account `{username}` here.")
    )
