"""Being turned away is written down too."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from meldcode import audit
from meldcode.cases.errors import AccessDenied, ShutOut
from meldcode.people import Actor
from meldcode.store import Database

TURNED_AWAY = (AccessDenied, ShutOut)


def note_refusal(db: Database, actor: Actor, case_id: UUID, action: str, now: datetime) -> None:
    """Log that somebody was turned away, in a transaction of its own: the other one was undone."""
    with db.transaction(actor.organisation) as tx:
        detail = {"asked": action}
        record = audit.Record(now, "access_refused", person=actor.person, case=case_id, detail=detail)
        audit.append(tx, [record])
