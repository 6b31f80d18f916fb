"""A running case to another version: its tokens stay on the same elements, its clocks keep running.

A stored case names only the elements it stands on (`tokens`), so it can go to every version that has
those elements. A timer that runs keeps its moment, also when the new version draws another term: what
people were promised stands. A term that is new on a task that was open already counts from the moment
that task was opened, not from the migration.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from meldcode.diagram.model import Node
from meldcode.engine import gateways, parts
from meldcode.engine.contract import EngineError, Fact, State, Step, Wake
from meldcode.engine.events import TimerDefinition, first_due, resolved
from meldcode.engine.running import Running, counter_from, label, run
from meldcode.engine.specs import scopes_of
from meldcode.engine.steps import step
from meldcode.engine.tokens import Token
from meldcode.messages import Text
from meldcode.workdays import Calendar

if TYPE_CHECKING:
    from meldcode.definition import Version

SPLIT, JOIN, TIME, END = ".BoundaryEventSplit", ".BoundaryEventJoin", " [child]", ".EndJoin"


class Misfit(EngineError):
    """This case cannot go to that version; `node` is the element that stands in the way."""

    def __init__(self, node: str | None, text: Text) -> None:
        super().__init__(text)
        self.node = node


@dataclass(frozen=True, slots=True)
class Migrated:
    """A case on its new version. `step` is its first step there: a wake, so that what is due fires.

    `armed` are the timer events that were new and now run, `dropped` those that ran and are not drawn
    any more.
    """

    step: Step
    armed: tuple[str, ...]
    dropped: tuple[str, ...]


def migrate(old: Version, new: Version, calendar: Calendar, state: State, now: datetime) -> Migrated:
    """Take the case `state` from version `old` to `new`, at the aware moment `now`.

    Pure, as `step` is: the state that was passed is not changed. Raises `Misfit` when an element the
    case stands on is missing, has become something else or stands in another part, or when the case
    could get to a join that waits for a way the case has passed; `Incident` when the new diagram is
    stuck.
    """
    process = state["spec"]
    if process not in new.processes:
        raise Misfit(
            process,
            Text(
                f"Het proces '{process}' is er niet meer in de nieuwe versie.",
                f"The process '{process}' is not in the new version any more.",
            ),
        )
    running = Running(new, calendar, now, UUID(state["seed"]), counter_from(state["next"]), state["document"])
    with run(running):
        moving = _Moving(old, new, calendar, running)
        tokens = moving.scope(process, state["tokens"])
        moved = {**state, "tokens": tokens, "next": next(running.counter)}
    woken = step(new, calendar, moved, Wake(), now)
    told = replace(woken, facts=(Fact("case_migrated"), *woken.facts))
    return Migrated(told, tuple(moving.armed), tuple(moving.dropped))


@dataclass(slots=True)
class _Moving:
    old: Version
    new: Version
    calendar: Calendar
    running: Running
    armed: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)

    def scope(self, key: str, tokens: list[Token]) -> list[Token]:
        """The tokens of one process or subprocess."""
        specs = scopes_of(self.new).get(key)
        if specs is None:
            raise self._gone(key)
        moved = [self._token(specs, token) for token in tokens]
        standing = {_element(one["at"]) for token in tokens for one in (token, *token.get("in", ()))}
        self._refuse_other_joins(key, standing)
        return moved

    def _token(self, specs: parts.Scope, token: Token) -> Token:
        if token["at"].endswith(END):
            return token
        node = self._node(_element(token["at"]), specs.name)
        if token["at"].endswith(SPLIT):
            return self._activity(specs, node, token)
        main = self._inner(specs, node, token)
        drawn = _edges(self.new, node)
        if not drawn or token["at"].endswith(TIME):
            return main
        armed = [self._arm(specs, one, _since(token)) for one in drawn]
        number = next(self.running.counter)
        return {"n": number, "at": f"{node.id}{SPLIT}", "is": "done", "in": [main, *armed]}

    def _activity(self, specs: parts.Scope, node: Node, token: Token) -> Token:
        """An activity with its boundary events: those that are drawn still, and those that are new."""
        inner: Mapping[str, Token] = {one["at"]: one for one in token.get("in", ())}
        main = next((one for key, one in inner.items() if _element(key) == node.id), None)
        if main is None:
            raise self._gone(node.id)
        drawn = {one.id: one for one in _edges(self.new, node)}
        before = {one.id for one in _edges(self.old, node)}
        kept = []
        for key, one in inner.items():
            if one is main:
                continue
            if key in drawn and drawn[key].event == self.old.nodes[key].event:
                kept.append(one)
            else:
                self.dropped.append(key)
        since = min((_since(one) for one in inner.values() if _since(one)), default="")
        armed = [self._arm(specs, one, since) for key, one in drawn.items() if key not in before]
        moved = self._inner(specs, node, main)
        if not drawn:
            return moved
        return {**token, "in": [moved, *kept, *armed]}

    def _inner(self, specs: parts.Scope, node: Node, token: Token) -> Token:
        """The token of an element itself, and the tokens inside it."""
        moved = dict(token)
        if "in" in token:
            moved["in"] = [self._token(specs, one) for one in token["in"]]
        if "sub" in token:
            moved["sub"] = self.scope(node.called_element or node.id, token["sub"])
        spec = specs.task_specs.get(node.id)
        if isinstance(spec, gateways.Joining) and "from" in token.get("data", {}):
            moved["data"] = {**token["data"], "from": self._came_from(spec, node, token["data"]["from"])}
        if isinstance(spec, gateways.EventGateway):
            self._same_options(spec, node, token)
        return moved

    def _arm(self, specs: parts.Scope, node: Node, since: str) -> Token:
        """A boundary event that is new on an open activity; its timer counts from `since`."""
        self.armed.append(node.id)
        data: dict[str, Any] = {}
        definition = specs.task_specs[node.id].event_definition
        if isinstance(definition, TimerDefinition):
            entry = {
                "text": resolved(definition, {}, self.running),
                "since": since or self.running.now.isoformat(),
                "count": 0,
            }
            data["timer"] = {**entry, "due": first_due(definition, entry, self.calendar).isoformat()}
        token: Token = {"n": next(self.running.counter), "at": node.id, "is": "waits"}
        return {**token, "data": data} if data else token

    # --- what must be the same ---------------------------------------------------------------------

    def _node(self, key: str, scope: str) -> Node:
        was, now = self.old.nodes.get(key), self.new.nodes.get(key)
        if was is None or now is None:
            raise self._gone(key)
        called = now.called_element != was.called_element
        if now.kind != was.kind or now.parent != scope or now.event != was.event or called:
            raise self._other(was)
        if (now.loop is None) != (was.loop is None) or (
            now.loop and was.loop and now.loop.kind != was.loop.kind
        ):
            raise self._other(was)
        return now

    def _came_from(self, spec: Any, node: Node, name: str) -> str:
        """The way a waiting token came in by, under the name it has in the new version."""
        came = _element(name)
        found = [one for one in spec._inputs if _element(one) == came]
        if not found or sorted(map(_element, spec._inputs)) != self._inputs(node.id):
            raise self._other_join(node)
        return str(found[0])

    def _inputs(self, key: str) -> list[str]:
        flows = (self.old.flows[flow] for flow in self.old.nodes[key].incoming)
        return sorted(flow.source for flow in flows)

    def _same_options(self, spec: Any, node: Node, token: Token) -> None:
        before = {self.old.flows[flow].target for flow in self.old.nodes[node.id].outgoing}
        if before != {name for name, _ in spec.event_definition.options}:
            raise self._other(node)

    def _refuse_other_joins(self, scope: str, standing: set[str]) -> None:
        """A parallel join that is drawn otherwise may wait for a way this case has passed already."""
        for key in _reachable(self.new, standing):
            node = self.new.nodes[key]
            if node.kind != "parallelGateway" or len(node.incoming) < 2 or node.parent != scope:
                continue
            was = self.old.nodes.get(key)
            if was is None or set(was.incoming) != set(node.incoming):
                raise self._other_join(node)

    # --- why not -----------------------------------------------------------------------------------

    def _gone(self, key: str) -> Misfit:
        was = self.old.nodes.get(key)
        name = label(was) if was else key
        return Misfit(
            key,
            Text(
                f"De zaak staat bij '{name}', en dat is er niet in de nieuwe versie.",
                f"The case stands at '{name}', which is not in the new version.",
            ),
        )

    def _other(self, node: Node) -> Misfit:
        return Misfit(
            node.id,
            Text(
                f"De zaak staat bij '{label(node)}', en dat is iets anders geworden in de nieuwe versie.",
                f"The case stands at '{label(node)}', which became something else in the new version.",
            ),
        )

    def _other_join(self, node: Node) -> Misfit:
        return Misfit(
            node.id,
            Text(
                f"Bij '{label(node)}' komen in de nieuwe versie andere wegen samen. Deze zaak zou daar "
                "kunnen blijven wachten.",
                f"Other ways come together at '{label(node)}' in the new version. This case could keep "
                "waiting there.",
            ),
        )


def _element(name: str) -> str:
    """The drawn element behind the name of a spec."""
    for ending in (SPLIT, JOIN, TIME):
        name = name.removesuffix(ending)
    return name


def _edges(version: Version, node: Node) -> list[Node]:
    return [other for other in version.nodes.values() if other.attached_to == node.id]


def _since(token: Token) -> str:
    """When a task or its timer began, as stored; empty when it is not known."""
    data = token.get("data", {})
    found = data.get("since") or data.get("timer", {}).get("since", "")
    inner = [_since(one) for one in token.get("in", ())]
    return min([since for since in (found, *inner) if since], default="")


def _reachable(version: Version, begin: set[str]) -> Iterator[str]:
    """Every element a token at `begin` can still come to, in its own process or part."""
    seen: set[str] = set()
    todo = [key for key in begin if key in version.nodes]
    while todo:
        key = todo.pop()
        if key in seen:
            continue
        seen.add(key)
        yield key
        node = version.nodes[key]
        todo += [version.flows[flow].target for flow in node.outgoing if flow in version.flows]
        todo += [other.id for other in _edges(version, node)]
