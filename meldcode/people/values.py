"""What is known of people, and what may be wrong with it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from meldcode.addresses import is_address
from meldcode.messages import MeldcodeError, Text

_USERNAME = re.compile(r"[^\s\x00-\x1f\x7f]{1,200}")


class PeopleError(MeldcodeError):
    """Something about a person that cannot be stored; the text says what."""


class NameTaken(PeopleError):
    """Somebody else signs in with this name."""

    def __init__(self, username: str) -> None:
        super().__init__(
            Text(f"De gebruikersnaam `{username}` is al in gebruik.", f"The user name `{username}` is taken.")
        )


class NoSuchPerson(PeopleError):
    """Nobody in this organisation has this id."""

    def __init__(self) -> None:
        super().__init__(Text("Deze persoon bestaat niet.", "There is no such person."))


@dataclass(frozen=True, slots=True)
class Actor:
    """Who sends a command: a person, her organisation and the roles she holds now.

    `stands_in_for`: who is away and has her as stand-in. Their roles are among hers for as long as that
    lasts, and their tasks are hers to take over.
    """

    person: UUID
    organisation: UUID
    roles: frozenset[str]
    name: str
    stands_in_for: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Person:
    """One person of an organisation, as others may see her.

    `weekdays` are her own working days (0: Monday), None when she works as the organisation does. `away`
    and `standin` are about the moment that was asked for; `standin` is somebody who is there herself.
    """

    id: UUID
    name: str
    email: str
    roles: frozenset[str]
    active: bool = True
    weekdays: frozenset[int] | None = None
    away: bool = False
    standin: Person | None = None


def as_username(text: str) -> str:
    """A user name as it is stored. Raises `PeopleError`."""
    name = text.strip().lower()
    if (
        not _USERNAME.fullmatch(name) or not name.isprintable()
    ):  # a sign that nobody sees makes two look alike
        raise PeopleError(Text("Een gebruikersnaam heeft geen spaties.", "A user name has no blanks in it."))
    return name


def as_name(text: str) -> str:
    """A person's name as it is stored. Raises `PeopleError`."""
    name = " ".join(text.split())
    if not name or len(name) > 200 or not name.isprintable():
        raise PeopleError(
            Text("Vul een naam in van hooguit 200 tekens.", "Give a name of at most 200 characters.")
        )
    return name


def as_address(text: str) -> str:
    """An e-mail address as it is stored. Raises `PeopleError`."""
    address = text.strip()
    if not is_address(address):
        raise PeopleError(
            Text(
                f"`{address}` is geen e-mailadres dat iedere mailserver aanneemt. Schrijf het met gewone "
                "letters, zonder accenten, bijvoorbeeld naam@voorbeeld.nl.",
                f"`{address}` is not an e-mail address that every mail server takes. Write it in plain "
                "letters, without accents, for example name@example.nl.",
            )
        )
    return address


def as_weekdays(stored: str | None) -> frozenset[int] | None:
    """Own working days as they are stored (`"0 1 3"`)."""
    return None if stored is None else frozenset(map(int, stored.split()))


def is_within(from_at: datetime, until_at: datetime | None, moment: datetime) -> bool:
    """Does an absence hold at this moment? It ends just before `until_at`."""
    return from_at <= moment and (until_at is None or moment < until_at)
