"""Prepares the data of `make run`: keys, tables, the organisations of `processes/`, demo people.

It runs as a process of its own (so that what it needed is out of memory afterwards) and prints one JSON
object: the environment for the other parts and the people who can sign in. Run again, it keeps what is
there, publishes folders that changed and adds people who are new.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import secrets
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import UUID

from meldcode import accounts, clock, definition, logs, people, publishing
from meldcode.messages import MeldcodeError, Text
from meldcode.settings import Settings
from meldcode.store import Database

#: No 0, o, 1, l or i: the password is read from a terminal and typed into a page.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody who can sign in after `make run`."""

    username: str
    name: str
    roles: str
    organisation: str


def prepare(settings: Settings, processes: Path, password: str) -> list[DemoPerson]:
    """Fills the database and says who can sign in with `password`.

    Raises MeldcodeError when a folder cannot be published, with what is wrong in it.
    """
    db = settings.database()
    try:
        db.migrate()
        folders = sorted(file.parent for file in processes.glob("*/organisation.toml"))
        described = {folder: definition.read_folder(folder).organisation for folder in folders}
        _refuse_copies(described)
        return [
            person for folder in folders for person in _organisation(db, folder, described[folder], password)
        ]
    finally:
        db.close()


def _refuse_copies(described: Mapping[Path, definition.Organisation]) -> None:
    """A copied folder that still has the first one's key or people would quietly take its place."""
    seen: dict[str, Path] = {}
    for folder, organisation in described.items():
        for name in (f'key = "{organisation.key}"', *_usernames(organisation)):
            first = seen.setdefault(name, folder)
            if first != folder:
                raise MeldcodeError(
                    Text(
                        f"In {folder}/organisation.toml staat {name}, net als in {first}. "
                        "Kies een eigen naam.",
                        f"{folder}/organisation.toml has {name}, as {first} has. Choose a name of its own.",
                    )
                )


def _usernames(organisation: definition.Organisation) -> Iterator[str]:
    return (f'username = "{one.username}"' for one in organisation.demo_people)


def _organisation(
    db: Database, folder: Path, described: definition.Organisation, password: str
) -> list[DemoPerson]:
    now = clock.now(db)
    organisation = people.organisation_id(db, described.key)
    if organisation is None:
        organisation = people.create_organisation(db, described.key, described.name, now=now)
    publishing.publish(db, described.key, folder, now=clock.now(db))
    _create_missing(db, organisation, described, password)
    role_names = {key: role.name for key, role in described.roles.items()}
    return [
        DemoPerson(one.username, one.name, ", ".join(role_names[role] for role in one.roles), described.name)
        for one in described.demo_people
    ]


def _create_missing(
    db: Database, organisation: UUID, described: definition.Organisation, password: str
) -> None:
    # by user name: an address may have been changed since
    known = {account.username for account in accounts.overview(db, organisation, clock.now(db))}
    for one in described.demo_people:
        if people.as_username(one.username) not in known:
            people.create_person(
                db,
                organisation,
                username=one.username,
                name=one.name,
                email=one.email,
                roles=one.roles,
                password=password,
                now=clock.now(db),
            )


def demo_password(folder: Path) -> str:
    """The password of all demo people: made the first time and kept beside the data."""
    path = folder / "demo-password"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text("-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(3)))
    return path.read_text().strip()


def environment_of(settings: Settings) -> dict[str, str]:
    """The keys that the settings made up, as variables for the other parts."""
    return {
        "MELDCODE_DATABASE_URL": settings.database_url,
        "MELDCODE_SECRET_KEY": settings.secret_key,
        "MELDCODE_MASTER_KEY": base64.urlsafe_b64encode(settings.master_key).decode(),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description="Prepare the data of make run.")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--processes", type=Path, required=True)
    options = parser.parse_args()
    logs.configure(stream=sys.stderr)
    try:
        given = {**os.environ, "MELDCODE_DEMO": "1"}
        settings = Settings.from_environment(embedded=True, environment=given, home=options.folder)
        password = demo_password(options.folder)
        sign_ins = prepare(settings, options.processes, password)
    except MeldcodeError as error:
        print(error.text.nl, error.text.en, sep="\n", file=sys.stderr)
        for finding in getattr(error, "findings", ()):
            print(f"  {finding.file}: {finding.what.nl} {finding.remedy.nl}", file=sys.stderr)
        return 1
    answer = {
        "environment": environment_of(settings),
        "password": password,
        "people": [asdict(person) for person in sign_ins],
    }
    json.dump(answer, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
