"""What a proof means for publishing: what refuses it, and what may be explained, by whom.

A rule of law, and 7, 13 and 21, refuse. A norm may be left with a reason and a second person, a matter of
quality with a reason. What could not be played to the end is no proof, and asks for both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from meldcode.check.telling import SOUND
from meldcode.messages import Text

BROKEN, UNPROVEN = "broken", "not proven"
NOT_PLAYED = "unproven"


@dataclass(frozen=True, slots=True)
class Deviation:
    """One thing a proof found. `key` names it for its reason; `story` is how it goes wrong."""

    key: str
    title: Text
    why: Text
    refuses: bool
    second_person: bool
    story: tuple[str, ...] = ()
    elements: tuple[str, ...] = ()


def deviations(proof: Mapping[str, Any]) -> tuple[Deviation, ...]:
    """Everything in a report (as `meldcode.check.as_json` makes it) that is not as it should be."""
    return tuple(_deviations(proof))


def _deviations(proof: Mapping[str, Any]) -> Iterator[Deviation]:
    sound: Mapping[str, Any] = proof.get("sound", {})
    for name, verdict in sound.items():
        if verdict["verdict"] == BROKEN:
            title = SOUND.get(name, Text(name, name))
            yield _one(name, title, verdict, refuses=True, second=False)
    for finding in proof.get("findings", ()):
        if finding["severity"] == "error":
            key = f"{finding['file']}:{finding['element']}:{finding['code']}"
            title, why = Text(**finding["what"]), Text(**finding["remedy"])
            yield Deviation(key, title, why, refuses=True, second_person=False)
    rules = proof.get("rules", ())
    for rule in rules:
        if rule["verdict"] == BROKEN:
            title = Text(**rule["title"])
            second = rule["level"] == "P"
            yield _one(str(rule["number"]), title, rule, refuses=rule["refuses"], second=second)
    unproven = [one for one in [*sound.values(), *rules] if one["verdict"] == UNPROVEN]
    if unproven:
        title = Text(
            f"Niet alles kon worden nagespeeld ({len(unproven)} keer niet bewezen)",
            f"Not everything could be played ({len(unproven)} times not proven)",
        )
        yield Deviation(NOT_PLAYED, title, Text(**unproven[0]["why"]), refuses=False, second_person=True)


def _one(key: str, title: Text, verdict: Mapping[str, Any], *, refuses: bool, second: bool) -> Deviation:
    return Deviation(
        key,
        title,
        Text(**verdict["why"]),
        refuses,
        second,
        tuple(verdict["story"]),
        tuple(verdict["elements"]),
    )
