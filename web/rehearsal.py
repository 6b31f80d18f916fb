"""How a rehearsal stands, as a page: what is open, what happened, what comes when nobody does anything."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import render_template, url_for
from markupsafe import Markup

from meldcode.diagram.model import StepKind
from meldcode.engine import Mail, OpenTask
from meldcode.form import Form
from meldcode.messages import Text
from meldcode.rehearse import Away, Happening, Rehearsal, RehearsalError, told
from web.language import gettext, language, said
from web.words import day_in_words, name_of_steps, time_of_day

MOST_AHEAD = timedelta(days=60)
MOST_MAILS_AHEAD = 12
NO_FORM = Form(id="", file="", parts=(), fields={}, variables=frozenset())
SAID_BY_THE_MOVE = ("task_completed", "case_started", "event_raised")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened, in words. `mail`: it is a mail, which goes nowhere."""

    words: str
    time: str
    mail: bool


@dataclass(frozen=True, slots=True)
class Leg:
    """One move and what came of it. `back` is the number to go back to so that it is not done."""

    number: int
    name: str
    when: str
    lines: tuple[Line, ...]
    answers: Markup


@dataclass(frozen=True, slots=True)
class Ahead:
    """A mail that goes when nobody does anything."""

    day: str
    words: str


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it was sent and not taken: what was typed, and what is wrong."""

    values: Mapping[str, Any]
    errors: Mapping[str, Text]


def task_of(at: Rehearsal, which: str) -> OpenTask | None:
    """The open task with this id."""
    return next((task for task in at.tasks if task.id == which), None)


def page(at: Rehearsal, *, task: str = "", filled: Filled | None = None, problem: str | None = None) -> str:
    """The page of where it stands. `task`: the open task whose form is shown, else the one that asks first.

    `filled`: that form as it was sent and not taken. `problem`: what was asked and cannot be done.
    """
    chosen = task_of(at, task) or max(at.tasks, key=_asks_first, default=None)
    form = (at.version.form_of(chosen.node) if chosen else None) or NO_FORM
    errors = filled.errors if filled else {}
    values = filled.values if filled else at.document
    node = at.version.nodes[chosen.node] if chosen else None
    local = at.calendar.local(at.now)
    return render_template(
        "desk/rehearse.html",
        here="desk",
        kept=json.dumps(at.kept(), ensure_ascii=False, separators=(",", ":")),
        day=day_in_words(local),
        time=time_of_day(local),
        tomorrow=(at.today + timedelta(days=1)).isoformat(),
        finished=at.finished,
        outcome=at.step.outcome,
        tasks=[(one, _role(at, one.role), _due(at, one)) for one in at.tasks],
        chosen=chosen,
        steps=name_of_steps(chosen.steps) if chosen else "",
        instructions=node.instructions if node else None,
        questions=form.render(values, at.document, errors, language(), at.today) if chosen else "",
        summary=form.error_summary(errors, language()) if errors else "",
        live_names=" ".join(sorted(form.variables & form.fields.keys())),
        has_term=at.step.due is not None,
        can_raise=at.can_raise,
        ahead=_ahead(at),
        today=at.today.isoformat(),
        roles=list(at.version.organisation.roles.values()),
        away=[_away(at, one) for one in at.example.away],
        legs=list(reversed([_leg(at, number) for number in range(len(at.points))])),
        data=_data(at),
        pictures=_pictures(at, chosen),
        problem=problem,
    )


def _asks_first(task: OpenTask) -> tuple[bool, datetime]:
    return StepKind.ACUUT in task.steps, task.since


def _when(at: Rehearsal, moment: datetime) -> str:
    local = at.calendar.local(moment)
    return f"{day_in_words(local)}, {time_of_day(local)}"


def _role(at: Rehearsal, key: str | None) -> str:
    known = at.version.organisation.roles.get(key or "")
    return known.name if known else (key or "")


def _away(at: Rehearsal, one: Away) -> tuple[str, str, bool]:
    """An absence in words: who, when, and whether it is now."""
    first, local = day_in_words(_noon(at, one.first)), at.today
    when = (
        gettext("vanaf %(first)s", first=first)
        if one.last is None
        else gettext("%(first)s tot en met %(last)s", first=first, last=day_in_words(_noon(at, one.last)))
    )
    return _role(at, one.role), when, one.holds(local)


def _noon(at: Rehearsal, day: date) -> datetime:
    return datetime.combine(day, time(12), at.calendar.local(at.now).tzinfo)


def _due(at: Rehearsal, task: OpenTask) -> str:
    first = min((deadline.at for deadline in task.deadlines), default=None)
    return day_in_words(at.calendar.local(first)) if first else ""


def _leg(at: Rehearsal, number: int) -> Leg:
    point = at.points[number]
    move, answers = point.move, Markup()
    if move is None:
        name = gettext("De zaak begint")
    elif move.complete is not None:
        node = at.version.nodes.get(move.complete)
        name = (node.name or node.id) if node else move.complete
        form = at.version.form_of(move.complete)
        if form is not None:
            answers = form.show(move.answers, language())
    elif move.event is not None:
        name = gettext("Acuut gevaar gemeld")
    else:
        name = gettext("De tijd gaat door")
    return Leg(
        number,
        name,
        _when(at, point.now),
        tuple(_line(at, one, point.now) for one in point.happenings if _tells(one)),
        answers,
    )


def _tells(one: Happening) -> bool:
    """The move itself says that the task is done and the case begun."""
    return isinstance(one.what, Mail) or one.what.name not in SAID_BY_THE_MOVE


def _line(at: Rehearsal, one: Happening, end: datetime) -> Line:
    local = at.calendar.local(one.at)
    day = "" if one.at == end else day_in_words(local)
    return Line(said(told(at.version, one)), day, isinstance(one.what, Mail))


def _ahead(at: Rehearsal) -> list[Ahead]:
    """The mails that go in the next weeks when nobody does anything: the clock is moved on a copy."""
    found: list[Ahead] = []
    until = at.now + MOST_AHEAD
    at = replace(at, points=at.points[-1:])
    while len(found) < MOST_MAILS_AHEAD and at.step.due is not None and at.step.due <= until:
        try:
            at = at.to_next_timer()
        except RehearsalError:
            break
        found += [
            Ahead(_when(at, one.at), said(told(at.version, one)))
            for one in at.points[-1].happenings
            if isinstance(one.what, Mail)
        ]
    return found[:MOST_MAILS_AHEAD]


def _data(at: Rehearsal) -> list[tuple[str, Markup]]:
    """What the case holds: by form, in the order it was answered; then what the tables decided."""
    found: dict[str, tuple[str, Markup]] = {}
    for move in at.example.moments:
        form = at.version.form_of(move.complete or "")
        if form is not None and form.fields:
            node = at.version.nodes[move.complete or ""]
            found[form.file] = (node.name or node.id, form.show(at.document, language()))
    return list(found.values())


def _pictures(at: Rehearsal, chosen: OpenTask | None) -> list[tuple[str, str, str]]:
    """For each diagram where something is open: its name, the part around here, and the whole."""
    done = list(dict.fromkeys(move.complete for move in at.example.moments if move.complete))
    found = []
    here: dict[str, list[str]] = {}
    for task in sorted(at.tasks, key=lambda task: task is not chosen):  # drawn around the chosen one
        diagram = at.version.diagram_of(task.process)
        if diagram is not None:
            here.setdefault(diagram.file, []).append(task.node)
    if not here and (main := at.version.diagram_of(at.version.main_process)) is not None:
        here = {main.file: []}
    for file, nodes in here.items():
        process = next(iter(at.version.diagrams[file].processes.values()), None)
        address: dict[str, Any] = {"path": file, "hier": list(dict.fromkeys(nodes)), "klaar": done}
        found.append(
            (
                (process.name or process.id) if process else file,
                url_for("desk.rehearse_picture", **address, deel=1 if nodes else None),
                url_for("desk.rehearse_picture", **address),
            )
        )
    return found
