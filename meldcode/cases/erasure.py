"""Erasing a case: its key is destroyed, and with it everything that was ever sealed for it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from meldcode import audit
from meldcode.cases.errors import NotFound
from meldcode.store import Database, scoped
from meldcode.store.tables import case_keys, due, tasks
from meldcode.store.tables import cases as case_table

_WHICH: sa.BindParameter[UUID] = sa.bindparam("which", type_=sa.Uuid())
_KEY = sa.delete(case_keys).where(scoped(case_keys), case_keys.c.case == _WHICH)
_TASKS = sa.delete(tasks).where(scoped(tasks), tasks.c.case == _WHICH)
_DUE = sa.delete(due).where(scoped(due), due.c.case == _WHICH)
_STATUS = sa.update(case_table).where(scoped(case_table), case_table.c.id == _WHICH).values(status="erased")

_NAMED = sa.select(case_table.c.id, case_table.c.status).where(
    scoped(case_table), case_table.c.reference == sa.bindparam("reference"), case_table.c.status != "erased"
)
_HAS_KEY = sa.exists(
    sa.select(case_keys.c.case).where(scoped(case_keys), case_keys.c.case == case_table.c.id)
)
_KEYLESS = (
    sa.select(case_table.c.id)
    .where(scoped(case_table), case_table.c.status != "erased", ~_HAS_KEY)
    .order_by(case_table.c.id)
)
_KNOWN = sa.exists(sa.select(case_table.c.id).where(scoped(case_table), case_table.c.id == case_keys.c.case))
_STRAY_KEYS = sa.delete(case_keys).where(scoped(case_keys), ~_KNOWN)


def finish_erasures(db: Database, organisation: UUID, *, now: datetime) -> int:
    """After a backup was put back whose content is older than its keys: erase what has no key any more.

    Nobody can open such a case, so its tasks and deadlines would be in everybody's way for ever. A key whose
    case is not there goes as well. How many cases were erased.
    """
    with db.transaction(organisation) as tx:
        tx.execute(_STRAY_KEYS)
        found = tx.execute(_KEYLESS).scalars().all()
        for case_id in found:
            for statement in (_STATUS, _TASKS, _DUE):
                tx.execute(statement, {"which": case_id})
        audit.append(tx, [audit.Record(now, "case_erased", case=one, reason="key_gone") for one in found])
    return len(found)


def erasable(db: Database, organisation: UUID, reference: str) -> tuple[UUID, bool]:
    """The case with this reference, and whether it is open. Raises `NotFound`, also when it is erased."""
    with db.reading(organisation) as tx:
        row = tx.execute(_NAMED, {"reference": reference}).one_or_none()
    if row is None:
        raise NotFound
    return row.id, row.status == "open"


def erase_case(
    db: Database, organisation: UUID, case_id: UUID, *, now: datetime, by: UUID | None, reason: str
) -> None:
    """Destroy a case's key: nobody can read its content again, here or in a copy of the content.

    What stays is that there was a case: its reference, its dates and its log (without content).
    `reason` is a code of the retention rules, never a story. Raises `NotFound`.
    """
    with db.transaction(organisation) as tx:
        tx.execute(_STATUS, {"which": case_id})  # first, as every command locks its case first
        if not tx.execute(_KEY, {"which": case_id}).rowcount:
            raise NotFound
        for statement in (_TASKS, _DUE):
            tx.execute(statement, {"which": case_id})
        audit.append(tx, [audit.Record(now, "case_erased", person=by, case=case_id, reason=reason)])
    db.scrub()
