"""Plays cases on the engine for its tests: a `Scenario` is a diagram and the moves on one case of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from meldcode.definition import Version, read_files
from meldcode.engine import (
    Command,
    Complete,
    MoveDeadline,
    RaiseEvent,
    Recalculate,
    Start,
    Step,
    Wake,
    step,
)
from meldcode.workdays import Calendar
from tests.unit.engine_drawing import Drawing

MONDAY = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)
SEED = UUID("00000000-0000-4000-8000-000000000001")
DAY = timedelta(days=1)
CALENDAR = Calendar()

ORGANISATION = b"""
key = "school"
name = "De school"
sector = "onderwijs"
decides = "directeur"

[roles.leerkracht]
name = "Leerkracht"
[roles.ib]
name = "Intern begeleider"
[roles.directeur]
name = "Directeur"
"""


@cache
def version_of(xml: bytes, extra: tuple[tuple[str, bytes], ...] = ()) -> Version:
    """A version with one diagram and, in `extra`, other files."""
    files = {"organisation.toml": ORGANISATION, "meldcode.bpmn": xml, **dict(extra)}
    return read_files(files)


def version(drawing: Drawing, *others: Drawing, **extra: bytes) -> Version:
    """The version of a drawing; `extra` are tables, by stem."""
    files = tuple((f"{name}.dmn", content) for name, content in extra.items())
    return version_of(drawing.xml(*others), files)


@dataclass(frozen=True)
class Move:
    """One command, `after` some time, and what must be so when it has been taken.

    `do`: "start", "wake", "recalculate", "raise:<name>", "move:<node>:<timer>:<day>" or, back to where it was
    drawn, "move:<node>:<timer>:"; or the node id of the task to complete (`node#2`: the second open one of
    that node).
    """

    do: str
    opens: Sequence[str] | None = None  # node ids of all open tasks, sorted
    after: timedelta = timedelta()
    answers: Mapping[str, Any] = field(default_factory=dict)
    mails: Sequence[str] = ()  # node ids of the send tasks, in order
    document: Mapping[str, Any] | None = None
    finished: bool = False
    outcome: str | None = None


@dataclass(frozen=True)
class Scenario:
    """A named case to play."""

    name: str
    version: Version
    moves: tuple[Move, ...]
    calendar: Calendar = field(default_factory=Calendar)


def command_of(move: Move, last: Step | None, names: Sequence[tuple[str, str]] = ()) -> Command:
    """The command of a move. `names` are (node, task id) of the open tasks, from `last` if not given."""
    if move.do == "start":
        return Start(document=move.answers, seed=SEED)
    if move.do == "wake":
        return Wake()
    if move.do == "recalculate":
        return Recalculate()
    if move.do.startswith("raise:"):
        return RaiseEvent(move.do.removeprefix("raise:"), move.answers)
    tasks = names or [(task.node, task.id) for task in (last.tasks if last else ())]
    if move.do.startswith("move:"):
        _, node, timer, day = move.do.split(":")
        return MoveDeadline(dict(tasks)[node], timer, date.fromisoformat(day) if day else None, {"by": "ib"})
    node, _, which = move.do.partition("#")
    ids = [key for name, key in tasks if name == node]
    assert ids, f"{node} is not open: {[name for name, _ in tasks]}"
    return Complete(ids[int(which or 1) - 1], move.answers)


def play(scenario: Scenario, keep_finished: bool = False, check: bool = True) -> list[Step]:
    """Take all the moves, through JSON in between, and check what they expect."""
    steps: list[Step] = []
    now = MONDAY
    for move in scenario.moves:
        now += move.after
        last = steps[-1] if steps else None
        state = json.loads(json.dumps(last.state)) if last else None
        taken = step(
            scenario.version,
            scenario.calendar,
            state,
            command_of(move, last),
            now,
            keep_finished=keep_finished,
        )
        steps.append(taken)
        if check:
            expect(move, taken)
    return steps


def expect(move: Move, taken: Step) -> None:
    """Compare a step with what its move expects."""
    where = f"after {move.do}"
    if move.opens is not None:
        assert sorted(task.node for task in taken.tasks) == list(move.opens), where
    assert [mail.node for mail in taken.mails] == list(move.mails), where
    assert taken.finished is move.finished, where
    if move.outcome is not None:
        assert taken.outcome == move.outcome, where
    if move.document is not None:
        assert taken.state["document"] == dict(move.document), where


class Case:
    """One case, moved by hand. `now` only moves when told to."""

    def __init__(self, version: Version, calendar: Calendar = CALENDAR, **facts: Any) -> None:
        self.version = version
        self.calendar = calendar
        self.now = MONDAY
        self.last: Step = step(version, calendar, None, Start(document=facts, seed=SEED), MONDAY)

    def take(self, command: Command, after: timedelta = timedelta()) -> Step:
        self.now += after
        state = json.loads(json.dumps(self.last.state))
        self.last = step(self.version, self.calendar, state, command, self.now)
        return self.last

    def done(self, node: str, after: timedelta = timedelta(), **answers: Any) -> Step:
        return self.take(Complete(self.task(node), answers), after)

    def task(self, node: str) -> str:
        return next(task.id for task in self.last.tasks if task.node == node)

    @property
    def open(self) -> list[str]:
        return sorted(task.node for task in self.last.tasks)


def levels(taken: Step) -> list[tuple[str, int]]:
    return [(mail.node, mail.level) for mail in taken.mails]


def facts(taken: Step, name: str) -> list[Mapping[str, Any]]:
    return [{"node": fact.node, **fact.detail} for fact in taken.facts if fact.name == name]
