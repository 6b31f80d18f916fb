"""Damage to deciding, to the conversation, to what follows a decision and to the ladder on step 4."""

from __future__ import annotations

import re
from typing import Any

from meldcode.check.asking import Asking, is_words
from meldcode.check.meaning import DOUBT, SKIP
from meldcode.diagram.model import Node, Purpose, StepKind
from tests.proof.damage import component
from tests.proof.meant import NotHere, Organisation
from tests.proof.mutant import agreeing, bypass, closing, finding, flip, mutant, rungs

S = StepKind


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
    agreed = agreeing(one, second)
    bypass(one, second, agreed.target)


@mutant("overslaan: nee telt als ja", 10)
def _(one: Organisation) -> None:
    one.folder.condition(agreeing(one, one.task(S.OVERSLAAN)).id, flip)


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


@mutant("escalatie onderbreekt", 13)
def _(one: Organisation) -> None:
    last = rungs(one, Purpose.ESCALATIE)[-1]
    one.folder.attribute(last.id, "cancelActivity", "true")
    one.folder.tag(last.id, "purpose", "termijn")


@mutant("geen escalatie", 12)
def _(one: Organisation) -> None:
    for rung in rungs(one, Purpose.ESCALATIE):
        one.folder.remove(*one.only_behind(rung))


@mutant("geen herinnering", 12)
def _(one: Organisation) -> None:
    for rung in rungs(one, Purpose.HERINNERING):
        one.folder.remove(*one.only_behind(rung))


@mutant("escalatie naar dezelfde", 12)
def _(one: Organisation) -> None:
    one.folder.tag(one.mail_of(rungs(one, Purpose.ESCALATIE)[0]).id, "to", one.weighing.role)


@mutant("ladder loopt niet op", 12)
def _(one: Organisation) -> None:
    one.folder.duration(rungs(one, Purpose.HERINNERING)[-1].id, "P14D")


@mutant("laatste trede te laat", 12)
def _(one: Organisation) -> None:
    one.folder.duration(rungs(one, Purpose.ESCALATIE)[-1].id, "P20D")


@mutant("escalatie zonder vervanger", 12)
def _(one: Organisation) -> None:
    role = one.mail_of(rungs(one, Purpose.ESCALATIE)[0]).to
    before = one.folder.files["organisation.toml"].decode()
    after = re.sub(rf"(\[roles\.{role}\]\nname = [^\n]*\n)standins = [^\n]*\n", r"\1", before)
    assert after != before
    one.folder.files["organisation.toml"] = after.encode()
