"""Rules about the ways a case can go: judged on the moves that were played with the real engine."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

from meldcode.check.asking import NOT_DONE, Asking, Given, is_choice, is_words
from meldcode.check.blocking import blocked
from meldcode.check.deciding import deciding_defaults, deciding_on
from meldcode.check.drawn import insists
from meldcode.check.exploration import Edge
from meldcode.check.history import ALL, has
from meldcode.check.meaning import ACUTE, SKIP, Meaning
from meldcode.check.soundness import soundness
from meldcode.check.tables import blank_advice
from meldcode.check.verdict import Evidence, Says, Verdict, broken, not_applicable
from meldcode.diagram.model import LEGAL_STEPS, Node, StepKind
from meldcode.form import Field
from meldcode.messages import Text

NEED_COLLEAGUE = frozenset(
    {"onderwijs", "kinderopvang", "jeugdzorg", "ggz", "maatschappelijke-ondersteuning"}
)
FPKM = "fpkm"  # closed in 2017
NAMED = {
    StepKind.VT_ADVIES: ("veilig thuis",),
    StepKind.LETSELDUIDING: ("letsel", "vertrouwensarts", "forensisch"),
}


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
        near = _can_open(evidence, kind, lambda node: not node.steps & BEYOND)
        far = [
            edge
            for edge, _ in opening(evidence, StepKind.CONSULTEREN)
            if f"did:{StepKind.CONSULTEREN}" not in edge.history
            and ALL not in edge.history
            and edge.target not in near
            and not _opens(evidence, edge, kind)
        ]
        if far:
            return evidence.unless(
                far, Text(f"Bij stap 2 is {nl} niet te kiezen.", f"Step 2 cannot reach {en}.")
            )
    return evidence.holds()


BEYOND = frozenset(LEGAL_STEPS) - {StepKind.CONSULTEREN}


def _opens(evidence: Evidence, edge: Edge, kind: StepKind) -> bool:
    return any(
        kind in steps and StepKind.ZIJROUTE not in steps and StepKind.ACUUT not in steps
        for steps in (evidence.version.nodes[key].steps for key in edge.opened)
    )


def _can_open(evidence: Evidence, kind: StepKind, passable: Callable[[Node], bool]) -> set[int]:
    """The states from which people can open such a task by finishing passable tasks only."""
    exploration, nodes = evidence.exploration, evidence.version.nodes
    found = {
        state.number
        for state in exploration.states
        if any(kind in nodes[key].steps and not nodes[key].steps & APART for key in state.open)
    }
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


APART = frozenset({StepKind.ZIJROUTE, StepKind.ACUUT})


def doubt(evidence: Evidence) -> Verdict:
    if not evidence.meaning.doubt_fields:
        return broken(
            "Bij het wegen is “ik twijfel” geen antwoord.", "“I doubt” is no answer of the weighing."
        )
    certain = sorted(evidence.meaning.weighed_fields - evidence.meaning.doubt_fields)
    if certain:
        return broken(
            f"Op de vraag `{certain[0]}` van het wegen is “ik twijfel” geen antwoord.",
            f"“I doubt” is no answer to the question `{certain[0]}` of the weighing.",
            *certain,
        )
    away = frozenset({StepKind.HULP, StepKind.AFSLUITEN, StepKind.VOLGEN})

    def pending(edge: Edge) -> bool:
        return has(edge.history, "doubt") and not has(edge.history, "danger") and edge.move.kind != "raise"

    def lost(edge: Edge) -> bool:
        target = evidence.target(edge)
        opened = [evidence.version.nodes[key].steps for key in edge.opened]
        leads = any(steps & away and StepKind.WEGEN not in steps for steps in opened)
        return pending(edge) and (leads or bool(target and target.finished))

    wrong = [edge for edge in evidence.exploration.edges if lost(edge)]
    if not any(pending(edge) for edge, _ in opening(evidence, StepKind.VT_ADVIES, StepKind.MELDEN)):
        wrong = wrong or [edge for edge in evidence.exploration.edges if pending(edge)]
    return evidence.unless(
        wrong,
        Text(
            "Er is twijfel, en toch volgt iets anders dan Veilig Thuis, opnieuw wegen of melden.",
            "There is doubt, and yet something else follows than advice, weighing or a report.",
        ),
    )


def danger_is_reported(evidence: Evidence) -> Verdict:
    if not evidence.meaning.danger_fields:
        return broken(
            "Het wegen vraagt niet naar acute of structurele onveiligheid (velden `acuut`, "
            "`onthulling`, `structureel`).",
            "The weighing does not ask about acute or structural unsafety (fields `acuut`, "
            "`onthulling`, `structureel`).",
        )
    reports = [one for one in evidence.meaning.people.values() if StepKind.MELDEN in one.steps]
    for node in reports:
        if not evidence.meaning.sending(node):
            return broken(
                f"“{node.name}” vraagt niet wanneer de melding is verstuurd.",
                f"“{node.name}” does not ask when the report was sent.",
                node.id,
            )
    for node in [*reports, *evidence.meaning.tagged(StepKind.VT_ADVIES)]:
        if not insists(evidence.meaning, node, is_words):
            return broken(
                f"“{node.name}” vraagt niet altijd bij wie, of waarom niet.",
                f"“{node.name}” does not always ask with whom, or why not.",
                node.id,
            )
    unreported = [
        edge for edge in evidence.ends if has(edge.history, "danger") and "excused" not in edge.history
    ]
    verdict = evidence.unless(
        unreported,
        Text(
            "Er is acute of structurele onveiligheid en de zaak is klaar zonder melding of advies "
            "van Veilig Thuis.",
            "There is acute or structural unsafety and the case is over without a report or advice.",
        ),
    )
    if verdict.says is Says.BROKEN:
        return verdict
    raised = [edge for edge in evidence.ends if edge.history & {"acute", "contact"}]
    return evidence.unless(
        raised,
        Text(
            "De spoedroute begon en de zaak is klaar zonder vastgelegde melding.",
            "The acute route began and the case is over without a recorded report.",
        ),
    )


def acute_is_open(evidence: Evidence) -> Verdict:
    process = evidence.exploration.process
    if not evidence.meaning.acute_routes_of(process):
        where = Text(f" in “{process}”", f" in “{process}”") if aside(evidence) else Text("", "")
        return broken(
            f"Er is{where.nl} geen spoedroute: een gebeurtenis-subproces dat begint met het bericht `acuut`.",
            f"There is no acute route{where.en}: an event subprocess that begins with the message `acuut`.",
        )
    refused = set(evidence.exploration.refused_acute)
    closed = [edge for edge in evidence.exploration.edges if edge.target in refused]
    if closed:
        return evidence.unless(
            closed, Text("Hier is de spoedroute dicht.", "Here the acute route is closed.")
        )
    played = [*evidence.exploration.edges, *evidence.exploration.tried]
    begins = [edge for edge in played if _begins_route(edge)]
    return evidence.unless(
        [edge for edge in begins if not _calls(evidence, edge)],
        Text(
            "De spoedroute begint niet meteen met bellen (112 of Veilig Thuis).",
            "The acute route does not begin with a call at once (112 or Veilig Thuis).",
        ),
    )


def _begins_route(edge: Edge) -> bool:
    return edge.move.kind == "raise" and ACUTE in edge.move.said and edge.incident is None


def _calls(evidence: Evidence, edge: Edge) -> bool:
    """Whether a task is open at once that says whom to call, and nothing else of the route is before it."""
    nodes, meaning = evidence.version.nodes, evidence.meaning
    texts = [meaning.texts(nodes[key]) for key in edge.opened if StepKind.ACUUT in nodes[key].steps]
    return any("112" in text and "veilig thuis" in text for text in texts)


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
    if not evidence.exploration.complete:
        return evidence.holds()
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


def _finishes(evidence: Evidence, edge: Edge, kind: StepKind) -> bool:
    if edge.move.kind != "complete":
        return False
    steps = evidence.version.nodes[edge.move.node].steps
    return kind in steps and not steps & APART


def _combined(evidence: Evidence) -> set[tuple[bool, bool]]:
    """What one decision can lead to before it is looked back at or closed: a report, help."""
    found: set[tuple[bool, bool]] = set()
    seen: set[tuple[int, bool, bool]] = set()
    todo = [
        (edge, False, False)
        for edge in evidence.exploration.edges
        if _finishes(evidence, edge, StepKind.BESLISSEN)
    ]
    while todo:
        edge, reported, helped = todo.pop()
        reported |= _finishes(evidence, edge, StepKind.MELDEN)
        helped |= _finishes(evidence, edge, StepKind.HULP)
        over = edge.target is None or evidence.exploration.states[edge.target].finished
        if over or _opens(evidence, edge, StepKind.VOLGEN) or _opens(evidence, edge, StepKind.AFSLUITEN):
            found.add((reported, helped))
            continue
        if edge.target is None or (edge.target, reported, helped) in seen:
            continue
        seen.add((edge.target, reported, helped))
        todo += [
            (one, reported, helped)
            for one in evidence.exploration.out(edge.target)
            if one.move.kind == "complete" and not _finishes(evidence, one, StepKind.BESLISSEN)
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
    own = blank_advice(evidence) or deciding_defaults(evidence)
    if own is not None:
        return own
    by_table = [
        edge
        for edge in evidence.exploration.edges
        if edge.move.kind == "complete"
        and any(nodes[key].decision for key in edge.trail if key in nodes)
        and not nodes[edge.move.node].steps & {StepKind.BESLISSEN, *APART}
        and (_ends(evidence, edge) or any(_opens(evidence, edge, kind) for kind in RESULTS))
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


def _ends(evidence: Evidence, edge: Edge) -> bool:
    target = evidence.target(edge)
    return target is not None and target.finished


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
    failed = [edge for edge in evidence.ends if "failed" in edge.history]
    failed += [edge for edge, _ in opening(evidence, StepKind.HULP) if "failed" in edge.history]
    if evidence.exploration.complete:
        again = _can_open(
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


def colleague(evidence: Evidence) -> Verdict:
    if evidence.version.organisation.sector not in NEED_COLLEAGUE:
        return not_applicable(
            "Deze sector heeft hiervoor een andere regeling.", "This sector has another arrangement for this."
        )
    routes = colleague_route(evidence.meaning)
    if not routes:
        return broken(
            "Er is geen eigen weg voor geweld door een collega (`zijroute collega` bij die taken, of bij de "
            "activiteit die ze aanroept).",
            "There is no route of its own for violence by a colleague (`zijroute collega` on those tasks, or "
            "on the activity that calls them).",
        )
    begun = [evidence, *evidence.sides]
    reached = frozenset[str]().union(*(one.exploration.reached for one in begun))
    missed = [evidence.version.nodes[key] for key in sorted(routes - reached)]
    if all(one.exploration.complete for one in begun) and missed:
        return broken(
            "De eigen weg voor een collega is niet (helemaal) te bereiken.",
            "The route for a colleague cannot be reached, or not all of it.",
            *(node.id for node in missed),
        )
    left = any(_leaves(evidence, edge, routes) for edge in evidence.exploration.edges)
    own = any(_begins(one, routes) for one in evidence.sides)
    if not (left or own):
        return evidence.missing(
            "Geen antwoord bij de signalen verlaat de gewone stappen voor de eigen weg.",
            "No answer among the signals leaves the ordinary steps for the route of its own.",
        )
    return evidence.holds()


def colleague_route(meaning: Meaning) -> frozenset[str]:
    """The tasks of the route for violence by a colleague: tagged so, or called by an activity that is."""
    nodes = meaning.version.nodes.values()
    wanted = {StepKind.ZIJROUTE, StepKind.COLLEGA}
    called = {node.called_element for node in nodes if node.called_element and node.steps >= wanted}
    return frozenset(
        key
        for key, node in meaning.people.items()
        if node.steps >= wanted or (node.process in called and StepKind.ZIJROUTE in node.steps)
    )


def _leaves(evidence: Evidence, edge: Edge, routes: frozenset[str]) -> bool:
    """Whether somebody who signals leaves the ordinary steps: only tasks of that route are open."""
    target = evidence.target(edge)
    return (
        _finishes(evidence, edge, StepKind.SIGNALEREN)
        and target is not None
        and bool(target.open)
        and target.open <= routes
    )


def _begins(evidence: Evidence, routes: frozenset[str]) -> bool:
    """Whether the cases of a process of their own begin with that route."""
    first = evidence.exploration.states[0].open
    return bool(first) and first <= routes


def sound(evidence: Evidence) -> Verdict:
    worst: Verdict | None = None
    for _, verdict in soundness(evidence):
        if verdict.says is Says.BROKEN:
            return verdict
        if verdict.says is Says.UNPROVEN:
            worst = worst or verdict
    nobody = [node for node in evidence.meaning.people.values() if not node.role]
    if nobody:
        return broken(
            f"“{nobody[0].name}” heeft geen rol.", f"“{nobody[0].name}” has no role.", *(n.id for n in nobody)
        )
    meaning = evidence.meaning
    if meaning.doctors or meaning.doctor_fields:
        early = [
            edge
            for edge, node in opening(evidence, StepKind.MELDEN)
            if StepKind.ACUUT not in node.steps
            and ALL not in edge.history
            and f"did:{StepKind.VT_ADVIES}" not in edge.history
            and ("doctor" in edge.history or not meaning.doctor_fields)
        ]
        verdict = evidence.unless(
            early,
            Text(
                "Een arts meldt zonder eerst Veilig Thuis om advies te vragen.",
                "A doctor reports without asking Veilig Thuis for advice first.",
            ),
        )
        if verdict.says is not Says.HOLDS:
            return verdict
    return worst or evidence.holds()


def nobody_blocks(evidence: Evidence) -> Verdict:
    if not evidence.meaning.tagged(StepKind.MELDEN):
        return broken("Er is geen taak om te melden.", "There is no task to report.")
    if not evidence.exploration.complete:
        return evidence.holds()  # what was not looked at may give her the choice back
    edges, why = blocked(evidence)
    return evidence.unless(edges, why)
