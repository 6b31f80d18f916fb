"""Which tokens a move of the engine neither looks at nor touches: a step taken without them is theirs too.

A move acts on one token of the outermost scope, with everything in it, or adds one. Of the other tokens there
the engine looks at a few only:

- those that wait at a joining gateway, or at the end of the scope, when another token comes there. These are
  never bystanders;
- those from which a token could still come to an inclusive join. Where a process has one, bystanders are told
  apart by what they are, so that the step is the step beside just these;
- those that wait for an event, when one is thrown; and all of them, when a terminating end takes everything
  away. Beside a process that throws anything there are no bystanders, nor beside a message that something
  waits for. Raising a route that interrupts nothing only adds a token;
- all of them, to see whether the case is over or stands still. So there are only bystanders where one of them
  holds a task that a person can do: then it is neither.

What else the engine does with them leads to nothing: it asks a timer that lies far ahead whether it is due,
and a subprocess whether it is done. A step is held to this when the engine takes it (`Situations`: those that
stood by came out as they went in), and every step that was not taken is held to the engine's own by
`tests/proof/test_bystanders.py`: each of these conditions, left out, fails there.
"""

from __future__ import annotations

from collections.abc import Sequence

from meldcode.check.places import Placed
from meldcode.check.tokens import reached_from
from meldcode.definition import Version
from meldcode.diagram.model import Node

MAY_STAND_BY = frozenset(
    {
        "userTask",
        "manualTask",
        "task",
        "subProcess",
        "callActivity",
        "receiveTask",
        "intermediateCatchEvent",
        "eventBasedGateway",
    }
)


class Bystanders:
    """Who stands by in the cases that begin in one process."""

    def __init__(self, version: Version, process: str) -> None:
        self.version, self.process = version, process
        reached = reached_from(version, process)
        nodes = [node for node in version.nodes.values() if node.process in reached]
        self.possible = not any(self._throws(node) for node in nodes)
        self.looks_around = any(
            node.kind == "inclusiveGateway" and len(node.incoming) > 1 and node.parent == process
            for node in nodes
        )
        self._routes = frozenset(
            start.event_name
            for start in nodes
            if start.kind == "startEvent" and not start.interrupting and self._begins_route(start)
        )

    def _begins_route(self, start: Node) -> bool:
        around = self.version.nodes.get(start.parent)
        return around is not None and around.triggered_by_event and around.parent == self.process

    def of(self, pieces: Sequence[Placed], token: int, raised: str | None = None) -> frozenset[int]:
        """The bystanders of a move, by their places among the pieces. `token` is what the move is about;
        `raised` the message, when it raises one."""
        if not self.possible or (raised is not None and raised not in self._routes):
            return frozenset()
        found = [
            index
            for index, one in enumerate(pieces)
            if token not in one.numbers and self._may_stand_by(one.piece.node)
        ]
        return frozenset(found if any(pieces[index].piece.tasks for index in found) else ())

    def _may_stand_by(self, key: str) -> bool:
        node = self.version.nodes.get(key)
        return node is not None and node.kind in MAY_STAND_BY

    def _throws(self, node: Node) -> bool:
        """Whether an event ends or notifies something elsewhere; a terminating end, what is around it."""
        if node.event == "terminate":
            return node.parent == self.process
        return node.kind in ("endEvent", "intermediateThrowEvent") and node.event is not None
