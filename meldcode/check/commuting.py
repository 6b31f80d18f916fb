"""What need not be interleaved with everything else, because nothing else can notice it.

Two moves commute when neither asks about what the other writes and neither opens or takes away what the
other needs: then one order stands for both. That is used in two ways, each held to the exploration without
it by `tests/proof/test_commuting.py`:

*At once.* A task beside the ordinary steps with answers that nobody reads is finished as soon as it opens.

*As late as can be.* Acute danger can be raised in every state, and the proof tries that in every state; but
when the ordinary steps neither see what its route writes nor write what it reads, the whole route can be put
off past each of their moves, up to the first that does notice it: one that asks about what the route wrote,
or ends the case, after which it cannot be raised any more. So its consequences are only played there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from meldcode.check.live import Live
from meldcode.check.meaning import ACUTE, Meaning
from meldcode.check.situations import Taken
from meldcode.check.tokens import Beside
from meldcode.definition import Version
from meldcode.diagram.model import Node, StepKind

RULED = frozenset({StepKind.ACUUT, StepKind.MELDEN, StepKind.INFORMEREN})
QUIET = frozenset({"endEvent", "sendTask", "businessRuleTask", "subProcess", "callActivity"})


@dataclass(frozen=True)
class Late:
    """The route for acute danger when it may be played as late as can be. `nodes` are its own, `writes` the
    names it writes."""

    nodes: frozenset[str]
    writes: frozenset[str]

    def noticed(self, taken: Taken) -> bool:
        """Whether a move of the ordinary steps comes out differently, or not at all, after the route."""
        return bool(taken.asked & self.writes) or (taken.place is not None and taken.place.finished)


@dataclass(frozen=True, eq=False)
class Commuting:
    """What commutes in the cases that begin in a process; `processes` are that one and all it calls.

    `mailing` are the timers that only mail.
    """

    version: Version
    meaning: Meaning
    live: Live
    beside: Beside
    processes: frozenset[str]
    mailing: frozenset[str]

    # --- at once -----------------------------------------------------------------------------------------

    @cached_property
    def at_once(self) -> frozenset[str]:
        """Tasks beside the ordinary steps that nothing else can notice: answers that nobody reads, in the
        route for acute danger or at the end of a side route."""
        read = frozenset[str]().union(*(one.names for one in self.live.by_id.values()))
        return frozenset(
            node.id
            for node in self.meaning.people.values()
            if (self._begins_route(node) or self._is_last_aside(node))
            and node.id not in self.taken_away
            and not self.live.writes(node) & read
            and not any(self._works(other) for other in self._on(node))
        )

    def _begins_route(self, node: Node) -> bool:
        return node.id in self.beside.only_in_routes and node.steps == {StepKind.ACUUT}

    def _is_last_aside(self, node: Node) -> bool:
        """Whether a task of a side route has only plain ends behind it, and fields of its own."""
        if node.steps != {StepKind.ZIJROUTE} or node.loop:
            return False
        own = self.live.writes(node)
        behind = self.beside.behind(*(self.version.flows[key].target for key in node.outgoing))
        others = (other for other in self.version.nodes.values() if other.id != node.id)
        return all(_is_plain_end(other) for other in behind) and not any(
            own & self.live.writes(other) for other in others
        )

    def _on(self, node: Node) -> list[Node]:
        return [other for other in self.version.nodes.values() if other.attached_to == node.id]

    def _works(self, event: Node) -> bool:
        """Whether a timer on the edge of a task does more than mail."""
        return event.id not in self.mailing

    # --- as late as can be -------------------------------------------------------------------------------

    @cached_property
    def late(self) -> Late | None:
        """The route for acute danger, when all else commutes with it but what `Late.noticed` says."""
        begins = [
            node
            for node in self._nodes
            if node.event_name == ACUTE and (node.event == "message" or node.kind == "receiveTask")
        ]
        scopes = {node.parent for node in begins} & {one.id for one in self._nodes if one.triggered_by_event}
        if len(begins) != 1 or not scopes:
            return None
        (scope,) = scopes
        inside = self._inside(scope)
        others = [node for node in self._nodes if node.id not in inside and node.id != scope]
        alone = inside <= self.beside.only_in_routes and not inside & self.taken_away
        if not (alone and self._is_quiet(inside, begins[0]) and self._rules_apart(inside, others)):
            return None
        writes = self._written(inside)
        if (writes | self._read(inside)) & self._written(one.id for one in others):
            return None
        if not all(self._only_ends_follow(one) for one in others if self._reads(one) & writes):
            return None
        return Late(inside, writes)

    @cached_property
    def _nodes(self) -> list[Node]:
        return [node for node in self.version.nodes.values() if node.process in self.processes]

    def _inside(self, scope: str) -> frozenset[str]:
        """Everything in a subprocess, and in what it calls."""
        found: set[str] = set()
        scopes, todo = set[str](), [scope]
        while todo:
            one = todo.pop()
            if one in scopes:
                continue
            scopes.add(one)
            for node in self.version.nodes.values():
                if node.parent == one:
                    found.add(node.id)
                    todo += [node.id, *([node.called_element] if node.called_element else [])]
        return frozenset(found)

    def _is_quiet(self, inside: frozenset[str], begin: Node) -> bool:
        """Whether a route sends nothing to others and waits for nothing from them."""
        nodes = [self.version.nodes[key] for key in inside if key != begin.id]
        return all(node.event in (None, "timer") and node.kind != "receiveTask" for node in nodes)

    def _rules_apart(self, inside: frozenset[str], others: list[Node]) -> bool:
        """Whether what the rules remember of a route and of all else has nothing to do with each other."""
        people = [self.meaning.people[key] for key in inside if key in self.meaning.people]
        return not any(StepKind.ACUUT in one.steps for one in others) and all(
            StepKind.ACUUT in node.steps
            and node.steps <= RULED
            and (StepKind.MELDEN not in node.steps or StepKind.INFORMEREN in node.steps)
            and self.meaning.watched(node) <= set(self.meaning.sending(node))
            for node in people
        )

    def _written(self, keys: Iterable[str]) -> frozenset[str]:
        return frozenset[str]().union(*(self.live.writes(self.version.nodes[key]) for key in keys))

    def _read(self, keys: Iterable[str]) -> frozenset[str]:
        return frozenset[str]().union(*(self._reads(self.version.nodes[key]) for key in keys))

    def _reads(self, node: Node) -> frozenset[str]:
        return frozenset[str]().union(*(one.names for one in self.live.reads.get(node.id, ())))

    def _only_ends_follow(self, node: Node) -> bool:
        return node.kind.endswith("Gateway") and all(
            other.event is None and (other.kind in QUIET or other.kind.endswith("Gateway"))
            for other in self.beside.behind(node.id)
        )

    # --- what can be taken away --------------------------------------------------------------------------

    @cached_property
    def taken_away(self) -> frozenset[str]:
        """What something elsewhere than on itself can take away while it is open."""
        found: set[str] = set()
        for node in self.version.nodes.values():
            host = self.version.nodes.get(node.attached_to or "")
            if node.event == "terminate":
                found |= self._inside(node.parent)
            elif node.event == "error" or (
                node.kind == "startEvent" and node.parent != node.process and node.event and node.interrupting
            ):
                return frozenset(self.version.nodes)
            elif node.kind == "boundaryEvent" and node.interrupting and host and host.kind in QUIET:
                found |= self._inside(host.called_element or host.id)
        return frozenset(found)


def _is_plain_end(node: Node) -> bool:
    return node.kind == "endEvent" and node.event is None and node.outcome is None
