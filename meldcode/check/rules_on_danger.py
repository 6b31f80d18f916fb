"""Rules on doubt, danger and the acute route, judged on the moves that were played."""

from __future__ import annotations

from collections.abc import Iterator

from meldcode.check.asking import is_words
from meldcode.check.crossed import DOUBTING, crossed
from meldcode.check.drawn import insists
from meldcode.check.exploration import Edge
from meldcode.check.history import has
from meldcode.check.meaning import ACUTE
from meldcode.check.moves import aside, can_come_to, can_open, finishes, opening
from meldcode.check.norms import contradiction
from meldcode.check.verdict import Evidence, Says, Verdict, broken
from meldcode.diagram.model import Node, StepKind
from meldcode.messages import Text


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
    astray = _doubt_astray(evidence)
    if astray:
        return astray
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
    verdict = evidence.unless(
        wrong,
        Text(
            "Er is twijfel, en toch volgt iets anders dan Veilig Thuis, opnieuw wegen of melden.",
            "There is doubt, and yet something else follows than advice, weighing or a report.",
        ),
    )
    if verdict.says is Says.BROKEN or not evidence.exploration.complete:
        return verdict
    stuck = list(_never_asked_again(evidence))
    return evidence.unless(stuck, NEVER_AGAIN) if stuck else verdict


NEVER_AGAIN = Text(
    "Na het advies van Veilig Thuis wordt niet opnieuw gevraagd waarover is getwijfeld, en de twijfel leidt "
    "weer naar dat advies.",
    "After the advice of Veilig Thuis what was doubted is not asked again, and the doubt leads to that "
    "advice once more.",
)


def _never_asked_again(evidence: Evidence) -> Iterator[Edge]:
    """The ends of an advice after which nobody weighs again what was doubted, and doubt asks advice anew."""
    meaning = evidence.meaning
    advised = [edge for edge in evidence.exploration.edges if finishes(evidence, edge, StepKind.VT_ADVIES)]

    def unsent(node: Node) -> bool:
        return StepKind.MELDEN not in node.steps

    anew = can_open(evidence, StepKind.VT_ADVIES, unsent)
    for doubted in sorted({one for edge in advised for one in edge.history if one.startswith("doubt@")}):
        questions = meaning.asked(doubted.partition("@")[2])

        def asks(node: Node, questions: frozenset[str] = questions) -> bool:
            return StepKind.WEGEN in node.steps and meaning.asked(node.form or "") >= questions

        again = can_come_to(evidence, asks, unsent)
        for edge in advised:
            if doubted not in edge.history or has(edge.history, "danger"):
                continue
            if edge.target in anew and edge.target not in again:
                yield edge


def _doubt_astray(evidence: Evidence) -> Verdict | None:
    """Whoever doubts at a weighing, that of a side route too, goes elsewhere than to the advice of Veilig
    Thuis, to a report or to weighing again, while somebody who does not doubt gets the advice."""
    people = evidence.meaning.people.values()
    advice = [node.id for node in people if StepKind.VT_ADVIES in node.steps]
    also = [node.id for node in people if node.steps & {StepKind.MELDEN, StepKind.WEGEN}]
    asked = {
        field.key
        for node in people
        if StepKind.WEGEN in node.steps
        for field in evidence.meaning.fields(node)
    }
    return crossed(evidence.version, advice, DOUBTING, also=also, of=asked)


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
    contradicted = contradiction(evidence)
    if contradicted:
        return contradicted
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
