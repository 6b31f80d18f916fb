"""What of the 21 rules can be seen in the drawing itself, at once: no case has to be played for it.

The full proof judges them too, and says the last word; here they are told while somebody draws. A ladder
that does not ascend is refused: nobody can have meant that the director hears of it before the teacher.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import cast

from meldcode.check import RULES, Exploration, Says
from meldcode.check.meaning import Meaning
from meldcode.check.verdict import Evidence
from meldcode.definition import Version
from meldcode.diagram.model import LEGAL_STEPS, Node, Purpose
from meldcode.diagram.naming import described_in
from meldcode.messages import Finding, Severity, Text
from meldcode.workdays import Calendar, Cycle, TimerError, parse_timer

SEEN_AT_ONCE = (12, 18)
RULE = "rule-"  # a finding's code is this and the rule's number
LADDER = "ladder-order"
MONDAY = datetime(2026, 9, 7, 7, tzinfo=UTC)


@dataclass(frozen=True)
class _Unplayed:
    """What there is to look at before any case was played."""

    meaning: Meaning


def drawn_findings(version: Version, quick: Sequence[Finding]) -> Iterator[Finding]:
    """The rules that are broken as drawn, and ladders that do not ascend."""
    out_of_order = list(_ladders(version))
    yield from out_of_order
    if not version.main_process:
        return
    meaning = Meaning(version)
    yield from _steps(version, meaning)
    evidence = Evidence(version, cast(Exploration, _Unplayed(meaning)), quick)
    for rule in RULES:
        if rule.number not in SEEN_AT_ONCE or (rule.number == 12 and out_of_order):
            continue
        verdict = rule.judge(evidence)
        if verdict.says is Says.BROKEN:
            element = verdict.elements[0] if verdict.elements else None
            yield Finding(
                f"{RULE}{rule.number}",
                _file_of(version, element),
                element,
                verdict.why,
                _remedy(rule.level),
                Severity.WARNING,
            )


def _steps(version: Version, meaning: Meaning) -> Iterator[Finding]:
    """Whether there is a task of each step; whether it asks enough takes longer, and the proof says it."""
    for kind in LEGAL_STEPS:
        if not any(node.process in meaning.reached_processes for node in meaning.tagged(kind)):
            yield Finding(
                f"{RULE}1",
                _file_of(version, None),
                None,
                Text(f"Geen taak heeft de stap “{kind}”.", f"No task has the step “{kind}”."),
                _remedy("L"),
                Severity.WARNING,
            )


def _remedy(level: str) -> Text:
    if level == "L":
        return Text(
            "Zorg dat dit klopt: zo is de meldcode niet te publiceren.",
            "See to it that this is right: the meldcode cannot be published like this.",
        )
    return Text(
        "Pas het aan, of leg bij het publiceren uit waarom het bij u anders gaat.",
        "Change it, or explain when publishing why it is different with you.",
    )


def _file_of(version: Version, element: str | None) -> str:
    for file, diagram in version.diagrams.items():
        if element in diagram.nodes:
            return file
    found = version.diagram_of(version.main_process)
    return found.file if found else ""


def _ladders(version: Version) -> Iterator[Finding]:
    """One finding for each ladder that does not ascend, at the first rung that stands wrong."""
    ladders: dict[str, list[tuple[datetime, Node]]] = {}
    for node in version.nodes.values():
        at = _moment(node)
        if node.attached_to is not None and at is not None and not node.interrupting:
            ladders.setdefault(node.attached_to, []).append((at, node))
    for host, rungs in ladders.items():
        rungs.sort(key=lambda rung: rung[0])
        for (one, lower), (two, higher) in pairwise(rungs):
            if one < two and not (_is(lower, Purpose.ESCALATIE) and _is(higher, Purpose.HERINNERING)):
                continue
            if one < two:  # a reminder after the first that is no reminder any more
                lower = next(rung for _, rung in rungs if _is(rung, Purpose.ESCALATIE))
            yield _unascending(version, host, lower, higher, is_late=one < two)
            break  # one term that is mended may mend the rest


def _unascending(version: Version, host: str, lower: Node, higher: Node, *, is_late: bool) -> Finding:
    """What is wrong at `higher`: it comes with `lower`, or it `is_late`, a reminder after that escalation."""
    drawn = tuple(version.diagrams.values())
    name, above, below = (described_in(drawn, key) for key in (host, higher.id, lower.id))
    if is_late:
        remedy = Text(
            f"Maak {above.nl} korter dan {below.nl}, zodat die herinnering eerder komt.",
            f"Make {above.en} shorter than {below.en}, so that this reminder comes first.",
        )
    else:
        remedy = Text(
            f"Maak {above.nl} langer, of de termijn ervoor korter.",
            f"Make {above.en} longer, or the term before it shorter.",
        )
    return Finding(
        LADDER,
        _file_of(version, higher.id),
        higher.id,
        Text(
            f"De ladder op {name.nl} loopt niet op: eerst komen de herinneringen, elke volgende "
            "later dan de vorige, en daarna pas de escalaties.",
            f"The ladder on {name.en} does not ascend: first come the reminders, each later than the "
            "one before, and only then the escalations.",
        ),
        remedy,
    )


def _is(node: Node, purpose: Purpose) -> bool:
    return node.timer is not None and node.timer.purpose is purpose


def _moment(node: Node) -> datetime | None:
    """When a rung comes for a task that opens on an ordinary Monday; None for what is no rung."""
    timer = node.timer
    if timer is None or timer.calendar is None or timer.kind == "date":
        return None
    if timer.purpose not in (Purpose.HERINNERING, Purpose.ESCALATIE):
        return None
    try:
        read = parse_timer(timer.text)
        return Calendar().due(MONDAY, read.interval if isinstance(read, Cycle) else read, timer.calendar)
    except TimerError:
        return None
