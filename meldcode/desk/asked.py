"""What the questions about a code are: its roles, its ladders, and the answers that leave it as it is."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass

from meldcode.definition import Version
from meldcode.desk.bases import Basis
from meldcode.desk.errors import DeskError
from meldcode.diagram.model import CalendarKind, Node, Purpose, StepKind
from meldcode.messages import Text

LONGEST_NAME = 80
MOST = {"D": 60, "W": 26, "H": 336}
_TERM = re.compile(r"P(\d+)([DW])|PT(\d+)(H)")


class AnswersRefused(DeskError):
    """Answers that cannot be drawn: `problems` says at which question, and why."""

    def __init__(self, problems: Mapping[str, Text]) -> None:
        super().__init__(next(iter(problems.values())))
        self.problems = dict(problems)


@dataclass(frozen=True, slots=True)
class Rung:
    """One term of a ladder: `number` of `unit` (`D`, `W`, `H`); `to` is None where it reminds the doer."""

    timer: str
    number: int
    unit: str
    calendar: CalendarKind | None
    to: str | None
    told: str | None


@dataclass(frozen=True, slots=True)
class Ladder:
    """The terms on one task, in the order in which they come."""

    task: Node
    rungs: tuple[Rung, ...]

    @property
    def weighs(self) -> bool:
        """Is this step 4?"""
        return StepKind.WEGEN in self.task.steps


@dataclass(frozen=True, slots=True)
class Answers:
    """What was answered, by role key and timer id. Empty `consults`, `beside`: leave it as it is."""

    name: str
    sender: str
    decides: str
    looks_along: str
    consults: str
    beside: str
    supervises: frozenset[str]
    roles: Mapping[str, str]
    numbers: Mapping[str, int]
    told: Mapping[str, str]


def roles_asked(version: Version) -> dict[str, str]:
    """The roles that have a part in the code, with their names: not those who only keep accounts or draw."""
    organisation = version.organisation
    part = {organisation.decides, *organisation.supervises}
    part |= {node.role for node in version.nodes.values() if node.role}
    part |= {node.to for node in version.nodes.values() if node.to}
    for key in list(part):
        part |= set(organisation.roles[key].standins) if key in organisation.roles else set()
    return {key: role.name for key, role in organisation.roles.items() if key in part}


def ladders(version: Version) -> tuple[Ladder, ...]:
    """The ladders of the main diagram told in whole days, weeks or hours; not those of acute danger."""
    drawn = version.diagram_of(version.main_process)
    found: dict[str, list[Rung]] = {}
    for node in drawn.nodes.values() if drawn else ():
        host = version.nodes.get(node.attached_to or "")
        rung = _rung(version, node)
        if rung and host and not {StepKind.ACUUT} & host.steps:
            found.setdefault(host.id, []).append(rung)
    made = [
        Ladder(version.nodes[key], tuple(sorted(rungs, key=lambda one: hours(one.number, one.unit))))
        for key, rungs in found.items()
    ]
    return tuple(sorted(made, key=lambda one: not one.weighs))


def hours(number: int, unit: str) -> int:
    """How long a term is, to compare it with another."""
    return number * {"D": 24, "W": 168, "H": 1}[unit]


def _rung(version: Version, node: Node) -> Rung | None:
    timer = node.timer
    if timer is None or timer.purpose not in (Purpose.HERINNERING, Purpose.ESCALATIE):
        return None
    term = _TERM.fullmatch(timer.text.strip())
    if term is None or timer.kind != "duration" or node.interrupting:
        return None
    following = (
        version.nodes.get(version.flows[key].target) for key in node.outgoing if key in version.flows
    )
    told = next((one for one in following if one and one.kind == "sendTask" and one.to), None)
    asked = told is not None and timer.purpose is Purpose.ESCALATIE
    return Rung(
        node.id,
        int(term[1] or term[3]),
        term[2] or term[4],
        timer.calendar,
        told.to if told and asked else None,
        told.id if told else None,
    )


def looks_along(version: Version) -> str:
    """The role that looks along when somebody skips the conversation; empty where no task says so."""
    return next(
        (node.role for node in version.nodes.values() if StepKind.OVERSLAAN in node.steps and node.role), ""
    )


def defaults(basis: Basis, organisation: bytes) -> Answers:
    """The answers that leave the basis as it is, for the organisation that this file describes."""
    mine, theirs = tomllib.loads(organisation.decode()), basis.version.organisation
    known = {key: role.get("name", key) for key, role in mine.get("roles", {}).items()}
    name = str(mine.get("name", theirs.name))
    asked = roles_asked(basis.version)
    rungs = [rung for ladder in ladders(basis.version) for rung in ladder.rungs]
    return Answers(
        name=name,
        sender=str(mine.get("mail", {}).get("from_name") or name),
        decides=theirs.decides,
        looks_along=looks_along(basis.version),
        consults="",
        beside="",
        supervises=theirs.supervises,
        roles={key: str(known.get(key, role)) for key, role in asked.items()},
        numbers={rung.timer: rung.number for rung in rungs},
        told={rung.timer: rung.to for rung in rungs if rung.to},
    )


def must_be_possible(basis: Basis, answers: Answers) -> None:
    """Raises `AnswersRefused` when an answer cannot be."""
    asked = roles_asked(basis.version)
    problems: dict[str, Text] = {}
    named = {"naam": answers.name, "afzender": answers.sender}
    named |= {f"rol-{key}": answers.roles.get(key, "") for key in asked}
    for where, name in named.items():
        if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
            problems[where] = Text(
                f"Vul een naam in van hooguit {LONGEST_NAME} tekens, op één regel.",
                f"Fill in a name of at most {LONGEST_NAME} characters, on one line.",
            )
    seen: dict[str, str] = {}
    for key in asked:
        name = answers.roles.get(key, "").strip().casefold()
        if name and seen.setdefault(name, key) != key:
            problems[f"rol-{key}"] = Text(
                "Twee rollen heten hetzelfde. Geef elke rol een eigen naam.",
                "Two roles have the same name. Give each role a name of its own.",
            )
    chosen = {"beslist": answers.decides, "overleg": answers.consults, "naast": answers.beside}
    chosen |= {"meekijken": answers.looks_along} if looks_along(basis.version) else {}
    chosen |= {f"aan-{timer}": role for timer, role in answers.told.items()}
    for where, role in chosen.items():
        if role not in asked and not (role == "" and where in ("overleg", "naast")):
            problems[where] = Text("Kies een van de rollen.", "Choose one of the roles.")
    if not answers.supervises or not answers.supervises <= set(asked):
        problems["ziet"] = Text("Kies ten minste één rol.", "Choose at least one role.")
    for ladder in ladders(basis.version):
        for rung in ladder.rungs:
            if not 1 <= answers.numbers.get(rung.timer, 0) <= MOST[rung.unit]:
                problems[f"dagen-{rung.timer}"] = Text(
                    f"Vul een heel getal in van 1 tot en met {MOST[rung.unit]}.",
                    f"Fill in a whole number from 1 up to {MOST[rung.unit]}.",
                )
    if problems:
        raise AnswersRefused(problems)
