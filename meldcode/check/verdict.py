"""What the proof says of one rule, and what it has to say it from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from meldcode.check.exploration import Edge, Exploration, State
from meldcode.check.meaning import Meaning
from meldcode.check.story import Told, elements, replays, walk
from meldcode.definition import Version
from meldcode.messages import Finding, Text


class Says(StrEnum):
    HOLDS = "holds"
    BROKEN = "broken"
    UNPROVEN = "not proven"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`walk` is the shortest counterexample in Dutch, sentence by sentence; `elements` the ids along it."""

    says: Says
    why: Text
    walk: tuple[Told, ...] = ()
    elements: tuple[str, ...] = ()

    @property
    def story(self) -> tuple[str, ...]:
        """The sentences of the walk."""
        return tuple(told.says for told in self.walk)


@dataclass(frozen=True, eq=False)
class Evidence:
    """Everything a rule may look at."""

    version: Version
    exploration: Exploration
    findings: Sequence[Finding]  # of the quick check
    sides: Sequence[Evidence] = ()  # of the side routes that no other process calls, each played on its own

    @cached_property
    def meaning(self) -> Meaning:
        return self.exploration.meaning

    def target(self, edge: Edge) -> State | None:
        return None if edge.target is None else self.exploration.states[edge.target]

    def source(self, edge: Edge) -> State | None:
        return None if edge.source is None else self.exploration.states[edge.source]

    @cached_property
    def ends(self) -> list[Edge]:
        """The moves that end the case."""
        states = self.exploration.states
        return [
            edge
            for edge in self.exploration.edges
            if edge.target is not None and states[edge.target].finished
        ]

    def holds(self) -> Verdict:
        """It holds, as far as everything was looked at."""
        limits = self.exploration.limits
        if limits:
            return Verdict(
                Says.UNPROVEN,
                Text(
                    "Niet alles is bekeken. " + " ".join(limit.nl for limit in limits),
                    "Not everything was looked at. " + " ".join(limit.en for limit in limits),
                ),
            )
        return Verdict(Says.HOLDS, Text("Klopt op elke weg.", "Holds on every way."))

    def missing(self, nl: str, en: str, *ids: str) -> Verdict:
        """Broken because something never happens; as far as not everything was looked at: not proven."""
        return broken(nl, en, *ids) if self.exploration.complete else self.holds()

    def first(self, edges: Iterable[Edge]) -> Edge | None:
        """The edge nearest to the start."""
        return min(edges, key=self._far, default=None)

    def _far(self, edge: Edge) -> int:
        source = self.source(edge)
        return source.depth if source else -1

    def unless(self, edges: Iterable[Edge], why: Text) -> Verdict:
        """It holds unless there is such a move; then the way to the nearest is told."""
        found = sorted(edges, key=self._far)
        if not found:
            return self.holds()
        nearest = found[0]
        timed = any(edge.move.kind == "timer" for edge in self.exploration.path(nearest))
        if timed:
            walked = next((edge for edge in found[:20] if replays(self.exploration, edge)), None)
            if walked is None:
                return Verdict(
                    Says.UNPROVEN,
                    Text(
                        f"{why.nl} Dat is gezien bij een volgorde van termijnen die op de kalender "
                        "niet was na te spelen.",
                        f"{why.en} Seen with an order of timers that could not be replayed on the calendar.",
                    ),
                    walk(self.exploration, nearest, why.nl),
                    elements(self.exploration, nearest),
                )
            nearest = walked
        return Verdict(
            Says.BROKEN,
            why,
            walk(self.exploration, nearest, why.nl),
            elements(self.exploration, nearest),
        )


def broken(nl: str, en: str, *ids: str) -> Verdict:
    """Broken as drawn: nothing has to be played to see it."""
    return Verdict(Says.BROKEN, Text(nl, en), (), ids)


def not_applicable(nl: str, en: str) -> Verdict:
    return Verdict(Says.NOT_APPLICABLE, Text(nl, en))
