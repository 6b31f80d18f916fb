"""What cases look like to a page: plain values, texts and forms, no rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from meldcode.definition import Version
from meldcode.engine import Json
from meldcode.form import Form


@dataclass(frozen=True, slots=True)
class TaskView:
    """An open task. `mine`: assigned to who looks; `pool`: anybody with its role may do it.

    `name` is the task's name in the diagram, `steps` its step kinds, `due_at` when it should be done.
    """

    case: UUID
    reference: str
    id: UUID
    node: str
    name: str
    role: str | None
    assignee: UUID | None
    assignee_name: str | None
    mine: bool
    pool: bool
    since: datetime
    due_at: datetime | None
    steps: tuple[str, ...]

    def late(self, now: datetime) -> bool:
        """Should it have been done before `now`?"""
        return self.due_at is not None and self.due_at <= now


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case after a command. `status`: `open` or `finished`."""

    id: UUID
    reference: str
    status: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command led to. `next_tasks` are the open tasks that who acted may do herself.

    `repeated`: the same key was handled before, and nothing happened this time.
    """

    case: CaseView
    next_tasks: tuple[TaskView, ...]
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class EntryView:
    """One finished step: who, when, what. `form` shows the answers (`form.show(entry.answers)`).

    `revision` is the step's number in its case.
    """

    revision: int
    task: UUID
    node: str
    name: str
    steps: tuple[str, ...]
    person: UUID
    person_name: str
    at: datetime
    answers: Mapping[str, Json]
    form: Form | None


@dataclass(frozen=True, slots=True)
class CasePage:
    """A case to look at. Without `content`, `entries` and `document` are empty and `outcome` is None.

    `marks` maps element ids to `current`, `late` or `done`, for `diagram.draw`.
    """

    id: UUID
    reference: str
    status: str
    process: str
    opened_at: datetime
    opened_by: UUID
    opened_by_name: str
    closed_at: datetime | None
    outcome: str | None
    content: bool
    can_raise_acute: bool
    tasks: tuple[TaskView, ...]
    entries: tuple[EntryView, ...]
    document: Mapping[str, Json]
    marks: Mapping[str, str]
    version: Version


@dataclass(frozen=True, slots=True)
class TaskPage:
    """An open task to fill in: `form` (None: only a button) on `document`, the case's facts so far."""

    task: TaskView
    form: Form | None
    instructions: str | None
    document: Mapping[str, Json]
    version: Version


@dataclass(frozen=True, slots=True)
class CaseSummary:
    """An open case in a list: status without content. `steps` are those of its open tasks."""

    id: UUID
    reference: str
    opened_at: datetime
    involved: bool
    tasks: tuple[TaskView, ...]
    steps: tuple[str, ...]
    since: datetime
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of a case's audit log."""

    sequence: int
    at: datetime
    person: UUID | None
    person_name: str | None
    role: str | None
    action: str
    reason: str | None
    detail: Mapping[str, Json]
