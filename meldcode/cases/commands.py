"""Open a case, complete a task, raise the alarm: what a person may ask of a case."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID, uuid4

import sqlalchemy as sa

from meldcode import access, audit, engine
from meldcode.cases import advice, reading
from meldcode.cases.acting import Again, act, stuck_noted
from meldcode.cases.errors import AccessDenied, AnswersRefused, TaskGone, TaskUnclaimed
from meldcode.cases.once import EARLIER, Command, DoneBefore, once
from meldcode.cases.values import CaseView, Outcome
from meldcode.diagram.model import StepKind
from meldcode.engine import Complete, RaiseEvent, Start
from meldcode.form import Checked, Form
from meldcode.moves import Case, Changes, Entry, Task, new_case, take
from meldcode.people import Actor
from meldcode.store import Database, Transaction, scoped
from meldcode.store.tables import cases as case_table

ACUTE = "acuut"

Document = Mapping[str, engine.Json]
Reader = Callable[[Form, Document, date], Checked]

# No vowels, so that no word can appear; none of 0 O 1 I L, which are misread over the telephone.
_LETTERS = "BCDFGHJKMNPQRSTVWXZ"
_DIGITS = "23456789"
_SHAPE = (_LETTERS, _DIGITS, _LETTERS, _DIGITS, "-", _DIGITS, _DIGITS)

# Is a reference taken, and was this command carried out before? One row, so one question for both.
_taken = sa.select(case_table.c.id).where(
    scoped(case_table), case_table.c.reference == sa.bindparam("reference", type_=sa.Text())
)
_earlier = EARLIER.subquery()
_BEFORE = sa.select(sa.exists(_taken).label("taken"), _earlier.c.case).select_from(
    sa.select(sa.literal(1).label("one")).subquery().outerjoin(_earlier, sa.true())
)


def open_case(
    db: Database,
    actor: Actor,
    *,
    key: str,
    now: datetime,
    process: str | None = None,
    document: Mapping[str, engine.Json] | None = None,
) -> Outcome:
    """Begin a case of the organisation's current version; everybody in it may.

    `process` None is the version's main process. Raises `PublishError` when nothing is published,
    `engine.Refused` for an unknown process, `CaseStuck` when the diagram cannot even begin.
    """
    case_id = uuid4()

    def run(tx: Transaction) -> Outcome:
        reference = _free_reference(tx, actor, command)
        case = new_case(tx, case_id, reference=reference, process=process, opened_by=actor.person, now=now)
        step = take(case, Start(process, dict(document or {}), seed=case_id), now)
        return _save(tx, case, step, actor, "case_opened", command, now, None, None)

    command = Command("case_opened", key)
    with stuck_noted(db, actor, None, now):
        return once(db, actor, command, run, _again(actor))


def complete(
    db: Database,
    actor: Actor,
    case_id: UUID,
    task_id: UUID,
    answers: Document | Reader,
    *,
    key: str,
    now: datetime,
) -> Outcome:
    """Finish an open task with `answers`: plain JSON by field, unchecked, because its form checks them
    here. Who has not read them yet (a page) gives what reads and checks them, from the form, the case's
    facts so far and the organisation's day; then the case is opened once, not twice.

    Raises `NotFound`, `AccessDenied`, `TaskGone`, `TaskUnclaimed` (of her role's pool: she takes it first),
    `AnswersRefused` (nothing changed) and `CaseStuck` (nothing changed, an incident was recorded).
    """
    command = Command("task_completed", key, case_id, task_id)

    def run(tx: Transaction, case: Case) -> Outcome:
        task = case.task(task_id)
        if task is None:
            _refuse_strangers(case, actor)
            raise TaskGone
        if access.in_pool(actor, task):
            raise TaskUnclaimed
        if not access.may_complete(actor, task, opened_by=case.opened_by):
            raise AccessDenied
        checked = _checked(case, task, answers, now)
        step = take(case, Complete(str(task_id), checked), now)
        entry = Entry(task.id, task.node, checked)
        outcome = _save(tx, case, step, actor, "task_completed", command, now, task, entry)
        if task.adviser is not None:
            audit.append(tx, advice.ended(case, task, actor.person, "task_done", now))
        return outcome

    return act(db, actor, command, now, run, _again(actor))


def raise_acute(db: Database, actor: Actor, case_id: UUID, *, key: str, now: datetime) -> Outcome:
    """Acute danger: leave whatever the case was doing for its acute route, also without an open task.

    Everybody involved may, and nobody can forbid it. While a case is on that route already, a second
    alarm is recorded and begins nothing: two people who call at once must not each have to do it all.
    Raises as `complete` does; `engine.Refused` when the case is closed.
    """
    command = Command("acute_raised", key, case_id)

    def run(tx: Transaction, case: Case) -> Outcome:
        _refuse_strangers(case, actor)
        if any(StepKind.ACUUT in task.steps for task in case.tasks):
            return _known_already(tx, case, actor, command, now)
        step = take(case, RaiseEvent(ACUTE), now)
        return _save(tx, case, step, actor, "acute_raised", command, now, None, None)

    return act(db, actor, command, now, run, _again(actor))


# --- shared ------------------------------------------------------------------------------------------


def _known_already(tx: Transaction, case: Case, actor: Actor, command: Command, now: datetime) -> Outcome:
    role = access.acting_role(actor, None, case.joined)
    record = audit.Record(
        now, "acute_repeated", person=actor.person, role=role, case=case.id, key=command.stored_key
    )
    audit.append(tx, [record])
    view, tasks = reading.present(tx, actor, case.id)
    return Outcome(view, tasks, repeated=True)


def _save(
    tx: Transaction,
    case: Case,
    step: engine.Step,
    actor: Actor,
    action: str,
    command: Command,
    now: datetime,
    task: Task | None,
    entry: Entry | None,
) -> Outcome:
    changes = Changes(tx, now)
    role = access.acting_role(actor, task, case.joined)
    changes.add(case, step, action=action, by=actor, role=role, entry=entry, key=command.stored_key)
    written = changes.save()
    view = CaseView(case.id, case.reference, "finished" if step.finished else "open")
    return Outcome(view, reading.views_for(actor, case, written[case.id]))


def _again(actor: Actor) -> Again:
    def repeated(tx: Transaction, case_id: UUID) -> Outcome:
        view, tasks = reading.present(tx, actor, case_id)
        return Outcome(view, tasks, repeated=True)

    return repeated


def _refuse_strangers(case: Case, actor: Actor) -> None:
    if not access.is_involved(actor, case):
        raise AccessDenied


def _checked(case: Case, task: Task, answers: Document | Reader, now: datetime) -> dict[str, engine.Json]:
    form = case.published.version.form_of(task.node)
    if form is None:
        return {}
    document, today = engine.document(case.state or {}), case.calendar.local(now).date()
    checked = answers(form, document, today) if callable(answers) else form.check(answers, document, today)
    if checked.errors:
        raise AnswersRefused(checked.errors)
    return checked.answers


def _free_reference(tx: Transaction, actor: Actor, command: Command) -> str:
    """A reference that no case of the organisation has. Raises `DoneBefore`."""
    asked = {"who": actor.person, "which": command.stored_key}
    while True:
        reference = _reference(_SHAPE)
        before = tx.execute(_BEFORE, {**asked, "reference": reference}).one()
        if before.case is not None:
            raise DoneBefore(before.case)
        if not before.taken:
            return reference


def _reference(shape: Sequence[str]) -> str:
    """`K7Q2-84`: random, so that it tells nothing about when or how many."""
    return "".join(secrets.choice(alphabet) for alphabet in shape)
