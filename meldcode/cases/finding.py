"""The case a command or a page is about, for somebody who may know that it is there."""

from __future__ import annotations

from uuid import UUID

from meldcode import access
from meldcode.cases.errors import NotFound, ShutOut
from meldcode.moves import Case, load, look
from meldcode.people import Actor
from meldcode.store import Transaction


def find(tx: Transaction, actor: Actor, case_id: UUID) -> Case:
    """The case, locked. Raises `NotFound`, and its kind `ShutOut` for who is shut out of it."""
    return _for(actor, load(tx, case_id))


def glance(tx: Transaction, actor: Actor, case_id: UUID) -> Case:
    """The same without a lock: to read in one snapshot, never to change."""
    return _for(actor, look(tx, case_id))


def _for(actor: Actor, case: Case | None) -> Case:
    if case is None:
        raise NotFound
    if access.is_shut_out(actor, case):
        raise ShutOut
    return case
