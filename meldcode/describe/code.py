"""The whole code as chapters of steps: who does what, within which term, and what comes next."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from meldcode.definition import Version
from meldcode.describe.conditions import all_in_words
from meldcode.describe.words import called, role_in_words, timer_sentence
from meldcode.diagram.model import LEGAL_STEPS, CalendarKind, Flow, Node, StepKind
from meldcode.form.parts import Field, Prose, every
from meldcode.messages import Text
from meldcode.workdays import Cycle, TimerError, parse_timer

PASSED = frozenset({"exclusiveGateway", "inclusiveGateway", "parallelGateway", "intermediateThrowEvent"})
MACHINE = frozenset({"businessRuleTask", "sendTask"})
STEPS = frozenset({"userTask", "manualTask", "businessRuleTask", "callActivity", "subProcess", "receiveTask"})
LEGAL = frozenset(LEGAL_STEPS)
FAR = sys.maxsize
OTHERWISE = Text("Anders", "Otherwise")
AFTERWARDS = Text("Daarna", "Then")


@dataclass(frozen=True, slots=True)
class Step:
    """One task of the code. `who` is None for what the software does by itself.

    `legal` are the legal steps it takes, `questions` what its form asks, `terms` a sentence for each
    timer on it, `next` a sentence for each way on.
    """

    node: str
    name: str
    who: Text | None
    legal: tuple[StepKind, ...]
    explanation: str
    questions: tuple[str, ...]
    terms: tuple[Text, ...]
    next: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """One process, or one part of it that can begin by itself (acute danger), in reading order."""

    id: str
    title: str
    file: str
    steps: tuple[Step, ...]


def chapters(version: Version) -> tuple[Chapter, ...]:
    """The main process first, then the other processes; a part within a process after the process."""
    keys = sorted(version.processes, key=lambda key: (key != version.main_process, key))
    return tuple(chapter for key in keys for chapter in _chapters(version, key))


def _chapters(version: Version, process: str) -> Iterator[Chapter]:
    diagram = version.diagram_of(process)
    file = diagram.file if diagram else ""
    yield _chapter(version, process, version.processes[process].name or process, file)
    for node in version.nodes.values():
        if node.process == process and node.kind == "subProcess":
            yield _chapter(version, node.id, node.name or node.id, file)


def _chapter(version: Version, parent: str, title: str, file: str) -> Chapter:
    steps = [_step(version, node) for node in _in_order(version, parent) if node.kind in STEPS]
    return Chapter(parent, title, file, tuple(steps))


def _in_order(version: Version, parent: str) -> list[Node]:
    """The nodes of one process or part in the order in which a case comes by; those never reached at the end.

    Each stands after what leads to it, but for the way back of a loop. What is a way back shows once the
    main road is walked first, from one legal step to the next. A side road then comes between the step
    where it leaves and the one where it joins again, and what a term leads to right after its task.
    """
    inside = {key: node for key, node in version.nodes.items() if node.parent == parent}
    onward = {key: [flow.target for flow in _flows(version, node)] for key, node in inside.items()}
    edges = {key: [other.id for other in inside.values() if other.attached_to == key] for key in inside}
    starts = [key for key, node in inside.items() if node.kind == "startEvent"]
    seen: set[str] = set()
    left: list[str] = []  # a node once all that follows it was seen, so the last one comes first
    waiting = [(key, False) for key in starts]
    while waiting:
        key, is_done = waiting.pop()
        if is_done:
            left.append(key)
        elif key in inside and key not in seen:
            seen.add(key)
            ways = [*edges[key], *_main_road_last(onward[key], inside, onward, seen)]
            waiting += [(key, True), *((way, False) for way in ways)]
    return [*(inside[key] for key in reversed(left)), *(inside[key] for key in inside if key not in seen)]


def _main_road_last(
    ways: list[str], inside: Mapping[str, Node], onward: Mapping[str, list[str]], seen: Collection[str]
) -> list[str]:
    """The ways on from a node, the one that is nearest to a legal step that was not seen yet at the end."""
    main = min(ways, key=lambda way: _to_a_step(way, inside, onward, seen), default="")
    if _to_a_step(main, inside, onward, seen) == FAR:
        return ways
    return [*(way for way in ways if way != main), main]


def _to_a_step(
    start: str, inside: Mapping[str, Node], onward: Mapping[str, list[str]], seen: Collection[str]
) -> int:
    """How many nodes away the nearest legal step is that was not seen yet; `FAR` when there is none."""
    been, here, distance = set(seen), {start} & inside.keys(), 0
    while here := here - been:
        if any(inside[key].steps & LEGAL for key in here):
            return distance
        been |= here
        here = {way for key in here for way in onward[key] if way in inside}
        distance += 1
    return FAR


def _step(version: Version, node: Node) -> Step:
    timers = [other for other in version.nodes.values() if other.attached_to == node.id and other.timer]
    timers.sort(key=_at_most)  # as they come, however they were drawn
    return Step(
        node=node.id,
        name=node.name or node.id,
        who=None if node.kind in MACHINE or not node.role else role_in_words(version, node.role),
        legal=tuple(sorted(node.steps)),
        explanation=node.instructions or "",
        questions=_questions(version, node),
        terms=tuple(timer_sentence(version, timer) for timer in timers),
        next=tuple(_ways_on(version, node)),
    )


def _at_most(timer: Node) -> timedelta:
    """How long after its task began a term is over; what counts to a day or is computed comes at the end."""
    assert timer.timer is not None  # noqa: S101  (only those with one are asked)
    if timer.timer.calendar is CalendarKind.VAKANTIE:
        return timedelta.max
    try:
        read = parse_timer(timer.timer.text)
    except TimerError:
        return timedelta.max
    return (read.interval if isinstance(read, Cycle) else read).at_most


def _questions(version: Version, node: Node) -> tuple[str, ...]:
    form = version.form_of(node.id)
    if form is None:
        return ()
    parts = (part for part in every(form.parts) if not isinstance(part, Prose))
    return tuple(part.label for part in parts if isinstance(part, Field) and not part.readonly and part.label)


def _ways_on(version: Version, node: Node) -> Iterator[Text]:
    for flow in _flows(version, node):
        yield from _way(version, flow, (), frozenset())


def _way(version: Version, flow: Flow, met: tuple[Flow, ...], seen: frozenset[str]) -> Iterator[Text]:
    """Follow a flow through gateways to what comes next, with the flows chosen on the way."""
    target = version.nodes.get(flow.target)
    if target is None:
        return
    met = (*met, flow)
    if target.kind in PASSED and target.id not in seen:
        for further in _flows(version, target):
            yield from _way(version, further, met, seen | {target.id})
        return
    told = all_in_words(version, [one.condition for one in met if one.condition])
    if told is not None:
        yield _sentence(told, any(_is_default(version, one) for one in met), called(target))


def _sentence(told: Text, otherwise: bool, what: Text) -> Text:
    if told.nl:
        return Text(f"Als {told.nl}: {what.nl}.", f"If {told.en}: {what.en}.")
    lead = OTHERWISE if otherwise else AFTERWARDS
    return Text(f"{lead.nl}: {what.nl}.", f"{lead.en}: {what.en}.")


def _is_default(version: Version, flow: Flow) -> bool:
    source = version.nodes.get(flow.source)
    return source is not None and source.default_flow == flow.id


def _flows(version: Version, node: Node) -> list[Flow]:
    return [version.flows[key] for key in node.outgoing if key in version.flows]
