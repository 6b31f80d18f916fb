"""Views of the core made ready for a page: names, words and addresses in place of ids and moments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import url_for
from markupsafe import Markup

from meldcode.cases import CasePage, EntryView, NoteView, PauseView, TaskPage, TaskView
from meldcode.cases.notes import KINDS, OF_ADVICE
from meldcode.diagram.model import LEGAL_STEPS, StepKind
from meldcode.people import Person
from meldcode.workdays import Calendar
from web.keys import fresh_key
from web.language import gettext, language, said
from web.organisation import calendar, published, role_name
from web.services import now
from web.sessions import actor
from web.words import (
    Due,
    beyond_its_name,
    day_in_words,
    due_in_words,
    moment_in_words,
    name_of_steps,
    step_names,
)


@dataclass(frozen=True, slots=True)
class ShownTask:
    """An open task on a page. `url` is None when it is not for who looks; `pool`: she may take it, with
    the form that goes to `claim` and has the key `claim_key`. `draft`: since when she has one."""

    case: UUID
    id: UUID
    name: str
    reference: str
    steps: str  # all of them
    also: str  # those that its name does not say
    role: str
    who: str
    acute: bool
    mine: bool
    pool: bool
    since: str
    due: Due | None
    draft: str | None
    url: str | None
    claim: str
    claim_key: str
    replaces: str | None = None  # whose it is, when who looks stands in for her
    asked_by: str | None = None  # who asks who looks for advice on it
    adviser: str | None = None  # whom who looks asks for advice on it, when it is hers


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """One thing that was done; `answers` is empty when there was nothing to fill in. A note beside the
    steps has a `text` instead, and `note` is true."""

    name: str
    who: str
    when: str
    steps: str
    answers: Markup
    text: str = ""
    note: bool = False


@dataclass(frozen=True, slots=True)
class ShownStep:
    """One of the five steps of the law; `state` is done, now, late or coming."""

    name: str
    state: str
    words: str


@dataclass(frozen=True, slots=True)
class ShownCase:
    """The head of a case."""

    id: UUID
    reference: str
    opened_by: str
    opened: str
    closed: str | None


def kinds(steps: Iterable[str]) -> frozenset[StepKind]:
    """Step kinds from their stored names; one that this software does not know (any more) is left out."""
    known = {kind.value for kind in StepKind}
    return frozenset(StepKind(step) for step in steps if step in known)


def due(at: datetime | None, days: Calendar) -> Due | None:
    """A deadline in words, or None without one."""
    return due_in_words(at, now(), days) if at else None


def task(view: TaskView) -> ShownTask:
    """An open task."""
    days = calendar()
    hers = view.mine or view.pool
    role = role_name(view.role)
    return ShownTask(
        case=view.case,
        id=view.id,
        name=view.name or gettext("Taak voor de rol %(role)s", role=role),
        reference=view.reference,
        steps=name_of_steps(kinds(view.steps)),
        also=beyond_its_name(kinds(view.steps), view.name or ""),
        role=role,
        who=whose(view),
        acute=StepKind.ACUUT in kinds(view.steps),
        mine=view.mine,
        pool=view.pool,
        since=moment_in_words(view.since, days),
        due=due(view.due_at, days),
        draft=moment_in_words(view.draft_at, days) if view.draft_at else None,
        url=url_for("tasks.task", case=view.case, task=view.id) if hers else None,
        claim=url_for("holding.claim", case=view.case, task=view.id),
        claim_key=fresh_key(),
        replaces=view.assignee_name if view.pool else None,
        asked_by=view.assignee_name if view.asked else None,
        adviser=view.adviser_name if view.mine else None,
    )


def whose(view: TaskView) -> str:
    """Whose turn it is: `u`, a name, or everybody with a role."""
    if view.mine:
        return gettext("u bent aan de beurt")
    if view.pool and view.assignee_name:
        return gettext("u vervangt %(who)s", who=view.assignee_name)
    if view.assignee_name:
        return view.assignee_name
    return gettext("iedereen met de rol %(role)s", role=role_name(view.role))


def colleagues(people: Iterable[Person]) -> list[tuple[str, str, str]]:
    """Whom one can choose: id, name, what she does here; who only looks after accounts or drawings last."""
    organisation = published().version.organisation
    beside = organisation.administers | organisation.designs
    ordered = sorted(people, key=lambda one: (one.roles <= beside, one.name.casefold()))
    return [(str(one.id), _called(one), ", ".join(sorted(map(role_name, one.roles)))) for one in ordered]


def _called(one: Person) -> str:
    return gettext("%(name)s (dat bent u)", name=one.name) if one.id == actor().person else one.name


def entry(view: EntryView) -> ShownEntry:
    """One finished task with what was filled in, to read."""
    days = calendar()
    answers = Markup()
    if view.form is not None and view.form.fields:
        answers = view.form.show(view.answers, language(), days.local(view.at).date())
    return ShownEntry(
        name=view.name,
        who=view.person_name,
        when=moment_in_words(view.at, days),
        steps=beyond_its_name(kinds(view.steps), view.name),
        answers=answers,
    )


def note(view: NoteView) -> ShownEntry:
    """Something written down beside the steps."""
    kinds_ = KINDS | OF_ADVICE
    name = said(kinds_[view.kind]) if view.kind in kinds_ else view.kind
    about = gettext("over %(day)s", day=day_in_words(view.on)) if view.on else ""
    return ShownEntry(name, view.person_name, when(view.at), about, Markup(), view.text, note=True)


def history(entries: Sequence[EntryView], notes: Sequence[NoteView]) -> list[ShownEntry]:
    """Finished tasks and notes in the order in which they came."""
    both = [(one.at, entry(one)) for one in entries] + [(one.at, note(one)) for one in notes]
    return [found for _, found in sorted(both, key=lambda one: one[0])]


def when(moment: datetime) -> str:
    """A moment in words, in the organisation's own days."""
    return moment_in_words(moment, calendar())


def case_of_task(page: TaskPage) -> ShownCase:
    """The head of the case of a task."""
    reference, opened = page.task.reference, when(page.opened_at)
    return ShownCase(page.task.case, reference, page.opened_by_name, opened, None)


def case(page: CasePage) -> ShownCase:
    """The head of a case."""
    days = calendar()
    return ShownCase(
        id=page.id,
        reference=page.reference,
        opened_by=page.opened_by_name,
        opened=moment_in_words(page.opened_at, days),
        closed=moment_in_words(page.closed_at, days) if page.closed_at else None,
    )


@dataclass(frozen=True, slots=True)
class ShownPause:
    """Until when the reminders of a case wait, why, and who said so."""

    until: str
    reason: str
    by: str


def pause(found: PauseView | None) -> ShownPause | None:
    """The pause of a case's reminders, in words."""
    if found is None:
        return None
    return ShownPause(moment_in_words(found.until, calendar()), said(found.reason), found.by_name)


def progress(page: CasePage) -> list[ShownStep]:
    """The five steps of the law, by what tasks *are* (their tags), never by their number or order."""
    done = {kind for one in page.entries for kind in kinds(one.steps)}
    open_ = {kind for view in page.tasks for kind in kinds(view.steps)}
    late = {kind for view in page.tasks if view.late(now()) for kind in kinds(view.steps)}
    names = step_names()
    return [ShownStep(names[kind], *_state(kind, done, open_, late, page)) for kind in LEGAL_STEPS]


def _state(
    kind: StepKind, done: set[StepKind], open_: set[StepKind], late: set[StepKind], page: CasePage
) -> tuple[str, str]:
    if kind in late:
        return "late", gettext("te laat")
    if kind in open_:
        return "now", gettext("nu")
    if kind in done:
        return "done", gettext("klaar")
    if page.status != "open":
        return "coming", gettext("niet gedaan")
    return "coming", gettext("nog niet") if page.content else ""
