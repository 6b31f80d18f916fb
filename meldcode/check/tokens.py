"""What tokens write on their way through a drawing, and which of them can be under way together."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from meldcode.check.marking import only_mails
from meldcode.check.meaning import PEOPLE
from meldcode.check.spots import Spots
from meldcode.definition import Version
from meldcode.diagram.model import Node

FORKS = frozenset({"parallelGateway", "inclusiveGateway"})
Pair = tuple[str, str]  # a spot on which a token stands, a node that writes meanwhile


def written(version: Version, node: Node) -> frozenset[str]:
    """The names that finishing a node writes."""
    form = version.forms.get(node.form or "") if node.kind in PEOPLE else None
    if form is not None:
        collected = node.loop.output_collection if node.loop else None
        return frozenset({*form.fields, *([collected] if collected else [])})
    return frozenset({node.decision}) if node.decision else frozenset()


def reached_from(version: Version, process: str) -> frozenset[str]:
    """A process and every process it calls, directly or through others."""
    found: set[str] = set()
    todo = [process]
    while todo:
        one = todo.pop()
        if one not in found:
            found.add(one)
            nodes = version.nodes.values()
            todo += [node.called_element for node in nodes if node.process == one and node.called_element]
    return frozenset(found)


def side_routes(version: Version) -> list[str]:
    """The processes beside the main one that no other calls, and in which a case can begin."""
    nodes = version.nodes.values()
    called = {node.called_element for node in nodes}
    begins = {node.parent for node in nodes if node.kind == "startEvent" and node.event is None}
    return sorted(begins & set(version.processes) - called - {version.main_process})


class Beside:
    """Which nodes can write while a token stands on a spot.

    Read from the drawing, by its forks; what the exploration sees beyond that is `learned`, and it begins
    anew. So nothing rests on reading the drawing well: only how often it must begin.
    """

    def __init__(self, version: Version, learned: Iterable[Pair] = ()) -> None:
        self.version, self.spots = version, Spots(version)
        self.next = self.spots.next
        self.writers = frozenset(key for key, node in version.nodes.items() if written(version, node))
        self.pairs: dict[str, set[str]] = {}
        for standing, writer in {*self._forked(), *self._edges(), *self._around(), *learned}:
            self.pairs.setdefault(standing, set()).add(writer)
        self._on_the_way: dict[str, frozenset[str]] = {}

    def foreseen(self, standing: str, writer: str) -> bool:
        if standing not in self.next or writer not in self.writers:
            return True  # a token of the engine's own, where nothing is asked; or nothing was written
        here = self.spots.node[standing].id
        return here in self.routes or writer in self.routes or writer in self.pairs.get(standing, ())

    def on_the_way(self, spot: str) -> frozenset[str]:
        """The nodes that can write while a token goes on from a spot."""
        if spot not in self._on_the_way:
            here = self.spots.node[spot].id
            found = set(self.writers if here in self.routes else self.writers & self.routes)
            for place in self.reach([spot]):
                found |= self.pairs.get(place, set())
            self._on_the_way[spot] = frozenset(found)
        return self._on_the_way[spot]

    def of_writer(self, writer: str) -> Iterable[str]:
        """The spots on which a token can stand while this node writes."""
        if writer in self.routes:
            return sorted(self.next)
        always = {spot for spot in self.next if self.spots.node[spot].id in self.routes}
        return sorted({spot for spot, writers in self.pairs.items() if writer in writers} | always)

    def reach(self, begin: Iterable[str], stop: frozenset[str] = frozenset()) -> frozenset[str]:
        """Where a token can come from these spots, without passing `stop`."""
        seen: set[str] = set()
        todo = list(begin)
        while todo:
            key = todo.pop()
            if key not in seen:
                seen.add(key)
                if key not in stop:
                    todo += self.next[key]
        return frozenset(seen)

    def behind(self, *keys: str) -> list[Node]:
        """These nodes and those that a token can come to from them, wherever they are called."""
        return [
            self.spots.node[spot] for spot in self.reach(spot for key in keys for spot in self.spots.of[key])
        ]

    @cached_property
    def routes(self) -> frozenset[str]:
        """Everything in routes that can begin at any moment, and in the processes they call."""
        nodes = self.version.nodes
        found: set[str] = set()
        todo = [node.id for node in nodes.values() if node.triggered_by_event]
        scopes: set[str] = set()
        while todo:
            scope = todo.pop()
            if scope in scopes:
                continue
            scopes.add(scope)
            for node in nodes.values():
                if node.parent == scope:
                    found.add(node.id)
                    todo += [node.id] if node.kind == "subProcess" else []
                    todo += [node.called_element] if node.called_element else []
        return frozenset(found | {node.id for node in nodes.values() if node.triggered_by_event})

    @cached_property
    def only_in_routes(self) -> frozenset[str]:
        """Of these, what is never reached in another way: no process that the ordinary steps call too."""
        nodes = self.version.nodes
        elsewhere = {node.called_element for key, node in nodes.items() if key not in self.routes}
        starts = [key for key, node in nodes.items() if node.parent in elsewhere and not node.incoming]
        return self.routes - {node.id for key in starts for node in self.behind(key)}

    def _forked(self) -> Iterable[Pair]:
        for spot, node in self.spots.node.items():
            if node.kind in FORKS and len(node.outgoing) > 1:
                flows = [self.version.flows[key] for key in node.outgoing]
                yield from self._apart([self.spots.beside(spot, flow.target) for flow in flows])

    def _edges(self) -> Iterable[Pair]:
        """A timer that does more than mail, without taking its task away, begins a path beside it."""
        for spot, node in self.spots.node.items():
            host = node.attached_to
            if host and not node.interrupting and not only_mails(self.version, node):
                yield from self._apart([self.spots.beside(spot, host), spot])

    def _apart(self, begins: list[str]) -> Iterable[Pair]:
        joins = {
            spot for spot, node in self.spots.node.items() if node.kind in FORKS and len(node.incoming) > 1
        }
        reached = [self.reach([begin]) for begin in begins]
        for one, mine in enumerate(reached):
            for other, theirs in enumerate(reached):
                if one != other:
                    stop = frozenset(joins & mine & theirs)
                    here, there = self.reach([begins[one]], stop), self.reach([begins[other]], stop)
                    writers = {self.spots.node[spot].id for spot in there - stop} & self.writers
                    for standing in here:
                        for writer in writers:
                            yield standing, writer

    def _around(self) -> Iterable[Pair]:
        """A token stands on a subprocess while what is in it is done."""
        nodes = self.version.nodes
        for node in nodes.values():
            scope = node.called_element or (node.id if node.kind == "subProcess" else None)
            inner = [other.id for other in nodes.values() if scope and other.parent == scope]
            inner += [node.id] if node.loop else []  # the other times of a repeated task
            for writer in self._inside(inner, set()):
                for spot in self.spots.of[node.id]:
                    yield spot, writer

    def _inside(self, keys: list[str], seen: set[str]) -> Iterable[str]:
        nodes = self.version.nodes
        for key in keys:
            if key in seen:
                continue
            seen.add(key)
            if key in self.writers:
                yield key
            node = nodes[key]
            scope = node.called_element or (node.id if node.kind == "subProcess" else None)
            if scope:
                yield from self._inside([one.id for one in nodes.values() if one.parent == scope], seen)
