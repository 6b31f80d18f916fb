"""Damage to data: fields, lanes and tables; and changes that do no damage."""

from __future__ import annotations

from meldcode.diagram.model import Purpose, StepKind
from tests.proof.damage import component
from tests.proof.meant import Organisation
from tests.proof.mutant import agreeing, closing, finding, mutant, rungs, sound, yes_or_no

S = StepKind


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
    agreed = agreeing(one, one.task(S.OVERSLAAN))
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
    one.folder.duration(rungs(one, Purpose.ESCALATIE)[-1].id, "P15D")


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
