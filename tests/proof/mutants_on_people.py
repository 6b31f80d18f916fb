"""Damage to who decides: time, tables, defaults; to terms, mails, guidance and routes; to refusals."""

from __future__ import annotations

import re

from meldcode.check.drawn import SPECIAL
from meldcode.check.rules_on_routes import NEED_COLLEAGUE
from meldcode.diagram.model import CalendarKind, Flow, Node, Purpose, StepKind
from tests.proof.meant import NotHere, Organisation
from tests.proof.mutant import approval, bypass, closing, means_report, mutant, rungs

S = StepKind


# --- people decide ----------------------------------------------------------------------------------------


@mutant("de tijd besluit", 13)
def _(one: Organisation) -> None:
    """After a term the decision lapses and the case goes on to closing."""
    one.folder.timer("besluit_vervalt", one.task(S.BESLISSEN).id, closing(one).id, "P10D", interrupting=True)


@mutant("de tabel besluit", 13)
def _(one: Organisation) -> None:
    """What the table says leads to help without anybody deciding."""
    if S.BESLISSEN in one.weighing.steps:
        raise NotHere("wegen en beslissen zijn hier één taak: de tabel komt na het besluit")
    flow = next(flow for flow in one.flows(one.advised) if flow.id != one.advised.default_flow)
    one.folder.retarget(flow.id, one.task(S.HULP).id)


@mutant("leeg antwoord geeft hulp", 13)
def _(one: Organisation) -> None:
    for rule in one.framework.rules:
        answer = rule.answers[0]
        if answer is not None and answer.text.strip() == '"hulp"':
            places = [place for place, test in enumerate(rule.tests) if test.text.strip() not in ("", "-")]
            one.folder.cell(one.framework_file, rule.number - 1, places[-2], "-")
            return
    raise NotHere("geen regel van de tabel adviseert hulp")


@mutant("standaarduitgang sluit", 13)
def _(one: Organisation) -> None:
    for gateway in one.gateways():
        flows = one.flows(gateway)
        ends = [flow for flow in flows if _to_closing(one, flow)]
        if len(flows) == 2 and len(ends) == 1 and ends[0].condition and gateway.default_flow != ends[0].id:
            other = next(flow for flow in flows if flow is not ends[0])
            if not other.condition:
                _swap_default(one, gateway, ends[0])
                return
    raise NotHere("geen keuze tussen sluiten en iets anders")


def _to_closing(one: Organisation, flow: Flow) -> bool:
    found = one.coming(flow)
    return bool(found) and all(S.AFSLUITEN in node.steps and S.ZIJROUTE not in node.steps for node in found)


def _swap_default(one: Organisation, gateway: Node, new: Flow) -> None:
    """Another flow of the two becomes the default; the condition is turned round."""
    other = next(flow for flow in one.flows(gateway) if flow is not new)
    one.folder.attribute(gateway.id, "default", new.id)
    one.folder.condition(new.id, None)
    one.folder.conditioned(other.id, f"= not({new.condition})")


@mutant("standaarduitgang meldt niet", 13)
def _(one: Organisation) -> None:
    if not one.reports_or_not:
        raise NotHere("nergens is melden de standaarduitgang")
    gateway = one.reports_or_not[0]
    other = next(flow for flow in one.flows(gateway) if flow.condition)
    _swap_default(one, gateway, other)


# --- terms, mails, guidance, routes -----------------------------------------------------------------------


@mutant("termijn onleesbaar", 14)
def _(one: Organisation) -> None:
    one.folder.duration(rungs(one, Purpose.ESCALATIE)[0].id, "5 dagen")


@mutant("spoed in werkdagen", 14)
def _(one: Organisation) -> None:
    calls = {node.id for node in one.tasks(S.ACUUT)}
    timer = next(
        (node for node in one.version.nodes.values() if node.attached_to in calls and node.timer), None
    )
    if timer is None:
        raise NotHere("op de spoedtaken staat geen termijn")
    one.folder.tag(timer.id, "calendar", CalendarKind.WERKDAGEN)
    if timer.timer and timer.timer.text.startswith("PT"):
        one.folder.duration(timer.id, "P1D")


@mutant("kenmerk getypt", 15)
def _(one: Organisation) -> None:
    typed = {"type": "textfield", "key": "kenmerk", "label": "Kenmerk", "id": "kenmerk"}
    one.folder.form(one.task(S.SIGNALEREN).form or "", lambda form: form["components"].append(typed))


@mutant("mail zegt waar het over gaat", 15)
def _(one: Organisation) -> None:
    path = next(path for path in sorted(one.folder.files) if path.startswith("mails/"))
    one.folder.files[path] += b"\nHet gaat over de meldcode.\n"


@mutant("geen kindcheck", 17)
def _(one: Organisation) -> None:
    if not one.meaning.adults:
        raise NotHere("de organisatie heeft geen volwassen cliënten")
    for node in one.tasks(S.KINDCHECK):
        one.folder.tag(node.id, "step", " ".join(sorted(node.steps - {S.KINDCHECK})) or None)


@mutant("geen bijzondere vormen", 18)
def _(one: Organisation) -> None:
    words = "|".join(word for group in SPECIAL for word in group)
    for path, data in list(one.folder.files.items()):
        if path.endswith((".form", ".bpmn")):
            one.folder.files[path] = re.sub(rf"(?i){words}", "geweld", data.decode()).encode()


@mutant("geen weg voor een collega", 19)
def _(one: Organisation) -> None:
    if one.version.organisation.sector not in NEED_COLLEAGUE:
        raise NotHere("deze sector heeft hiervoor een andere regeling")
    gateway = one.gateway_after(one.task(S.SIGNALEREN))
    rest = [flow for flow in one.flows(gateway) if not _aside(one, flow)]
    for flow in one.flows(gateway):
        if _aside(one, flow):
            one.folder.retarget(flow.id, rest[0].target)


@mutant("de weg voor een collega is niet te herkennen", 19)
def _(one: Organisation) -> None:
    if one.version.organisation.sector not in NEED_COLLEAGUE:
        raise NotHere("deze sector heeft hiervoor een andere regeling")
    for node in one.version.nodes.values():
        if S.COLLEGA in node.steps:
            one.folder.tag(node.id, "step", " ".join(sorted(node.steps - {S.COLLEGA})))


def _aside(one: Organisation, flow: Flow) -> bool:
    return S.ZIJROUTE in one.version.nodes[flow.target].steps


@mutant("taak onbereikbaar", 20)
def _(one: Organisation) -> None:
    """No answer leads to the second person any more."""
    for flow in one.version.flows.values():
        found = one.coming(flow)
        only = len(found) == 1 and S.OVERSLAAN in found[0].steps
        if only and flow.condition and flow.process == one.main:
            one.folder.condition(flow.id, lambda text: f"= false and ({text.strip().lstrip('=')})")


@mutant("vast bij een samenkomst", 20)
def _(one: Organisation) -> None:
    """A join that waits for branches of which only one is taken."""
    target = one.version.nodes[one.into(closing(one))[0].source]
    if target.kind != "exclusiveGateway" or len(target.incoming) < 2:
        raise NotHere("voor het sluiten komt niets samen")
    one.folder.kind(target.id, "parallelGateway")


@mutant("arts meldt zonder advies", 20)
def _(one: Organisation) -> None:
    if not (one.meaning.doctors or one.meaning.doctor_fields):
        raise NotHere("er meldt geen arts")
    for node in one.tasks(S.VT_ADVIES, without=(S.CONSULTEREN,)):
        if all(S.MELDEN in after.steps for after in one.coming(one.out(node))):
            bypass(one, node)


# --- nobody blocks ----------------------------------------------------------------------------------------


@mutant("weigering houdt advies tegen", 21)
def _(one: Organisation) -> None:
    node = one.task(S.CONSULTEREN, S.VT_ADVIES)
    approval(one, node, one.out(node).target)


@mutant("weigering houdt een melding tegen", 21)
def _(one: Organisation) -> None:
    for each in one.tasks(S.MELDEN, without=(S.ACUUT,)):
        approval(one, each, closing(one).id)


@mutant("eigen melding weg", 21)
def _(one: Organisation) -> None:
    """Whoever decides has the last word."""
    if one.version.organisation.decides == one.professional:
        raise NotHere("wie signaleert, beslist zelf")
    gateway = one.gateway_after(one.task(S.BESLISSEN))
    for flow in one.flows(gateway):
        if not means_report(one, flow):
            one.folder.retarget(flow.id, closing(one).id)
