"""What the rules ask of the moves that were played with the real engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from meldcode.check.exploration import Edge
from meldcode.check.verdict import Evidence, Verdict, not_applicable
from meldcode.diagram.model import Node, StepKind

APART = frozenset({StepKind.ZIJROUTE, StepKind.ACUUT})


def aside(evidence: Evidence) -> bool:
    """Whether these are the cases of another process than the main one, in which a case can begin too."""
    return evidence.exploration.process != evidence.version.main_process


def absent(evidence: Evidence, nl: str, en: str) -> Verdict:
    """Something that the main process must have is not there; other beginnings of a case may do without."""
    if aside(evidence):
        return not_applicable("Komt in dit proces niet voor.", "Does not occur in this process.")
    return evidence.missing(nl, en)


def opening(evidence: Evidence, *kinds: StepKind) -> Iterator[tuple[Edge, Node]]:
    """The moves that open a task with one of these tags, side routes left out."""
    nodes = evidence.version.nodes
    for edge in evidence.exploration.edges:
        for key in edge.opened:
            node = nodes[key]
            if node.steps & set(kinds) and StepKind.ZIJROUTE not in node.steps:
                yield edge, node


def opens(evidence: Evidence, edge: Edge, kind: StepKind) -> bool:
    return any(
        kind in steps and StepKind.ZIJROUTE not in steps and StepKind.ACUUT not in steps
        for steps in (evidence.version.nodes[key].steps for key in edge.opened)
    )


def can_open(evidence: Evidence, kind: StepKind, passable: Callable[[Node], bool]) -> set[int]:
    """The states from which people can open such a task by finishing passable tasks only."""
    return can_come_to(evidence, lambda node: kind in node.steps and not node.steps & APART, passable)


def can_come_to(
    evidence: Evidence, wanted: Callable[[Node], bool], passable: Callable[[Node], bool]
) -> set[int]:
    """The states from which people can open a wanted task by finishing passable tasks only."""
    exploration, nodes = evidence.exploration, evidence.version.nodes
    goals = {key for key, node in nodes.items() if wanted(node)}
    found = {state.number for state in exploration.states if not goals.isdisjoint(state.open)}
    before: dict[int, set[int]] = {}
    for edge in exploration.edges:
        if edge.source is None or edge.move.kind != "complete" or not passable(nodes[edge.move.node]):
            continue
        if edge.target is not None:
            before.setdefault(edge.target, set()).add(edge.source)
    todo = list(found)
    while todo:
        for source in before.get(todo.pop(), ()):
            if source not in found:
                found.add(source)
                todo.append(source)
    return found


def finishes(evidence: Evidence, edge: Edge, kind: StepKind) -> bool:
    if edge.move.kind != "complete":
        return False
    steps = evidence.version.nodes[edge.move.node].steps
    return kind in steps and not steps & APART


def ends_with(evidence: Evidence, edge: Edge) -> bool:
    target = evidence.target(edge)
    return target is not None and target.finished
