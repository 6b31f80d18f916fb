"""Ask one named colleague for advice on a task: she reads the case while she is asked, and answers once.

Whoever holds the task asks, and may end it. It hangs on the task: when that is finished, given back or
somebody else's, the request is over, and so is what it opened. The question and the answer are notes of the
case.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from meldcode import access, audit, people
from meldcode.cases import notes, telling
from meldcode.cases.acting import act, done
from meldcode.cases.errors import AccessDenied, AnswersRefused, TaskGone
from meldcode.cases.finding import find, glance
from meldcode.cases.once import Command
from meldcode.cases.refusals import refusals_noted
from meldcode.cases.values import Outcome
from meldcode.messages import Text
from meldcode.moves import Case, Task
from meldcode.people import Actor, Person
from meldcode.store import Database, Transaction, scoped
from meldcode.store.tables import cases as case_table
from meldcode.store.tables import tasks

# Codes, never a story: see `holding.REASONS`.
REASONS: dict[str, Text] = {
    "expertise": Text("deze collega weet hier meer van", "this colleague knows more about it"),
    "doubt": Text("ik twijfel", "I am in doubt"),
    "check": Text("een tweede paar ogen", "a second pair of eyes"),
}
ENDINGS: dict[str, Text] = {
    "settled": Text("het is niet meer nodig", "it is not needed any more"),
    "silent": Text("ik krijg geen antwoord", "I get no answer"),
    "mistake": Text("het was een vergissing", "it was a mistake"),
}

_SET = (
    sa.update(tasks)
    .where(
        scoped(tasks),
        tasks.c.case == sa.bindparam("case_id"),
        tasks.c.id == sa.bindparam("task_id"),
    )
    .values(adviser=sa.bindparam("who", type_=sa.Uuid()))
)
# The case's own row changes too: whoever waits for its lock then looks again at its tasks.
_TOUCH = (
    sa.update(case_table)
    .where(scoped(case_table), case_table.c.id == sa.bindparam("case_id"))
    .values(changed_at=sa.bindparam("now"))
)
Change = Callable[[Transaction, Case, Task, Command], audit.Record | None]
_NO_PERSON = Text("Kies een collega uit de lijst.", "Choose a colleague from the list.")
_NO_REASON = Text("Kies een reden.", "Choose a reason.")


@dataclass(frozen=True, slots=True)
class AskPage:
    """What the holder of a task needs to ask: `others` can be asked, `asked` is who is asked now."""

    reference: str
    others: tuple[Person, ...]
    asked: Person | None


@dataclass(frozen=True, slots=True)
class AdvicePage:
    """What who is asked needs to answer: who asks, and what."""

    reference: str
    by: str
    question: str


def ask_advice(
    db: Database,
    actor: Actor,
    case_id: UUID,
    task_id: UUID,
    to: UUID | None,
    *,
    question: str,
    reason: str,
    key: str,
    now: datetime,
) -> Outcome:
    """Ask `to` for advice on a task that is hers; `reason` is one of `REASONS`. She is told by mail.

    Anybody of the organisation who is there and not shut out of the case can be asked, one at a time. Raises
    `NotFound`, `AccessDenied`, `TaskGone` and `AnswersRefused` (by `to`, `text`, `reason`).
    """
    question = notes.as_kept(question)

    def change(tx: Transaction, case: Case, task: Task, command: Command) -> audit.Record:
        _must_hold(actor, task)
        errors = _wrong(question, reason)
        chosen = next((one for one in _others(tx, case, actor, now) if one.id == to), None)
        if chosen is None:
            errors["to"] = _NO_PERSON
        elif task.adviser is not None:
            errors["to"] = Text(
                "U hebt al iemand om raad gevraagd. Stop dat eerst.",
                "You have asked somebody already. End that first.",
            )
        if errors or chosen is None:
            raise AnswersRefused(errors)
        _set(tx, case, task, chosen.id, now)
        note = notes.put(tx, case, actor, "question", question, None, now, task.id)
        telling.ask(tx, case, task, chosen, key=command.stored_key, now=now)
        return _record(case, task, actor, command, now, reason, to=chosen.id.hex, note=note.hex)

    # somebody else chosen on the same page is another command
    command = Command("advice_asked", f"{key}:{to.hex if to else ''}", case_id, task_id)
    return _changed(db, actor, command, now, change)


def give_advice(
    db: Database, actor: Actor, case_id: UUID, task_id: UUID, text: str, *, key: str, now: datetime
) -> Outcome:
    """Answer, once: a note in the case, and with it the case closes for her unless she is involved in it.

    Raises `NotFound`, `AccessDenied` (she is not asked, or not any more) and `AnswersRefused` (by `text`).
    """
    text = notes.as_kept(text)

    def change(tx: Transaction, case: Case, task: Task, command: Command) -> audit.Record:
        _must_be_asked(actor, task)
        wrong = notes.wrong_text(text, Text("Schrijf uw raad op.", "Write your advice down."))
        if wrong:
            raise AnswersRefused({"text": wrong})
        _set(tx, case, task, None, now)
        note = notes.put(tx, case, actor, "advice", text, None, now)
        return _record(case, task, actor, command, now, None, note=note.hex)

    return _changed(db, actor, Command("advice_given", key, case_id, task_id), now, change)


def end_advice(
    db: Database, actor: Actor, case_id: UUID, task_id: UUID, *, reason: str, key: str, now: datetime
) -> Outcome:
    """Ask no more; `reason` is one of `ENDINGS`. For who holds the task.

    Raises `NotFound`, `AccessDenied`, `TaskGone` and `AnswersRefused` (by `reason`).
    """

    def change(tx: Transaction, case: Case, task: Task, command: Command) -> audit.Record | None:
        _must_hold(actor, task)
        if reason not in ENDINGS:
            raise AnswersRefused({"reason": _NO_REASON})
        if task.adviser is None:
            return None
        _set(tx, case, task, None, now)
        return _record(case, task, actor, command, now, reason, to=task.adviser.hex)

    return _changed(db, actor, Command("advice_ended", key, case_id, task_id), now, change)


def ask_page(db: Database, actor: Actor, case_id: UUID, task_id: UUID, *, now: datetime) -> AskPage:
    """Whom the holder of a task can ask: names, no content. Raises `NotFound`, `AccessDenied`, `TaskGone`."""
    with refusals_noted(db, actor, case_id, "advice_asked", now), db.reading(actor.organisation) as tx:
        case = glance(tx, actor, case_id)
        task = _open(actor, case, task_id)
        _must_hold(actor, task)
        asked = next((one for one in people.listed(tx) if one.id == task.adviser), None)
        return AskPage(case.reference, tuple(_others(tx, case, actor, now)), asked)


def advice_page(db: Database, actor: Actor, case_id: UUID, task_id: UUID, *, now: datetime) -> AdvicePage:
    """What she is asked. It is content, so reading it is logged. Raises `NotFound` and `AccessDenied`."""
    with refusals_noted(db, actor, case_id, "advice_read", now), db.transaction(actor.organisation) as tx:
        case = find(tx, actor, case_id)
        task = _open(actor, case, task_id)
        _must_be_asked(actor, task)
        names = people.names(tx)
        asked = [
            one for one in notes.of_case(tx, case, names) if one.kind == "question" and one.task == task.id
        ]
        detail = {"content": True, "advice": True, "task": task_id.hex}
        audit.append(tx, [audit.Record(now, "advice_read", person=actor.person, case=case_id, detail=detail)])
        by = names.get(task.assignee, "") if task.assignee else ""
        return AdvicePage(case.reference, by, asked[-1].text if asked else "")


def ended(case: Case, task: Task, by: UUID, reason: str, now: datetime) -> list[audit.Record]:
    """What the log says of a request that ends because its task was done or changed hands."""
    if task.adviser is None:
        return []
    detail = {"node": task.node, "task": task.id.hex, "to": task.adviser.hex}
    return [audit.Record(now, "advice_ended", person=by, case=case.id, reason=reason, detail=detail)]


# --- parts -------------------------------------------------------------------------------------------


def _open(actor: Actor, case: Case, task_id: UUID) -> Task:
    task = case.task(task_id)
    if task is None:
        if not access.is_involved(actor, case):
            raise AccessDenied
        raise TaskGone
    return task


def _must_hold(actor: Actor, task: Task) -> None:
    if not access.holds(actor, task):
        raise AccessDenied


def _must_be_asked(actor: Actor, task: Task) -> None:
    if task.assignee is None or task.adviser != actor.person:
        raise AccessDenied


def _wrong(question: str, reason: str) -> dict[str, Text]:
    empty = Text("Schrijf op wat u wilt weten.", "Write down what you want to know.")
    wrong = notes.wrong_text(question, empty)
    errors = {"text": wrong} if wrong else {}
    return errors if reason in REASONS else errors | {"reason": _NO_REASON}


def _others(tx: Transaction, case: Case, actor: Actor, now: datetime) -> list[Person]:
    """Everybody who can be asked: of this organisation, there now, not shut out, and not herself."""
    everybody = {one.id: one for one in people.listed(tx) if one.active}
    there = people.there(tx, everybody.keys() - case.excluded - {actor.person}, now)
    return [everybody[id_] for id_ in there]  # with their roles


def _set(tx: Transaction, case: Case, task: Task, who: UUID | None, now: datetime) -> None:
    tx.execute(_SET, {"case_id": case.id, "task_id": task.id, "who": who})
    tx.execute(_TOUCH, {"case_id": case.id, "now": now})


def _record(
    case: Case, task: Task, actor: Actor, command: Command, now: datetime, reason: str | None, **detail: str
) -> audit.Record:
    holder = access.holds(actor, task)
    return audit.Record(
        now,
        command.action,
        person=actor.person,
        role=task.role if holder and task.role in actor.roles else None,
        case=case.id,
        reason=reason,
        detail={"node": task.node, "task": task.id.hex, **detail},
        key=command.stored_key,
    )


def _changed(
    db: Database,
    actor: Actor,
    command: Command,
    now: datetime,
    change: Change,
) -> Outcome:
    task_id = command.task
    assert task_id is not None  # noqa: S101 - every command here names one

    def run(tx: Transaction, case: Case) -> Outcome:
        record = change(tx, case, _open(actor, case, task_id), command)
        if record is not None:
            audit.append(tx, [record])
        return done(case, repeated=record is None)

    return act(db, actor, command, now, run)
