"""What playing the cases gave: the states, the moves between them, and why it may not be everything."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from meldcode.check.choices import Move
from meldcode.check.documents import Document
from meldcode.check.history import BEGIN, History
from meldcode.check.meaning import Meaning
from meldcode.check.places import Place, Task
from meldcode.check.tokens import reached_from
from meldcode.definition import Version
from meldcode.engine import Incident
from meldcode.messages import Text


@dataclass(frozen=True, slots=True)
class Edge:
    """A move from one state to another. `opened` are the nodes of the tasks it opened."""

    source: int | None
    target: int | None  # None: the engine could not take the step (`incident`)
    move: Move
    opened: tuple[str, ...] = ()
    cancelled: tuple[str, ...] = ()
    trail: tuple[str, ...] = ()
    history: History = BEGIN  # after the move
    incident: Incident | None = None


@dataclass(eq=False, slots=True)
class State:
    """A state of a case: where it stands, its document, what the rules remember. `by` is the move that
    first led to it."""

    number: int
    place: Place
    document: Document
    history: History
    by: Edge | None
    depth: int
    late: bool = False  # acute danger was raised, and since then nothing that notices it was done

    @property
    def state(self) -> dict[str, Any]:
        """The state as the engine takes it."""
        return self.place.state(self.document.values)

    @property
    def tasks(self) -> tuple[Task, ...]:
        return self.place.tasks

    @property
    def finished(self) -> bool:
        return self.place.finished

    @property
    def outcome(self) -> str | None:
        return self.place.outcome

    @property
    def open(self) -> frozenset[str]:
        return self.place.open


@dataclass(eq=False)
class Exploration:
    """What came out: all states and moves, the elements reached, and why it may not be everything."""

    version: Version
    meaning: Meaning
    process: str  # in which the cases begin
    states: list[State] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    reached: set[str] = field(default_factory=set)
    limits: list[Text] = field(default_factory=list)
    reads: dict[str, frozenset[str]] = field(default_factory=dict)  # element → names it reads
    refused_acute: list[int] = field(default_factory=list)
    tried: list[Edge] = field(default_factory=list)  # acute danger raised to see that it can be, no further
    steps: int = 0  # that the engine itself took; the other moves were remembered

    @property
    def complete(self) -> bool:
        return not self.limits

    @cached_property
    def processes(self) -> frozenset[str]:
        """The process in which the cases begin, and all it calls."""
        return reached_from(self.version, self.process)

    def out(self, state: int) -> list[Edge]:
        return self._outgoing.get(state, [])

    @cached_property
    def _outgoing(self) -> dict[int, list[Edge]]:
        found: dict[int, list[Edge]] = {}
        for edge in self.edges:
            if edge.source is not None:
                found.setdefault(edge.source, []).append(edge)
        return found

    def path(self, edge: Edge) -> list[Edge]:
        """The shortest way to a move, that move included."""
        way = [edge]
        while way[0].source is not None:
            by = self.states[way[0].source].by
            if by is None:
                break
            way.insert(0, by)
        return way
