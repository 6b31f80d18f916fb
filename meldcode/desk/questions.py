"""Questions instead of a canvas: who decides, who looks along, who hears when something stays undone.

A sector's basis, or the draft as it stands, is asked what it leaves open; the answers are written back into
its diagrams and `organisation.toml`. What is not answered otherwise stays as it was drawn, byte for byte.
Roles keep their keys: people hold those.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

from meldcode import audit
from meldcode.definition import Version
from meldcode.definition.organisation import FILE
from meldcode.definition.version import version_id
from meldcode.desk import drafts
from meldcode.desk.asked import (
    LONGEST_NAME,
    MOST,
    Answers,
    AnswersRefused,
    Ladder,
    Rung,
    defaults,
    hours,
    ladders,
    looks_along,
    must_be_possible,
    roles_asked,
)
from meldcode.desk.bases import Basis
from meldcode.desk.drawn import LADDER
from meldcode.desk.errors import DeskError
from meldcode.desk.finding import Look, look
from meldcode.desk.organisation_file import as_toml
from meldcode.desk.paths import Kind, kind_of
from meldcode.desk.redrawing import BESIDE, CONSULTS, edits, mentions, renamed_roles, retitled
from meldcode.diagram.edit import edited
from meldcode.messages import Text
from meldcode.store import Database

__all__ = [
    "BESIDE",
    "CONSULTS",
    "LONGEST_NAME",
    "MOST",
    "Answers",
    "AnswersRefused",
    "DraftMoved",
    "Drawn",
    "Ladder",
    "Rung",
    "defaults",
    "draw",
    "ladders",
    "looks_along",
    "put_in",
    "roles_asked",
]

#: What of a basis belongs to its own organisation, and not to the one that begins from it.
_NOT_TAKEN = (Kind.README, Kind.EXAMPLE, Kind.REASONS)
_KEPT = (Kind.README, Kind.REASONS)


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
class Drawn:
    """The code the answers make: its `files`, what the quick check says, and what it asks of a person.

    `mentions`: old names of roles, with the forms, tables and mails that still use them. `lost`: the names
    of roles people may hold now, and that this code does not have.
    """

    files: Mapping[str, bytes]
    look: Look
    mentions: Mapping[str, tuple[str, ...]]
    lost: tuple[str, ...]


def draw(basis: Basis, answers: Answers, draft: Mapping[str, bytes], organisation: bytes) -> Drawn:
    """The code of these answers, for the organisation that `organisation` describes, in place of `draft`.

    Raises `AnswersRefused` when an answer cannot be, or a ladder does not ascend.
    """
    must_be_possible(basis, answers)
    version = basis.version
    table = _organisation(basis, answers, tomllib.loads(organisation.decode()))
    renamed = renamed_roles(version, answers)
    changes = edits(version, answers, renamed)
    files = {
        path: content
        for path, content in version.files.items()
        if basis.is_own or kind_of(path) not in _NOT_TAKEN
    }
    if not basis.is_own:
        files |= {path: content for path, content in draft.items() if kind_of(path) in _KEPT}
    for path in version.diagrams:
        names = retitled(files[path], path, version.organisation.name, answers.name)
        files[path] = edited(files[path], [*changes, *names], path)
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
        mentions(files, renamed),
        tuple(str(role.get("name", key)) for key, role in lost.items() if key not in table["roles"]),
    )


def _misplaced(version: Version, answers: Answers, timer: str) -> str:
    """The term that no longer comes after the one above it, on the page; else the one that was found."""
    host = version.nodes[timer].attached_to if timer in version.nodes else None
    for ladder in ladders(version):
        if ladder.task.id == host:
            for lower, higher in pairwise(ladder.rungs):
                first, then = (hours(answers.numbers[one.timer], one.unit) for one in (lower, higher))
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
