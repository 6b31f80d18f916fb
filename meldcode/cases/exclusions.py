"""Who may never see a case: a colleague it is about, or who is too close to those it is about.

Being shut out goes before everything else: every role, a task, a stand-in, having opened the case. To who is
shut out a case is not there: no task, no row, no mail, and for its address the same answer as for a case that
does not exist. Nobody can shut out the last one who watches over cases: then nobody would notice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from meldcode import access, audit, outbox, people
from meldcode.cases.acting import act, done
from meldcode.cases.errors import AccessDenied
from meldcode.cases.finding import glance
from meldcode.cases.once import Command
from meldcode.cases.refusals import refusals_noted
from meldcode.cases.values import Outcome
from meldcode.messages import MeldcodeError, Text
from meldcode.moves import Case, redirect
from meldcode.people import Actor, Person
from meldcode.store import Database, Transaction, scoped
from meldcode.store.tables import cases, drafts, mails, tasks

# Codes, never a story: see `holding.REASONS`.
REASONS: dict[str, Text] = {
    "concerned": Text("is mogelijk zelf betrokken", "may be concerned herself"),
    "close": Text("is familie of een bekende van de betrokkenen", "is related to or knows those involved"),
    "safety": Text("om de veiligheid van iemand anders", "for somebody else's safety"),
}
READMISSIONS: dict[str, Text] = {
    "mistake": Text("het was een vergissing", "it was a mistake"),
    "over": Text("de reden is er niet meer", "the reason is gone"),
}


@dataclass(frozen=True, slots=True)
class ShutOutPage:
    """Who is shut out of a case, and who could be. `may_readmit`: a supervisor may let somebody in again."""

    reference: str
    excluded: tuple[Person, ...]
    others: tuple[Person, ...]
    may_readmit: bool


class LastToWatch(MeldcodeError):
    """Without this person nobody would be left who sees where the case stands."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Zonder deze persoon ziet niemand meer of de zaak blijft liggen. Laat de beheerder eerst "
                "iemand anders een rol geven die alle zaken volgt.",
                "Without this person nobody would see any more whether the case stands still. Have the "
                "administrator first give somebody else a role that follows all cases.",
            )
        )


#: Who is shut out from now on, and what else is to be recorded.
Changed = tuple[frozenset[UUID], list[audit.Record]]

_SET = (
    sa.update(cases)
    .where(scoped(cases), cases.c.id == sa.bindparam("case_id"))
    .values(excluded=sa.bindparam("who", type_=sa.JSON()), changed_at=sa.bindparam("now"))
)
_RELEASE = (
    sa.update(tasks)
    .where(scoped(tasks), tasks.c.case == sa.bindparam("case_id"), tasks.c.assignee == sa.bindparam("person"))
    .values(assignee=None, adviser=None)
)
_UNASK = (
    sa.update(tasks)
    .where(scoped(tasks), tasks.c.case == sa.bindparam("case_id"), tasks.c.adviser == sa.bindparam("person"))
    .values(adviser=None)
)
_FORGET = sa.delete(drafts).where(
    scoped(drafts), drafts.c.case == sa.bindparam("case_id"), drafts.c.person == sa.bindparam("person")
)
# What was refused or could not be sent counts too: trying again would send it to her after all.
_UNSENT = sa.select(mails).where(
    scoped(mails),
    mails.c.case == sa.bindparam("case_id"),
    mails.c.person == sa.bindparam("person"),
    mails.c.status.in_(("waiting", "failed")),
)


def shut_out(
    db: Database, actor: Actor, case_id: UUID, person: UUID, *, reason: str, key: str, now: datetime
) -> Outcome:
    """Shut somebody out of a case; `reason` is one of `REASONS`. Her tasks in it go to their roles' pools.

    For who opened the case, holds a task in it, or supervises. Raises `NotFound`, `AccessDenied`,
    `LastToWatch`, and `MeldcodeError` for an unknown person or reason.
    """
    _must_be_one_of(REASONS, reason)

    def change(tx: Transaction, case: Case) -> Changed:
        if not access.may_shut_out(actor, case, case.published.supervising):
            raise AccessDenied
        if person not in {one.id for one in people.listed(tx) if one.active}:
            raise MeldcodeError(Text("Kies iemand uit de lijst.", "Choose somebody from the list."))
        excluded = case.excluded | {person}
        watching = people.holders(tx, case.published.supervising, now) if case.published.supervising else {}
        if watching and not {one.id for found in watching.values() for one in found} - excluded:
            raise LastToWatch
        which = {"case_id": case_id, "person": person}
        tx.execute(_RELEASE, which)
        tx.execute(_UNASK, which)
        tx.execute(_FORGET, which)
        return excluded, _take_mails_from(tx, case, person, excluded, now)

    return _changed(db, actor, case_id, person, "person_shut_out", reason, key, now, change)


def readmit(
    db: Database, actor: Actor, case_id: UUID, person: UUID, *, reason: str, key: str, now: datetime
) -> Outcome:
    """Let somebody in again; `reason` is one of `READMISSIONS`. For who supervises only.

    Raises `NotFound`, `AccessDenied`, and `MeldcodeError` for an unknown reason.
    """
    _must_be_one_of(READMISSIONS, reason)

    def change(_: Transaction, case: Case) -> Changed:
        if not access.may_reassign(actor, case.published.supervising):
            raise AccessDenied
        return case.excluded - {person}, []

    return _changed(db, actor, case_id, person, "person_readmitted", reason, key, now, change)


def shut_out_page(db: Database, actor: Actor, case_id: UUID, *, now: datetime) -> ShutOutPage:
    """Who is shut out of a case and who could be, for who may change it: names, no content.

    Raises `NotFound` and `AccessDenied`.
    """
    with refusals_noted(db, actor, case_id, "person_shut_out", now), db.reading(actor.organisation) as tx:
        case = glance(tx, actor, case_id)
        if not access.may_shut_out(actor, case, case.published.supervising):
            raise AccessDenied
        everybody = people.listed(tx)
        return ShutOutPage(
            case.reference,
            tuple(one for one in everybody if one.id in case.excluded),
            tuple(one for one in everybody if one.active and one.id not in case.excluded),
            access.may_reassign(actor, case.published.supervising),
        )


def _take_mails_from(
    tx: Transaction, case: Case, person: UUID, excluded: frozenset[UUID], now: datetime
) -> list[audit.Record]:
    """No mail about the case reaches her any more; what is still true goes to who should have it now.

    A record for each mail that nobody is left for.
    """
    found = tx.execute(_UNSENT, {"case_id": case.id, "person": person}).all()
    free = tuple(replace(task, assignee=None) if task.assignee == person else task for task in case.tasks)
    without_her = replace(case, excluded=excluded, tasks=free)
    taken = [row for row in found if outbox.dispose(tx, row.id)]
    return [record for row in taken for record in redirect(tx, without_her, row, now)]


def _changed(
    db: Database,
    actor: Actor,
    case_id: UUID,
    person: UUID,
    action: str,
    reason: str,
    key: str,
    now: datetime,
    change: Callable[[Transaction, Case], Changed],
) -> Outcome:
    # somebody else chosen on the same page is another command
    command = Command(action, f"{key}:{person.hex}", case_id)

    def run(tx: Transaction, case: Case) -> Outcome:
        excluded, others = change(tx, case)
        if excluded == case.excluded:
            return done(case, repeated=True)
        row = {"case_id": case_id, "who": sorted(one.hex for one in excluded), "now": now}
        tx.execute(_SET, row)
        role = min(actor.roles & case.published.supervising, default=None)
        record = audit.Record(
            now,
            action,
            person=actor.person,
            role=role,
            case=case_id,
            reason=reason,
            detail={"person": person.hex},
            key=command.stored_key,
        )
        audit.append(tx, [record, *others])
        return done(case)

    return act(db, actor, command, now, run)


def _must_be_one_of(reasons: dict[str, Text], reason: str) -> None:
    if reason not in reasons:
        raise MeldcodeError(Text("Kies een reden.", "Choose a reason."))
