"""Rules on the route for violence by a colleague, and on all that can be reached."""

from __future__ import annotations

from meldcode.check.crossed import COLLEAGUE, HOME, SUSPICION, crossed
from meldcode.check.exploration import Edge
from meldcode.check.history import ALL
from meldcode.check.meaning import Meaning
from meldcode.check.moves import finishes, opening
from meldcode.check.soundness import soundness
from meldcode.check.verdict import Evidence, Says, Verdict, broken, not_applicable
from meldcode.check.ways import behind, ways
from meldcode.diagram.model import StepKind
from meldcode.messages import Text

NEED_COLLEAGUE = frozenset(
    {"onderwijs", "kinderopvang", "jeugdzorg", "ggz", "maatschappelijke-ondersteuning"}
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
    consulting = [node.id for node in evidence.meaning.tagged(StepKind.CONSULTEREN)]
    nodes = evidence.version.nodes
    reports = [key for key in routes if StepKind.MELDEN in nodes[key].steps]
    astray = (
        crossed(evidence.version, routes, COLLEAGUE)
        or crossed(evidence.version, consulting, HOME)
        or crossed(evidence.version, reports, SUSPICION)
        or _own_case(evidence, routes)
    )
    return astray or evidence.holds()


def _own_case(evidence: Evidence, routes: frozenset[str]) -> Verdict | None:
    """Whoever an answer among the signals names as the suspected, by the key of a role, gets a task of the
    route, while with another answer the route keeps that role out: the two are crossed."""
    version, roles = evidence.version, evidence.version.organisation.roles
    signals = {
        field.key
        for node in evidence.meaning.tagged(StepKind.SIGNALEREN)
        for field in evidence.meaning.fields(node)
    }
    for gateway, answers in ways(version).items():
        led = {one: routes & behind(version, gateway, one) for one in answers if one[0] in signals}
        for (name, value), nodes in led.items():
            if value not in roles or value in evidence.meaning.professionals:
                continue  # of those who signal there are several: another of them is not the suspected
            own = sorted(key for key in nodes if version.nodes[key].role == value)
            apart = any(
                others and all(version.nodes[key].role != value for key in others)
                for (other, _), others in led.items()
                if other == name
            )
            if own and apart:
                who, task = roles[value].name, version.nodes[own[0]].name
                return broken(
                    f"Wie antwoordt dat het over de rol “{who}” gaat, geeft die rol zelf de taak “{task}”; "
                    "bij een ander antwoord blijft die rol erbuiten.",
                    f"Whoever answers that it is about the role “{who}” gives that role the task “{task}”; "
                    "with another answer that role stays out of it.",
                    gateway,
                    own[0],
                )
    return None


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
        finishes(evidence, edge, StepKind.SIGNALEREN)
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
