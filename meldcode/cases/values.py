"""What cases look like to a page: plain values, texts and forms, no rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from meldcode.definition import Version
from meldcode.diagram.model import Purpose, StepKind
from meldcode.engine import Json
from meldcode.form import Form
from meldcode.messages import Text
from meldcode.people import Person


@dataclass(frozen=True, slots=True)
class TaskView:
    """An open task. `mine`: assigned to who looks; `pool`: anybody with its role may take it.

    `name` is the task's name in the diagram, `steps` its step kinds, `due_at` when it should be done.
    Who shares a pool and knows nothing else of the case gets its reference, role and moments only: `node`
    and `name` are empty then, and `steps` too. `draft_at` is when she kept a draft of it, in her own list.
    `adviser`: whom its holder asks for advice now; `asked`: that is who looks.
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
    draft_at: datetime | None = None
    adviser: UUID | None = None
    adviser_name: str | None = None
    asked: bool = False

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
class NoteView:
    """Something written down beside the steps. `kind`: see `notes.KINDS`; `on`: the day it is about;
    `task`: the task a question to a colleague is about."""

    id: UUID
    kind: str
    text: str
    on: date | None
    person: UUID
    person_name: str
    at: datetime
    task: UUID | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """What she typed into a task earlier, unchecked, and when it was kept."""

    at: datetime
    answers: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class PauseView:
    """Reminders of a case wait until a moment, why, and who said so."""

    until: datetime
    reason: Text
    by_name: str


@dataclass(frozen=True, slots=True)
class PausePage:
    """What is needed to pause reminders until a day from `first` to `last`; `pause` lasts now."""

    reference: str
    pause: PauseView | None
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class MoveView:
    """A deadline of the open task `task` that was moved by hand: of what `purpose`, which `roles` hear of it
    when it comes (of a ladder), when that is now and when it was drawn, why, and who said so."""

    task: UUID
    name: str
    purpose: Purpose | None
    roles: tuple[str, ...]
    at: datetime
    drawn: datetime
    reason: Text
    by_name: str


@dataclass(frozen=True, slots=True)
class DeadlineView:
    """A deadline that can be moved to one of `days` (none: it cannot go any further), see `MoveView`."""

    timer: str
    purpose: Purpose | None
    roles: tuple[str, ...]
    at: datetime
    drawn: datetime
    days: tuple[date, ...]
    moved: MoveView | None


@dataclass(frozen=True, slots=True)
class DeadlinePage:
    """What is needed to move a deadline of `task`; no `deadlines`: there is none to move."""

    reference: str
    task: TaskView
    deadlines: tuple[DeadlineView, ...]


@dataclass(frozen=True, slots=True)
class ShiftView:
    """What moving would do to one deadline: when it comes now and afterwards (None: at once)."""

    purpose: Purpose | None
    roles: tuple[str, ...]
    before: datetime
    after: datetime | None


@dataclass(frozen=True, slots=True)
class CasePage:
    """A case to look at. Without `content` there are no `entries`, `notes`, `document` and `outcome`.

    Without `knows_status` she shares a pool and may know the reference only: `tasks` are those she may
    take, and who opened the case, its process and `marks` are left out.

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
    knows_status: bool
    content: bool
    can_raise_acute: bool
    can_reassign: bool
    tasks: tuple[TaskView, ...]
    entries: tuple[EntryView, ...]
    notes: tuple[NoteView, ...]
    document: Mapping[str, Json]
    marks: Mapping[str, str]
    version: Version
    can_shut_out: bool = False  # she may say who must never see it
    pause: PauseView | None = None  # of its reminders, while it lasts
    moves: tuple[MoveView, ...] = ()  # of its deadlines
    movable: frozenset[UUID] = frozenset()  # the tasks of which she may move a deadline


@dataclass(frozen=True, slots=True)
class TaskPage:
    """An open task to fill in: `form` (None: only a button) on `document`, the case's facts so far.

    With what a person wants to see beside it: who opened the case and when, and what was written down.
    `can_give_back`: it may go (back) to everybody with its role.
    """

    task: TaskView
    form: Form | None
    instructions: str | None
    document: Mapping[str, Json]
    version: Version
    opened_at: datetime
    opened_by_name: str
    entries: tuple[EntryView, ...]
    notes: tuple[NoteView, ...]
    draft: Draft | None
    can_give_back: bool
    pause: PauseView | None = None  # of the reminders of its case, while it lasts
    moves: tuple[MoveView, ...] = ()  # of its own deadlines


@dataclass(frozen=True, slots=True)
class TaskForm:
    """The form of a task (None: only a button) and the facts it is asked on."""

    form: Form | None
    document: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class CaseMap:
    """Where a case is in its diagram: status, no content. `places` are the open tasks' elements, most
    urgent first; `marks` as in `CasePage`."""

    process: str
    places: tuple[str, ...]
    marks: Mapping[str, str]
    version: Version
    can_shut_out: bool = False  # she may say who must never see it


@dataclass(frozen=True, slots=True)
class Handover:
    """An open task a supervisor may give to one of `holders`, the other people with its role, by name."""

    task: TaskView
    holders: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class CaseSummary:
    """An open case in a list: status without content. `steps` are those of its open tasks; its reminders wait
    until `paused_until`."""

    id: UUID
    reference: str
    opened_at: datetime
    involved: bool
    tasks: tuple[TaskView, ...]
    steps: tuple[str, ...]
    since: datetime
    due_at: datetime | None
    paused_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class ClosedCase:
    """A closed case in a list, without content."""

    id: UUID
    reference: str
    opened_at: datetime
    closed_at: datetime


@dataclass(frozen=True, slots=True)
class StepCount:
    """Of one kind of step: how many cases are at it, how many of those late, since when the oldest waits."""

    open: int
    late: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class CaseList:
    """One page of a list of open cases. `total`, `late` and `steps` (those that are anywhere) count all of
    them, also those on other pages or at another step; `pages` is at least 1."""

    cases: tuple[CaseSummary, ...]
    total: int
    late: int
    steps: Mapping[StepKind, StepCount]
    page: int
    pages: int


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
