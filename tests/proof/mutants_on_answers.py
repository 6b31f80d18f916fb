"""Damage to what answers say and where they lead: every gateway works, and sends people the wrong way."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from typing import Any

from lxml import etree

from meldcode.check.crossed import ADVICE, INJURY, REPORT, Named
from meldcode.check.meaning import NO, SKIP
from meldcode.check.rules_on_routes import NEED_COLLEAGUE, colleague_route
from meldcode.diagram.model import Flow, Node, StepKind
from meldcode.form import Field
from tests.proof.damage import component
from tests.proof.meant import NotHere, Organisation
from tests.proof.mutant import Damage, bypass, mutant

S = StepKind
SKIPPING = rf'(\\?"){SKIP}(\\?")'.encode()  # as an answer, and in a condition of a form


def swap(one: Organisation, first: Flow, second: Flow) -> None:
    """Let each of two flows lead where the other led."""
    one.folder.retarget(first.id, second.target)
    one.folder.retarget(second.id, first.target)


def _told_apart(one: Organisation, leads: Callable[[Node], bool], named: Named) -> tuple[Flow, Flow]:
    """Two flows of one gateway about a question that names such a task: the first leads to it."""
    for gateway in one.gateways():
        for first, second in itertools.permutations(one.flows(gateway), 2):
            here = any(leads(node) for node in one.coming(first))
            there = any(leads(node) for node in one.coming(second))
            if here and not there and _asks(one, gateway, named):
                return first, second
    raise NotHere("geen antwoord noemt het")


def _asks(one: Organisation, gateway: Node, named: Named) -> bool:
    texts = " ".join(flow.condition or "" for flow in one.flows(gateway))
    asked = [
        field
        for form in one.version.forms.values()
        for key, field in form.fields.items()
        if isinstance(field, Field) and key in texts.replace("=", " ").split() and "afweging." not in texts
    ]
    return any(named.by(field, option.value, option.label) for field in asked for option in field.options)


def _crossed(kind: StepKind, named: Named) -> Damage:
    def damage(one: Organisation) -> None:
        own = [node for node in one.tasks(kind) if S.CONSULTEREN in node.steps] or one.tasks(kind)
        swap(one, *_told_apart(one, lambda node: node in own, named))

    return damage


mutant("wie Veilig Thuis om advies vraagt, krijgt het niet", 4)(_crossed(S.VT_ADVIES, ADVICE))
mutant("wie letsel laat zien, komt bij geen arts", 4)(_crossed(S.LETSELDUIDING, INJURY))


@mutant("wie nu meldt, weegt opnieuw", 21)
def _(one: Organisation) -> None:
    for gateway in one.gateways():
        flows = one.flows(gateway)
        reports = [flow for flow in flows if any(S.MELDEN in node.steps for node in one.coming(flow))]
        weighs = [flow for flow in flows if any(S.WEGEN in node.steps for node in one.coming(flow))]
        if len(reports) == 1 and len(weighs) == 1 and _asks(one, gateway, REPORT):
            swap(one, reports[0], weighs[0])
            return
    raise NotHere("geen antwoord kiest tussen melden en opnieuw wegen")


@mutant("collega en thuis verwisseld", 19)
def _(one: Organisation) -> None:
    if one.version.organisation.sector not in NEED_COLLEAGUE:
        raise NotHere("deze sector heeft hiervoor een andere regeling")
    routes = colleague_route(one.meaning)
    called = {one.version.nodes[key].process for key in routes}
    gateway = one.gateway_after(one.task(S.SIGNALEREN))
    aside = [
        flow
        for flow in one.flows(gateway)
        if any(node.id in routes or node.called_element in called for node in one.coming(flow))
    ]
    rest = [flow for flow in one.flows(gateway) if flow not in aside]
    swap(one, aside[0], rest[-1])


@mutant("niet gesproken telt als gesproken", 2)
def _(one: Organisation) -> None:
    """Another word than `overslaan`, and nobody who is asked to agree."""
    approvals = one.tasks(S.OVERSLAAN)
    if not approvals:
        raise NotHere("het gesprek is niet over te slaan")
    for path, data in list(one.folder.files.items()):
        if path.endswith(".form"):
            one.folder.files[path] = re.sub(SKIPPING, rb"\1niet_nu\2", data)
    for tree in one.folder.diagrams():
        for condition in tree.iter():
            if etree.QName(condition).localname == "conditionExpression":
                condition.text = condition.text.replace(f'"{SKIP}"', '"niet_nu"')
    for node in approvals:
        bypass(one, node, one.weighing.id)


def _filled_in(*kinds: StepKind) -> Damage:
    def damage(one: Organisation) -> None:
        node = one.task(*kinds)
        choices = [
            field
            for field in one.meaning.fields(node)
            if isinstance(field, Field) and field.type == "radio" and field.required
        ]
        if not choices or node.form is None:
            raise NotHere("deze taak vraagt geen keuze")
        key, value = choices[-1].key, choices[-1].options[-1].value

        def fill(form: dict[str, Any]) -> None:
            component(form, key)["defaultValue"] = value

        one.folder.form(node.form, fill)

    return damage


mutant("het besluit staat al ingevuld", 13)(_filled_in(S.BESLISSEN))
mutant("de weging staat al ingevuld", 13)(_filled_in(S.WEGEN))
mutant("het oordeel van de tweede persoon staat al ingevuld", 13)(_filled_in(S.OVERSLAAN))


def _advising(one: Organisation, place: int, text: str, *, norm: str | None = None) -> None:
    """Let a rule of the table of the weighing advise something else."""
    (table,) = [
        rule
        for tree in [one.folder.tree(one.framework_file)]
        for rule in tree.iter()
        if etree.QName(rule).localname == "rule" and rule.get("id") == _ids(one)[place]
    ]
    cells = [cell for cell in table if etree.QName(cell).localname == "outputEntry"]
    names = [column.name for column in one.framework.outputs]
    for cell, said in ((cells[0], text), (cells[names.index("norm")], norm)):
        if said is not None:
            (found,) = [part for part in cell if etree.QName(part).localname == "text"]
            found.text = said


def _ids(one: Organisation) -> list[str]:
    return [
        rule.get("id")
        for rule in one.folder.tree(one.framework_file).iter()
        if etree.QName(rule).localname == "rule"
    ]


def _row(one: Organisation, norm: int) -> int:
    names = [column.name for column in one.framework.outputs]
    for place, rule in enumerate(one.framework.rules):
        cell = rule.answers[names.index("norm")]
        if cell is not None and cell.evaluate({}) == norm:
            return place
    raise NotHere(f"geen regel noemt norm {norm}")


@mutant("hulp werkt niet: de tabel raadt hulp aan", 16)
def _(one: Organisation) -> None:
    _advising(one, _row(one, 3), '"hulp"', norm="null")


@mutant("hulp werkt niet: de regel is weg", 16)
def _(one: Organisation) -> None:
    place = _row(one, 3)
    test = one.framework.rules[place].tests
    if not any(NO in one_test.text for one_test in test):
        raise NotHere("de regel leest geen nee")
    one.folder.rules(one.framework_file, lambda rules: rules[:place] + rules[place + 1 :])


@mutant("hulp kan niet: de tabel raadt afsluiten aan", 6)
def _(one: Organisation) -> None:
    _advising(one, _row(one, 2), '"afsluiten"')
