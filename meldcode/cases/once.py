"""A command is carried out once, however often it is sent.

The audit row of a command carries its key, unique per person: recording it and doing it are one
transaction, so a second copy cannot get past the first, not even at the same moment.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from meldcode.cases.errors import KeyReused
from meldcode.messages import MeldcodeError, Text
from meldcode.people import Actor
from meldcode.store import Database, Transaction, insisting, scoped
from meldcode.store.tables import audit

LONGEST_KEY = 100
R = TypeVar("R")

EARLIER = sa.select(audit.c.case, audit.c.detail).where(
    scoped(audit),
    audit.c.person == sa.bindparam("who", type_=sa.Uuid()),
    audit.c.key == sa.bindparam("which", type_=sa.Text()),
)
"""A person's command `which`, when it was carried out before; to be asked together with something else."""


@dataclass(frozen=True, slots=True)
class Command:
    """What was asked: `key` is unique per person and action; `case` and `task` what it was about."""

    action: str
    key: str
    case: UUID | None = None
    task: UUID | None = None

    @property
    def stored_key(self) -> str:
        return f"{self.action}:{self.key}"


def once(
    db: Database,
    actor: Actor,
    command: Command,
    run: Callable[[Transaction], R],
    repeated: Callable[[Transaction, UUID], R],
) -> R:
    """`run` in a transaction; or `repeated` with the earlier case, when this command was done before.

    A deadlock that was broken or a connection that was cut is tried again by itself, at most twice: when
    the first copy was carried out after all, the next finds its key. Where nothing but the key can tell
    (a new case), `run` asks for it and raises `DoneBefore`. Raises what `run` raises otherwise, and
    `KeyReused` when the key was used for another case or task.
    """
    if not 1 <= len(command.key) <= LONGEST_KEY or not command.key.isprintable():
        raise MeldcodeError(
            Text("Deze opdracht heeft geen bruikbare sleutel.", "This command has no usable key.")
        )
    return insisting(lambda: _once(db, actor, command, run, repeated))


def _once(
    db: Database,
    actor: Actor,
    command: Command,
    run: Callable[[Transaction], R],
    repeated: Callable[[Transaction, UUID], R],
) -> R:
    try:
        with db.transaction(actor.organisation) as tx:
            try:
                return run(tx)
            except DoneBefore as before:
                raise _Answered(repeated(tx, before.case)) from None
            except MeldcodeError as refused:
                case = _earlier(tx, actor, command)
                if case is None:
                    raise
                raise _Answered(repeated(tx, case)) from refused  # leaves nothing of this time behind
    except _Answered as answered:
        return cast(R, answered.result)
    except IntegrityError:
        # Both copies came at the same moment, and the other one was first.
        with db.reading(actor.organisation) as tx:
            case = _earlier(tx, actor, command)
            if case is None:
                raise
            return repeated(tx, case)


class DoneBefore(Exception):
    """This very command was carried out before, on this case; nothing was changed in this transaction."""

    def __init__(self, case: UUID) -> None:
        super().__init__()
        self.case = case


class _Answered(Exception):
    """The command was carried out before, with this result."""

    def __init__(self, result: object) -> None:
        super().__init__()
        self.result = result


def _earlier(tx: Transaction, actor: Actor, command: Command) -> UUID | None:
    """The case of this very command, when it was carried out before. Raises `KeyReused`."""
    row = tx.execute(EARLIER, {"who": actor.person, "which": command.stored_key}).one_or_none()
    if row is None:
        return None
    if not _same(row, command):
        raise KeyReused from None
    case: UUID = row.case
    return case


def _same(earlier: Any, command: Command) -> bool:
    task = earlier.detail.get("task")
    return command.case in (None, earlier.case) and task == (command.task.hex if command.task else None)
