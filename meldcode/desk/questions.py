"""Questions instead of a canvas: who decides, who looks along, who hears when something stays undone.

A sector's basis, or the draft as it stands, is asked what it leaves open; the answers are written back into
its diagrams and `organisation.toml`. What is not answered otherwise stays as it was drawn, byte for byte.
Roles keep their keys: people hold those.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

from meldcode import audit
from meldcode.definition import Version
from meldcode.definition.organisation import FILE
from meldcode.definition.version import version_id
from meldcode.describe import duration_in_words
from meldcode.desk import drafts
from meldcode.desk.bases import Basis
from meldcode.desk.drawn import LADDER
from meldcode.desk.errors import DeskError
from meldcode.desk.finding import Look, look
from meldcode.desk.organisation_file import as_toml
from meldcode.desk.paths import Kind, kind_of
from meldcode.diagram.edit import Edit, edited, titles
from meldcode.diagram.model import CalendarKind, Node, Purpose, StepKind
from meldcode.diagram.names import own as tag
from meldcode.messages import Text
from meldcode.store import Database
from meldcode.workdays import parse_duration

LONGEST_NAME = 80
MOST = {"D": 60, "W": 26, "H": 336}
CONSULTS = "U overlegt met: "
BESIDE = "Naast u bij het gesprek: "
_TERM = re.compile(r"P(\d+)([DW])|PT(\d+)(H)")
#: What of a basis belongs to its own organisation, and not to the one that begins from it.
_NOT_TAKEN = (Kind.README, Kind.EXAMPLE, Kind.REASONS)
_KEPT = (Kind.README, Kind.REASONS)


class AnswersRefused(DeskError):
    """Answers that cannot be drawn: `problems` says at which question, and why."""

    def __init__(self, problems: Mapping[str, Text]) -> None:
        super().__init__(next(iter(problems.values())))
        self.problems = dict(problems)


class DraftMoved(DeskError):
    """The draft is no longer what was looked at; nothing was written."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Het ontwerp is ondertussen veranderd. Bekijk opnieuw wat u overschrijft.",
                "The draft has changed in the meantime. Look again at what you overwrite.",
            )
        )


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


@dataclass(frozen=True, slots=True)
class Drawn:
    """The code the answers make: its `files`, what the quick check says, and what it asks of a person.

    `mentions`: old names of roles, with the forms, tables and mails that still use them. `lost`: the names
    of roles people may hold now, and that this code does not have.
    """

    files: Mapping[str, bytes]
    look: Look
    mentions: Mapping[str, tuple[str, ...]]
    lost: tuple[str, ...]


# --- what is asked -----------------------------------------------------------------------------------


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
        Ladder(version.nodes[key], tuple(sorted(rungs, key=lambda one: _after(one.number, one.unit))))
        for key, rungs in found.items()
    ]
    return tuple(sorted(made, key=lambda one: not one.weighs))


def _after(number: int, unit: str) -> int:
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


# --- what the answers make ---------------------------------------------------------------------------


def draw(basis: Basis, answers: Answers, draft: Mapping[str, bytes], organisation: bytes) -> Drawn:
    """The code of these answers, for the organisation that `organisation` describes, in place of `draft`.

    Raises `AnswersRefused` when an answer cannot be, or a ladder does not ascend.
    """
    _must_be_possible(basis, answers)
    version = basis.version
    table = _organisation(basis, answers, tomllib.loads(organisation.decode()))
    renamed = _renamed_roles(version, answers)
    edits = _edits(version, answers, renamed)
    files = {
        path: content
        for path, content in version.files.items()
        if basis.is_own or kind_of(path) not in _NOT_TAKEN
    }
    if not basis.is_own:
        files |= {path: content for path, content in draft.items() if kind_of(path) in _KEPT}
    for path in version.diagrams:
        names = _titles(files[path], path, version.organisation.name, answers.name)
        files[path] = edited(files[path], [*edits, *names], path)
    if table != tomllib.loads(files[FILE].decode()):
        files[FILE] = as_toml(table)
    seen = look(files)
    out_of_order = {
        f"dagen-{_misplaced(version, answers, one.element or '')}": one.what
        for one in seen.findings
        if one.code == LADDER
    }
    if out_of_order:
        raise AnswersRefused(out_of_order)
    lost = tomllib.loads(organisation.decode()).get("roles", {})
    return Drawn(
        files,
        seen,
        _mentions(files, renamed),
        tuple(str(role.get("name", key)) for key, role in lost.items() if key not in table["roles"]),
    )


def _misplaced(version: Version, answers: Answers, timer: str) -> str:
    """The term that no longer comes after the one above it, on the page; else the one that was found."""
    host = version.nodes[timer].attached_to if timer in version.nodes else None
    for ladder in ladders(version):
        if ladder.task.id == host:
            for lower, higher in pairwise(ladder.rungs):
                first, then = (_after(answers.numbers[one.timer], one.unit) for one in (lower, higher))
                if then <= first:
                    return higher.timer
    return timer


def put_in(
    db: Database, organisation: UUID, files: Mapping[str, bytes], seen: str, by: UUID, now: datetime
) -> tuple[str, ...]:
    """Make the draft exactly these files; the paths that changed. What stood there stays as revisions.

    `seen` names the draft that was looked at (`Draft.version`). Raises `DraftMoved` when it is another now.
    """
    with db.transaction(organisation) as tx:
        if version_id(drafts.contents(tx)) != seen:
            raise DraftMoved
        changed = drafts.replace(tx, files, by, now)
        detail = {"changed": len(changed)}
        audit.append(tx, [audit.Record(now, "draft_drawn_from_answers", person=by, detail=detail)])
    return changed


def _must_be_possible(basis: Basis, answers: Answers) -> None:
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


def _organisation(basis: Basis, answers: Answers, mine: Mapping[str, Any]) -> dict[str, Any]:
    """The basis' own table with the answers, and what belongs to this organisation: days, people, drawing."""
    theirs: dict[str, Any] = tomllib.loads(basis.version.files[FILE].decode())
    asked = roles_asked(basis.version)
    apart: list[str] = [*mine.get("administers", []), *mine.get("designs", [])]
    apart += mine.get("publishing", {}).get("approves", [])
    roles = {
        key: {**theirs["roles"][key], "name": answers.roles[key].strip()}
        for key in theirs["roles"]
        if key in asked
    }
    if basis.is_own:
        roles = {key: roles.get(key, role) for key, role in theirs["roles"].items()}
    drawn = {key: role for key, role in mine.get("roles", {}).items() if key in apart and key not in roles}
    known = {*roles, *drawn}
    for key, role in drawn.items():
        kept = [one for one in role.get("standins", []) if one in known]
        roles[key] = {**role, "standins": kept} if kept else {"name": role["name"]}
    table = {
        **theirs,
        "key": mine.get("key", theirs["key"]),
        "name": answers.name.strip(),
        "decides": answers.decides,
        "supervises": [key for key in roles if key in answers.supervises],
        "administers": mine.get("administers", []),
        "designs": mine.get("designs", []),
        "roles": roles,
    }
    if set(table["supervises"]) == set(theirs.get("supervises", [])):
        table["supervises"] = theirs["supervises"]  # in the order in which it was written
    for name in ("administers", "designs", "publishing", "calendar", "demo"):
        table.pop(name, None)
        if name in mine:
            table[name] = mine[name]
    if mine.get("sector") == theirs["sector"]:
        table |= {name: mine[name] for name in ("adult_clients", "doctors") if name in mine}
    if "demo" in table:
        people = [
            {**one, "roles": [role for role in one.get("roles", []) if role in roles]}
            for one in table["demo"].get("people", [])
        ]
        table["demo"] = {**table["demo"], "people": people}
    table["mail"] = {**mine.get("mail", {}), "from_name": answers.sender.strip()}
    return table


def _plain(name: str) -> str:
    """A role's name as it stands in a sentence: without what is in brackets, small where it can be."""
    short = name.strip().split(" (")[0]
    return short if short[1:2].isupper() else short[:1].lower() + short[1:]


def _renamed_roles(version: Version, answers: Answers) -> dict[str, tuple[str, str]]:
    """The roles that are called something else now: old and new name."""
    before = roles_asked(version)
    return {
        key: (name, answers.roles[key].strip())
        for key, name in before.items()
        if answers.roles[key].strip() != name
    }


def _in_words(text: str, renamed: Mapping[str, tuple[str, str]]) -> str:
    """A text with the new names of roles, as whole words; all at once, so that two names can be swapped."""
    new = {_plain(old).casefold(): _plain(name) for old, name in renamed.values()}
    if not new:
        return text
    longest = sorted(new, key=len, reverse=True)
    names = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)", re.IGNORECASE)

    def put(found: re.Match[str]) -> str:
        name = new.get(found[0].casefold(), found[0])
        return name[:1].upper() + name[1:] if found[0][:1].isupper() else name

    return names.sub(put, text)


def _edits(version: Version, answers: Answers, renamed: Mapping[str, tuple[str, str]]) -> list[Edit]:
    made = [
        Edit(lane.id, {"name": renamed[lane.role][1].split(" (")[0], tag("role"): lane.role})
        for diagram in version.diagrams.values()
        for lane in diagram.lanes.values()
        if lane.role in renamed
    ]
    moved = _moved(version, answers)
    rungs = {rung.timer: rung for ladder in ladders(version) for rung in ladder.rungs}
    receivers = _receivers(version, answers, moved, rungs.values())
    for node in version.nodes.values():
        attributes: dict[str, str] = {}
        texts: dict[str, str] = {}
        name = _in_words(node.name, renamed)
        if node.id in moved:
            attributes[tag("role")] = moved[node.id]
        if receivers.get(node.id, node.to) != node.to:
            attributes[tag("to")] = receivers[node.id]
            kind, colon, _ = node.name.partition(": ")
            name = f"{kind}: {_plain(answers.roles[receivers[node.id]])}" if colon else name
        if node.instructions is not None:
            told = _told(node, answers, _in_words(node.instructions, renamed))
            texts |= {"instructionsForEndUser": told} if told != node.instructions else {}
        rung = rungs.get(node.id)
        if rung is not None and answers.numbers[node.id] != rung.number:
            text = _term(answers.numbers[node.id], rung.unit)
            texts["timeDuration"] = text
            if node.name == _words(_term(rung.number, rung.unit), rung.calendar):
                name = _words(text, rung.calendar)
        if name != node.name:
            attributes["name"] = name
        if attributes or texts:
            made.append(Edit(node.id, attributes, texts))
    return made


def _moved(version: Version, answers: Answers) -> dict[str, str]:
    """The tasks that somebody else does now: those of the decision, and of looking along."""
    found: dict[str, str] = {}
    for node in version.nodes.values():
        if node.kind != "userTask":
            continue
        for step, before, after in (
            (StepKind.OVERSLAAN, looks_along(version), answers.looks_along),
            (StepKind.BESLISSEN, version.organisation.decides, answers.decides),
        ):
            if step in node.steps and node.role == before and before != after:
                found[node.id] = after
    return found


def _receivers(
    version: Version, answers: Answers, moved: Mapping[str, str], rungs: Iterable[Rung]
) -> dict[str, str]:
    """Who each mail of a ladder goes to: a reminder to who does the task, an escalation to who was chosen."""
    found: dict[str, str] = {}
    for rung in rungs:
        host = version.nodes[rung.timer].attached_to or ""
        if rung.told is None:
            continue
        if rung.to is not None:
            found[rung.told] = answers.told[rung.timer]
        elif host in moved and version.nodes[rung.told].to == version.nodes[host].role:
            found[rung.told] = moved[host]
    return found


def _told(node: Node, answers: Answers, instructions: str) -> str:
    """The explanation of a task, with who one consults, or who sits beside one, as its first line."""
    alone = StepKind.CONSULTEREN in node.steps and StepKind.VT_ADVIES not in node.steps
    for begins, role, here in (
        (CONSULTS, answers.consults, alone),
        (BESIDE, answers.beside, StepKind.GESPREK in node.steps),
    ):
        if role and here:
            rest = instructions.split("\n", 1)
            if rest[0].startswith(begins):
                instructions = rest[1] if len(rest) > 1 else ""
            instructions = f"{begins}{_plain(answers.roles[role])}.\n{instructions}"
    return instructions


def _term(number: int, unit: str) -> str:
    return f"PT{number}{unit}" if unit == "H" else f"P{number}{unit}"


def _words(term: str, calendar: CalendarKind | None) -> str:
    return duration_in_words(parse_duration(term), calendar).nl


def _titles(data: bytes, path: str, before: str, after: str) -> list[Edit]:
    """The pools and processes that carry the organisation's name."""
    return [
        Edit(key, {"name": name.replace(before, after.strip())})
        for key, name in titles(data, path).items()
        if before != after.strip() and before in name
    ]


def _mentions(
    files: Mapping[str, bytes], renamed: Mapping[str, tuple[str, str]]
) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for old, _ in renamed.values():
        word = re.compile(rf"(?<!\w){re.escape(_plain(old))}(?!\w)", re.IGNORECASE)
        found[_plain(old)] = tuple(
            path
            for path, content in sorted(files.items())
            if kind_of(path) in (Kind.FORM, Kind.TABLE, Kind.MAIL) and word.search(content.decode())
        )
    return {name: paths for name, paths in found.items() if paths}
