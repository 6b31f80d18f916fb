"""What gateways decide: which tasks come next on a flow, and what happens when nobody answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from meldcode.check.meaning import PEOPLE
from meldcode.check.verdict import Evidence, Verdict, broken
from meldcode.definition import Version
from meldcode.diagram.model import LEGAL_STEPS, Flow, Node, StepKind
from meldcode.diagram.naming import described_in

PASSING = frozenset({"businessRuleTask", "sendTask", "intermediateThrowEvent"})
OPEN_STILL = frozenset({*LEGAL_STEPS, StepKind.MELDEN})  # on the way there nothing was decided yet
DECIDED = frozenset(
    {StepKind.HULP, StepKind.AFSLUITEN, StepKind.VOLGEN, StepKind.OVERDRACHT, StepKind.INFORMEREN}
)


def coming(
    version: Version, flow: Flow, *, by_default: bool = False, through_people: bool = False
) -> Iterator[Node]:
    """The tasks and ends that come next on a flow, through what runs by itself.

    `by_default`: where there is a choice, by the default flow only, as when nobody answered.
    `through_people`: also past tasks with which nothing is decided yet, such as reading an advice.
    """

    def passed(node: Node) -> bool:
        if through_people and node.kind in PEOPLE and not node.steps & (OPEN_STILL | DECIDED):
            return True
        return node.kind.endswith("Gateway") or node.kind in PASSING

    def onwards(node: Node) -> list[str]:
        if not passed(node):
            return []
        chosen = [node.default_flow] if by_default and node.default_flow else node.outgoing
        return targets(version, chosen)

    return (node for node in met(version, [flow.target], onwards) if not passed(node))


def met(version: Version, begin: Iterable[str], onwards: Callable[[Node], Iterable[str]]) -> Iterator[Node]:
    """The nodes that are come upon from these (their ids), each once. `onwards`: the ids after a node."""
    seen: set[str] = set()
    todo = [*begin]
    while todo:
        key = todo.pop()
        if key in seen:
            continue
        seen.add(key)
        node = version.nodes.get(key)
        if node is None:  # the arrow points to what is not there, which the check of the diagram says
            continue
        yield node
        todo += onwards(node)


def targets(version: Version, flows: Iterable[str]) -> list[str]:
    """The ids of what these flows (their ids) lead to."""
    return [version.flows[key].target for key in flows]


def separating(version: Version, kind: StepKind) -> list[str]:
    """The gateways after which such a task comes on some flows and not on all."""
    found = []
    for node in version.nodes.values():
        if node.kind not in ("exclusiveGateway", "inclusiveGateway") or len(node.outgoing) < 2:
            continue
        leads = [
            any(kind in one.steps for one in coming(version, version.flows[key])) for key in node.outgoing
        ]
        if any(leads) and not all(leads):
            found.append(node.id)
    return found


def deciding_on(version: Version, kind: StepKind) -> list[str]:
    """The gateways that decide on such a task. An exclusive one that may lead to a report is about that."""
    found = []
    for key in separating(version, kind):
        node = version.nodes[key]
        reports = any(_reports(one) for flow in node.outgoing for one in coming(version, version.flows[flow]))
        if kind is StepKind.MELDEN or node.kind != "exclusiveGateway" or not reports:
            found.append(key)
    return found


def deciding_defaults(evidence: Evidence) -> Verdict | None:
    """A default flow is what happens when nobody answered: it must not close, nor pass over a report."""
    version = evidence.version
    for node in version.nodes.values():
        if not node.default_flow or len(node.outgoing) < 2 or node.kind != "exclusiveGateway":
            continue
        if node.process not in evidence.meaning.reached_processes:
            continue
        default = version.flows[node.default_flow]
        others = [version.flows[key] for key in node.outgoing if key != node.default_flow]
        closes = _closes(version, default) and not all(_closes(version, flow) for flow in others)
        if closes or _passes_over(version, default, others):
            at = described_in(version.diagrams.values(), node.id)
            return broken(
                f"Bij {at.nl} sluit of besluit de standaarduitgang: zonder antwoord gaat de zaak daarheen.",
                f"At {at.en} the default flow closes or decides: without an answer the case goes there.",
                node.id,
                default.id,
            )
    return None


def _closes(version: Version, flow: Flow) -> bool:
    return any(
        (node.kind == "endEvent" and node.parent == version.main_process)
        or (node.kind in PEOPLE and StepKind.AFSLUITEN in node.steps)
        for node in coming(version, flow, by_default=True)
    )


def _passes_over(version: Version, default: Flow, others: list[Flow]) -> bool:
    """Whether an answer would have meant a report, and without one the case goes on as if it were no."""
    if not any(_means_report(version, flow) for flow in others) or _means_report(version, default):
        return False
    if any(_reports(node) for node in coming(version, default, by_default=True)):
        return False
    return any(
        node.kind == "endEvent" or node.steps & DECIDED
        for node in coming(version, default, through_people=True)
    )


def _means_report(version: Version, flow: Flow) -> bool:
    coming_next = list(coming(version, flow, through_people=True))
    return bool(coming_next) and all(_reports(node) for node in coming_next)


def _reports(node: Node) -> bool:
    return StepKind.MELDEN in node.steps and StepKind.ZIJROUTE not in node.steps
