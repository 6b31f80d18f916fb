"""Answers that say where they lead: whoever chooses one gets there.

What an answer does, gateways decide; what it says, stands on the page. Where the two were crossed in the
drawing, every other rule can hold while the professional who answers *Ik meld nu* is sent to weigh again.
So where a task follows some answers to a question and not others, each answer that names it must be able to
lead to it. Answers in other words are not judged.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache

from meldcode.check.deciding import coming
from meldcode.check.marking import NOW
from meldcode.check.meaning import YES
from meldcode.check.verdict import Verdict, broken
from meldcode.definition import Version
from meldcode.diagram.model import Flow, Node
from meldcode.diagram.naming import described_in
from meldcode.feel import Json, expression
from meldcode.form import Field

MOST_TRIED = 5_000
REFUSING = re.compile(r"\b(nee|niet|geen|nooit|zonder)\b", re.IGNORECASE)
Questions = dict[str, list[Field]]


@dataclass(frozen=True, slots=True)
class Named:
    """How an answer names what it leads to; a yes also does when its question says so. `other`: words of
    an answer or a question that is about something else."""

    answer: str
    question: str | None = None
    other: str | None = None

    def by(self, field: Field, value: str, label: str) -> bool:
        """Whether this answer to this question names it."""
        if REFUSING.search(label) or REFUSING.search(value) or _says(self.other, label):
            return False
        if _says(self.answer, label) or _says(self.answer, value):
            return True
        about = _says(self.question, field.label) and not _says(self.other, field.label)
        return about and value == YES and not REFUSING.search(field.label)


def _says(pattern: str | None, text: str) -> bool:
    return pattern is not None and re.search(pattern, text, re.IGNORECASE) is not None


TO_REPORT = r"\bmeld(en|t)?\b"
REPORT = Named(TO_REPORT, TO_REPORT)
ADVICE = Named(r"veilig.thuis", r"veilig thuis", other=TO_REPORT)
INJURY = Named(r"letsel", r"letsel")
COLLEAGUE = Named(
    r"collega|medewerk|beroepskracht|professional|hulpverlener|houder|personeel|vrijwillig|\bwerkt\b"
)
HOME = Named(r"\b(thuis|gezin)\b", r"\bthuis\b", other="veilig")


def crossed(version: Version, tasks: Collection[str], named: Named) -> Verdict | None:
    """A broken verdict when an answer names these tasks (their ids) and cannot lead to one of them, at a
    gateway where another answer to the same question can."""
    questions = _questions(version)
    for gateway, answers in _ways(version).items():
        reaching = {
            answer
            for answer, flows in answers.items()
            if any(node.id in tasks for flow in flows for node in _ahead(version, flow))
        }
        for name in sorted({name for name, _ in reaching}):
            for field in questions[name]:
                for option in field.options:
                    place = (name, option.value)
                    if place in reaching or place not in answers:
                        continue
                    if named.by(field, option.value, option.label):
                        return _astray(version, gateway, field, option.label)
    return None


def _astray(version: Version, gateway: str, field: Field, label: str) -> Verdict:
    at = described_in(version.diagrams.values(), gateway)
    return broken(
        f"Wie bij “{field.label}” kiest voor “{label}”, komt daar niet: bij {at.nl} leidt een ander "
        "antwoord erheen.",
        f"Whoever answers “{field.label}” with “{label}” does not get there: at {at.en} another answer "
        "leads to it.",
        gateway,
        field.key,
    )


def _questions(version: Version) -> Questions:
    """Every question on which a condition can depend, by key: several forms may ask the same."""
    found: Questions = {}
    for form in version.forms.values():
        for key, part in form.fields.items():
            if isinstance(part, Field):
                found.setdefault(key, []).append(part)
    return found


@lru_cache(maxsize=1)  # several rules ask it of one version, after each other
def _ways(version: Version) -> dict[str, dict[tuple[str, str], list[Flow]]]:
    """By gateway, for each answer to a question that it reads: the flows that can be taken with it."""
    questions = _questions(version)
    found: dict[str, dict[tuple[str, str], list[Flow]]] = {}
    for node in version.nodes.values():
        if node.kind not in ("exclusiveGateway", "inclusiveGateway") or len(node.outgoing) < 2:
            continue
        answers = found.setdefault(node.id, {})
        for given, flows in _decided(version, node, questions):
            for name, value in given.items():
                for one in value if isinstance(value, list) else [value]:
                    if isinstance(one, str):
                        answers.setdefault((name, one), []).extend(flows)
    return found


def _decided(
    version: Version, gateway: Node, questions: Questions
) -> Iterator[tuple[dict[str, Json], list[Flow]]]:
    """What a gateway does with each combination of answers; nothing when it reads more than answers."""
    flows = [version.flows[key] for key in gateway.outgoing]
    names = sorted(
        {name for flow in flows if flow.condition for name in expression(flow.condition).variables}
    )
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
        elif field.type == "datetime":
            values["een dag"] = NOW.date().isoformat()
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


def _ahead(version: Version, flow: Flow) -> Iterator[Node]:
    """The tasks that come next, those of a subprocess or a called process included."""
    for node in coming(version, flow):
        yield node
        if node.called_element:
            yield from (one for one in version.nodes.values() if one.process == node.called_element)
        elif node.kind == "subProcess":
            yield from (one for one in version.nodes.values() if one.parent == node.id)
