"""Damage to the five steps, to doubt, to reporting and to the route for acute danger."""

from __future__ import annotations

from typing import Any

from meldcode.check.meaning import DOUBT
from meldcode.diagram.model import LEGAL_STEPS, CalendarKind, StepKind
from tests.proof.damage import component, questions
from tests.proof.meant import NotHere, Organisation
from tests.proof.mutant import Damage, bypass, closing, means_report, mutant

S = StepKind


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
            target = next(flow.target for flow in one.flows(after_it) if not means_report(one, flow))
        bypass(one, node, target)


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
