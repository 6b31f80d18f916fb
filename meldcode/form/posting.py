"""What a browser posts, turned into plain JSON, and the buttons that add or remove a row.

Reserved names start with an underscore: `_rows:kinderen` says how many rows the page showed,
`_shown` which questions with a condition it showed, `_add:kinderen` and `_remove:kinderen:1` are the
buttons of a list. Every other name is that of an answer (`weging.acuut`, `kinderen.0.naam`).
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal

from meldcode.form.parts import MOST_ROWS, Field, Group, Json, Part, Rows, joined, keyed
from meldcode.form.values import complete, plain

Posted = Mapping[str, Sequence[str]]

SHOWN = "_shown"
_DUTCH_DATE = re.compile(r"([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4})")
_NUMBER = re.compile(r"[+-]?[0-9]{1,20}([.,][0-9]{1,20})?")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(\.[0-9]{3})+(,[0-9]{1,20})?")


def parse(parts: Sequence[Part], posted: Posted) -> dict[str, Json]:
    """See `Form.parse`."""
    return _parse(parts, posted, "")


def _parse(parts: Sequence[Part], posted: Posted, prefix: str) -> dict[str, Json]:
    answers: dict[str, Json] = {}
    for part in keyed(parts):
        name = joined(prefix, part.key)
        match part:
            case Field():
                answers[part.key] = _answer(part, posted, name)
            case Group():
                answers[part.key] = _parse(part.parts, posted, name)
            case Rows():
                answers[part.key] = [
                    _parse(part.parts, posted, joined(name, index))
                    for index in range(_rows_shown(posted, name))
                ]
    return answers


def _first(posted: Posted, name: str) -> str:
    given = posted.get(name) or [""]
    return given[0]


def _rows_shown(posted: Posted, name: str) -> int:
    number = _first(posted, f"_rows:{name}")
    return min(int(number), MOST_ROWS) if re.fullmatch("[0-9]{1,4}", number) else 0


def _answer(field: Field, posted: Posted, name: str) -> Json:
    given = _first(posted, name)
    match field.type:
        case "checkbox":
            return bool(posted.get(name))
        case "checklist":
            return list(posted.get(name) or [])
        case "number":
            return _number(given)
        case "datetime" if field.subtype == "datetime":
            day, hour = _first(posted, f"{name}.date").strip(), _first(posted, f"{name}.time").strip()
            return f"{_date(day)}T{hour}" if day or hour else None
        case "datetime":
            return _date(given.strip()) or None
        case "textarea":
            # a browser posts each line break as CR LF, whatever was on the page
            return given.replace("\r\n", "\n") or None
    return given or None


def _number(given: str) -> Json:
    """A number as people here write it (`2,5`, `1.250,50`); anything else stays as it was typed.

    `1.250` alone stays a text as well: it may mean a thousand or one and a bit.
    """
    text = re.sub(r"\s", "", given)
    if not text:
        return None
    thousands = _THOUSANDS.fullmatch(text)
    if thousands and "," in text:
        text = text.replace(".", "")
    elif thousands or not _NUMBER.fullmatch(text):
        return given
    try:
        return plain(Decimal(text.replace(",", ".")))
    except (InvalidOperation, OverflowError):
        return given


def _date(given: str) -> str:
    """`24-12-2026`, typed in a browser without a date field, as ISO; anything else as it is."""
    if match := _DUTCH_DATE.fullmatch(given):
        day, month, year = match.groups()
        return f"{year}-{month:0>2}-{day:0>2}"
    return given


@dataclass(frozen=True, slots=True)
class Edit:
    """A press on a button of a list: `name` is that of the list, `index` of the row to remove (from 0)."""

    kind: Literal["add", "remove"]
    name: str
    index: int = -1


def edit_action(posted: Posted) -> Edit | None:
    """See `Form.edit_action`."""
    for name in posted:
        if match := re.fullmatch(r"_add:([a-z0-9_.]{1,400})", name):
            return Edit("add", match[1])
        if match := re.fullmatch(r"_remove:([a-z0-9_.]{1,400}):([0-9]{1,4})", name):
            return Edit("remove", match[1], int(match[2]))
    return None


def apply_edit(parts: Sequence[Part], values: Mapping[str, Json], action: Edit) -> dict[str, Json]:
    """See `Form.apply_edit`."""
    edited: dict[str, Json] = copy.deepcopy(dict(values))
    found = _find(parts, edited, action.name.split("."))
    if found is None:
        return edited
    part, holder = found
    rows = holder.get(part.key)
    rows = list(rows) if isinstance(rows, list) else []
    if action.kind == "add" and len(rows) < MOST_ROWS:
        fresh, _ = complete(part.parts, {}, None, defaults=True)
        rows.append(fresh)
    elif action.kind == "remove" and action.index < len(rows):
        del rows[action.index]
    holder[part.key] = rows
    return edited


def _find(
    parts: Sequence[Part], values: dict[str, Json], steps: Sequence[str]
) -> tuple[Rows, dict[str, Json]] | None:
    """The list that a name points at, and the context that holds its rows."""
    part = next((part for part in keyed(parts) if part.key == steps[0]), None)
    rest = steps[1:]
    if isinstance(part, Rows) and not part.fixed and not rest:
        return part, values
    inner = values.get(steps[0])
    if isinstance(part, Group) and rest and isinstance(inner, dict):
        return _find(part.parts, inner, rest)
    if isinstance(part, Rows) and len(rest) > 1 and isinstance(inner, list) and rest[0].isdecimal():
        index = int(rest[0])
        if index < len(inner) and isinstance(inner[index], dict):
            return _find(part.parts, inner[index], rest[1:])
    return None
