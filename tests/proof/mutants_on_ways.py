"""Two ways of a gateway swapped: each case still gets somewhere, and not where its answers say."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from meldcode.check.following import asks_back
from meldcode.check.ways import gateways
from meldcode.diagram.model import Flow, Node, StepKind
from tests.proof.meant import NotHere, Organisation
from tests.proof.mutant import Damage, mutant, sound
from tests.proof.mutants_on_answers import swap

S = StepKind
Leads = Callable[[Node], bool]


def tagged(*kinds: StepKind) -> Leads:
    return lambda node: node.steps >= {*kinds}


def _pairs(
    one: Organisation, first: Leads, second: Leads, choices: list[Node] | None = None
) -> list[tuple[Flow, Flow]]:
    """Every two ways of a gateway of which one leads to the first only and the other to the second only."""

    def to(flow: Flow, leads: Leads) -> bool:
        return any(leads(node) for node in one.coming(flow))

    return [
        (one_way, other)
        for gateway in choices or one.gateways()
        for one_way in one.flows(gateway)
        for other in one.flows(gateway)
        if to(one_way, first) and not to(one_way, second) and to(other, second) and not to(other, first)
    ]


def swapped(first: Leads, second: Leads, why_not: str) -> Damage:
    def damage(one: Organisation) -> None:
        found = _pairs(one, first, second)
        if not found:
            raise NotHere(why_not)
        swap(one, *found[0])

    return damage


NO_CHOICE = "daar is in de eigen weg voor een collega niets te kiezen"
mutant("redelijk vermoeden: geen aangifte", 19)(
    swapped(tagged(S.ZIJROUTE, S.MELDEN), tagged(S.ZIJROUTE, S.AFSLUITEN), NO_CHOICE)
)
mutant("twijfel doet aangifte, een vermoeden niet", 19)(
    swapped(tagged(S.ZIJROUTE, S.MELDEN), tagged(S.ZIJROUTE, S.CONSULTEREN), NO_CHOICE)
)
mutant("twijfel sluit de eigen weg", 13)(
    swapped(tagged(S.ZIJROUTE, S.AFSLUITEN), tagged(S.ZIJROUTE, S.CONSULTEREN), NO_CHOICE)
)
mutant("twijfel in een zijroute krijgt geen advies", 5)(
    swapped(
        tagged(S.ZIJROUTE, S.VT_ADVIES),
        tagged(S.ZIJROUTE, S.INFORMEREN),
        "geen zijroute weegt en kan Veilig Thuis om advies vragen",
    )
)


@mutant("wie twijfelde, wordt niet opnieuw gevraagd", 5)
def _(one: Organisation) -> None:
    """After the advice of Veilig Thuis the others weigh, and who doubted does not."""
    found = [
        pair
        for pair in itertools.permutations(one.tasks(S.WEGEN), 2)
        if any(one.meaning.asked(node.form or "") for node in pair)
    ]
    for first, second in found:
        ways = _pairs(one, lambda node, it=first: node == it, lambda node, it=second: node == it)
        if ways:
            swap(one, *ways[0])
            return
    raise NotHere("één taak weegt, of na twijfel weegt iedereen")


@mutant("over wie het gaat, krijgt zelf de taak", 19)
def _(one: Organisation) -> None:
    for gateway in one.gateways():
        for flow in one.flows(gateway):
            named = [key for key in one.version.organisation.roles if f'= "{key}"' in (flow.condition or "")]
            if named and gateway.process != one.main:
                swap(one, flow, next(other for other in one.flows(gateway) if other != flow))
                return
    raise NotHere("geen antwoord noemt een rol")


NO_HELP = "hulp is hier geen keuze"
mutant("wie hulp kiest, krijgt geen hulp", 8)(swapped(tagged(S.HULP), tagged(S.AFSLUITEN), NO_HELP))
mutant("wie hulp kiest, wordt alleen gevolgd", 8)(swapped(tagged(S.HULP), tagged(S.VOLGEN), NO_HELP))


@mutant("een maatregel: de instelling hoort het niet", 11)
def _(one: Organisation) -> None:
    telling = _pairs(one, tagged(S.INFORMEREN), lambda node: bool(node.steps & {S.HULP, S.VOLGEN}))
    if not telling:
        raise NotHere("geen antwoord vraagt om een instelling te informeren")
    swap(one, *telling[0])


mutant("mantelzorg: niemand gaat het na", 18)(
    swapped(tagged(S.MANTELZORGCHECK), tagged(S.CONSULTEREN), "de check hangt niet van een antwoord af")
)


@mutant("een vertrek gepland: niemand telt af", 14)
def _(one: Organisation) -> None:
    counted = {
        node.attached_to for node in one.version.nodes.values() if node.timer and node.timer.kind == "date"
    }
    processes = {one.version.nodes[key].process for key in counted if key}
    for gateway in one.gateways():
        to = {
            flow: {node.called_element for node in one.coming(flow)} & processes
            for flow in one.flows(gateway)
        }
        there = [flow for flow, found in to.items() if found]
        rest = [flow for flow, found in to.items() if not found]
        if there and rest:
            swap(one, there[0], rest[0])
            return
    raise NotHere("geen termijn telt af naar een dag")


@mutant("wie om raad is gevraagd, hoort het niet", 4)
def _(one: Organisation) -> None:
    for gateway in gateways(one.version):
        asked = [flow for flow in one.flows(gateway) if flow.condition and _names_role(one, flow.condition)]
        default = [flow for flow in one.flows(gateway) if flow.id == gateway.default_flow]
        if gateway.kind == "inclusiveGateway" and asked and default:
            swap(one, asked[0], default[0])
            return
    raise NotHere("geen antwoord bij stap 2 noemt een rol")


def _names_role(one: Organisation, condition: str) -> bool:
    return any(f'"{role}"' in condition for role in one.version.organisation.roles)


def _after_report(one: Organisation) -> Leads:
    return lambda node: S.VOLGEN in node.steps and bool(asks_back(one.meaning, node))


@mutant("gemeld gaat dicht, niet gemeld wordt gevolgd", 16)
def _(one: Organisation) -> None:
    swap(one, *_pairs(one, _after_report(one), tagged(S.AFSLUITEN))[0])


@mutant("terugkoppeling gevraagd zonder melding", "asks-about-no-report")
def _(one: Organisation) -> None:
    reported = _after_report(one)
    found = _pairs(one, reported, lambda node: S.VOLGEN in node.steps and not reported(node))
    if not found:
        raise NotHere("één taak volgt beide, en verbergt de vraag")
    swap(one, *found[0])


@mutant("bevestigd: de overdracht begint opnieuw", 16)
def _(one: Organisation) -> None:
    found = [
        (again, on)
        for again, on in _pairs(one, tagged(S.OVERDRACHT), lambda node: node.kind == "endEvent")
        if one.version.nodes[again.target].process != one.main
    ]
    if not found:
        raise NotHere("een overdracht begint hier niet opnieuw")
    swap(one, *found[0])


@mutant("wie volgt, sluit, en wie sluit, volgt", 16)
def _(one: Organisation) -> None:
    """Where a case that was handed over is reported again."""
    beside = [
        gateway for gateway in gateways(one.version) if gateway.process not in one.meaning.reached_processes
    ]
    found = _pairs(one, tagged(S.VOLGEN), tagged(S.AFSLUITEN), beside)
    if not found:
        raise NotHere("geen zaak begint met een overdracht")
    swap(one, *found[0])


def _ending(word: str) -> Leads:
    return lambda node: node.outcome == word


for first, second in (("gemeld", "hulp"), ("gemeld", "afgesloten"), ("hulp", "afgesloten")):
    mutant(f"afloop {first} en {second} verwisseld", "outcome-not-so")(
        swapped(_ending(first), _ending(second), "deze afloop is er niet")
    )


# --- changes that do no damage -----------------------------------------------------------------------------


@sound("andere woorden voor de afloop")
def _(one: Organisation) -> None:
    for node in one.version.nodes.values():
        if node.outcome in ("hulp", "afgesloten"):
            one.folder.tag(node.id, "outcome", f"anders-{node.outcome[:2]}")


@sound("keuzes zonder naam")
def _(one: Organisation) -> None:
    """What is asked stands in the form: neither a gateway nor its ways need a name."""
    for gateway in one.gateways():
        if gateway.name:
            one.folder.attribute(gateway.id, "name", "")
        for flow in one.flows(gateway):
            if flow.name:
                one.folder.attribute(flow.id, "name", "")


@sound("de standaarduitgang is de andere")
def _(one: Organisation) -> None:
    """Where it may be so: the way to help gets a condition, and what was asked of the others stays."""
    for gateway in one.gateways():
        flows = one.flows(gateway)
        default = next((flow for flow in flows if flow.id == gateway.default_flow), None)
        told = [flow for flow in flows if flow.condition]
        if default is None or len(flows) != 2 or not told:
            continue
        if all(S.WEGEN in node.steps for node in one.coming(default)):
            one.folder.conditioned(default.id, f"= not({(told[0].condition or '').lstrip('= ')})")
            one.folder.element(gateway.id).attrib.pop("default")
