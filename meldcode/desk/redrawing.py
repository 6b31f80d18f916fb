"""The answers written into the diagrams: who does what, what roles are called, and after how long."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from meldcode.definition import Version
from meldcode.describe import duration_in_words
from meldcode.desk.asked import Answers, Rung, ladders, looks_along, roles_asked
from meldcode.desk.paths import Kind, kind_of
from meldcode.diagram.edit import Edit, titles
from meldcode.diagram.model import CalendarKind, Node, StepKind
from meldcode.diagram.names import own as tag
from meldcode.workdays import parse_duration

CONSULTS = "U overlegt met: "
BESIDE = "Naast u bij het gesprek: "


def renamed_roles(version: Version, answers: Answers) -> dict[str, tuple[str, str]]:
    """The roles that are called something else now: old and new name."""
    before = roles_asked(version)
    return {
        key: (name, answers.roles[key].strip())
        for key, name in before.items()
        if answers.roles[key].strip() != name
    }


def edits(version: Version, answers: Answers, renamed: Mapping[str, tuple[str, str]]) -> list[Edit]:
    """What the answers change in lanes, tasks, messages and terms."""
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


def retitled(data: bytes, path: str, before: str, after: str) -> list[Edit]:
    """The pools and processes that carry the organisation's name."""
    return [
        Edit(key, {"name": name.replace(before, after.strip())})
        for key, name in titles(data, path).items()
        if before != after.strip() and before in name
    ]


def mentions(
    files: Mapping[str, bytes], renamed: Mapping[str, tuple[str, str]]
) -> dict[str, tuple[str, ...]]:
    """The forms, tables and mails that still use an old name of a role."""
    found: dict[str, tuple[str, ...]] = {}
    for old, _ in renamed.values():
        word = re.compile(rf"(?<!\w){re.escape(_plain(old))}(?!\w)", re.IGNORECASE)
        found[_plain(old)] = tuple(
            path
            for path, content in sorted(files.items())
            if kind_of(path) in (Kind.FORM, Kind.TABLE, Kind.MAIL) and word.search(content.decode())
        )
    return {name: paths for name, paths in found.items() if paths}


def _plain(name: str) -> str:
    """A role's name as it stands in a sentence: without what is in brackets, small where it can be."""
    short = name.strip().split(" (")[0]
    return short if short[1:2].isupper() else short[:1].lower() + short[1:]


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
