"""What happens to somebody's tasks when she can do them no more: they go back to their roles.

Neither a step of the process nor a choice about content; whoever closes an account need not know of cases.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from meldcode import audit
from meldcode.store import Transaction, scoped
from meldcode.store.tables import cases, tasks

_HERS = (scoped(tasks), tasks.c.assignee == sa.bindparam("person"), tasks.c.role.is_not(None))
_TASKS = sa.select(tasks.c.case, tasks.c.id, tasks.c.node, tasks.c.role).where(*_HERS)
# Cases first, by id, as everybody locks them; whoever waits for one then looks at its tasks again.
_LOCK = (
    sa.select(cases.c.id)
    .where(scoped(cases), cases.c.id.in_(sa.select(tasks.c.case).where(*_HERS)))
    .order_by(cases.c.id)
    .with_for_update(key_share=True)
)
_TOUCH = (
    sa.update(cases)
    .where(scoped(cases), cases.c.id == sa.bindparam("case_id"))
    .values(changed_at=sa.bindparam("now"))
)
_RELEASE = sa.update(tasks).where(*_HERS).values(assignee=None, adviser=None)


def release(tx: Transaction, person: UUID, *, now: datetime, by: UUID | None) -> list[audit.Record]:
    """Put every open task of a person back into its role's pool.

    Gives a record for each, for the caller to append last in its transaction.
    """
    locked = tx.execute(_LOCK, {"person": person}).scalars().all()
    if not locked:
        return []
    found = tx.execute(_TASKS, {"person": person}).all()
    tx.execute(_RELEASE, {"person": person})
    tx.execute(_TOUCH, [{"case_id": case, "now": now} for case in locked])
    return [
        audit.Record(
            now,
            "task_released",
            person=by,
            case=row.case,
            reason="account_closed",
            detail={"node": row.node, "task": row.id.hex, "from": person.hex},
        )
        for row in sorted(found, key=lambda row: (row.case, row.id))
    ]
