"""Where a token can stand, and where it goes from there.

A *spot* is a node and the call activities through which it was reached, written `host/…/node`: a process that
is called from two places goes on at the place that called it, so what still matters is not the same in both.
"""

from __future__ import annotations

from collections.abc import Iterator

from meldcode.check.marking import only_mails
from meldcode.definition import Version
from meldcode.diagram.model import Node

MOST_SPOTS = 20  # times as many as there are nodes: beyond that the calls are not told apart
Path = tuple[str, ...]  # the call activities, the outermost first


def spot_at(path: Path, key: str) -> str:
    return "/".join((*path, key))


class Spots:
    """The spots of a version. Every node also has one without a path, which stands for any way there."""

    def __init__(self, version: Version) -> None:
        self.version = version
        self.node: dict[str, Node] = {}
        self.of: dict[str, list[str]] = {key: [] for key in version.nodes}
        self._path: dict[str, Path] = {}
        self._inside: dict[str, list[Node]] = {}
        self._inner: dict[str, list[Node]] = {}
        for node in version.nodes.values():
            self._inside.setdefault(node.process, []).append(node)
            self._inner.setdefault(node.parent, []).append(node)
        self.flat = not self._called_apart()
        for process in version.processes:
            self._add((), process)
        self.next = {spot: frozenset(self._successors(spot)) for spot in self.node}

    def at(self, path: Path, key: str) -> str:
        """The spot of a token on a node that was reached through these calls."""
        return spot_at(() if self.flat else path, key)

    def beside(self, spot: str, key: str) -> str:
        """The spot of another node in the same process, reached in the same way."""
        return spot_at(self._path[spot], key)

    def on_edge(self, spot: str) -> list[str]:
        """The events on the edge of what stands there."""
        path, key = self._path[spot], self.node[spot].id
        around = self._inner.get(self.node[spot].parent, ())
        return [spot_at(path, other.id) for other in around if other.attached_to == key]

    def _add(self, path: Path, process: str) -> None:
        for node in self._inside.get(process, ()):
            spot = spot_at(path, node.id)
            self.node[spot], self._path[spot] = node, path
            self.of[node.id].append(spot)

    def _called_apart(self) -> bool:
        """Add a spot for each way of calls; not when a process calls itself or there are too many."""
        most = MOST_SPOTS * len(self.version.nodes)
        ways: set[Path] = set()
        todo: list[tuple[Path, str, frozenset[str]]] = [
            ((), process, frozenset()) for process in self.version.processes
        ]
        while todo:
            path, process, around = todo.pop()
            for host in self._inside.get(process, ()):
                called = host.called_element
                if not called or called not in self.version.processes:
                    continue
                if called in {*around, process} or len(self.node) > most:
                    self.node, self._path, self.of = {}, {}, {key: [] for key in self.version.nodes}
                    return False
                way = (*path, host.id)
                if way not in ways:
                    ways.add(way)
                    self._add(way, called)
                    todo.append((way, called, around | {process}))
        return True

    def _successors(self, spot: str) -> Iterator[str]:
        """Along flows, into and out of scopes, over the edge."""
        node, path, flows = self.node[spot], self._path[spot], self.version.flows
        for key in node.outgoing:
            yield spot_at(path, flows[key].target)
        yield from self.on_edge(spot)
        if node.loop:
            yield spot
        if node.called_element:
            way = () if self.flat else (*path, node.id)
            yield from (spot_at(way, one) for one in self._starts(node.called_element))
        elif node.kind == "subProcess":
            yield from (spot_at(path, one) for one in self._starts(node.id))
        if not node.outgoing and not _ends_mails(self.version, node):
            yield from self._out_of(path, node.parent)

    def _starts(self, scope: str) -> Iterator[str]:
        for node in self._inner.get(scope, ()):
            if not node.incoming and node.attached_to is None and not node.triggered_by_event:
                yield node.id

    def _out_of(self, path: Path, scope: str) -> Iterator[str]:
        """Where a token goes on when its scope is done."""
        host = self.version.nodes.get(scope)
        if host is not None:
            yield from self._from(path, host)
        elif path:
            yield from self._from(path[:-1], self.version.nodes[path[-1]])
        else:
            for one in self.version.nodes.values():
                if one.called_element == scope:
                    yield from self._from((), one)

    def _from(self, path: Path, host: Node) -> Iterator[str]:
        if host.loop:
            yield spot_at(path, host.id)
        for key in host.outgoing:
            yield spot_at(path, self.version.flows[key].target)
        if not host.outgoing and host.parent != host.called_element:
            yield from self._out_of(path, host.parent)


def _ends_mails(version: Version, node: Node) -> bool:
    """Whether only timers that mail come here: what they stand on is open still, so nothing goes on."""
    seen: set[str] = set()
    todo = [node]
    while todo:
        one = todo.pop()
        if one.id in seen or only_mails(version, one):
            continue
        if not one.incoming or (one.kind != "sendTask" and one is not node):
            return False
        seen.add(one.id)
        todo += [version.nodes[version.flows[key].source] for key in one.incoming]
    return True
