"""A timeline as lines for a terminal, and as plain JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from meldcode.definition import Version
from meldcode.engine import Fact, Mail
from meldcode.messages import Text
from meldcode.rehearse.playing import Happening, Timeline

SENTENCES = {
    "case_started": Text("de zaak begint", "the case begins"),
    "task_opened": Text("taak open: {name} ({role})", "task open: {name} ({role})"),
    "task_completed": Text("taak klaar: {name}", "task done: {name}"),
    "task_cancelled": Text("taak vervallen: {name}", "task lapsed: {name}"),
    "timer_fired": Text("tijd verstreken: {name}", "time is up: {name}"),
    "timer_superseded": Text(
        "overgeslagen, een hoger niveau is ook al toe: {name}", "skipped for a higher level: {name}"
    ),
    "decision_made": Text("beslistabel {decision}: regel {rules}", "decision table {decision}: rule {rules}"),
    "event_raised": Text("gemeld: {name}", "raised: {name}"),
    "step_passed": Text("stap gezet: {steps}", "step taken: {steps}"),
    "case_finished": Text("de zaak is afgesloten ({outcome})", "the case is closed ({outcome})"),
    "timers_recalculated": Text("termijnen opnieuw berekend: {moved}", "deadlines computed again: {moved}"),
}
MAIL = Text("mail '{template}' aan {to}, niveau {level}", "mail '{template}' to {to}, level {level}")
ELSEWHERE = Text(" (niet aanwezig; komt bij {reaches})", " (away; reaches {reaches})")
NOWHERE = Text(" (er is niemand)", " (nobody is there)")


def as_text(version: Version, timeline: Timeline, language: str = "nl") -> str:
    """The timeline for a terminal: a line per happening, in the organisation's own time."""
    calendar = version.organisation.calendar()
    lines = [timeline.example.title]
    day = None
    for happening in timeline.happenings:
        local = calendar.local(happening.at)
        shown = f"{local:%Y-%m-%d %H:%M}" if local.date() != day else f"{'':10} {local:%H:%M}"
        day = local.date()
        lines.append(f"  {shown}  {_told(version, happening).of(language)}")
    verdict = Text("zoals verwacht", "as expected")
    if timeline.differences:
        verdict = Text("ANDERS dan verwacht:", "DIFFERS from what was expected:")
    lines.append(f"  {verdict.of(language)}")
    lines += [f"    - {difference.of(language)}" for difference in timeline.differences]
    return "\n".join([*lines, ""])


def as_json(timeline: Timeline) -> dict[str, Any]:
    """The timeline as plain JSON."""
    last = timeline.last
    return {
        "title": timeline.example.title,
        "file": timeline.example.file,
        "as_expected": timeline.as_expected,
        "differences": [difference._asdict() for difference in timeline.differences],
        "happenings": [_plain(happening) for happening in timeline.happenings],
        "tasks": sorted(task.node for task in timeline.tasks),
        "finished": bool(last and last.finished),
        "outcome": last.outcome if last else None,
    }


def _told(version: Version, happening: Happening) -> Text:
    what = happening.what
    if isinstance(what, Mail):
        words = {"template": what.template, "to": _role(version, what.to), "level": what.level}
        told = Text(MAIL.nl.format(**words), MAIL.en.format(**words))
        if happening.reaches == what.to:
            return told
        where = NOWHERE if happening.reaches is None else ELSEWHERE
        role = _role(version, happening.reaches or "")
        return Text(told.nl + where.nl.format(reaches=role), told.en + where.en.format(reaches=role))
    sentence = SENTENCES.get(what.name, Text(what.name, what.name))
    node = version.nodes.get(what.node or "")
    words = {
        **{key: _joined(value) for key, value in what.detail.items()},
        "name": (node.name or node.id) if node else (what.node or what.detail.get("event", "")),
        "role": _role(version, node.role or "-") if node else "-",
    }
    words.setdefault("outcome", "-")
    return Text(sentence.nl.format(**words), sentence.en.format(**words))


def _role(version: Version, key: str) -> str:
    role = version.organisation.roles.get(key)
    return role.name if role else key


def _joined(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(item) for item in value) or "-"
    return "-" if value is None else str(value)


def _plain(happening: Happening) -> dict[str, Any]:
    what = happening.what
    at = happening.at.isoformat()
    if isinstance(what, Fact):
        return {"at": at, "what": what.name, "node": what.node, **what.detail}
    return {
        "at": at,
        "what": "mail",
        "node": what.node,
        "template": what.template,
        "to": what.to,
        "reaches": happening.reaches,
        "level": what.level,
        "occurrence": what.occurrence,
        "due_at": _iso(what.due_at),
        "respond_by": _iso(what.respond_by),
    }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
