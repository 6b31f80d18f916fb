"""`organisation.toml`: who the organisation is, its roles, its calendar and who decides finally."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from meldcode.definition.errors import DefinitionError
from meldcode.messages import Finding, Text
from meldcode.workdays import Calendar

FILE = "organisation.toml"
SECTORS = ("ggz", "onderwijs", "kinderopvang", "maatschappelijke-ondersteuning", "jeugdzorg", "rechtsorde")
KEY = re.compile(r"[a-z][a-z0-9-]{0,62}")
LONGEST_HOLIDAY = timedelta(days=100)


@dataclass(frozen=True, slots=True)
class Role:
    """A role people can hold; `standins` are the roles that take over, in order."""

    key: str
    name: str
    standins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody `make run` creates; never used in a real deployment."""

    name: str
    email: str
    username: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Organisation:
    """One organisation as its own file describes it.

    `decides` is the role that decides finally. Who holds a role in `supervises` sees where every case
    stands, never what is in it; it is written down by hand and never derived from the diagram, so that
    drawing one more escalation does not quietly let somebody look. Who holds a role in `administers` looks
    after people's accounts; that alone lets nobody see a case. Who holds a role in `designs` draws the next
    version of this meldcode at the desk. With `four_eyes` a version takes somebody else's yes before it is
    published: of who holds a role in `approves`. `adult_clients` and `doctors` say to which rules the
    organisation is subject (kindcheck; advice before a report); None leaves it to the sector and the roles.
    """

    key: str
    name: str
    sector: str
    roles: Mapping[str, Role]
    decides: str
    supervises: frozenset[str] = frozenset()
    zone: str = "Europe/Amsterdam"
    free_days: frozenset[date] = frozenset()
    worked_days: frozenset[date] = frozenset()
    mail_from: str = ""
    administers: frozenset[str] = frozenset()
    designs: frozenset[str] = frozenset()
    four_eyes: bool = False
    approves: frozenset[str] = frozenset()
    adult_clients: bool | None = None
    doctors: bool | None = None
    demo_people: tuple[DemoPerson, ...] = field(default=())

    def calendar(self) -> Calendar:
        """The working days of this organisation."""
        return Calendar(zone=self.zone, free_days=self.free_days, worked_days=self.worked_days)


def read_organisation(data: bytes) -> Organisation:
    """Read `organisation.toml`. Raises `DefinitionError` naming every key that is missing or odd."""
    try:
        table = tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise DefinitionError([_unreadable(error)]) from error
    reader = _Reader(table)
    organisation = reader.organisation()
    if reader.findings:
        raise DefinitionError(reader.findings)
    return organisation


def _unreadable(error: Exception) -> Finding:
    return Finding(
        "organisation-unreadable",
        FILE,
        None,
        Text(f"Dit bestand is geen geldige TOML: {error}.", f"This file is not valid TOML: {error}."),
        Text(
            "Controleer aanhalingstekens en haakjes op de genoemde regel.",
            "Check quotes and brackets on the line named.",
        ),
    )


class _Reader:
    """Reads one table and collects what is wrong instead of stopping at the first fault."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self.table = table
        self.findings: list[Finding] = []

    def organisation(self) -> Organisation:
        calendar = self._table(self.table, "calendar", "")
        mail = self._table(self.table, "mail", "")
        publishing = self._table(self.table, "publishing", "")
        roles = self._roles()
        return Organisation(
            key=self._key(self.table, "key", ""),
            name=self._text(self.table, "name", ""),
            sector=self._sector(),
            roles=roles,
            decides=self._decides(roles),
            supervises=frozenset(self._known_roles(self.table, "supervises", "", roles)),
            zone=self._zone(calendar),
            free_days=self._days(calendar, "free_days"),
            worked_days=self._days(calendar, "worked_days"),
            mail_from=self._text(mail, "from_name", "mail.", required=False),
            administers=frozenset(self._known_roles(self.table, "administers", "", roles)),
            designs=frozenset(self._known_roles(self.table, "designs", "", roles)),
            four_eyes=self._yes_or_no(publishing, "four_eyes", "publishing."),
            approves=frozenset(self._known_roles(publishing, "approves", "publishing.", roles)),
            adult_clients=self._fact("adult_clients"),
            doctors=self._fact("doctors"),
            demo_people=self._people(roles),
        )

    def _fault(self, element: str, nl: str, en: str, remedy_nl: str, remedy_en: str) -> None:
        self.findings.append(
            Finding("organisation-field", FILE, element, Text(nl, en), Text(remedy_nl, remedy_en))
        )

    def _table(self, table: Mapping[str, Any], name: str, prefix: str) -> Mapping[str, Any]:
        value = table.get(name, {})
        if isinstance(value, dict):
            return value
        self._fault(
            prefix + name,
            f"`{prefix}{name}` moet een tabel zijn.",
            f"`{prefix}{name}` must be a table.",
            f"Schrijf een kopje [{prefix}{name}] met daaronder de instellingen.",
            f"Write a heading [{prefix}{name}] with the settings below it.",
        )
        return {}

    def _text(self, table: Mapping[str, Any], name: str, prefix: str, *, required: bool = True) -> str:
        value = table.get(name)
        if value is None and not required:
            return ""
        if isinstance(value, str) and value.strip() and "\n" not in value and len(value) <= 200:
            return value.strip()
        self._fault(
            prefix + name,
            f"`{prefix}{name}` ontbreekt of is geen gewone tekst.",
            f"`{prefix}{name}` is missing or is not plain text.",
            f'Schrijf één regel: {name} = "…".',
            f'Write one line: {name} = "…".',
        )
        return ""

    def _fact(self, name: str) -> bool | None:
        """Yes, no, or None when the organisation does not say."""
        return self._yes_or_no(self.table, name, "") if name in self.table else None

    def _yes_or_no(self, table: Mapping[str, Any], name: str, prefix: str) -> bool:
        value = table.get(name, False)
        if isinstance(value, bool):
            return value
        self._fault(
            prefix + name,
            f"`{prefix}{name}` moet ja of nee zijn.",
            f"`{prefix}{name}` must be yes or no.",
            f"Schrijf {name} = true of {name} = false.",
            f"Write {name} = true or {name} = false.",
        )
        return False

    def _key(self, table: Mapping[str, Any], name: str, prefix: str) -> str:
        value = self._text(table, name, prefix)
        if value and not KEY.fullmatch(value):
            self._bad_key(prefix + name, value)
        return value

    def _bad_key(self, element: str, value: str) -> None:
        self._fault(
            element,
            f"`{value}` kan geen sleutel zijn.",
            f"`{value}` cannot be a key.",
            "Gebruik kleine letters, cijfers en streepjes, en begin met een letter.",
            "Use lower-case letters, digits and hyphens, and begin with a letter.",
        )

    def _sector(self) -> str:
        value = self._text(self.table, "sector", "")
        if value and value not in SECTORS:
            self._fault(
                "sector",
                f"`{value}` is geen sector van de meldcode.",
                f"`{value}` is not a sector of the meldcode.",
                f"Kies uit: {', '.join(SECTORS)}.",
                f"Choose from: {', '.join(SECTORS)}.",
            )
        return value

    def _roles(self) -> dict[str, Role]:
        drawn = self._table(self.table, "roles", "")
        if not drawn:
            self._fault(
                "roles",
                "Er staan geen rollen in.",
                "It names no roles.",
                'Schrijf voor elke rol een kopje, bijvoorbeeld [roles.directeur], met name = "Directeur".',
                'Write a heading for each role, for instance [roles.directeur], with name = "Directeur".',
            )
        roles: dict[str, Role] = {}
        for key in drawn:
            if not KEY.fullmatch(key):
                self._bad_key(f"roles.{key}", key)
            table = self._table(drawn, key, "roles.")
            roles[key] = Role(
                key=key,
                name=self._text(table, "name", f"roles.{key}."),
                standins=self._known_roles(table, "standins", f"roles.{key}.", drawn),
            )
        return roles

    def _known_roles(
        self, table: Mapping[str, Any], name: str, prefix: str, roles: Mapping[str, object]
    ) -> tuple[str, ...]:
        value = table.get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self._fault(
                prefix + name,
                f"`{prefix}{name}` moet een lijst van rollen zijn.",
                f"`{prefix}{name}` must be a list of roles.",
                f'Schrijf bijvoorbeeld {name} = ["directeur"].',
                f'Write for instance {name} = ["directeur"].',
            )
            return ()
        for item in value:
            if item not in roles:
                self._unknown_role(prefix + name, item, roles)
        return tuple(value)

    def _unknown_role(self, element: str, role: str, roles: Mapping[str, object]) -> None:
        known = ", ".join(sorted(roles)) or "—"
        self._fault(
            element,
            f"De rol `{role}` bestaat niet.",
            f"The role `{role}` does not exist.",
            f"Kies een van de rollen onder [roles.…]: {known}.",
            f"Choose one of the roles under [roles.…]: {known}.",
        )

    def _decides(self, roles: Mapping[str, Role]) -> str:
        value = self._text(self.table, "decides", "")
        if value and value not in roles:
            self._unknown_role("decides", value, roles)
        return value

    def _zone(self, calendar: Mapping[str, Any]) -> str:
        value = calendar.get("zone", "Europe/Amsterdam")
        try:
            return ZoneInfo(value).key
        except (ValueError, TypeError, OSError, KeyError):
            self._fault(
                "calendar.zone",
                f"`{value}` is geen bekende tijdzone.",
                f"`{value}` is not a known time zone.",
                'Laat de regel weg, of schrijf zone = "Europe/Amsterdam".',
                'Leave the line out, or write zone = "Europe/Amsterdam".',
            )
            return "Europe/Amsterdam"

    def _days(self, calendar: Mapping[str, Any], name: str) -> frozenset[date]:
        value = calendar.get(name, [])
        days: set[date] = set()
        for item in value if isinstance(value, list) else [value]:
            span = _span(item)
            if span is None:
                self._fault(
                    f"calendar.{name}",
                    f"`{item}` is geen dag en geen vakantie.",
                    f"`{item}` is neither a day nor a holiday period.",
                    "Schrijf een datum (2026-10-12) of een periode { from = 2026-10-10, to = 2026-10-18 }.",
                    "Write a date (2026-10-12) or a period { from = 2026-10-10, to = 2026-10-18 }.",
                )
                continue
            first, last = span
            days.update(first + timedelta(days=n) for n in range((last - first).days + 1))
        return frozenset(days)

    def _people(self, roles: Mapping[str, Role]) -> tuple[DemoPerson, ...]:
        people = self._table(self.table, "demo", "").get("people", [])
        if not isinstance(people, list) or not all(isinstance(person, dict) for person in people):
            self._fault(
                "demo.people",
                "`demo.people` moet een lijst van mensen zijn.",
                "`demo.people` must be a list of people.",
                "Schrijf voor elke persoon een kopje [[demo.people]].",
                "Write a heading [[demo.people]] for each person.",
            )
            return ()
        return tuple(
            DemoPerson(
                name=self._text(person, "name", "demo.people."),
                email=self._text(person, "email", "demo.people."),
                username=self._text(person, "username", "demo.people."),
                roles=self._known_roles(person, "roles", "demo.people.", roles),
            )
            for person in people
        )


def _span(item: object) -> tuple[date, date] | None:
    """The first and last day of a date or a period; None when it is neither."""
    if isinstance(item, dict):
        first, last = item.get("from"), item.get("to")
    else:
        first = last = item
    for day in (first, last):
        if not isinstance(day, date) or isinstance(day, datetime):
            return None
    assert isinstance(first, date)  # noqa: S101  (the loop above proved it)
    assert isinstance(last, date)  # noqa: S101
    return (first, last) if timedelta(0) <= last - first <= LONGEST_HOLIDAY else None
