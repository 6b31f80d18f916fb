"""Signals and contacts that come between the steps: written down at any time while the case is open.

A finished form is not the end of a step. A note is dated, never changed, and sealed as answers are; which
kind it is, is sealed too. The process does not move by it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID, uuid4

import sqlalchemy as sa

from meldcode import access, audit
from meldcode.cases.acting import act, done
from meldcode.cases.errors import AccessDenied, AnswersRefused, CaseClosed
from meldcode.cases.once import Command
from meldcode.cases.values import NoteView, Outcome
from meldcode.form.values import clean, whole_unicode
from meldcode.messages import Text
from meldcode.moves import Case
from meldcode.people import Actor
from meldcode.store import Database, Transaction, scoped
from meldcode.store.tables import notes

KINDS: dict[str, Text] = {
    "signal": Text("Signaal", "Signal"),
    "contact": Text("Contactmoment", "Contact"),
    "correction": Text("Aanvulling of verbetering", "Addition or correction"),
}
# What comes of asking a colleague, see `advice`: not to be chosen by hand.
OF_ADVICE: dict[str, Text] = {
    "question": Text("Vraag om raad", "Request for advice"),
    "advice": Text("Raad van een collega", "A colleague's advice"),
}
LONGEST = 10_000  # characters, as of an answer on a form

_ADD = sa.insert(notes)
_OF_CASE = (
    sa.select(notes)
    .where(scoped(notes), notes.c.case == sa.bindparam("case_id"))
    .order_by(notes.c.at, notes.c.id)
)


def add_note(
    db: Database,
    actor: Actor,
    case_id: UUID,
    *,
    kind: str,
    text: str,
    on: date | None,
    today: date,
    key: str,
    now: datetime,
) -> Outcome:
    """Write a note down: `kind` one of `KINDS`, `on` the day it is about (None: not said).

    Raises `AnswersRefused` (by `kind`, `text`, `on`), `NotFound`, `AccessDenied` and `CaseClosed`.
    """
    errors = _errors(kind, text := as_kept(text), on, today)
    if errors:
        raise AnswersRefused(errors)
    command = Command("note_added", key, case_id)

    def run(tx: Transaction, case: Case) -> Outcome:
        if not access.is_involved(actor, case):
            raise AccessDenied
        if case.status != "open":
            raise CaseClosed
        note = put(tx, case, actor, kind, text, on, now)
        mine = next((task for task in case.tasks if access.holds(actor, task)), None)
        record = audit.Record(
            now,
            command.action,
            person=actor.person,
            role=access.acting_role(actor, mine, case.joined),
            case=case_id,
            detail={"note": note.hex},
            key=command.stored_key,
        )
        audit.append(tx, [record])
        return done(case)

    return act(db, actor, command, now, run)


def put(
    tx: Transaction,
    case: Case,
    actor: Actor,
    kind: str,
    text: str,
    on: date | None,
    now: datetime,
    task: UUID | None = None,
) -> UUID:
    """Seal a note and keep it with its case; its id. `text` as `as_kept` gave it; `task`: about what."""
    note = uuid4()
    content = {"kind": kind, "text": text, "on": on.isoformat() if on else None}
    if task is not None:
        content["task"] = task.hex
    sealed = case.key.seal_json(content, _bound(case, note))
    tx.execute(_ADD, {"case": case.id, "id": note, "person": actor.person, "at": now, "content": sealed})
    return note


def of_case(tx: Transaction, case: Case, names: Mapping[UUID, str]) -> Sequence[NoteView]:
    """A case's notes, oldest first."""
    return tuple(_view(case, row, names) for row in tx.execute(_OF_CASE, {"case_id": case.id}))


def _view(case: Case, row: sa.Row[tuple[object, ...]], names: Mapping[UUID, str]) -> NoteView:
    content = case.key.open_json(row.content, _bound(case, row.id))
    on = date.fromisoformat(content["on"]) if content["on"] else None
    task = UUID(content["task"]) if "task" in content else None
    return NoteView(
        row.id, content["kind"], content["text"], on, row.person, names.get(row.person, ""), row.at, task
    )


def _bound(case: Case, note: UUID) -> bytes:
    return case.bound(f"note|{note.hex}")


def as_kept(text: str) -> str:
    """The text as answers are kept: without signs that cannot be seen or that turn it round."""
    return clean(text, lines=True) if whole_unicode(text) else ""


def wrong_text(text: str, empty: Text) -> Text | None:
    """Why this cannot be kept as a note (`empty`: what is said when there is nothing), or None."""
    if not text:
        return empty
    if len(text) > LONGEST:
        return Text(
            f"Dit zijn {len(text)} tekens. Maak er hooguit {LONGEST} van.",
            f"These are {len(text)} characters. Make it {LONGEST} at most.",
        )
    return None


def _errors(kind: str, text: str, on: date | None, today: date) -> dict[str, Text]:
    errors = {}
    if kind not in KINDS:
        errors["kind"] = Text("Kies wat u wilt vastleggen.", "Choose what you want to write down.")
    if wrong := wrong_text(text, Text("Schrijf op wat er was.", "Write down what it was.")):
        errors["text"] = wrong
    if on is not None and on > today:
        errors["on"] = Text("Deze dag is nog niet geweest.", "This day has not come yet.")
    return errors
