"""Time moves cases: whatever is due fires, each case once, none for ever in the way of another.

One query over all organisations finds what is due; then a transaction per organisation wakes up to
`limit` cases in the order of their ids, the organisation's audit chain last. When one case of a batch
fails, all of it is undone and the cases go one by one. A case that failed three times in a row
becomes an incident and waits for a person.

A deadlock that the database broke says nothing about any case: the batch is tried again at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import sqlalchemy as sa

from meldcode import audit, engine, incidents
from meldcode.messages import MeldcodeError, Text
from meldcode.moves import RECALCULATED, Changes, load, load_all, take
from meldcode.store import Database, StoreError, Transaction, insisting, scoped
from meldcode.store.tables import cases, due

ATTEMPTS = 3
_PAUSES = (timedelta(minutes=1), timedelta(minutes=5))  # after the first and the second failure

_FIND = (
    sa.select(due.c.organisation)
    .where(due.c.at <= sa.bindparam("now"))
    .order_by(due.c.at)
    .limit(sa.bindparam("most"))
)
_OLDEST = sa.select(sa.func.min(due.c.at, type_=due.c.at.type))
# What another worker or a person has at this moment is left alone: a claim never waits, so it never
# deadlocks. The limit is inside, or more rows could be locked than are taken.
_FREE = (
    sa.select(cases.c.id)
    .join_from(due, cases, cases.c.id == due.c.case)
    .where(scoped(due), scoped(cases), due.c.at <= sa.bindparam("now"))
    .order_by(due.c.at)
    .limit(sa.bindparam("most"))
    .with_for_update(of=cases, key_share=True, skip_locked=True)
)
_claimed = _FREE.cte("claimed")
_CLAIM = sa.select(_claimed.c.id).order_by(_claimed.c.id)
_CLAIM_ONE = _FREE.where(cases.c.id == sa.bindparam("which"))
_FAILED = (
    sa.update(cases)
    .where(scoped(cases), cases.c.id == sa.bindparam("which"))
    .values(failures=cases.c.failures + 1)
    .returning(cases.c.failures)
)
_LATER = (
    sa.update(due).where(scoped(due), due.c.case == sa.bindparam("which")).values(at=sa.bindparam("new_at"))
)
_SOME_OPEN = (
    sa.select(cases.c.id)
    .where(
        scoped(cases),
        cases.c.status == "open",
        cases.c.id > sa.bindparam("after", type_=sa.Uuid()),
    )
    .order_by(cases.c.id)
    .limit(sa.bindparam("most"))
)
_BEFORE_ALL = UUID(int=0)


def fire_due(db: Database, now: datetime, limit: int = 100) -> int:
    """Wake what is due at `now`, at most `limit` cases; how many of them moved on."""
    with db.reading(None) as tx:
        found = tx.execute(_FIND, {"now": now, "most": limit}).scalars().all()
    return sum(
        insisting(partial(_batch, db, organisation, now, most))
        for organisation, most in Counter(found).items()
    )


def oldest_due(db: Database) -> datetime | None:
    """The earliest moment any open case waits for, past or future; None when none waits."""
    with db.reading(None) as tx:
        moment: datetime | None = tx.execute(_OLDEST).scalar()
        return moment


def recalculate_some(
    db: Database, organisation: UUID, after: UUID | None, most: int, *, now: datetime
) -> list[UUID]:
    """The organisation's free days changed: compute the deadlines of open cases again.

    At most `most` of them, those that come after `after` by id; which ones it was. Each has a transaction of
    its own; one that cannot be computed becomes an incident and is not in the way of the others.
    """
    with db.reading(organisation) as tx:
        which = list(tx.execute(_SOME_OPEN, {"after": after or _BEFORE_ALL, "most": most}).scalars())
    for case_id in which:
        try:
            _recalculate(db, organisation, case_id, now)
        except StoreError:
            raise
        except Exception as error:
            text = error.text if isinstance(error, MeldcodeError) else _unexpected(error)
            with db.transaction(organisation) as tx:
                kind = incidents.NOT_RECALCULATED
                audit.append(tx, [incidents.record(tx, kind=kind, text=text, now=now, case=case_id)])
    return which


def _recalculate(db: Database, organisation: UUID, case_id: UUID, now: datetime) -> None:
    with db.transaction(organisation) as tx:
        case = load(tx, case_id)
        if case is None or case.status != "open":
            return
        changes = Changes(tx, now)
        changes.add(case, take(case, engine.Recalculate(), now), action=RECALCULATED)
        changes.save()


def _batch(db: Database, organisation: UUID, now: datetime, most: int) -> int:
    claimed: list[UUID] = []
    try:
        with db.transaction(organisation) as tx:
            claimed += tx.execute(_CLAIM, {"now": now, "most": most}).scalars()
            return _fire(tx, claimed, now)
    except StoreError:
        raise
    except Exception:
        # One of them is broken. Alone, each either fires or is counted as failed.
        return sum(_alone(db, organisation, case_id, now) for case_id in claimed)


def _alone(db: Database, organisation: UUID, case_id: UUID, now: datetime) -> int:
    try:
        with db.transaction(organisation) as tx:
            claimed = tx.execute(_CLAIM_ONE, {"which": case_id, "now": now, "most": 1}).scalars().all()
            return _fire(tx, claimed, now)
    except StoreError:
        raise
    except Exception as error:
        _count_failure(db, organisation, case_id, error, now)
        return 0


def _fire(tx: Transaction, claimed: Sequence[UUID], now: datetime) -> int:
    if not claimed:
        return 0
    changes = Changes(tx, now)
    # Looked at under our lock: what a person moved on just before it is not due any more.
    found = [case for case in load_all(tx, claimed) if case.due_at is not None and case.due_at <= now]
    for case in found:
        changes.add(case, take(case, engine.Wake(), now), action="timers_fired")
    changes.save()
    return len(found)


def _count_failure(db: Database, organisation: UUID, case_id: UUID, error: Exception, now: datetime) -> None:
    """One more failed attempt: later again, or, the third time, an incident and no more attempts."""
    with db.transaction(organisation) as tx:
        failures = tx.execute(_FAILED, {"which": case_id}).scalar()
        if failures is None:
            return
        last = failures >= ATTEMPTS
        tx.execute(_LATER, {"which": case_id, "new_at": None if last else now + _PAUSES[failures - 1]})
        if last:
            stuck = error if isinstance(error, engine.Incident) else None
            record = incidents.record(
                tx,
                kind=stuck.kind if stuck else "unexpected",
                text=error.text if isinstance(error, MeldcodeError) else _unexpected(error),
                now=now,
                case=case_id,
                node=stuck.node if stuck else None,
            )
            audit.append(tx, [record])


def _unexpected(error: Exception) -> Text:
    return Text(
        f"De zaak kan niet verder: onverwachte fout ({type(error).__name__}).",
        f"The case cannot go on: unexpected error ({type(error).__name__}).",
    )
