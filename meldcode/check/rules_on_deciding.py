"""Rules on who decides what, judged on the moves that were played."""

from __future__ import annotations

import itertools

from meldcode.check.asking import is_choice
from meldcode.check.blanks import blank_advice
from meldcode.check.blocking import blocked
from meldcode.check.crossed import FOLLOWED, HELP, REPORT, crossed
from meldcode.check.deciding import deciding_defaults, deciding_on
from meldcode.check.drawn import inputs
from meldcode.check.following import crossed_transfer, crossed_with_report
from meldcode.check.moves import APART, can_open, ends_with, finishes, opening, opens
from meldcode.check.norms import no_result
from meldcode.check.verdict import Evidence, Says, Verdict, broken, not_applicable
from meldcode.diagram.model import StepKind
from meldcode.form import Field
from meldcode.messages import Text


def two_decisions(evidence: Evidence) -> Verdict:
    """One question leads to the report and a later one to help; each can come with or without the other."""
    tasks = evidence.meaning.tagged(StepKind.BESLISSEN)
    pairs = [
        (place[0], place[1])
        for place in itertools.product(
            _deciding(evidence, StepKind.MELDEN), _deciding(evidence, StepKind.HULP)
        )
        if place[0] != place[1]
    ]
    if not pairs:
        return broken(
            "Stap 5 vraagt niet apart of melden nodig is en of hulp mogelijk is.",
            "Step 5 does not ask apart whether a report is needed and help is possible.",
            *(n.id for n in tasks),
        )
    if not any(_in_order(evidence, report, help_) for report, help_ in pairs):
        return broken(
            "Stap 5 vraagt eerst naar hulp en dan pas naar melden.",
            "Step 5 asks about help before it asks about a report.",
            *(n.id for n in tasks),
        )
    helps = [node.id for node in evidence.meaning.tagged(StepKind.HULP)]
    asked = {key for pair in pairs for key in pair}
    astray = crossed(evidence.version, helps, HELP, of=asked)
    if astray or not evidence.exploration.complete:
        return astray or evidence.holds()
    found = _combined(evidence)
    for wanted, nl, en in (
        ((True, True), "Melden én hulp kan niet allebei.", "A report and help cannot both happen."),
        ((True, False), "Na het besluit kan niet alleen worden gemeld.", "A report alone cannot follow."),
        ((False, True), "Na het besluit kan niet alleen hulp volgen.", "Help alone cannot follow."),
    ):
        if wanted not in found:
            return broken(nl, en, *(n.id for n in tasks))
    return evidence.holds()


def _deciding(evidence: Evidence, kind: StepKind) -> list[str]:
    """The questions of step 5 on which it depends whether such a task follows."""
    asked = {
        field.key
        for node in evidence.meaning.tagged(StepKind.BESLISSEN)
        for field in evidence.meaning.fields(node)
        if isinstance(field, Field) and is_choice(field) and field.required
    }
    read = frozenset[str]().union(
        *(evidence.exploration.reads.get(node, frozenset()) for node in deciding_on(evidence.version, kind))
    )
    return sorted((asked & read) - evidence.meaning.doubt_fields)


def _in_order(evidence: Evidence, first: str, second: str) -> bool:
    """Whether one page does not ask the second question before the first."""
    for node in evidence.meaning.tagged(StepKind.BESLISSEN):
        keys = [field.key for field in evidence.meaning.fields(node)]
        if first in keys and second in keys and keys.index(first) > keys.index(second):
            return False
    return True


def _combined(evidence: Evidence) -> set[tuple[bool, bool]]:
    """What one decision can lead to before it is looked back at or closed: a report, help."""
    found: set[tuple[bool, bool]] = set()
    seen: set[tuple[int, bool, bool]] = set()
    todo = [
        (edge, False, False)
        for edge in evidence.exploration.edges
        if finishes(evidence, edge, StepKind.BESLISSEN)
    ]
    while todo:
        edge, reported, helped = todo.pop()
        reported |= finishes(evidence, edge, StepKind.MELDEN)
        helped |= finishes(evidence, edge, StepKind.HULP)
        over = edge.target is None or evidence.exploration.states[edge.target].finished
        if over or opens(evidence, edge, StepKind.VOLGEN) or opens(evidence, edge, StepKind.AFSLUITEN):
            found.add((reported, helped))
            continue
        if edge.target is None or (edge.target, reported, helped) in seen:
            continue
        seen.add((edge.target, reported, helped))
        todo += [
            (one, reported, helped)
            for one in evidence.exploration.out(edge.target)
            if one.move.kind == "complete" and not finishes(evidence, one, StepKind.BESLISSEN)
        ]
    return found


def one_decider(evidence: Evidence) -> Verdict:
    tasks = evidence.meaning.tagged(StepKind.BESLISSEN)
    if not tasks:
        return broken("Er is geen taak voor het besluit.", "There is no task for the decision.")
    decides = evidence.version.organisation.decides
    wrong = [node for node in tasks if node.role != decides]
    if wrong:
        return broken(
            f"Het besluit “{wrong[0].name}” hoort bij “{wrong[0].role}”, niet bij “{decides}” "
            "(`decides` in organisation.toml).",
            f"The decision “{wrong[0].name}” belongs to “{wrong[0].role}”, not to “{decides}” "
            "(`decides` in organisation.toml).",
            *(node.id for node in wrong),
        )
    keys = {node.id for node in tasks}
    twice = [
        edge
        for edge in evidence.exploration.edges
        if (target := evidence.target(edge)) and sum(task.node in keys for task in target.tasks) > 1
    ]
    return evidence.unless(
        twice, Text("Het besluit ligt twee keer tegelijk open.", "The decision is open twice at once.")
    )


def people_decide(evidence: Evidence) -> Verdict:
    nodes = evidence.version.nodes
    by_time = [
        edge
        for edge in evidence.exploration.edges
        if edge.move.kind == "timer"
        and (
            ((target := evidence.target(edge)) is not None and target.finished)
            or any(key in evidence.meaning.people for key in edge.cancelled)
        )
    ]
    verdict = evidence.unless(
        by_time,
        Text(
            "De tijd neemt hier een taak weg of sluit de zaak: dat mag alleen een mens.",
            "Here time takes a task away or closes the case: only a person may.",
        ),
    )
    if verdict.says is Says.BROKEN:
        return verdict
    own = blank_advice(evidence) or deciding_defaults(evidence) or _filled_in(evidence)
    if own is not None:
        return own
    by_table = [
        edge
        for edge in evidence.exploration.edges
        if edge.move.kind == "complete"
        and any(nodes[key].decision for key in edge.trail if key in nodes)
        and not nodes[edge.move.node].steps & {StepKind.BESLISSEN, *APART}
        and (ends_with(evidence, edge) or any(opens(evidence, edge, kind) for kind in RESULTS))
    ]
    found = evidence.unless(
        by_table,
        Text(
            "De tabel geeft hier geen advies maar het besluit: er komt geen mens meer aan te pas.",
            "Here the table gives no advice but the decision: no person comes into it.",
        ),
    )
    if found.says is Says.BROKEN:
        return found
    alone = [
        edge
        for edge in evidence.ends
        if edge.move.kind == "complete"
        and StepKind.AFSLUITEN not in nodes[edge.move.node].steps
        and "closed" not in edge.history
    ]
    found = evidence.unless(
        alone,
        Text(
            "De zaak sluit vanzelf, zonder dat iemand daarvoor kiest.",
            "The case closes by itself, without anybody choosing so.",
        ),
    )
    return found if found.says is not Says.HOLDS else verdict


RESULTS = (StepKind.AFSLUITEN, StepKind.HULP)
JUDGING = frozenset(
    {StepKind.WEGEN, StepKind.BESLISSEN, StepKind.OVERSLAAN, StepKind.AFSLUITEN, StepKind.VOLGEN}
)


def _filled_in(evidence: Evidence) -> Verdict | None:
    """A choice that stands there already is made by the form: whoever passes on has not decided."""
    for node in evidence.meaning.people.values():
        form = evidence.meaning.form(node)
        if form is None or not node.steps & JUDGING:
            continue
        for field in inputs(form):
            counts = field.required or any(
                field.key in names for names in evidence.exploration.reads.values()
            )
            if counts and is_choice(field) and field.default not in (None, "", [], False):
                return broken(
                    f"Bij “{node.name}” is “{field.label}” al ingevuld. Laat een mens kiezen.",
                    f"At “{node.name}” “{field.label}” is filled in already. Let a person choose.",
                    node.id,
                    field.key,
                )
    return None


def help_is_followed(evidence: Evidence) -> Verdict:
    if not any(True for _ in opening(evidence, StepKind.HULP)):
        return not_applicable("Geen weg leidt naar hulp.", "No way leads to help.")
    lost = [edge for edge in evidence.ends if edge.history & {"helping"}]
    verdict = evidence.unless(
        lost,
        Text(
            "Er is hulp geregeld en de zaak is klaar zonder dat iemand keek of zij werkt.",
            "Help was arranged and the case is over without anybody looking whether it works.",
        ),
    )
    if verdict.says is Says.BROKEN:
        return verdict
    following = [node.id for node in evidence.meaning.tagged(StepKind.VOLGEN)]
    drawn = (
        no_result(evidence)
        or crossed(evidence.version, following, FOLLOWED)
        or crossed_with_report(evidence)
        or crossed_transfer(evidence)
    )
    if drawn:
        return drawn
    failed = [edge for edge in evidence.ends if "failed" in edge.history]
    failed += [edge for edge, _ in opening(evidence, StepKind.HULP) if "failed" in edge.history]
    if evidence.exploration.complete:
        again = can_open(
            evidence, StepKind.MELDEN, lambda node: not node.steps & {StepKind.HULP, StepKind.VOLGEN}
        )
        failed += [
            edge
            for edge, node in opening(evidence, StepKind.BESLISSEN)
            if "failed" in edge.history and edge.target not in again
        ]
    return evidence.unless(
        failed,
        Text(
            "De hulp werkt niet, of daarover is twijfel, en er volgt geen nieuw besluit waarin melden kan.",
            "The help does not work, or is in doubt, and no decision follows in which a report is possible.",
        ),
    )


def nobody_blocks(evidence: Evidence) -> Verdict:
    if not evidence.meaning.tagged(StepKind.MELDEN):
        return broken("Er is geen taak om te melden.", "There is no task to report.")
    if not evidence.exploration.complete:
        return evidence.holds()  # what was not looked at may give her the choice back
    edges, why = blocked(evidence)
    verdict = evidence.unless(edges, why)
    if verdict.says is Says.BROKEN:
        return verdict
    reports = [node.id for node in evidence.meaning.tagged(StepKind.MELDEN) if not node.steps & APART]
    astray = crossed(evidence.version, reports, REPORT)
    return astray or verdict
