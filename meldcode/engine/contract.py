"""What goes into `engine.step` and what comes out: plain frozen values, no engine types.

`step(version, calendar, state, command, now) -> Step` is a pure function. A state is a plain JSON
object; whoever keeps it (a case in the database, a rehearsal, a proof) treats it as opaque.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from meldcode.diagram.model import Purpose, StepKind
from meldcode.messages import MeldcodeError, Text

Json = None | bool | int | float | str | list[Any] | dict[str, Any]
State = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Start:
    """Begin a case in `process` (None: the version's main process) with these first facts.

    `seed` names the case: every id a step hands out is derived from it, so the same seed gives the
    same ids again. Pass the case's own id; None draws one at random, the only chance in the engine.
    """

    process: str | None = None
    document: Mapping[str, Json] = field(default_factory=dict)
    seed: UUID | None = None


@dataclass(frozen=True, slots=True)
class Complete:
    """Finish the open task `task` (its id) with checked answers: its form's own fields only."""

    task: str
    answers: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wake:
    """Time has passed: fire what is due at `now`."""


@dataclass(frozen=True, slots=True)
class RaiseEvent:
    """Raise the message event `name` (`acuut`): an event subprocess or a waiting catch event."""

    name: str
    document: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recalculate:
    """The calendar's free days changed: recompute waiting timers from the moment they started."""


@dataclass(frozen=True, slots=True)
class MoveDeadline:
    """Move a waiting timer of the open task `task` by hand: `timer` is the event's id, as in `Deadline`.

    `to` is a working day of the organisation, None: back to where it was drawn. The levels above it go along.
    `note` is kept with them in the state, for whoever shows them: plain JSON, and no content.
    """

    task: str
    timer: str
    to: date | None
    note: Mapping[str, Json] = field(default_factory=dict)


Command = Start | Complete | Wake | RaiseEvent | Recalculate | MoveDeadline


@dataclass(frozen=True, slots=True)
class Moved:
    """That a deadline was moved by hand: when it would have fallen due, and the note of who did it."""

    drawn: datetime
    note: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Deadline:
    """One waiting timer of an open task, or of a subprocess around it.

    `level` counts from 1 within the activity's ladder (its reminders and escalations, by due moment);
    0 for a timer that is no part of a ladder.
    """

    node: str  # the timer event's id
    at: datetime  # UTC, aware
    purpose: Purpose | None
    level: int
    moved: Moved | None = None


@dataclass(frozen=True, slots=True)
class Movable:
    """A deadline that can be moved by hand to one of `days` (none: no further), from where it was `drawn`.

    `above` are the levels of its ladder that go along.
    """

    deadline: Deadline
    drawn: datetime
    days: tuple[date, ...]
    above: tuple[Deadline, ...]


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A task a person can complete now. `id` is a UUID text, stable over steps of the case."""

    id: str
    node: str
    process: str
    name: str
    role: str | None
    steps: frozenset[StepKind]
    form: str | None
    since: datetime
    deadlines: tuple[Deadline, ...] = ()
    item: Json = None  # the element of a multi-instance collection this task is about


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail the diagram asks for. `timer`, `occurrence` and `level` make it unique in its case.

    `task` is the open task the ladder stands on (None for a send task in the main flow, whose `level`
    is 0), `respond_by` the next level's moment, if there is one.
    """

    node: str  # the send task's id
    template: str  # file stem under mails/
    to: str  # role key
    timer: str  # unique text: the timer token (or send-task token) that caused it
    occurrence: int
    level: int
    task: str | None = None
    task_since: datetime | None = None
    due_at: datetime | None = None  # when this level fell due
    respond_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened, for the audit log: an event name in the past tense, no case content.

    Names: case_started, task_opened, task_completed, task_cancelled, timer_fired, timer_superseded,
    decision_made, event_raised, mail_requested, step_passed, case_finished, timers_recalculated,
    case_migrated, deadline_moved.
    """

    name: str
    node: str | None = None
    detail: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """What one command led to. `due` is the earliest moment a timer wants `Wake`, or None.

    `trail` holds the ids of the elements that tokens passed and of the flows that gateways chose, in
    order: what a proof needs to say which parts of a diagram can be reached. It is not stored.
    """

    state: State
    tasks: tuple[OpenTask, ...]
    due: datetime | None
    mails: tuple[Mail, ...]
    facts: tuple[Fact, ...]
    finished: bool
    outcome: str | None = None
    trail: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """Something that a step asked of the case document, and the answer.

    `text` is a FEEL expression, or the id of a decision when `table` is set. `extra` shadowed the
    document. `value` is what came of it (a FEEL value, or a table's result); None when it `failed`.
    """

    text: str
    table: bool
    extra: Mapping[str, Any]
    value: Any = None
    failed: bool = False


class EngineError(MeldcodeError):
    """The step could not be taken; the old state still stands."""


class Incident(EngineError):
    """The diagram itself is stuck (no matching branch, endless loop, broken expression).

    A person has to put it right: `kind` is machine-readable, `node` the element it happened at.
    """

    def __init__(self, kind: str, node: str | None, text: Text) -> None:
        super().__init__(text)
        self.kind = kind
        self.node = node


class Refused(EngineError):
    """The command does not fit the state (task no longer open, unknown event): nothing changed."""

    def __init__(self, kind: str, text: Text) -> None:
        super().__init__(text)
        self.kind = kind
