"""The ladders of a version: who is told when a task stays undone, rung by rung.

A ladder is the reminders and escalations on one activity. Its rungs are in the order in which they come,
as far as that is drawn; a rung whose moment is an expression stays where it was drawn.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from meldcode.definition.version import Version
from meldcode.diagram.model import Node, Purpose
from meldcode.workdays import Cycle, TimerError, parse_timer


@dataclass(frozen=True, slots=True)
class Rung:
    """`told` is the send task, or the task of somebody else, that `timer` leads to; `role` who it is for."""

    activity: str
    timer: str
    told: str
    role: str
    purpose: Purpose


@lru_cache(maxsize=64)
def rungs(version: Version) -> tuple[Rung, ...]:
    """Every rung, ladder by ladder, the lowest first."""
    on: dict[str, list[tuple[timedelta, Node]]] = {}
    for node in version.nodes.values():
        if node.attached_to is None or node.timer is None:
            continue
        if node.timer.purpose in (Purpose.HERINNERING, Purpose.ESCALATIE):
            ladder = on.setdefault(node.attached_to, [])
            ladder.append((_after(node.timer.text, ladder), node))
    return tuple(
        rung
        for ladder in on.values()
        for _, node in sorted(ladder, key=lambda one: one[0])
        for rung in _told(version, node)
    )


@lru_cache(maxsize=4096)
def rung_of(version: Version, told: str) -> Rung | None:
    """The rung that leads to this send task; None for a mail outside every ladder."""
    return next((rung for rung in rungs(version) if rung.told == told), None)


def roles_above(version: Version, told: str) -> tuple[str, ...]:
    """The roles of the rungs above the one that leads to `told`, the next one first."""
    mine = rung_of(version, told)
    if mine is None:
        return ()
    ladder = [rung for rung in rungs(version) if rung.activity == mine.activity]
    above = ladder[ladder.index(mine) + 1 :]
    return tuple(dict.fromkeys(rung.role for rung in above if rung.role != mine.role))


def in_turn(version: Version, told: str, to: str) -> Iterator[str]:
    """Every role that a mail to `to` may reach, the first that somebody is there for gets it.

    Its own role and who stands in for it, then each rung above with who stands in for that.
    """
    for role in (to, *roles_above(version, told)):
        yield role
        known = version.organisation.roles.get(role)
        yield from known.standins if known else ()


def _after(text: str, ladder: list[tuple[timedelta, Node]]) -> timedelta:
    """How long after the task began, at most; an expression counts as just after what was drawn before."""
    try:
        read = parse_timer(text)
    except TimerError:
        return ladder[-1][0] if ladder else timedelta()
    return (read.interval if isinstance(read, Cycle) else read).at_most


def _told(version: Version, timer: Node) -> list[Rung]:
    """What a timer leads to, as far as it tells somebody."""
    if timer.timer is None or timer.timer.purpose is None or timer.attached_to is None:
        return []
    found: list[Rung] = []
    seen: set[str] = set()
    todo = [version.flows[flow].target for flow in timer.outgoing if flow in version.flows]
    while todo:
        key = todo.pop(0)
        node = version.nodes.get(key)
        if key in seen or node is None:
            continue
        seen.add(key)
        role = node.to or (node.role if node.kind == "userTask" else None)
        if role:
            found.append(Rung(timer.attached_to, timer.id, node.id, role, timer.timer.purpose))
        if node.kind != "userTask":
            todo += [version.flows[flow].target for flow in node.outgoing if flow in version.flows]
    return found
