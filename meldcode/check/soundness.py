"""Soundness: everything can be reached, every state can end, nothing gets stuck or is left behind."""

from __future__ import annotations

from collections.abc import Iterable

from meldcode.check.verdict import Evidence, Says, Verdict
from meldcode.diagram.naming import described_in
from meldcode.messages import Text


def soundness(evidence: Evidence) -> list[tuple[str, Verdict]]:
    """The verdicts by name: `incident`, `can-finish`, `reachable`; side routes that nobody calls included."""
    every = [evidence, *evidence.sides]
    return [
        ("incident", _worst(_incidents(one) for one in every)),
        ("can-finish", _worst(_can_finish(one) for one in every)),
        ("reachable", _reachable(evidence)),
    ]


def _worst(verdicts: Iterable[Verdict]) -> Verdict:
    return min(verdicts, key=lambda verdict: (Says.BROKEN, Says.UNPROVEN, Says.HOLDS).index(verdict.says))


def _incidents(evidence: Evidence) -> Verdict:
    stuck = [edge for edge in evidence.exploration.edges if edge.incident]
    nearest = evidence.first(stuck)
    said = nearest.incident.text if nearest and nearest.incident else Text("", "")
    return evidence.unless(stuck, Text(f"De zaak loopt vast. {said.nl}", f"The case gets stuck. {said.en}"))


def _can_finish(evidence: Evidence) -> Verdict:
    """Raising acute danger does not count: a case must also be able to end without it."""
    exploration = evidence.exploration
    into: dict[int, set[int]] = {}
    for edge in exploration.edges:
        if edge.source is not None and edge.target is not None and edge.move.kind != "raise":
            into.setdefault(edge.target, set()).add(edge.source)
    can = {state.number for state in exploration.states if state.finished}
    todo = list(can)
    while todo:
        for source in into.get(todo.pop(), ()):
            if source not in can:
                can.add(source)
                todo.append(source)
    if not exploration.complete:
        return evidence.holds()  # what was not looked at may well lead to an end
    lost = [
        edge
        for edge in exploration.edges
        if edge.target is not None and edge.target not in can and (edge.source is None or edge.source in can)
    ]
    why = Text("Hierna kan de zaak nooit meer klaar zijn.", "After this the case can never finish.")
    return evidence.unless(lost, why)


def _reachable(evidence: Evidence) -> Verdict:
    version = evidence.version
    played = [one.exploration for one in (evidence, *evidence.sides)]
    processes = frozenset[str]().union(*(one.processes for one in played))
    reached = set[str]().union(*(one.reached for one in played))
    wanted = [node.id for node in version.nodes.values() if node.process in processes]
    gateways = {
        node.id for node in version.nodes.values() if node.kind in ("exclusiveGateway", "inclusiveGateway")
    }
    wanted += [
        flow.id
        for flow in version.flows.values()
        if flow.source in gateways
        and len(version.nodes[flow.source].outgoing) > 1
        and flow.process in processes
    ]
    unfinished = [one for one in (evidence, *evidence.sides) if not one.exploration.complete]
    if unfinished:
        return unfinished[0].holds()  # not proven: what was not looked at may well get there
    missed = [key for key in wanted if key not in reached]
    if missed:
        named = [described_in(version.diagrams.values(), key) for key in missed[:6]]
        return Verdict(
            Says.BROKEN,
            Text(
                f"Hier komt nooit een zaak: {', '.join(one.nl for one in named)}.",
                f"No case ever gets here: {', '.join(one.en for one in named)}.",
            ),
            (),
            tuple(missed),
        )
    others = sorted(set(version.processes) - processes)
    if others:
        titles = (version.processes[key].name or f"`{key}`" for key in others)
        listed = ", ".join(f"“{title}”" for title in titles)
        return Verdict(
            Says.UNPROVEN,
            Text(
                f"Geen zaak begint of komt in het proces {listed}.",
                f"No case begins in or reaches the process {listed}.",
            ),
            (),
            tuple(others),
        )
    return evidence.holds()
