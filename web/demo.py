"""The demonstration: made-up people who sign in with one click. Does nothing without `MELDCODE_DEMO=1`.

There is no way in without a password, here neither: the one click uses the password that `make run` gave
all demo people and hands to this process in `MELDCODE_DEMO_PASSWORD`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from flask import Blueprint, abort, current_app

from meldcode import people as known_people
from meldcode import publishing
from web.services import services

PASSWORD = "DEMO_PASSWORD"  # noqa: S105 - the name of a setting


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody made up, with the names of her roles."""

    username: str
    name: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation of the demonstration and its people."""

    name: str
    people: tuple[Person, ...]


def is_on() -> bool:
    """Whether this deployment is a demonstration."""
    return services().settings.demo


def password() -> str | None:
    """The password of all demo people, or None: then they type theirs."""
    found: str | None = current_app.config.get(PASSWORD)
    return found


def people() -> list[Organisation]:
    """The demo people of every organisation, from its own `organisation.toml`. Empty without a password."""
    if not is_on() or password() is None:
        return []
    db = services().db
    found = []
    for organisation, name in known_people.organisation_names(db).items():
        with db.reading(organisation) as tx:
            try:
                described = publishing.load(tx, publishing.current(tx)).version.organisation
            except publishing.PublishError:
                continue
        members = tuple(
            Person(one.username, one.name, tuple(described.roles[role].name for role in one.roles))
            for one in described.demo_people
        )
        if members:
            found.append(Organisation(name, members))
    return found


def only_in_demo(blueprint: Blueprint) -> None:
    """Makes every page of a blueprint unknown outside a demonstration."""

    @blueprint.before_request
    def _guard() -> None:
        if not is_on():
            abort(404)


def password_from_environment() -> str | None:
    """What `make run` set, or None."""
    return os.environ.get("MELDCODE_DEMO_PASSWORD") or None
