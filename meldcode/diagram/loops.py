"""Loops nobody stops: paths that run in a circle without waiting, and processes that call themselves.

SpiffWorkflow runs the first until it silently stalls and hangs on the second.
"""

from __future__ import annotations

import graphlib
from collections.abc import Mapping, Sequence
from itertools import chain

from meldcode.diagram.faults import Faults, called
from meldcode.diagram.model import Diagram, Flow, Node
from meldcode.diagram.names import HUMAN_TASKS
from meldcode.messages import Text

WAITING = HUMAN_TASKS | {"receiveTask", "intermediateCatchEvent", "eventBasedGateway"}
DEEPEST = 100
WAITING_EVENTS = frozenset({"timer", "message", "signal"})


def loop_findings(diagram: Diagram, also: Sequence[Diagram], faults: Faults) -> None:
    """Report endless loops and recursive calls; `also` are the other diagrams of the same version."""
    paths = _Paths([diagram, *also])
    containers = {node.parent for node in diagram.nodes.values()}
    for container in sorted(containers):
        for cycle in paths.automatic_cycles(container):
            _endless(cycle, faults)
    for node in diagram.nodes.values():
        if node.loop and node.loop.kind == "standard" and node.loop.maximum is None and not paths.waits(node):
            _endless([node], faults)
        if node.kind == "callActivity" and node.called_element:
            trail = paths.calls_back(node)
            if trail:
                _recursive(node, trail, faults)


class _Paths:
    def __init__(self, diagrams: Sequence[Diagram]) -> None:
        self.nodes: Mapping[str, Node] = dict(
            chain.from_iterable(d.nodes.items() for d in reversed(diagrams))
        )
        self.flows: Mapping[str, Flow] = dict(
            chain.from_iterable(d.flows.items() for d in reversed(diagrams))
        )
        self.inside: dict[str, list[Node]] = {}
        self.edges: dict[str, list[Node]] = {}
        for node in self.nodes.values():
            self.inside.setdefault(node.parent, []).append(node)
            if node.attached_to in self.nodes:
                self.inside.setdefault(f"on {node.attached_to}", []).append(node)
        self._passes: dict[str, bool] = {}
        self._depth = 0

    def waits(self, node: Node) -> bool:
        """Does a token always stop at this node, for a person, a moment or a message?"""
        if node.kind in WAITING:
            return True
        if node.kind == "boundaryEvent":
            return node.event in WAITING_EVENTS
        if node.kind == "subProcess":
            return not self.passes(node.id)
        if node.kind == "callActivity":
            return not self.passes(node.called_element or "")
        return False

    def next_of(self, node: Node) -> list[Node]:
        targets = [self.nodes.get(self.flows[key].target) for key in node.outgoing if key in self.flows]
        return [target for target in targets if target is not None] + self.inside.get(f"on {node.id}", [])

    def passes(self, container: str) -> bool:
        """Can a token run from the start of a process or subprocess to an end without waiting?

        A process that is not there, or that is being looked at already (it calls itself), counts as
        waiting: those have findings of their own. So does what lies deeper than anybody draws.
        """
        if container in self._passes or self._depth >= DEEPEST:
            return self._passes.get(container, False)
        self._passes[container] = False
        self._depth += 1
        self._passes[container] = self._runs_through(container)
        self._depth -= 1
        return self._passes[container]

    def _runs_through(self, container: str) -> bool:
        todo = [node for node in self.inside.get(container, []) if node.kind == "startEvent"]
        seen: set[str] = set()
        while todo:
            node = todo.pop()
            if node.id in seen or self.waits(node):
                continue
            seen.add(node.id)
            if node.kind == "endEvent":
                return True
            todo += self.next_of(node)
        return False

    def automatic_cycles(self, container: str) -> list[list[Node]]:
        """Circles in one process or subprocess on which nothing waits, each as its nodes in order."""
        automatic = {node.id: node for node in self.inside.get(container, []) if not self.waits(node)}
        cycles: list[list[Node]] = []
        while True:
            graph = {
                key: {after.id for after in self.next_of(node) if after.id in automatic}
                for key, node in automatic.items()
            }
            try:
                graphlib.TopologicalSorter(graph).prepare()
            except graphlib.CycleError as error:
                found: list[str] = error.args[1]
                cycles.append([automatic[key] for key in reversed(found[1:])])
                for key in set(found):
                    del automatic[key]
            else:
                return cycles

    def calls_back(self, call: Node) -> list[str]:
        """The processes from the one called back to the one that calls, or nothing."""
        todo = [(call.called_element or "", [call.called_element or ""])]
        seen: set[str] = set()
        while todo:
            process, trail = todo.pop()
            if process == call.process:
                return trail
            if process in seen:
                continue
            seen.add(process)
            for node in self.nodes.values():
                if node.process == process and node.kind == "callActivity" and node.called_element:
                    todo.append((node.called_element, [*trail, node.called_element]))
        return []


def _endless(cycle: list[Node], faults: Faults) -> None:
    names = " → ".join(called(node) for node in cycle)
    faults.error(
        "automatic-loop",
        cycle[0].id,
        Text(
            f"Dit rondje wacht nergens op een mens of een moment en stopt dus nooit: {names}.",
            f"This loop waits for no person and no moment, so it never stops: {names}.",
        ),
        Text("Zet een taak of een timer in het rondje.", "Put a task or a timer into the loop."),
    )


def _recursive(call: Node, trail: list[str], faults: Faults) -> None:
    names = " → ".join(f"`{process}`" for process in [call.process, *trail])
    faults.error(
        "call-recursive",
        call.id,
        Text(
            f"{called(call)} laat een proces zichzelf aanroepen: {names}.",
            f"{called(call)} makes a process call itself: {names}.",
        ),
        Text(
            "Teken de herhaling als een pijl terug binnen één proces.",
            "Draw the repetition as a flow back within one process.",
        ),
    )
