"""One command of one person on one case: found, locked, done once, and what goes wrong written down.

Every command on a case comes through here, so none can forget that being turned away is logged, or that a
diagram that is stuck becomes an incident somebody sees.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from meldcode import audit, engine, incidents
from meldcode.cases.errors import CaseStuck
from meldcode.cases.finding import find, glance
from meldcode.cases.once import Command, once
from meldcode.cases.refusals import refusals_noted
from meldcode.cases.values import CaseView, Outcome
from meldcode.moves import Case
from meldcode.people import Actor
from meldcode.store import Database, Transaction

Run = Callable[[Transaction, Case], Outcome]
Again = Callable[[Transaction, UUID], Outcome]


def act(
    db: Database, actor: Actor, command: Command, now: datetime, run: Run, again: Again | None = None
) -> Outcome:
    """Do `run` with the case of `command`, locked, in one transaction; all of it happens, or nothing.

    Done before: what `again` says of the case as it is now (None: nothing but the case). Raises what `run`
    raises, `NotFound` when the case is not there for her, `KeyReused`, and `CaseStuck` when the diagram
    cannot go on. Who is turned away, and an incident, is written down in a transaction of its own.
    """
    case_id = command.case
    assert case_id is not None  # noqa: S101 - a command without a case does not act on one

    def as_it_is(tx: Transaction, which: UUID) -> Outcome:
        return done(glance(tx, actor, which), repeated=True)

    with refusals_noted(db, actor, case_id, command.action, now), stuck_noted(db, actor, case_id, now):
        return once(db, actor, command, lambda tx: run(tx, find(tx, actor, case_id)), again or as_it_is)


def done(case: Case, *, repeated: bool = False) -> Outcome:
    """The outcome of a command that moved nothing: the case, and no tasks."""
    return Outcome(CaseView(case.id, case.reference, case.status), (), repeated=repeated)


@contextmanager
def stuck_noted(db: Database, actor: Actor, case_id: UUID | None, now: datetime) -> Iterator[None]:
    """Write an incident of the engine down in a transaction of its own; then raises `CaseStuck`."""
    try:
        yield
    except engine.Incident as incident:
        with db.transaction(actor.organisation) as tx:
            record = incidents.record(
                tx, kind=incident.kind, text=incident.text, now=now, case=case_id, node=incident.node
            )
            audit.append(tx, [record])
        raise CaseStuck from incident
