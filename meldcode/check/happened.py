"""What an ending or a question says happened, held to what did happen on every way to it.

An outcome `gemeld` counts as a report in the figures, and nobody can say what Veilig Thuis concluded about a
report that was never made. Both are read from the moves that were played: what can be reached without that
move did not need it. No rule of the meldcode speaks of either, so these are findings of their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from meldcode.check.drawn import insists
from meldcode.check.exploration import Edge
from meldcode.check.following import about_report, asks_back
from meldcode.check.verdict import Evidence
from meldcode.diagram.model import StepKind
from meldcode.diagram.naming import described_in
from meldcode.messages import Finding, Text

Happens = Callable[[Evidence, Edge], bool]


def unfounded(evidence: Evidence) -> Iterator[Finding]:
    """Outcomes and questions that a case can come to without what they speak of.

    What a case that begins elsewhere was given along, such as help that others arranged, was not played: of
    those only a report is asked.
    """
    yield from _asked_too_soon(evidence, _without(evidence, _reports))
    yield from _outcomes(evidence, _without(evidence, _helps), "hulp", Text("hulp", "help"))
    for one in (evidence, *evidence.sides):
        yield from _outcomes(one, _without(one, _reports), "gemeld", Text("een melding", "a report"))


def _reports(evidence: Evidence, edge: Edge) -> bool:
    """Whether a report was sent with this move; of one in a side route, to others, the day is not read."""
    aside = _finishes(evidence, edge, StepKind.MELDEN) and _finishes(evidence, edge, StepKind.ZIJROUTE)
    return aside or "sent" in edge.move.said


def _helps(evidence: Evidence, edge: Edge) -> bool:
    return _finishes(evidence, edge, StepKind.HULP)


def _finishes(evidence: Evidence, edge: Edge, kind: StepKind) -> bool:
    return edge.move.kind == "complete" and kind in evidence.version.nodes[edge.move.node].steps


def _without(evidence: Evidence, happens: Happens) -> list[Edge]:
    """The moves that a case can come to without this having happened, nor happening with them."""
    exploration = evidence.exploration
    found = [edge for edge in exploration.edges if edge.source is None and not happens(evidence, edge)]
    seen: set[int] = set()
    for edge in found:  # grows while it is walked
        if edge.target is None or edge.target in seen:
            continue
        seen.add(edge.target)
        found += [one for one in exploration.out(edge.target) if not happens(evidence, one)]
    return found


def _asked_too_soon(evidence: Evidence, moves: list[Edge]) -> Iterator[Finding]:
    meaning, opened = evidence.meaning, {key for edge in moves for key in edge.opened}
    for node in meaning.tagged(StepKind.VOLGEN):
        if node.id not in opened or not insists(meaning, node, about_report):
            continue
        question = asks_back(meaning, node)[0]
        at = described_in(evidence.version.diagrams.values(), node.id)
        yield Finding(
            "asks-about-no-report",
            _file(evidence, node.id),
            node.id,
            Text(
                f"Bij {at.nl} moet iemand antwoorden op “{question.label}”, ook als er niet is gemeld.",
                f"At {at.en} somebody must answer “{question.label}”, also when no report was made.",
            ),
            Text(
                "Leid alleen zaken waarin is gemeld hierheen, of verberg de vraag in de andere zaken.",
                "Lead only cases that were reported here, or hide the question in the others.",
            ),
        )


def _outcomes(evidence: Evidence, moves: list[Edge], word: str, what: Text) -> Iterator[Finding]:
    """Ends with this outcome that a case can come to without it."""
    nodes = evidence.version.nodes
    ends = {
        key
        for edge in moves
        if edge.target is not None and evidence.exploration.states[edge.target].finished
        for key in edge.trail
        if key in nodes and nodes[key].outcome and _speaks_of(nodes[key].outcome or "", word)
    }
    for key in sorted(ends):
        at = described_in(evidence.version.diagrams.values(), key)
        yield Finding(
            "outcome-not-so",
            _file(evidence, key),
            key,
            Text(
                f"De afloop “{nodes[key].outcome}” van {at.nl} is ook te bereiken zonder {what.nl}. Zo "
                "tellen de cijfers niet goed.",
                f"The outcome “{nodes[key].outcome}” of {at.en} can be reached without {what.en} too. So the "
                "figures count wrong.",
            ),
            Text(
                "Kijk of de pijlen naar de einden niet zijn verwisseld, of geef dit einde een ander woord.",
                "See whether the arrows to the ends were swapped, or give this end another word.",
            ),
        )


def _speaks_of(outcome: str, word: str) -> bool:
    words = re.split(r"\W|_", outcome)
    return word in words and not {"niet", "geen", "zonder"} & {*words}


def _file(evidence: Evidence, key: str) -> str:
    diagram = evidence.version.diagram_of(evidence.version.nodes[key].process)
    return diagram.file if diagram else ""
