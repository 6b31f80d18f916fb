"""Rules about the ways a case can go: judged on the moves that were played with the real engine."""

from __future__ import annotations

from collections.abc import Iterator

from meldcode.check.blocking import blocked
from meldcode.check.explore import Edge
from meldcode.check.history import ALL, has
from meldcode.check.meaning import CHOICES, asks_words
from meldcode.check.soundness import soundness
from meldcode.check.tables import blank_advice, deciding_defaults
from meldcode.check.verdict import Evidence, Says, Verdict, broken, not_applicable
from meldcode.diagram.model import LEGAL_STEPS, Node, StepKind
from meldcode.messages import Text

NEED_COLLEAGUE = frozenset(
    {"onderwijs", "kinderopvang", "jeugdzorg", "ggz", "maatschappelijke-ondersteuning"}
)
DECIDING = frozenset({StepKind.BESLISSEN, StepKind.MELDEN, StepKind.AFSLUITEN})


def opening(evidence: Evidence, *kinds: StepKind) -> Iterator[tuple[Edge, Node]]:
    """The moves that open a task with one of these tags, side routes left out."""
    nodes = evidence.version.nodes
    for edge in evidence.exploration.edges:
        for key in edge.opened:
            node = nodes[key]
            if node.steps & set(kinds) and StepKind.ZIJROUTE not in node.steps:
                yield edge, node


def all_steps_before_decision(evidence: Evidence) -> Verdict:
    """A report that was sent ("VT: meld nu") and a task that carries several steps count as passing."""

    def missing(edge: Edge, node: Node) -> list[str]:
        if ALL in edge.history:
            return []
        wanted = set(LEGAL_STEPS) - node.steps - {StepKind.BESLISSEN}
        return sorted(
            kind for kind in wanted if f"did:{kind}" not in edge.history and not _hand_over(evidence, kind)
        )

    def _hand_over(evidence: Evidence, kind: str) -> bool:
        return kind == StepKind.GESPREK and "skip" in edge.history  # rule 10 looks at the skip

    skipped: dict[str, list[Edge]] = {}
    for edge, node in opening(evidence, StepKind.BESLISSEN):
        for kind in missing(edge, node)[:1]:
            skipped.setdefault(kind, []).append(edge)
    for kind in LEGAL_STEPS:
        if kind in skipped:
            return evidence.unless(
                skipped[kind],
                Text(
                    f"Het besluit ligt open zonder de stap “{kind}”.",
                    f"The decision is open without the step “{kind}”.",
                ),
            )
    if not any(True for _ in opening(evidence, StepKind.BESLISSEN)):
        return broken("Geen enkele weg komt bij een besluit.", "No way leads to a decision.")
    return evidence.holds()


def closing_is_recorded(evidence: Evidence) -> Verdict:
    for node in [one for one in evidence.meaning.people.values() if StepKind.AFSLUITEN in one.steps]:
        if not asks_words(evidence.meaning.form(node)):
            return broken(
                f"“{node.name}” vraagt niet om een reden die ingevuld moet worden.",
                f"“{node.name}” asks no reason that must be filled in.",
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
    """From step 2, before any further legal step, both must be able to open; or be a choice on its form."""
    for kind, nl, en in (
        (StepKind.VT_ADVIES, "advies van Veilig Thuis", "advice of Veilig Thuis"),
        (StepKind.LETSELDUIDING, "letselduiding", "an injury assessment"),
    ):
        tasks = [node for node in evidence.meaning.tagged(StepKind.CONSULTEREN)]
        at_once = any(node.steps >= {kind, StepKind.CONSULTEREN} for _, node in opening(evidence, kind))
        if not at_once and not any(
            _near(evidence, edge, kind)
            for edge in evidence.exploration.edges
            if edge.move.kind == "complete" and _consults(evidence, edge)
        ):
            if not evidence.exploration.complete:
                return evidence.holds()
            return broken(
                f"Bij stap 2 is {nl} niet te kiezen.",
                f"Step 2 cannot reach {en}.",
                *(node.id for node in tasks),
            )
    return evidence.holds()


def _consults(evidence: Evidence, edge: Edge) -> bool:
    node = evidence.version.nodes[edge.move.node]
    return StepKind.CONSULTEREN in node.steps and StepKind.ZIJROUTE not in node.steps


def _near(evidence: Evidence, edge: Edge, kind: StepKind) -> bool:
    """Whether a task of this kind opens after the move, before another legal step is finished."""
    nodes, seen, todo = evidence.version.nodes, set[int](), [edge]
    while todo:
        one = todo.pop()
        if any(kind in nodes[key].steps for key in one.opened):
            return True
        if one.target is None or one.target in seen:
            continue
        seen.add(one.target)
        for following in evidence.exploration.out(one.target):
            node = nodes.get(following.move.node)
            steps = node.steps if node else frozenset()
            if following.move.kind == "complete" and not steps & (set(LEGAL_STEPS) - {StepKind.CONSULTEREN}):
                todo.append(following)
    return False


def doubt(evidence: Evidence) -> Verdict:
    if not evidence.meaning.doubt_fields:
        return broken(
            "Bij het wegen is “ik twijfel” geen antwoord.", "“I doubt” is no answer of the weighing."
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
    for node in evidence.meaning.tagged(StepKind.MELDEN):
        if not evidence.meaning.sending(node):
            return broken(
                f"“{node.name}” vraagt niet wanneer de melding is verstuurd.",
                f"“{node.name}” does not ask when the report was sent.",
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
    if not evidence.meaning.acute_routes:
        return broken(
            "Er is geen spoedroute (een gebeurtenis-subproces dat begint met het bericht `acuut`).",
            "There is no acute route (an event subprocess that begins with the message `acuut`).",
        )
    refused = set(evidence.exploration.refused_acute)
    closed = [edge for edge in evidence.exploration.edges if edge.target in refused]
    if closed:
        return evidence.unless(
            closed, Text("Hier is de spoedroute dicht.", "Here the acute route is closed.")
        )
    nodes = evidence.version.nodes
    waits = [
        edge
        for edge in evidence.exploration.edges
        if edge.move.kind == "raise"
        and "acuut" in edge.move.said
        and edge.target is not None
        and not any(StepKind.ACUUT in nodes[key].steps for key in edge.opened)
    ]
    return evidence.unless(
        waits,
        Text(
            "De spoedroute begint niet meteen met bellen (112 of Veilig Thuis).",
            "The acute route does not begin with a call at once (112 or Veilig Thuis).",
        ),
    )


def two_decisions(evidence: Evidence) -> Verdict:
    tasks = evidence.meaning.tagged(StepKind.BESLISSEN)
    read = {name for names in evidence.exploration.reads.values() for name in names}
    asked = [
        field.key
        for node in tasks
        for field in evidence.meaning.fields(node)
        if field.type in CHOICES and field.required and field.key in read
    ]
    if len(asked) < 2:
        return broken(
            "Stap 5 vraagt niet apart of melden nodig is en of hulp mogelijk is.",
            "Step 5 does not ask apart whether a report is needed and help is possible.",
            *(n.id for n in tasks),
        )
    for kind, nl in ((StepKind.MELDEN, "melden"), (StepKind.HULP, "hulp")):
        if not any(_after_decision(evidence, kind)):
            if not evidence.exploration.complete:
                return evidence.holds()
            return broken(
                f"Na het besluit is {nl} niet te bereiken.", f"After the decision {kind} cannot be reached."
            )
    if not _both(evidence):
        if not evidence.exploration.complete:
            return evidence.holds()
        return broken("Melden én hulp kan niet allebei.", "A report and help cannot both happen.")
    return evidence.holds()


def _after_decision(evidence: Evidence, kind: StepKind) -> Iterator[Edge]:
    seen: set[int] = set()
    todo = [edge for edge in evidence.exploration.edges if _finishes(evidence, edge, StepKind.BESLISSEN)]
    while todo:
        edge = todo.pop()
        if any(kind in evidence.version.nodes[key].steps for key in edge.opened):
            yield edge
        if edge.target is None or edge.target in seen:
            continue
        seen.add(edge.target)
        todo += [
            one
            for one in evidence.exploration.out(edge.target)
            if one.move.kind == "complete" and not _finishes(evidence, one, StepKind.BESLISSEN)
        ]


def _finishes(evidence: Evidence, edge: Edge, kind: StepKind) -> bool:
    if edge.move.kind != "complete":
        return False
    steps = evidence.version.nodes[edge.move.node].steps
    return kind in steps and not steps & {StepKind.ZIJROUTE, StepKind.ACUUT}


def _both(evidence: Evidence) -> bool:
    """Whether one decision can lead to a report and to help, in either order."""
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
        if reported and helped:
            return True
        if edge.target is None or (edge.target, reported, helped) in seen:
            continue
        seen.add((edge.target, reported, helped))
        todo += [
            (one, reported, helped)
            for one in evidence.exploration.out(edge.target)
            if not _finishes(evidence, one, StepKind.BESLISSEN)
        ]
    return False


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
    same = [node for node in skips if node.role in roles and len(version.organisation.roles) > 1]
    if same:
        return broken(
            f"Bij “{same[0].name}” kijkt niet een ander mee.",
            f"At “{same[0].name}” nobody else looks along.",
            same[0].id,
        )
    for node in skippable:
        if not any(_reasoned(evidence, edge) for edge in _skipping(evidence)) and any(
            True for _ in _skipping(evidence)
        ):
            return broken(
                f"Overslaan bij “{node.name}” vraagt niet om een reden.",
                f"Skipping at “{node.name}” asks no reason.",
                node.id,
            )
    ahead = [
        edge for edge, _ in opening(evidence, StepKind.WEGEN, StepKind.BESLISSEN) if "skip" in edge.history
    ]
    ahead += [edge for edge in evidence.ends if "skip" in edge.history and "closed" not in edge.history]
    return evidence.unless(
        ahead,
        Text(
            "Het gesprek is overgeslagen zonder dat een tweede persoon het eens was.",
            "The conversation was skipped without a second person agreeing.",
        ),
    )


def _skipping(evidence: Evidence) -> Iterator[Edge]:
    return (edge for edge in evidence.exploration.edges if "skipped" in edge.move.said)


def _reasoned(evidence: Evidence, edge: Edge) -> bool:
    """Whether the form insists on words that only a skip asks for."""
    form = evidence.meaning.form(evidence.version.nodes[edge.move.node])
    if form is None:
        return False
    document = evidence.exploration.states[edge.source or 0].state["document"]
    blank = {
        key: (None if getattr(field, "type", "") in ("textarea", "textfield") else edge.move.answers.get(key))
        for key, field in form.fields.items()
    }
    return bool(form.check(blank, document).errors)


def people_are_told(evidence: Evidence) -> Verdict:
    for node in evidence.meaning.tagged(StepKind.INFORMEREN):
        if not asks_words(evidence.meaning.form(node)):
            return broken(
                f"“{node.name}” vraagt niet hoe het ging of waarom niet.",
                f"“{node.name}” asks neither how it went nor why not.",
                node.id,
            )
    return evidence.unless(
        [edge for edge in evidence.ends if "untold" in edge.history],
        Text(
            "Er is gemeld en de zaak is klaar zonder dat de betrokkenen het horen of vastligt waarom niet.",
            "A report was made and the case is over without telling those involved or recording why not.",
        ),
    )


def people_decide(evidence: Evidence) -> Verdict:
    nodes = evidence.version.nodes
    by_time = [
        edge
        for edge in evidence.exploration.edges
        if edge.move.kind == "timer"
        and (
            ((target := evidence.target(edge)) is not None and target.finished)
            or any(nodes[key].kind == "userTask" for key in edge.cancelled)
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
    alone = [
        edge
        for edge in evidence.ends
        if edge.move.kind == "complete"
        and not nodes[edge.move.node].steps & {StepKind.AFSLUITEN, StepKind.OVERDRACHT, StepKind.ACUUT}
        and not nodes[edge.move.node].steps & {StepKind.BESLISSEN, StepKind.INFORMEREN, StepKind.VOLGEN}
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
    return evidence.unless(
        failed,
        Text(
            "De hulp werkt niet en de zaak is klaar zonder nieuw besluit of melding.",
            "The help does not work and the case is over without a new decision or a report.",
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
    routes = [node for node in evidence.version.nodes.values() if StepKind.ZIJROUTE in node.steps]
    if not routes:
        return broken(
            "Er is geen eigen weg voor geweld door een collega (taken met `zijroute`).",
            "There is no route of its own for violence by a colleague (tasks tagged `zijroute`).",
        )
    if evidence.exploration.complete and not any(node.id in evidence.exploration.reached for node in routes):
        return broken(
            "De eigen weg voor een collega is niet te bereiken.",
            "The route for a colleague cannot be reached.",
            *(node.id for node in routes),
        )
    return evidence.holds()


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
    if evidence.meaning.doctors:
        early = [
            edge
            for edge, node in opening(evidence, StepKind.MELDEN)
            if StepKind.ACUUT not in node.steps
            and ALL not in edge.history
            and f"did:{StepKind.VT_ADVIES}" not in edge.history
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
