"""Ways to damage any organisation, each with the rules one of which must catch it; and ways not to.

A damage finds its place by what the parts of a diagram are for, so that it fits every organisation; where
it cannot be done it raises `NotHere` with the reason.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from meldcode.check.asking import Asking, is_words
from meldcode.check.drawn import SPECIAL
from meldcode.check.meaning import DOUBT, SKIP
from meldcode.check.rules_on_routes import NEED_COLLEAGUE
from meldcode.diagram.model import LEGAL_STEPS, CalendarKind, Flow, Node, Purpose, StepKind
from tests.proof.damage import component, questions
from tests.proof.meant import NotHere, Organisation

S = StepKind
SCHOOL = "basisschool-het-voorbeeld"


@dataclass(frozen=True)
class Mutant:
    """`caught_by` are rule numbers, or codes of findings; the first is the one the damage breaks."""

    name: str
    caught_by: tuple[int | str, ...]
    damage: Callable[[Organisation], None]


MUTANTS: list[Mutant] = []
SOUND: list[Mutant] = []
Damage = Callable[[Organisation], None]


def mutant(name: str, *caught_by: int | str) -> Callable[[Damage], Damage]:
    def note(damage: Damage) -> Damage:
        MUTANTS.append(Mutant(name, caught_by, damage))
        return damage

    return note


def sound(name: str) -> Callable[[Damage], Damage]:
    def note(damage: Damage) -> Damage:
        SOUND.append(Mutant(name, (), damage))
        return damage

    return note


# --- pieces -----------------------------------------------------------------------------------------------


def yes_or_no(key: str) -> dict[str, Any]:
    options = [{"label": "Ja", "value": "ja"}, {"label": "Nee", "value": "nee"}]
    asked = {"type": "radio", "key": key, "id": key, "label": "Is dit goed?", "values": options}
    return {**asked, "validate": {"required": True}}


def finding(key: str) -> list[dict[str, Any]]:
    required = {"validate": {"required": True}}
    when = {
        "type": "datetime",
        "subtype": "date",
        "key": f"{key}_op",
        "id": f"{key}_op",
        "dateLabel": "Wanneer?",
    }
    what = {"type": "textarea", "key": f"{key}_wat", "id": f"{key}_wat", "label": "Wat vond u?"}
    return [when | required, what | required]


def bypass(one: Organisation, node: Node, target: str | None = None) -> None:
    """Let every flow into a task lead on to what comes after it."""
    target = target or one.out(node).target
    for flow in one.into(node):
        one.folder.retarget(flow.id, target)


def closing(one: Organisation) -> Node:
    """The task that closes a case in the end."""
    found = [node for node in one.tasks(S.AFSLUITEN) if node.process == one.main]
    return max(found, key=lambda node: _ends(one, node))


def _ends(one: Organisation, node: Node) -> bool:
    return all(after.kind == "endEvent" for after in one.coming(one.out(node)))


def approval(one: Organisation, node: Node, refused: str) -> None:
    """Somebody else must agree before this task opens."""
    key = f"mag_{node.id}"
    folder = one.folder
    folder.add("userTask", key, node.id, one.somebody_else, name="Mag dit?")
    form = {"type": "default", "id": key, "schemaVersion": 19, "components": [yes_or_no(f"{key}_ja")]}
    folder.files[f"forms/{key}.form"] = _json(form)
    folder.form_of(key, f"forms/{key}.form")
    folder.add("exclusiveGateway", f"{key}_keus", node.id, default=f"{key}_niet")
    for flow in one.into(node):
        folder.retarget(flow.id, key)
    folder.flow(f"{key}_klaar", key, f"{key}_keus")
    folder.flow(f"{key}_wel", f"{key}_keus", node.id, f'= {key}_ja = "ja"')
    folder.flow(f"{key}_niet", f"{key}_keus", refused)


def _json(form: dict[str, Any]) -> bytes:
    return json.dumps(form).encode()


def flip(text: str) -> str:
    """The condition for the other answer."""
    return text.replace('"ja"', '"?"').replace('"nee"', '"ja"').replace('"?"', '"nee"')


# --- the five steps ---------------------------------------------------------------------------------------


def _removed(kind: StepKind) -> Damage:
    def damage(one: Organisation) -> None:
        for node in one.tasks(kind):
            rest = " ".join(sorted(node.steps - {kind}))
            one.folder.tag(node.id, "step", rest or None)

    return damage


for _kind in LEGAL_STEPS:
    mutant(f"stap {_kind} weg", 1)(_removed(_kind))


NEXT = {
    S.SIGNALEREN: S.CONSULTEREN,
    S.CONSULTEREN: S.GESPREK,
    S.GESPREK: S.WEGEN,
    S.WEGEN: S.BESLISSEN,
}


def _bypassed(kind: StepKind) -> Damage:
    def damage(one: Organisation) -> None:
        first = one.task(kind)
        following = one.task(NEXT[kind])
        if kind in following.steps:  # weighing and deciding are one task
            following = one.task(S.HULP)
        bypass(one, first, following.id)

    return damage


for _kind in NEXT:
    mutant(f"stap {_kind} omzeild", 2)(_bypassed(_kind))


@mutant("gesprek na het besluit", 2)
def _(one: Organisation) -> None:
    talk, decision = one.task(S.GESPREK), one.task(S.BESLISSEN)
    after_talk, after_decision = one.out(talk), one.out(decision)
    bypass(one, talk, one.tasks(S.WEGEN)[0].id)
    one.folder.retarget(after_decision.id, talk.id)
    if len(one.tasks(S.GESPREK)) == 1:
        one.folder.retarget(after_talk.id, after_decision.target)


@mutant("bevinding mag leeg blijven", 1)
def _(one: Organisation) -> None:
    def change(form: dict[str, Any]) -> None:
        for part in questions(form):
            part.get("validate", {}).pop("required", None)

    for node in one.tasks(S.GESPREK):
        one.folder.form(node.form or "", change)


@mutant("sluiten zonder vastleggen", 3)
def _(one: Organisation) -> None:
    bypass(one, closing(one))


@mutant("sluiten zonder reden", 3)
def _(one: Organisation) -> None:
    def change(form: dict[str, Any]) -> None:
        for part in questions(form):
            if part["type"] in ("textarea", "textfield"):
                part.get("validate", {}).pop("required", None)

    one.folder.form(closing(one).form or "", change)


@mutant("geen advies bij stap 2", 4)
def _(one: Organisation) -> None:
    bypass(one, one.task(S.CONSULTEREN, S.VT_ADVIES))


@mutant("geen letselduiding bij stap 2", 4)
def _(one: Organisation) -> None:
    node = one.task(S.LETSELDUIDING)
    if S.CONSULTEREN in node.steps:
        one.folder.tag(node.id, "step", " ".join(sorted(node.steps - {S.LETSELDUIDING})))
    else:
        bypass(one, node)


# --- doubt ------------------------------------------------------------------------------------------------


@mutant("twijfel naar een einde", 5)
def _(one: Organisation) -> None:
    end = next(
        node for node in one.version.nodes.values() if node.kind == "endEvent" and node.parent == one.main
    )
    one.folder.retarget(one.default(one.advised).id, end.id)


@mutant("twijfel naar hulp", 5)
def _(one: Organisation) -> None:
    one.folder.retarget(one.default(one.advised).id, one.task(S.HULP).id)


@mutant("twijfel overschaduwd", 5, "table-rule-unused")
def _(one: Organisation) -> None:
    """The rules without doubt and without norm 1 come first."""
    doubts = [
        rule.number - 1
        for rule in one.framework.rules
        if any(test.text.strip() == f'"{DOUBT}"' for test in rule.tests)
    ]

    def order(rules: list[Any]) -> list[Any]:
        rest = [row for place, row in enumerate(rules) if place not in doubts]
        return rest + [rules[place] for place in doubts]

    one.folder.rules(one.framework_file, order)


@mutant("een vraag zonder “ik twijfel”", 5)
def _(one: Organisation) -> None:
    def change(form: dict[str, Any]) -> None:
        field = component(form, "structureel")
        field["values"] = [option for option in field["values"] if option["value"] != DOUBT]

    one.folder.form(one.weighing.form or "", change)


# --- reporting and acute danger ---------------------------------------------------------------------------


@mutant("gevaar en toch geen melding", 6)
def _(one: Organisation) -> None:
    """Whoever deviates from the advice to report no longer calls Veilig Thuis first."""
    if not one.after_decision:
        raise NotHere("niemand belt Veilig Thuis bij afwijken")
    for node in one.after_decision:
        target = one.out(node).target
        after_it = one.version.nodes[target]
        if after_it.kind == "exclusiveGateway" and len(after_it.outgoing) > 1:
            target = next(flow.target for flow in one.flows(after_it) if not _means_report(one, flow))
        bypass(one, node, target)


def _means_report(one: Organisation, flow: Flow) -> bool:
    return all(S.MELDEN in found.steps for found in one.coming(flow, through_people=True))


@mutant("melding zonder datum", 6)
def _(one: Organisation) -> None:
    def change(form: dict[str, Any]) -> None:
        form["components"] = [part for part in form["components"] if not _is_date(part)]
        for part in questions(form):
            if "components" in part:
                part["components"] = [inner for inner in part["components"] if not _is_date(inner)]

    one.folder.form(one.task(S.MELDEN, without=(S.ACUUT,)).form or "", change)


def _is_date(part: dict[str, Any]) -> bool:
    return bool(part["type"] == "datetime")


@mutant("spoed zonder melding", 6)
def _(one: Organisation) -> None:
    bypass(one, one.task(S.ACUUT, S.MELDEN))


@mutant("geen spoedroute", 7)
def _(one: Organisation) -> None:
    for route in one.meaning.acute_routes:
        one.folder.remove(route.id)


@mutant("spoed begint niet met bellen", 7)
def _(one: Organisation) -> None:
    one.folder.tag(one.task(S.ACUUT, without=(S.MELDEN,)).id, "step", "informeren")


@mutant("wachten voor het bellen", 7)
def _(one: Organisation) -> None:
    call = one.task(S.ACUUT, without=(S.MELDEN,))
    folder = one.folder
    folder.add("intermediateCatchEvent", "eerst_wachten", call.id)
    folder.tag("eerst_wachten", "calendar", CalendarKind.KLOK)
    folder.tag("eerst_wachten", "purpose", "termijn")
    folder.clock("eerst_wachten", "PT1H")
    for flow in one.into(call):
        folder.retarget(flow.id, "eerst_wachten")
    folder.flow("dan_pas_bellen", "eerst_wachten", call.id)


# --- deciding ---------------------------------------------------------------------------------------------


@mutant("één besluit in plaats van twee", 8)
def _(one: Organisation) -> None:
    for path in {node.form for node in one.tasks(S.BESLISSEN)} - {None}:
        if "hulp" in one.version.forms[path or ""].fields:
            one.folder.form(path or "", lambda form: component(form, "hulp").update(validate={}))


@mutant("melden óf hulp", 8)
def _(one: Organisation) -> None:
    """After a report help is no longer possible."""
    following = one.tasks(S.VOLGEN)
    told = [node for node in following if any(S.INFORMEREN in before.steps for before in _before(one, node))]
    for node in one.tasks(S.INFORMEREN, without=(S.ACUUT,)):
        one.folder.retarget(one.out(node).id, (told or following)[0].id)


def _before(one: Organisation, node: Node) -> list[Node]:
    """The tasks right before a task, through gateways."""
    found: list[Node] = []
    todo, seen = [flow.source for flow in one.into(node)], set[str]()
    while todo:
        key = todo.pop()
        if key in seen:
            continue
        seen.add(key)
        source = one.version.nodes[key]
        if source.kind.endswith("Gateway"):
            todo += [flow.source for flow in one.into(source)]
        else:
            found.append(source)
    return found


@mutant("besluit in twee banen", 9)
def _(one: Organisation) -> None:
    helping = one.task(S.HULP)
    flow = one.into(helping)[0]
    one.folder.task(flow.id, "nog_een_besluit", one.somebody_else, finding("nog_een"), "beslissen")


@mutant("besluit in een andere baan", 9)
def _(one: Organisation) -> None:
    one.folder.tag(one.task(S.BESLISSEN).id, "role", one.somebody_else)


# --- the conversation -------------------------------------------------------------------------------------


def _skipped(given: Any) -> bool:
    return SKIP in given.values()


@mutant("overslaan zonder reden", 10)
def _(one: Organisation) -> None:
    for node in one.tasks(S.GESPREK):
        form = one.meaning.form(node)
        if form is None or not one.meaning.skip_fields(node):
            continue
        for key in Asking(one.version, form).only(is_words, _skipped):
            one.folder.form(form.file, lambda read, key=key: component(read, key).update(validate={}))  # type: ignore[misc]


@mutant("overslaan zonder tweede persoon", 10)
def _(one: Organisation) -> None:
    second = one.task(S.OVERSLAAN)
    agreed = _agreeing(one, second)
    bypass(one, second, agreed.target)


def _agreeing(one: Organisation, second: Node) -> Flow:
    gateway = one.gateway_after(second)
    return next(flow for flow in one.flows(gateway) if '"ja"' in (flow.condition or ""))


@mutant("overslaan: nee telt als ja", 10)
def _(one: Organisation) -> None:
    one.folder.condition(_agreeing(one, one.task(S.OVERSLAAN)).id, flip)


@mutant("overslaan: dezelfde persoon", 10)
def _(one: Organisation) -> None:
    one.folder.tag(one.task(S.OVERSLAAN).id, "role", one.task(S.GESPREK).role)


# --- after the decision -----------------------------------------------------------------------------------


@mutant("niemand hoort van de melding", 11)
def _(one: Organisation) -> None:
    for node in one.tasks(S.INFORMEREN, without=(S.ACUUT,)):
        target = one.folder.element(one.out(node).id).get("targetRef")
        for flow in one.into(node):
            one.folder.retarget(flow.id, target)


@mutant("hulp niet gevolgd", 16)
def _(one: Organisation) -> None:
    one.folder.retarget(one.out(one.task(S.HULP)).id, closing(one).id)


@mutant("hulp werkt niet en toch klaar", 16)
def _(one: Organisation) -> None:
    one.folder.retarget(one.default(_safe_or_not(one)).id, closing(one).id)


@mutant("hulp werkt: voorwaarde omgekeerd", 16, 20)
def _(one: Organisation) -> None:
    gateway = _safe_or_not(one)
    one.folder.condition(next(flow.id for flow in one.flows(gateway) if flow.condition), flip)


def _safe_or_not(one: Organisation) -> Node:
    asked = {key for node in one.tasks(S.VOLGEN) for key in _doubted(one, node)}
    for gateway in one.gateways():
        texts = " ".join(flow.condition or "" for flow in one.flows(gateway))
        if (
            gateway.default_flow
            and len(gateway.outgoing) == 2
            and re.search(rf"\b({'|'.join(asked)})\b", texts)
        ):
            return gateway
    raise NotHere("na het volgen is geen keuze")


def _doubted(one: Organisation, node: Node) -> set[str]:
    form = one.meaning.form(node)
    return {
        key
        for key, part in (form.fields.items() if form else ())
        if any(option.value == DOUBT for option in getattr(part, "options", ()))
    }


# --- the ladder on step 4 ---------------------------------------------------------------------------------


def _rungs(one: Organisation, purpose: Purpose) -> list[Node]:
    found = one.rungs(purpose)
    if not found:
        raise NotHere(f"op stap 4 staat geen {purpose}")
    return found


@mutant("escalatie onderbreekt", 13)
def _(one: Organisation) -> None:
    last = _rungs(one, Purpose.ESCALATIE)[-1]
    one.folder.attribute(last.id, "cancelActivity", "true")
    one.folder.tag(last.id, "purpose", "termijn")


@mutant("geen escalatie", 12)
def _(one: Organisation) -> None:
    for rung in _rungs(one, Purpose.ESCALATIE):
        one.folder.remove(*one.only_behind(rung))


@mutant("geen herinnering", 12)
def _(one: Organisation) -> None:
    for rung in _rungs(one, Purpose.HERINNERING):
        one.folder.remove(*one.only_behind(rung))


@mutant("escalatie naar dezelfde", 12)
def _(one: Organisation) -> None:
    one.folder.tag(one.mail_of(_rungs(one, Purpose.ESCALATIE)[0]).id, "to", one.weighing.role)


@mutant("ladder loopt niet op", 12)
def _(one: Organisation) -> None:
    one.folder.duration(_rungs(one, Purpose.HERINNERING)[-1].id, "P14D")


@mutant("laatste trede te laat", 12)
def _(one: Organisation) -> None:
    one.folder.duration(_rungs(one, Purpose.ESCALATIE)[-1].id, "P20D")


@mutant("escalatie zonder vervanger", 12)
def _(one: Organisation) -> None:
    role = one.mail_of(_rungs(one, Purpose.ESCALATIE)[0]).to
    before = one.folder.files["organisation.toml"].decode()
    after = re.sub(rf"(\[roles\.{role}\]\nname = [^\n]*\n)standins = [^\n]*\n", r"\1", before)
    assert after != before
    one.folder.files["organisation.toml"] = after.encode()


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
    one.folder.duration(_rungs(one, Purpose.ESCALATIE)[0].id, "5 dagen")


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
        if not _means_report(one, flow):
            one.folder.retarget(flow.id, closing(one).id)


# --- data -------------------------------------------------------------------------------------------------


@mutant("twee taken, één veld", "field-written-twice")
def _(one: Organisation) -> None:
    node, folder = one.task(S.MELDEN, without=(S.ACUUT,)), one.folder
    target = one.out(node).target
    for key in ("splits", "samen"):
        folder.add("parallelGateway", key, node.id)
    folder.add("userTask", "nog_eens", node.id, node.role, name="Nog eens")
    folder.form_of("nog_eens", node.form or "")
    for flow in one.into(node):
        folder.retarget(flow.id, "splits")
    folder.flow("splits_een", "splits", node.id)
    folder.flow("splits_twee", "splits", "nog_eens")
    folder.retarget(one.out(node).id, "samen")
    folder.flow("twee_samen", "nog_eens", "samen")
    folder.flow("samen_verder", "samen", target)


@mutant("baan hernoemd", "role-unknown")
def _(one: Organisation) -> None:
    lane = next(
        key
        for diagram in one.version.diagrams.values()
        for key, lane in diagram.lanes.items()
        if lane.role == one.professional
    )
    one.folder.tag(lane, "role", "juf")


@mutant("tabelregel weg", "table-gap")
def _(one: Organisation) -> None:
    last = len(one.framework.rules)
    one.folder.rules(one.framework_file, lambda rules: rules[: last - 1])


@mutant("tabelregel overschaduwd", "table-rule-unused")
def _(one: Organisation) -> None:
    places = [
        place for place, test in enumerate(one.framework.rules[0].tests) if test.text.strip() not in ("", "-")
    ]
    one.folder.cell(one.framework_file, 0, places[0], "-")


@mutant("tabelregels overlappen", "table-overlap")
def _(one: Organisation) -> None:
    one.folder.text(one.framework_file, 'hitPolicy="FIRST"', 'hitPolicy="UNIQUE"')


@mutant("formulierveld hernoemd", "name-never-written")
def _(one: Organisation) -> None:
    second = one.task(S.OVERSLAAN)
    (key,) = one.meaning.refusal_fields(second)
    one.folder.form(second.form or "", lambda form: component(form, key).update(key="anders_genoemd"))


@mutant("antwoord verschreven", "comparison-never-true")
def _(one: Organisation) -> None:
    agreed = _agreeing(one, one.task(S.OVERSLAAN))
    one.folder.condition(agreed.id, lambda text: text.replace('"ja"', '"jaa"'))


# --- what does no damage ----------------------------------------------------------------------------------


@sound("ongewijzigd")
def _(one: Organisation) -> None:
    pass


@sound("element hernoemd")
def _(one: Organisation) -> None:
    for node in (one.task(S.GESPREK), one.weighing, one.task(S.MELDEN, without=(S.ACUUT,))):
        old, new = node.id, f"{node.id}_anders"
        for path in one.folder.files:
            if path.endswith(".bpmn"):
                text = one.folder.files[path].decode()
                for name in ("id", "sourceRef", "targetRef", "attachedToRef", "bpmnElement"):
                    text = text.replace(f'{name}="{old}"', f'{name}="{new}"')
                text = text.replace(f"<bpmn:flowNodeRef>{old}<", f"<bpmn:flowNodeRef>{new}<")
                one.folder.files[path] = text.encode()


@sound("taak erbij")
def _(one: Organisation) -> None:
    flow = one.out(one.task(S.MELDEN, without=(S.ACUUT,)))
    one.folder.task(flow.id, "kopie_bewaren", one.professional, [yes_or_no("kopie_ja")])


@sound("stappen door elkaar")
def _(one: Organisation) -> None:
    """New signals and a second consultation after the conversation."""
    flow = one.into(one.weighing)[0]
    one.folder.task(flow.id, "nog_een_signaal", one.professional, finding("nog"), "signaleren consulteren")


@sound("andere termijnen")
def _(one: Organisation) -> None:
    one.folder.duration(_rungs(one, Purpose.ESCALATIE)[-1].id, "P15D")


@sound("andere baan")
def _(one: Organisation) -> None:
    one.folder.tag(closing(one).id, "role", one.somebody_else)


@sound("nummering van artsen")
def _(one: Organisation) -> None:
    """Weighing is called step 5, and what was step 5 is called 6: numbers mean nothing."""
    for node in one.meaning.people.values():
        name = one.folder.element(node.id).get("name")
        if name:
            one.folder.element(node.id).set("name", f"{len(name) % 7} {name.lstrip('0123456789 ')} (KNMG)")
