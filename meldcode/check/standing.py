"""Whether a version may be published, given its proof and the reasons that were recorded for deviating.

A rule of the law refuses. A professional norm is comply or explain: two people record why, the
aandachtsfunctionaris and somebody for the board. Quality takes one reason. The reasons lie in the folder,
in `afwijkingen.toml`, so they are part of the version and kept with it for ever. Each is about what the
proof said then (`about`): when the proof says something else, somebody has to look again.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from meldcode.definition import Version
from meldcode.messages import MeldcodeError, Text

FILE = "afwijkingen.toml"
LONGEST_REASON, LONGEST_NAME, SHORTEST_REASON = 4_000, 100, 20
PEOPLE = {"P": 2, "Q": 1}
_OPEN = ("broken", "not proven")


class DeviationError(MeldcodeError):
    """`afwijkingen.toml` cannot be read."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """Who recorded a reason, as what, and when."""

    name: str
    role: str
    on: date


@dataclass(frozen=True, slots=True)
class Deviation:
    """A recorded reason to publish although a rule does not hold."""

    rule: int
    about: str
    reason: str
    agreed: tuple[Agreed, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A rule that may be deviated from with reasons: of how many people, and what was recorded."""

    rule: int
    title: Text
    level: str
    about: str
    people: int
    given: Deviation | None
    lacking: Text | None  # what is still missing, None when nothing is


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands in the way of publishing. `fit`: nothing does."""

    refused: tuple[Text, ...]
    wanted: tuple[Wanted, ...]

    @property
    def fit(self) -> bool:
        return not self.refused and not any(one.lacking for one in self.wanted)

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "fit": self.fit,
            "refused": [text._asdict() for text in self.refused],
            "wanted": [
                {
                    "rule": one.rule,
                    "level": one.level,
                    "about": one.about,
                    "people": one.people,
                    "reason": one.given.reason if one.given else None,
                    "agreed": [
                        {"name": agreed.name, "role": agreed.role, "on": agreed.on.isoformat()}
                        for agreed in (one.given.agreed if one.given else ())
                    ],
                    "lacking": one.lacking._asdict() if one.lacking else None,
                }
                for one in self.wanted
            ],
        }

    def told(self, language: str) -> list[str]:
        """A line for each thing that refuses or was explained."""
        lines = [text.of(language) for text in self.refused]
        for one in self.wanted:
            lines.append(f"{one.rule} {one.title.of(language)}")
            if one.given:
                who = ", ".join(f"{agreed.name} ({agreed.role}, {agreed.on})" for agreed in one.given.agreed)
                lines.append(f"  “{one.given.reason}” — {who}")
            if one.lacking:
                lines.append(f"  {one.lacking.of(language)}")
        return lines


def verdict_for_publishing(version: Version, report: Mapping[str, Any]) -> Standing:
    """Whether this version may be published. `report` is its proof as JSON (`meldcode.check.as_json`).

    The quick check comes before: what it refuses is not played, and has no report.
    """
    if report.get("version") != version.id:
        other = Text("Dit bewijs is van een andere versie.", "This proof is of another version.")
        return Standing((other,), ())
    refused = [_finding(one) for one in report["findings"] if one["severity"] == "error"]
    try:
        deviations = read_deviations(version.files.get(FILE, b""))
    except DeviationError as error:
        refused.append(error.text)
        deviations = ()
    wanted = []
    for rule in report["rules"]:
        if rule["verdict"] not in _OPEN:
            continue
        if rule["refuses"] or rule["level"] not in PEOPLE:
            refused.append(_refusal(rule))
        else:
            wanted.append(_wanted(rule, deviations))
    return Standing(tuple(refused), tuple(wanted))


def about(rule: Mapping[str, Any]) -> str:
    """A short mark of what the proof says of a rule; another finding has another mark."""
    said = json.dumps([rule["number"], rule["verdict"], rule["why"]["nl"], rule["elements"]])
    return hashlib.sha256(said.encode()).hexdigest()[:12]


def _wanted(rule: Mapping[str, Any], deviations: Sequence[Deviation]) -> Wanted:
    mark, people = about(rule), PEOPLE[rule["level"]]
    same = [one for one in deviations if one.rule == rule["number"]]
    given = next((one for one in same if one.about == mark), None)
    return Wanted(
        rule["number"],
        Text(**rule["title"]),
        rule["level"],
        mark,
        people,
        given,
        _lacking(given, people, mark, bool(same)),
    )


def _lacking(given: Deviation | None, people: int, mark: str, another: bool) -> Text | None:
    if given is None:
        older = (
            Text(
                " De reden die er staat, ging over iets anders.",
                " The reason given was about something else.",
            )
            if another
            else Text("", "")
        )
        who = (
            Text(
                "twee mensen (de aandachtsfunctionaris en iemand namens het bestuur)",
                "two people (the aandachtsfunctionaris and somebody for the board)",
            )
            if people > 1
            else Text("één persoon", "one person")
        )
        return Text(
            f'Hier is een reden nodig van {who.nl}: schrijf haar in {FILE}, met about = "{mark}".{older.nl}',
            f'This takes a reason of {who.en}: write it in {FILE}, with about = "{mark}".{older.en}',
        )
    if len({one.name.casefold() for one in given.agreed}) < people:
        return Text("Hier zijn twee verschillende mensen nodig.", "This takes two different people.")
    if people > 1 and len({one.role.casefold() for one in given.agreed}) < people:
        return Text(
            "De twee mensen moeten een verschillende functie hebben: de aandachtsfunctionaris en iemand "
            "namens het bestuur.",
            "The two people must have different functions: the aandachtsfunctionaris and somebody for the "
            "board.",
        )
    return None


def _refusal(rule: Mapping[str, Any]) -> Text:
    number, title, why = rule["number"], rule["title"], rule["why"]
    return Text(f"Regel {number}, {title['nl']}: {why['nl']}", f"Rule {number}, {title['en']}: {why['en']}")


def _finding(one: Mapping[str, Any]) -> Text:
    return Text(f"{one['file']}: {one['what']['nl']}", f"{one['file']}: {one['what']['en']}")


# --- the file ----------------------------------------------------------------------------------------


def read_deviations(data: bytes) -> tuple[Deviation, ...]:
    """Read `afwijkingen.toml`; empty is none. Raises `DeviationError` naming the entry that is odd."""
    try:
        table = tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise DeviationError(
            Text(f"{FILE} is geen geldige TOML: {error}.", f"{FILE} is not valid TOML: {error}.")
        ) from error
    entries = table.get("deviation", [])
    if not isinstance(entries, list) or set(table) - {"deviation"}:
        raise _odd(0)
    return tuple(_deviation(entry, place) for place, entry in enumerate(entries, 1))


def _deviation(entry: Any, place: int) -> Deviation:
    if not isinstance(entry, dict) or set(entry) != {"rule", "about", "reason", "agreed"}:
        raise _odd(place)
    rule, agreed = entry["rule"], entry["agreed"]
    if not isinstance(rule, int) or isinstance(rule, bool) or not isinstance(agreed, list) or not agreed:
        raise _odd(place)
    mark = _words(entry["about"], 1, LONGEST_NAME, place)
    reason = _words(entry["reason"], SHORTEST_REASON, LONGEST_REASON, place)
    return Deviation(rule, mark, reason, tuple(_agreed(one, place) for one in agreed))


def _agreed(one: Any, place: int) -> Agreed:
    if not isinstance(one, dict) or set(one) != {"name", "role", "on"} or type(one["on"]) is not date:
        raise _odd(place)
    name, role = (_words(one[key], 2, LONGEST_NAME, place) for key in ("name", "role"))
    return Agreed(name, role, one["on"])


def _words(value: Any, fewest: int, most: int, place: int) -> str:
    if isinstance(value, str) and fewest <= len(value.strip()) <= most:
        return value.strip()
    raise _odd(place)


def _odd(place: int) -> DeviationError:
    return DeviationError(
        Text(
            f"Afwijking {place} in {FILE} klopt niet. Elke [[deviation]] heeft rule (een nummer), about, "
            f"reason (ten minste {SHORTEST_REASON} tekens) en agreed: een lijst van "
            '{ name = "…", role = "…", on = 2026-11-03 }.',
            f"Deviation {place} in {FILE} is odd. Each [[deviation]] has rule (a number), about, reason (at "
            f"least {SHORTEST_REASON} characters) and agreed: a list of "
            '{ name = "…", role = "…", on = 2026-11-03 }.',
        )
    )
