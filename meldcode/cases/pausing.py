"""Reminders of one case wait for a while: with a reason, until a day, said by who supervises.

Only reminders wait. An escalation goes to the next person when its day comes, and nothing about acute danger
ever waits; the terms themselves stay where they are. A pause ends by itself: what fell due meanwhile leaves
then, unless the task is done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from uuid import UUID

import sqlalchemy as sa

from meldcode import access, audit, outbox, people
from meldcode.cases.acting import act, done
from meldcode.cases.errors import AccessDenied, AnswersRefused, CaseClosed
from meldcode.cases.finding import glance
from meldcode.cases.once import Command
from meldcode.cases.refusals import refusals_noted
from meldcode.cases.values import Outcome, PausePage, PauseView
from meldcode.messages import Text
from meldcode.moves import Case, reminders
from meldcode.people import Actor
from meldcode.store import Database, Transaction, scoped
from meldcode.store.tables import cases as case_table

# Codes, never a story: see `holding.REASONS`.
REASONS: dict[str, Text] = {
    "vt": Text("we wachten op Veilig Thuis", "we are waiting for Veilig Thuis"),
    "talk": Text("er is een gesprek afgesproken", "a conversation has been arranged"),
    "safety": Text("uitstel is veiliger voor de betrokkenen", "delay is safer for those involved"),
}
#: Longer than a month nobody should stay without a reminder; it can be paused again.
LONGEST = timedelta(days=31)
AGAIN_AT = time(9)

_PAUSE = (
    sa.update(case_table)
    .where(scoped(case_table), case_table.c.id == sa.bindparam("case_id"))
    .values(
        reminders_from=sa.bindparam("until"),
        pause_reason=sa.bindparam("why"),
        paused_by=sa.bindparam("who"),
        changed_at=sa.bindparam("now"),
    )
)


def pause_page(db: Database, actor: Actor, case_id: UUID, *, now: datetime) -> PausePage:
    """What who supervises needs to pause the reminders of an open case, or to end a pause. No content.

    Raises `NotFound`, `AccessDenied` and `CaseClosed`; being refused is logged.
    """
    with refusals_noted(db, actor, case_id, "reminders_paused", now), db.reading(actor.organisation) as tx:
        case = glance(tx, actor, case_id)
        _must_supervise(actor, case)
        today = case.calendar.local(now).date()
        return PausePage(
            case.reference,
            view_of(case, people.names(tx), now),
            first=today + timedelta(days=1),
            last=today + LONGEST,
        )


def pause_reminders(
    db: Database, actor: Actor, case_id: UUID, until: date | None, *, reason: str, key: str, now: datetime
) -> Outcome:
    """No reminders before nine o'clock on the day `until`; `reason` is one of `REASONS`.

    Another pause replaces the one there is. Raises `NotFound`, `AccessDenied`, `CaseClosed` and
    `AnswersRefused` (by `until`, `reason`).
    """

    def change(case: Case) -> tuple[datetime, str]:
        errors = {} if reason in REASONS else {"reason": Text("Kies een reden.", "Choose a reason.")}
        today = case.calendar.local(now).date()
        if until is None or not today < until <= today + LONGEST:
            errors["until"] = Text(
                f"Kies een dag na vandaag, hooguit {LONGEST.days} dagen vooruit.",
                f"Choose a day after today, at most {LONGEST.days} days ahead.",
            )
        if errors or until is None:
            raise AnswersRefused(errors)
        return datetime.combine(until, AGAIN_AT, case.calendar.local(now).tzinfo), reason

    told = f"{key}:{until.isoformat() if until else ''}:{reason}"
    return _changed(db, actor, Command("reminders_paused", told, case_id), now, change)


def resume_reminders(db: Database, actor: Actor, case_id: UUID, *, key: str, now: datetime) -> Outcome:
    """Reminders go again; those that waited leave now. Raises `NotFound`, `AccessDenied`, `CaseClosed`."""

    def change(case: Case) -> tuple[datetime, str] | None:
        paused = case.paused(now)
        return None if paused is None else (now, paused.reason)

    return _changed(db, actor, Command("reminders_resumed", key, case_id), now, change)


def view_of(case: Case, names: Mapping[UUID, str], now: datetime) -> PauseView | None:
    """The pause that lasts now, for a page; None when reminders go as usual."""
    paused = case.paused(now)
    if paused is None or case.status != "open":
        return None
    return PauseView(paused.until, REASONS[paused.reason], names.get(paused.by, ""))


def _must_supervise(actor: Actor, case: Case) -> None:
    if not access.may_reassign(actor, case.published.supervising):
        raise AccessDenied
    if case.status != "open":
        raise CaseClosed


def _changed(
    db: Database,
    actor: Actor,
    command: Command,
    now: datetime,
    change: Callable[[Case], tuple[datetime, str] | None],
) -> Outcome:
    def run(tx: Transaction, case: Case) -> Outcome:
        _must_supervise(actor, case)
        wanted = change(case)
        if wanted is None:
            return done(case, repeated=True)
        until, reason = wanted
        which = {"case_id": case.id, "now": now}
        tx.execute(_PAUSE, {**which, "until": until, "why": reason, "who": actor.person})
        outbox.put_off(tx, case.id, reminders(case.published.version), until)
        record = audit.Record(
            now,
            command.action,
            person=actor.person,
            role=min(actor.roles & case.published.supervising, default=None),
            case=case.id,
            reason=reason,
            detail={"until": until.isoformat()},
            key=command.stored_key,
        )
        audit.append(tx, [record])
        return done(case)

    return act(db, actor, command, now, run)
