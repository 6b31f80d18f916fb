"""Where tokens go in a drawing, what they write on their way, and which of them can be under way together."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from meldcode.check.marking import only_mails
from meldcode.check.meaning import PEOPLE
from meldcode.definition import Version
from meldcode.diagram.model import Node

FORKS = frozenset({"parallelGateway", "inclusiveGateway"})
Pair = tuple[str, str]  # a node on which a token stands, a node that writes meanwhile


def written(version: Version, node: Node) -> frozenset[str]:
    """The names that finishing a node writes."""
    form = version.forms.get(node.form or "") if node.kind in PEOPLE else None
    if form is not None:
        collected = node.loop.output_collection if node.loop else None
        return frozenset({*form.fields, *([collected] if collected else [])})
    return frozenset({node.decision}) if node.decision else frozenset()


def successors(version: Version, node: Node) -> set[str]:
    """Where a token can go from a node: along flows, into and out of scopes, over its edge."""
    nodes, flows = version.nodes, version.flows
    found = {flows[key].target for key in node.outgoing}
    found |= {other.id for other in nodes.values() if other.attached_to == node.id}
    scope = node.called_element or (node.id if node.kind == "subProcess" else None)
    if scope:
        found |= {
            other.id
            for other in nodes.values()
            if other.parent == scope
            and not other.incoming
            and other.attached_to is None
            and not other.triggered_by_event
        }
    if not node.outgoing:
        found |= _out_of(version, node.parent)
    return found


def _out_of(version: Version, scope: str) -> set[str]:
    nodes, flows = version.nodes, version.flows
    found: set[str] = set()
    for host in nodes.values():
        if scope in (host.id, host.called_element):
            found |= {flows[key].target for key in host.outgoing}
            if not host.outgoing and host.parent != scope:
                found |= _out_of(version, host.parent)
    return found


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
    """Which nodes can write while a token stands on a node.

    Read from the drawing, by its forks; what the exploration sees beyond that is `learned`, and it begins
    anew. So nothing rests on reading the drawing well: only how often it must begin.
    """

    def __init__(self, version: Version, learned: Iterable[Pair] = ()) -> None:
        self.version = version
        self.next = {key: successors(version, node) for key, node in version.nodes.items()}
        self.writers = frozenset(key for key, node in version.nodes.items() if written(version, node))
        self.pairs: dict[str, set[str]] = {}
        for standing, writer in {*self._forked(), *self._edges(), *self._around(), *learned}:
            self.pairs.setdefault(standing, set()).add(writer)
        self._on_the_way: dict[str, frozenset[str]] = {}

    def foreseen(self, standing: str, writer: str) -> bool:
        return (
            writer not in self.writers
            or standing in self.routes
            or writer in self.routes
            or writer in self.pairs.get(standing, ())
        )

    def on_the_way(self, key: str) -> frozenset[str]:
        """The nodes that can write while a token goes on from a node."""
        if key not in self._on_the_way:
            found = set(self.writers if key in self.routes else self.writers & self.routes)
            for place in self.reach([key]):
                found |= self.pairs.get(place, set())
            self._on_the_way[key] = frozenset(found)
        return self._on_the_way[key]

    def of_writer(self, writer: str) -> Iterable[str]:
        """The nodes on which a token can stand while this one writes."""
        if writer in self.routes:
            return sorted(self.next)
        return sorted({key for key, writers in self.pairs.items() if writer in writers} | self.routes)

    def reach(self, begin: Iterable[str], stop: frozenset[str] = frozenset()) -> frozenset[str]:
        """Where a token can come from these nodes, without passing `stop`."""
        seen: set[str] = set()
        todo = list(begin)
        while todo:
            key = todo.pop()
            if key not in seen:
                seen.add(key)
                if key not in stop:
                    todo += self.next[key]
        return frozenset(seen)

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
        return self.routes - self.reach(starts)

    def _forked(self) -> Iterable[Pair]:
        flows = self.version.flows
        for node in self.version.nodes.values():
            if node.kind in FORKS and len(node.outgoing) > 1:
                yield from self._apart([flows[key].target for key in node.outgoing])

    def _edges(self) -> Iterable[Pair]:
        """A timer that does more than mail, without taking its task away, begins a path beside it."""
        for node in self.version.nodes.values():
            host = node.attached_to
            if host and not node.interrupting and not only_mails(self.version, node):
                yield from self._apart([host, node.id])

    def _apart(self, begins: list[str]) -> Iterable[Pair]:
        joins = {
            key for key, node in self.version.nodes.items() if node.kind in FORKS and len(node.incoming) > 1
        }
        reached = [self.reach([begin]) for begin in begins]
        for one, mine in enumerate(reached):
            for other, theirs in enumerate(reached):
                if one != other:
                    stop = frozenset(joins & mine & theirs)
                    here, there = self.reach([begins[one]], stop), self.reach([begins[other]], stop)
                    for standing in here:
                        for writer in there & self.writers - stop:
                            yield standing, writer

    def _around(self) -> Iterable[Pair]:
        """A token stands on a subprocess while what is in it is done."""
        nodes = self.version.nodes
        for node in nodes.values():
            scope = node.called_element or (node.id if node.kind == "subProcess" else None)
            inner = [other.id for other in nodes.values() if scope and other.parent == scope]
            for writer in self._inside(inner, set()):
                yield node.id, writer

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
