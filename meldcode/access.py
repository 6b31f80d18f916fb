"""Who may do what with a case: one place, plain rules, no database.

Disclosure is limited to those directly involved (Jeugdwet 7.3.11, Wmo 5.3.3): being in the same
organisation is not enough, and a supervisor who is not involved sees status without content. Whoever holds
the role of a task that nobody has taken yet knows that it is there, by the case's reference, and no more:
content opens for the one who takes it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Protocol
from uuid import UUID

from meldcode.people import Actor


class TaskLike(Protocol):
    """What the rules look at in an open task."""

    @property
    def role(self) -> str | None: ...
    @property
    def assignee(self) -> UUID | None: ...
    @property
    def adviser(self) -> UUID | None: ...


class CaseLike(Protocol):
    """What the rules look at in a case."""

    @property
    def opened_by(self) -> UUID: ...
    @property
    def joined(self) -> frozenset[str]: ...
    @property
    def contributors(self) -> frozenset[UUID]: ...
    @property
    def excluded(self) -> frozenset[UUID]: ...
    @property
    def tasks(self) -> Iterable[TaskLike]: ...


def holds(actor: Actor, task: TaskLike) -> bool:
    """Is this open task assigned to her?"""
    return task.assignee == actor.person


def in_pool(actor: Actor, task: TaskLike) -> bool:
    """Is this open task for a role she holds and nobody's yet, or of somebody she stands in for?"""
    if task.assignee is None:
        return task.role in actor.roles
    return task.assignee in actor.stands_in_for


def may_complete(actor: Actor, task: TaskLike, *, opened_by: UUID) -> bool:
    """Her own tasks, and those in her roles' pools; a task without any role is the opener's."""
    if task.role is None and task.assignee is None:
        return actor.person == opened_by
    return holds(actor, task) or in_pool(actor, task)


def is_shut_out(actor: Actor, case: CaseLike) -> bool:
    """Is it a case that she may not even know of, whatever her roles are?"""
    return actor.person in case.excluded


def is_involved(actor: Actor, case: CaseLike) -> bool:
    """Does she belong to the case: she opened it, has taken a task in it, completed a step of it before,
    or holds the deciding role once that step has begun? Sharing a role with a free task is not enough."""
    return not is_shut_out(actor, case) and (
        actor.person == case.opened_by
        or actor.person in case.contributors
        or any(holds(actor, task) for task in case.tasks)
        or not actor.roles.isdisjoint(case.joined)
    )


def is_adviser(actor: Actor, case: CaseLike) -> bool:
    """Does somebody who holds a task of the case ask her for advice on it now?"""
    return not is_shut_out(actor, case) and any(
        task.assignee is not None and task.adviser == actor.person for task in case.tasks
    )


def may_read(actor: Actor, case: CaseLike) -> bool:
    """May she read the content: because she is involved, or for as long as she is asked for advice?"""
    return is_involved(actor, case) or is_adviser(actor, case)


def may_reassign(actor: Actor, supervising: Collection[str]) -> bool:
    """May she give an open task to somebody else? `supervising`: the roles that supervise all cases."""
    return not actor.roles.isdisjoint(supervising)


def may_move_deadline(actor: Actor, task: TaskLike, supervising: Collection[str], *, opened_by: UUID) -> bool:
    """May she move a deadline of this open task: does she supervise, and is it not her own turn? Nobody gives
    herself more time unseen."""
    return may_reassign(actor, supervising) and not may_complete(actor, task, opened_by=opened_by)


def may_shut_out(actor: Actor, case: CaseLike, supervising: Collection[str]) -> bool:
    """May she say who must never see the case: does she hold it (she opened it, or has a task in it now), or
    supervise?"""
    return not is_shut_out(actor, case) and (
        actor.person == case.opened_by
        or any(holds(actor, task) for task in case.tasks)
        or may_reassign(actor, supervising)
    )


def acting_role(actor: Actor, task: TaskLike | None, joined: Collection[str] = ()) -> str | None:
    """The role she acts in, for the log: the task's when she holds it, else the one she joined with."""
    if task is not None and task.role in actor.roles:
        return task.role
    return min((role for role in joined if role in actor.roles), default=None)
