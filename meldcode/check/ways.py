"""What a gateway does with each answer: the flows that can be taken with it.

Read from the drawing, for gateways that read nothing but answers: each combination of them is tried on the
conditions, as the engine would.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import lru_cache

from meldcode.check.deciding import coming, met, targets
from meldcode.check.marking import NOW
from meldcode.definition import Version
from meldcode.diagram.model import Flow, Node
from meldcode.feel import FeelError, Json, expression
from meldcode.form import Field

MOST_TRIED = 5_000
Questions = dict[str, list[Field]]
Ways = dict[tuple[str, str], list[Flow]]
Given = dict[str, Json]
NOBODY = ""  # as an answer: nothing of a list was ticked
A_DAY = NOW.date().isoformat()  # as an answer: that a day was filled in


def asked(version: Version) -> Questions:
    """Every question on which a condition can depend, by key: several forms may ask the same."""
    found: Questions = {}
    for form in version.forms.values():
        for key, part in form.fields.items():
            if isinstance(part, Field):
                found.setdefault(key, []).append(part)
    return found


@lru_cache(maxsize=1)  # several rules ask it of one version, after each other
def ways(version: Version) -> dict[str, Ways]:
    """By gateway, for each answer to a question that it reads: the flows that can be taken with it."""
    questions = asked(version)
    found: dict[str, Ways] = {}
    for node in gateways(version):
        answers = found.setdefault(node.id, {})
        for given, flows in decided(version, node, questions):
            for name, value in given.items():
                for one in (value or [NOBODY]) if isinstance(value, list) else [value]:
                    if isinstance(one, str):
                        known = answers.setdefault((name, one), [])
                        known += [flow for flow in flows if flow not in known]
    return found


@lru_cache(maxsize=1)
def leads(version: Version) -> dict[str, dict[tuple[str, str], frozenset[str]]]:
    """By gateway, for each answer to a question that it reads: the tasks and ends that can come next."""
    next_on: dict[str, frozenset[str]] = {}

    def after(flow: Flow) -> frozenset[str]:
        if flow.id not in next_on:
            next_on[flow.id] = frozenset(node.id for node in ahead(version, flow))
        return next_on[flow.id]

    return {
        gateway: {
            answer: frozenset[str]().union(*(after(flow) for flow in flows))
            for answer, flows in answers.items()
        }
        for gateway, answers in ways(version).items()
    }


def gateways(version: Version) -> Iterator[Node]:
    """The gateways at which answers choose."""
    for node in version.nodes.values():
        if node.kind in ("exclusiveGateway", "inclusiveGateway") and len(node.outgoing) > 1:
            yield node


def decided(version: Version, gateway: Node, questions: Questions) -> Iterator[tuple[Given, list[Flow]]]:
    """What a gateway does with each combination of answers; nothing when it reads more than answers."""
    flows = [version.flows[key] for key in gateway.outgoing]
    try:
        names = sorted(
            {name for flow in flows if flow.condition for name in expression(flow.condition).variables}
        )
    except FeelError:  # a condition that cannot be read is told by the check of the diagram
        return
    if not names or not all(name in questions for name in names):
        return
    domains = [_domain(questions[name]) for name in names]
    size = 1
    for domain in domains:
        size *= len(domain)
    if size > MOST_TRIED:
        return
    for values in itertools.product(*domains):
        given = dict(zip(names, values, strict=True))
        yield given, _taken(gateway, flows, given)


def _domain(fields: list[Field]) -> list[Json]:
    values: dict[str, Json] = {}
    for field in fields:
        if field.options:
            values |= {
                option.value: [option.value] if field.type == "checklist" else option.value
                for option in field.options
            }
            if field.type == "checklist":
                values["niets"] = []
        elif field.type == "datetime":
            values["een dag"] = A_DAY
        elif field.type == "checkbox":
            values |= {"aan": True, "uit": False}
        else:
            values["iets"] = 1 if field.type == "number" else "iets"
    return [None, *values.values()]


def _taken(gateway: Node, flows: list[Flow], given: dict[str, Json]) -> list[Flow]:
    """The flows that the engine takes: the first that is true, or all that are; else the default."""
    true = [
        flow
        for flow in flows
        if flow.id != gateway.default_flow
        and (flow.condition is None or expression(flow.condition).evaluate(given, NOW) is True)
    ]
    if gateway.kind == "exclusiveGateway":
        true = true[:1]
    return true or [flow for flow in flows if flow.id == gateway.default_flow]


def ahead(version: Version, flow: Flow) -> Iterator[Node]:
    """The tasks that come next, those of a subprocess or a called process included."""
    for node in coming(version, flow):
        yield node
        if node.called_element:
            yield from (one for one in version.nodes.values() if one.process == node.called_element)
        elif node.kind == "subProcess":
            yield from (one for one in version.nodes.values() if one.parent == node.id)


def behind(version: Version, gateway: str, answer: tuple[str, str]) -> frozenset[str]:
    """All that can come after a gateway with this answer, where every later gateway that reads the question
    goes by the same answer; what is called or lies inside included."""
    known = ways(version)

    def onwards(node: Node) -> list[str]:
        inside = [
            one.id
            for one in version.nodes.values()
            if one.kind == "startEvent"
            and ((node.called_element and one.process == node.called_element) or one.parent == node.id)
        ]
        chosen = known.get(node.id, {}).get(answer)
        flows = [flow.id for flow in chosen] if chosen else node.outgoing
        return [*inside, *targets(version, flows)]

    begin = [flow.target for flow in known[gateway][answer]]
    return frozenset(node.id for node in met(version, begin, onwards))
