"""Rules on the steps of the law as they are played: their order, what each records, and skipping one."""

from __future__ import annotations

import re

from meldcode.check.asking import NOT_DONE, Asking, Given, is_choice, is_words
from meldcode.check.crossed import ADVICE, INJURY, MEASURE, Named, crossed
from meldcode.check.drawn import insists
from meldcode.check.exploration import Edge
from meldcode.check.history import ALL
from meldcode.check.meaning import SKIP
from meldcode.check.moves import APART, absent, can_open, opening, opens
from meldcode.check.verdict import Evidence, Verdict, broken, not_applicable
from meldcode.diagram.model import LEGAL_STEPS, Node, StepKind
from meldcode.form import Field
from meldcode.messages import Text

NAMING = {StepKind.VT_ADVIES: ADVICE, StepKind.LETSELDUIDING: INJURY}
ASKING = re.compile(r"\b(vraagt|raadpleegt|betrekt)\b", re.IGNORECASE)
FPKM = "fpkm"  # closed in 2017
NAMED = {
    StepKind.VT_ADVIES: ("veilig thuis",),
    StepKind.LETSELDUIDING: ("letsel", "vertrouwensarts", "forensisch"),
}


def all_steps_before_decision(evidence: Evidence) -> Verdict:
    """Deciding, reporting and helping come after the four steps before; helping after a decision too.

    What comes after a report that was sent, or after a hand-over that began the case, is free. A report
    may come earlier when Veilig Thuis was asked ("meld nu"), or by the acute route. A task that carries
    several steps passes them itself; whether a skip was agreed is for rule 10.
    """

    def missing(edge: Edge, node: Node) -> list[str]:
        passed = edge.history
        if ALL in passed or StepKind.ACUUT in node.steps:
            return []
        if StepKind.MELDEN in node.steps and f"did:{StepKind.VT_ADVIES}" in passed:
            return []
        wanted = [kind for kind in LEGAL_STEPS if kind not in node.steps]
        if StepKind.HULP not in node.steps:
            wanted = [kind for kind in wanted if kind is not StepKind.BESLISSEN]
        if "skip" in passed:
            wanted = [kind for kind in wanted if kind is not StepKind.GESPREK]
        return [kind for kind in wanted if f"did:{kind}" not in passed]

    skipped: dict[str, list[Edge]] = {}
    for edge, node in opening(evidence, StepKind.BESLISSEN, StepKind.MELDEN, StepKind.HULP):
        for kind in missing(edge, node)[:1]:
            skipped.setdefault(kind, []).append(edge)
    for kind in LEGAL_STEPS:
        if kind in skipped:
            return evidence.unless(
                skipped[kind],
                Text(
                    f"Een besluit, melding of hulp ligt open zonder de stap “{kind}”.",
                    f"A decision, report or help is open without the step “{kind}”.",
                ),
            )
    if not any(True for _ in opening(evidence, StepKind.BESLISSEN)):
        return absent(evidence, "Geen enkele weg komt bij een besluit.", "No way leads to a decision.")
    return evidence.holds()


def closing_is_recorded(evidence: Evidence) -> Verdict:
    for node in [one for one in evidence.meaning.people.values() if StepKind.AFSLUITEN in one.steps]:
        if not insists(evidence.meaning, node, is_words):
            return broken(
                f"“{node.name}” vraagt niet altijd om een reden die ingevuld moet worden.",
                f"“{node.name}” does not always ask a reason that must be filled in.",
                node.id,
            )
    unrecorded = [edge for edge in evidence.ends if "closed" not in edge.history]
    return evidence.unless(
        unrecorded,
        Text(
            "De zaak is klaar zonder afsluiten en vastleggen.",
            "The case is over without closing and recording.",
        ),
    )


def advice_in_reach(evidence: Evidence) -> Verdict:
    """Each time step 2 begins, both can be opened before another step is done; or are choices on its form."""
    meaning = evidence.meaning
    for node in meaning.people.values():
        if FPKM in meaning.texts(node):
            return broken(
                f"“{node.name}” noemt de FPKM. Die bestaat sinds 2017 niet meer.",
                f"“{node.name}” names the FPKM, which closed in 2017.",
                node.id,
            )
    for kind, nl, en in (
        (StepKind.VT_ADVIES, "advies van Veilig Thuis", "advice of Veilig Thuis"),
        (StepKind.LETSELDUIDING, "letselduiding", "an injury assessment"),
    ):
        for node in meaning.tagged(StepKind.CONSULTEREN):
            if kind in node.steps and not any(word in meaning.texts(node) for word in NAMED[kind]):
                return broken(
                    f"“{node.name}” hoort {nl} te bieden, maar geen vraag noemt het.",
                    f"“{node.name}” should offer {en}, but no question names it.",
                    node.id,
                )
        if not any(True for _ in opening(evidence, StepKind.CONSULTEREN)):
            return absent(evidence, f"Bij stap 2 is {nl} niet te kiezen.", f"Step 2 cannot reach {en}.")
        if not evidence.exploration.complete:
            continue
        near = can_open(evidence, kind, lambda node: not node.steps & BEYOND)
        far = [
            edge
            for edge, _ in opening(evidence, StepKind.CONSULTEREN)
            if f"did:{StepKind.CONSULTEREN}" not in edge.history
            and ALL not in edge.history
            and edge.target not in near
            and not opens(evidence, edge, kind)
        ]
        if far:
            return evidence.unless(
                far, Text(f"Bij stap 2 is {nl} niet te kiezen.", f"Step 2 cannot reach {en}.")
            )
    for kind, named in NAMING.items():
        astray = crossed(evidence.version, _asked_in_step_2(evidence, kind), named)
        if astray:
            return astray
    return _consulted(evidence) or evidence.holds()


def _consulted(evidence: Evidence) -> Verdict | None:
    """Whoever is asked for advice, by an answer whose value is the key of a role, and does not hear it."""
    consulting = evidence.meaning.tagged(StepKind.CONSULTEREN)
    questions = {
        field.key
        for node in consulting
        for field in evidence.meaning.fields(node)
        if ASKING.search(field.label)
    }
    for role in evidence.version.organisation.roles:
        own = [node.id for node in consulting if node.role == role]
        astray = crossed(evidence.version, own, Named(rf"^{re.escape(role)}$"), of=questions)
        if astray:
            return astray
    return None


def _asked_in_step_2(evidence: Evidence, kind: StepKind) -> frozenset[str]:
    """The tasks with which step 2 asks for it; advice is asked again later, at doubt or by a doctor."""
    tasks = evidence.meaning.tagged(kind)
    own = [node for node in tasks if StepKind.CONSULTEREN in node.steps]
    return frozenset(node.id for node in own or tasks if StepKind.ACUUT not in node.steps)


BEYOND = frozenset(LEGAL_STEPS) - {StepKind.CONSULTEREN}


def skip_with_second_person(evidence: Evidence) -> Verdict:
    meaning, version = evidence.meaning, evidence.version
    talks = meaning.tagged(StepKind.GESPREK)
    skips = meaning.tagged(StepKind.OVERSLAAN)
    skippable = [node for node in talks if meaning.skip_fields(node)]
    if not skips and not skippable:
        return not_applicable("Het gesprek is niet over te slaan.", "The conversation cannot be skipped.")
    roles = {node.role for node in talks}
    same = [node for node in skips if node.role in roles]
    if same:
        return broken(
            f"Bij “{same[0].name}” kijkt niet een ander mee.",
            f"At “{same[0].name}” nobody else looks along.",
            same[0].id,
        )
    for node in skips:
        if not meaning.refusal_fields(node):
            return broken(
                f"Bij “{node.name}” kan de tweede persoon geen nee zeggen.",
                f"At “{node.name}” the second person cannot say no.",
                node.id,
            )
    for node in skippable:
        form = meaning.form(node)
        if form is None or not Asking(version, form).only(is_words, _skipped):
            return broken(
                f"Overslaan bij “{node.name}” vraagt niet om een reden.",
                f"Skipping at “{node.name}” asks no reason.",
                node.id,
            )
    ahead = [
        edge
        for edge, node in opening(
            evidence, StepKind.WEGEN, StepKind.BESLISSEN, StepKind.MELDEN, StepKind.HULP
        )
        if "skip" in edge.history
        and not node.steps & APART
        and not (StepKind.MELDEN in node.steps and f"did:{StepKind.VT_ADVIES}" in edge.history)
        and ALL not in edge.history
    ]
    ahead += [edge for edge in evidence.ends if "skip" in edge.history and "closed" not in edge.history]
    return evidence.unless(
        ahead,
        Text(
            "Het gesprek is overgeslagen zonder dat een tweede persoon het eens was.",
            "The conversation was skipped without a second person agreeing.",
        ),
    )


def _skipped(given: Given) -> bool:
    return SKIP in given.values()


def people_are_told(evidence: Evidence) -> Verdict:
    for node in evidence.meaning.tagged(StepKind.INFORMEREN):
        if not _tells_or_why_not(evidence, node):
            return broken(
                f"“{node.name}” vraagt niet altijd hoe het ging of waarom niet.",
                f"“{node.name}” does not always ask how it went or why not.",
                node.id,
            )
    telling = [node.id for node in evidence.meaning.tagged(StepKind.INFORMEREN)]
    astray = crossed(evidence.version, telling, MEASURE)
    if astray:
        return astray
    return evidence.unless(
        [edge for edge in evidence.ends if edge.history & {"untold", "acute-untold"}],
        Text(
            "Er is gemeld en de zaak is klaar zonder dat de betrokkenen het horen of vastligt waarom niet.",
            "A report was made and the case is over without telling those involved or recording why not.",
        ),
    )


def _tells_or_why_not(evidence: Evidence, node: Node) -> bool:
    """Words for every answer but a plain yes; a yes is recorded as a choice."""
    meaning = evidence.meaning
    refusals = any(
        option.value.startswith(NOT_DONE)
        for field in meaning.fields(node)
        if isinstance(field, Field)
        for option in field.options
    )
    if not refusals:
        return insists(meaning, node, is_words)
    return insists(meaning, node, lambda field: is_words(field) or is_choice(field)) and insists(
        meaning, node, is_words, lambda given: any(str(one).startswith(NOT_DONE) for one in given.values())
    )


def kindcheck(evidence: Evidence) -> Verdict:
    if not evidence.meaning.adults:
        return not_applicable(
            "De organisatie heeft geen volwassen cliënten.", "The organisation has no adult clients."
        )
    if not evidence.meaning.tagged(StepKind.KINDCHECK):
        return broken("Er is geen kindcheck.", "There is no kindcheck.")
    missed = [
        edge
        for edge, _ in opening(evidence, StepKind.BESLISSEN)
        if ALL not in edge.history and f"did:{StepKind.KINDCHECK}" not in edge.history
    ]
    return evidence.unless(
        missed, Text("Het besluit ligt open zonder kindcheck.", "The decision is open without a kindcheck.")
    )
