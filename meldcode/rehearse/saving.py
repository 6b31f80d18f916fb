"""A rehearsal as an example file: what was done, and what came of it as what should come of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from meldcode.engine import Mail
from meldcode.rehearse.example import NOBODY
from meldcode.rehearse.playing import Happening
from meldcode.rehearse.rehearsal import Point, Rehearsal, move_table

_BARE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


def as_example(rehearsal: Rehearsal, title: str) -> str:
    """TOML that `read_example` reads back and that plays as it went here: each mail, each set of tasks."""
    return "".join(f"{line}\n" for line in _lines(rehearsal, title))


def _lines(rehearsal: Rehearsal, title: str) -> Iterator[str]:
    example = rehearsal.example
    yield f"title = {_value(title)}"
    yield f"start = {_value(example.start)}"
    if example.process:
        yield f"process = {_value(example.process)}"
    for absence in example.away:
        yield "\n[[away]]"
        until = {} if absence.last is None else {"until": absence.last}
        yield from _pairs({"role": absence.role, "from": absence.first, **until})
    if example.document:
        yield "\n[document]"
        yield from _pairs(example.document)
    for point in rehearsal.points:
        if point.move is not None:
            yield "\n[[moment]]"
            yield from _moment(rehearsal, point)
    yield "\n[end]"
    if not rehearsal.finished:
        yield "finished = false"
    elif rehearsal.step.outcome:
        yield f"outcome = {_value(rehearsal.step.outcome)}"


def _moment(rehearsal: Rehearsal, point: Point) -> Iterator[str]:
    assert point.move is not None  # noqa: S101  (asked by who calls)
    table = move_table(point.move)
    answers = table.pop("answers", None)
    table["tasks"] = sorted(task.node for task in point.step.tasks)
    yield from _pairs(table)
    if answers:
        yield "  [moment.answers]"
        for line in _pairs(answers):
            yield f"  {line}"
    for happening in point.happenings:
        if isinstance(happening.what, Mail):
            yield "  [[moment.mail]]"
            for line in _pairs(_mail(rehearsal, happening, happening.what)):
                yield f"  {line}"


def _mail(rehearsal: Rehearsal, happening: Happening, mail: Mail) -> dict[str, Any]:
    table: dict[str, Any] = {
        "template": mail.template,
        "to": mail.to,
        "on": rehearsal.calendar.local(happening.at).date(),
        "level": mail.level,
    }
    if happening.reaches != mail.to:
        table["reaches"] = happening.reaches or NOBODY
    return table


def _pairs(table: Mapping[str, Any]) -> Iterator[str]:
    for key, value in table.items():
        yield f"{_key(key)} = {_value(value)}"


def _key(key: str) -> str:
    return key if key and set(key) <= _BARE else _text(key)


def _value(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case datetime():
            return value.isoformat(timespec="seconds")
        case date():
            return value.isoformat()
        case Mapping():
            inner = ", ".join(_pairs(value))
            return f"{{ {inner} }}" if inner else "{}"
        case list() | tuple():
            items = [_value(one) for one in value]
            if any(isinstance(one, Mapping) for one in value):
                return "[" + "".join(f"\n  {one}," for one in items) + "\n  ]"
            return f"[{', '.join(items)}]"
    return _text(str(value))


def _text(text: str) -> str:
    # A TOML text is a JSON text, but for the one control character that JSON lets through.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
