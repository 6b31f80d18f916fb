"""Being turned away is written down too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from meldcode import audit
from meldcode.cases.errors import AccessDenied, ShutOut
from meldcode.people import Actor
from meldcode.store import Database


@contextmanager
def refusals_noted(db: Database, actor: Actor, case_id: UUID, action: str, now: datetime) -> Iterator[None]:
    """Log who is turned away from what she `action` asks of a case, and turn her away.

    To stand around the transaction, not inside it: what is written in that one is undone.
    """
    try:
        yield
    except (AccessDenied, ShutOut):
        with db.transaction(actor.organisation) as tx:
            detail = {"asked": action}
            record = audit.Record(now, "access_refused", person=actor.person, case=case_id, detail=detail)
            audit.append(tx, [record])
        raise
