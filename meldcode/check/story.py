"""A way through a case as a short story in Dutch, and the same way walked on a real calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from meldcode.check.answers import labels
from meldcode.diagram.model import CalendarKind, Node
from meldcode.diagram.naming import described_in
from meldcode.engine import Complete, EngineError, RaiseEvent, Start, Step, Wake, step

if TYPE_CHECKING:
    from meldcode.check.exploration import Edge, Exploration

BEGIN = datetime(2026, 9, 7, 9, tzinfo=ZoneInfo("Europe/Amsterdam"))  # a Monday without holidays after it


@dataclass(frozen=True, slots=True)
class Told:
    """One sentence of a story and where in the drawing it happens.

    `at` is the element that somebody or time acts on, None when it is no element. `passed` are the elements
    that the case came by because of it, in order, with the flows that gateways chose. `open` are the tasks
    that wait after it; `finished` says that the case ended with it.
    """

    says: str
    at: str | None = None
    passed: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    finished: bool = False


def walk(exploration: Exploration, edge: Edge, ending: str) -> tuple[Told, ...]:
    """The shortest way to a move, a sentence for each thing that somebody or time does, `ending` the last.

    The last sentence is told where the way stops: at what the last move led to, or what it was made on.
    """
    told = tuple(_told(exploration, one) for one in exploration.path(edge))
    last = told[-1]
    at = edge.opened[0] if edge.opened else (last.passed[-1] if last.finished and last.passed else last.at)
    return (*told, Told(ending, at, (), last.open, last.finished))


def _told(exploration: Exploration, edge: Edge) -> Told:
    state = None if edge.target is None else exploration.states[edge.target]
    at = edge.move.node if edge.move.node in exploration.version.nodes else None
    waiting = tuple(sorted(state.open)) if state else ()
    line = _line(exploration, edge)
    says = line[:1].upper() + line[1:]
    return Told(says, at, edge.trail, waiting, bool(state and state.finished))


def elements(exploration: Exploration, edge: Edge) -> tuple[str, ...]:
    """The ids of the elements along that way."""
    found: list[str] = []
    for one in exploration.path(edge):
        found += [key for key in (one.move.node, *one.trail) if key]
    return tuple(dict.fromkeys(found))


def _line(exploration: Exploration, edge: Edge) -> str:
    version, move = exploration.version, edge.move
    node = version.nodes.get(move.node)
    if move.kind == "start":
        opened = [version.nodes[key] for key in edge.opened]
        who = role_name(exploration, opened[0]) if opened else "iemand"
        beside = exploration.process != version.main_process
        route = version.processes[exploration.process].name or exploration.process
        return f"{who} begint de zijroute “{route}”" if beside else f"{who} opent een zaak"
    if move.kind == "raise" or node is None:
        return (
            "er is acuut gevaar: iemand begint de spoedroute"
            if "acuut" in move.said
            else f"bericht: {move.node}"
        )
    if move.kind == "timer":
        return f"er gaat tijd voorbij: {_after(node)} bij {_host(exploration, node)}"
    form = version.forms.get(node.form or "")
    told = [f"{question} {answer}" for question, answer in labels(node, form, move.leaf)]
    said = f" en antwoordt: {'; '.join(told)}" if told else ""
    return f"{role_name(exploration, node)} rondt {_called(exploration, node)} af{said}"


def role_name(exploration: Exploration, node: Node) -> str:
    role = exploration.version.organisation.roles.get(node.role or "")
    return (role.name if role else node.role or "iemand").lower()


def _host(exploration: Exploration, node: Node) -> str:
    host = exploration.version.nodes.get(node.attached_to or node.id, node)
    return _called(exploration, host)


def _called(exploration: Exploration, node: Node) -> str:
    return described_in(exploration.version.diagrams.values(), node.id).nl


def _after(node: Node) -> str:
    timer = node.timer
    if timer is None:
        return "een termijn loopt af"
    if timer.calendar is CalendarKind.VAKANTIE:
        return f"{timer.text} voor een vakantie (werkdagen)"
    days = {CalendarKind.WERKDAGEN: "werkdagen", CalendarKind.WEEKDAGEN: "weekdagen"}
    return f"na {timer.text} ({days.get(timer.calendar or CalendarKind.KLOK, 'op de klok')})"


def replays(exploration: Exploration, edge: Edge) -> bool:
    """Whether this way can be walked on a real calendar: timers at their own moment and no other before.

    People act within the hour, so that a timer that must not fire yet does not.
    """
    version, calendar = exploration.version, exploration.version.organisation.calendar()
    now, last = BEGIN, None
    for one in exploration.path(edge):
        try:
            if one.move.kind == "start":
                last = step(version, calendar, None, Start(exploration.process, seed=UUID(int=1)), now)
            elif last is None:
                return False
            elif one.move.kind == "timer":
                now = _due(last, one.move.node) or now
                last = step(version, calendar, last.state, Wake(), now)
                if not any(fact.node == one.move.node and fact.name == "timer_fired" for fact in last.facts):
                    return False
            else:
                now += timedelta(minutes=5)
                last = _act(exploration, last, one, now)
        except EngineError:
            return one is edge and edge.incident is not None
        if last is None:
            return False
        expected = exploration.states[one.target].open if one.target is not None else None
        if expected is not None and {task.node for task in last.tasks} != expected:
            return False
    return True


def _act(exploration: Exploration, last: Step, edge: Edge, now: datetime) -> Step | None:
    version, calendar = exploration.version, exploration.version.organisation.calendar()
    if edge.move.kind == "raise":
        (name,) = edge.move.said or {""}
        return step(version, calendar, last.state, RaiseEvent(name), now)
    task = next((task for task in last.tasks if task.node == edge.move.node), None)
    if task is None:
        return None
    return step(version, calendar, last.state, Complete(task.id, edge.move.answers), now)


def _due(last: Step, timer: str) -> datetime | None:
    moments = [deadline.at for task in last.tasks for deadline in task.deadlines if deadline.node == timer]
    return min(moments, default=last.due)
