"""Rules on small diagrams: ladders, who decides, following help, and that nobody blocks."""

from __future__ import annotations

import json

import pytest

from meldcode.check import Says
from tests.proof.pieces import (
    BROKEN,
    DOUBT_FIRST,
    FOUR,
    HOLDS,
    Made,
    cases,
    deciding,
    decision,
    report,
    rule,
    steps,
    weighing,
)
from tests.proof.small import Question, Sketch, choice, day, words

# --- 12: reminder and escalation ---------------------------------------------------------------------------


def _ladder(*rungs: tuple[str, str, str]) -> Sketch:
    """Rungs as term, receiver, purpose."""
    sketch = Sketch()
    sketch.line(*steps(sketch, "wegen"))
    for number, (term, to, purpose) in enumerate(rungs):
        sketch.reminder(f"trede_{number}", term, "wegen", to, purpose=purpose, calendar="werkdagen")
    return sketch


REMIND = ("P2D", "leerkracht", "herinnering")


@rule(12, HOLDS)
def a_ladder_that_ascends() -> Sketch:
    return _ladder(REMIND, ("P5D", "ib", "escalatie"), ("P7D", "directeur", "escalatie"))


@rule(12, BROKEN)
def no_reminder() -> Sketch:
    return _ladder(("P5D", "ib", "escalatie"))


@rule(12, BROKEN)
def no_escalation() -> Sketch:
    return _ladder(REMIND)


@rule(12, BROKEN)
def an_escalation_to_the_same_person() -> Sketch:
    return _ladder(REMIND, ("P5D", "leerkracht", "escalatie"))


@rule(12, BROKEN)
def an_escalation_before_the_reminder() -> Sketch:
    return _ladder(("P5D", "leerkracht", "herinnering"), ("P2D", "ib", "escalatie"))


@rule(12, BROKEN)
def a_reminder_after_an_escalation() -> Sketch:
    return _ladder(REMIND, ("P5D", "ib", "escalatie"), ("P6D", "leerkracht", "herinnering"))


@rule(12, BROKEN)
def a_last_rung_after_fifteen_days() -> Sketch:
    return _ladder(REMIND, ("P16D", "ib", "escalatie"))


@rule(12, HOLDS)
def a_last_rung_on_the_fifteenth_day() -> Sketch:
    return _ladder(REMIND, ("P15D", "ib", "escalatie"))


@rule(12, BROKEN)
def a_reminder_to_somebody_else() -> Sketch:
    return _ladder(("P2D", "directeur", "herinnering"), ("P5D", "ib", "escalatie"))


# --- 13: people decide -------------------------------------------------------------------------------------


@rule(13, HOLDS)
def a_person_chooses() -> Sketch:
    return weighing()


@rule(13, BROKEN)
def time_takes_a_task_away() -> Sketch:
    sketch = Sketch()
    sketch.timer("te_laat", "P5D", on="wegen", interrupting=True, calendar="werkdagen", purpose="termijn")
    sketch.end("verlopen")
    sketch.flow("te_laat", "verlopen")
    sketch.line(*steps(sketch, "wegen", "afsluiten"))
    return sketch


@rule(13, BROKEN)
def a_table_that_closes() -> Sketch:
    """What the table says leads past every decision to closing."""
    sketch = weighing()
    sketch.flows = [
        flow.replace('targetRef="naar_besluit"', 'targetRef="naar_dicht"')
        if "afweging.advies" in flow
        else flow
        for flow in sketch.flows
    ]
    return sketch


@rule(13, BROKEN)
def a_blank_answer_that_advises_help() -> Sketch:
    rules = (*DOUBT_FIRST[:-1], ('"nee"', '"nee"', "-", '"hulp"', "null"))
    return weighing(*rules)


@rule(13, BROKEN)
def a_default_flow_that_closes() -> Sketch:
    sketch = deciding(decision())
    sketch.flows = [
        flow.replace('hulp = "nee"', 'hulp = "ja"')
        .replace("naar_dicht", "HIER")
        .replace("hulp_geven", "naar_dicht")
        if 'sourceRef="hulp_keus"' in flow
        else flow
        for flow in sketch.flows
    ]
    sketch.flows = [flow.replace("HIER", "hulp_geven") for flow in sketch.flows]
    return sketch


@rule(13, BROKEN)
def a_default_flow_that_does_not_report() -> Sketch:
    sketch = deciding(decision())
    changed = []
    for flow in sketch.flows:
        if 'sourceRef="besloten"' in flow:
            flow = flow.replace('melden = "nee"', 'melden = "ja"')
            flow = (
                flow.replace('targetRef="naar_hulp"', 'targetRef="melding"')
                if "conditionExpression" in flow
                else flow.replace('targetRef="melding"', 'targetRef="naar_hulp"')
            )
        changed.append(flow)
    sketch.flows = changed
    return sketch


@rule(13, HOLDS)
def a_default_flow_to_advice() -> Sketch:
    """Left open, doubt asks Veilig Thuis: nothing is decided."""
    sketch = Sketch()
    sketch.act(
        "kiezen",
        choice("twijfel_keuze", "melden", "bellen"),
        words("waarom"),
        steps="beslissen",
        role="directeur",
    )
    sketch.act("melding", *report(), steps="melden")
    sketch.act("vt", steps="vt-advies")
    sketch.act("dicht", steps="afsluiten")
    sketch.merge("terug")
    sketch.start("begin")
    sketch.end("einde")
    sketch.chain("begin", "terug", "kiezen", "keus")
    sketch.choose("keus", "vt", melding='twijfel_keuze = "melden"')
    sketch.flow("vt", "terug")
    sketch.chain("melding", "dicht", "einde")
    return sketch


@rule(13, BROKEN)
def a_case_that_closes_by_itself() -> Sketch:
    sketch = Sketch()
    sketch.line(*steps(sketch, "signaleren", "consulteren"))
    return sketch


# --- 16: help is followed ----------------------------------------------------------------------------------


def _helping(*, followed: bool = True, failed_to: str = "naar_besluit", doubt: str = "nee") -> Sketch:
    sketch = deciding(decision())
    asked = [choice("hulp_werkt", "ja", "nee", "twijfel"), words("gezien"), day("gezien_op")]
    sketch.act("volgen", *asked, steps="volgen")
    for key in ("naar_besluit", "naar_melding"):
        sketch.merge(key)
    closing = 'hulp_werkt = "ja"' if doubt == "nee" else 'hulp_werkt in ("ja", "twijfel")'
    changed = []
    for flow in sketch.flows:
        if 'sourceRef="wegen"' in flow:
            flow = flow.replace('targetRef="besluit"', 'targetRef="naar_besluit"')
        if 'sourceRef="besloten"' in flow:
            flow = flow.replace('targetRef="melding"', 'targetRef="naar_melding"')
        if followed and 'sourceRef="hulp_geven"' in flow:
            flow = flow.replace('targetRef="naar_dicht"', 'targetRef="volgen"')
        changed.append(flow)
    sketch.flows = changed
    sketch.flow("naar_besluit", "besluit")
    sketch.flow("naar_melding", "melding")
    sketch.flow("volgen", "werkt")
    sketch.choose("werkt", failed_to, naar_dicht=closing)
    return sketch


@rule(16, HOLDS)
def help_that_is_followed() -> Sketch:
    return _helping()


@rule(16, HOLDS)
def help_that_fails_and_is_reported() -> Sketch:
    return _helping(failed_to="naar_melding")


@rule(16, BROKEN)
def help_that_nobody_follows() -> Sketch:
    return _helping(followed=False)


@rule(16, BROKEN)
def help_that_fails_and_just_closes() -> Sketch:
    return _helping(failed_to="naar_dicht")


@rule(16, BROKEN)
def help_that_fails_and_more_help() -> Sketch:
    """Round and round without anybody weighing a report again."""
    return _helping(failed_to="naar_hulp")


@rule(16, BROKEN)
def help_in_doubt_and_closed() -> Sketch:
    return _helping(doubt="ja")


def _transferring(*asked: Question) -> Sketch:
    sketch = Sketch()
    made = [
        *steps(sketch, *FOUR, "beslissen", "hulp"),
        sketch.act("overdragen", *asked, steps="overdracht", role="ib"),
    ]
    sketch.line(*made, *steps(sketch, "afsluiten"))
    return sketch


@rule(16, HOLDS)
def a_confirmed_transfer() -> Sketch:
    return _transferring(words("bevestigd_door"), day("bevestigd_op"))


@rule(16, BROKEN)
def a_transfer_that_was_refused() -> Sketch:
    return _transferring(choice("bevestigd", "ja", "nee"), words("door"))


# --- 21: nobody blocks -------------------------------------------------------------------------------------


def _own_report(*, own: bool = True, approval: bool = False) -> Sketch:
    """The head decides; afterwards the teacher may report herself, or not."""
    sketch = deciding(decision())
    sketch.act("zelf", choice("zelf_melden", "ja", "nee"), words("zelf_waarom"))
    sketch.act("mag", choice("mag_melden", "ja", "nee"), words("mag_waarom"), role="ib")
    sketch.merge("naar_melding")
    changed = []
    for flow in sketch.flows:
        if 'sourceRef="besloten"' in flow:
            flow = flow.replace('targetRef="melding"', 'targetRef="naar_melding"')
            if own:
                flow = flow.replace('targetRef="naar_hulp"', 'targetRef="zelf"')
        changed.append(flow)
    sketch.flows = changed
    sketch.flow("zelf", "zelf_keus")
    sketch.flow("naar_melding", "mag" if approval else "melding")
    sketch.choose("zelf_keus", "naar_melding", naar_hulp='zelf_melden = "nee"')
    if approval:
        sketch.flow("mag", "mag_keus")
        sketch.choose("mag_keus", "melding", naar_hulp='mag_melden = "nee"')
    return sketch


@rule(21, HOLDS)
def she_may_report_herself() -> Sketch:
    return _own_report()


@rule(21, BROKEN)
def the_head_has_the_last_word() -> Sketch:
    return _own_report(own=False)


def _reported_by_another(*asked: Question) -> Sketch:
    """After a yes of the head somebody else sends the report."""
    sketch = _own_report()
    form = {"type": "default", "id": "melding", "schemaVersion": 19, "components": list(asked)}
    sketch.files["forms/melding.form"] = json.dumps(form).encode()
    sketch.act("eigen", *report(), steps="melden")
    sketch.elements = [
        one.replace('meldcode:role="leerkracht"', 'meldcode:role="ib"') if 'id="melding"' in one else one
        for one in sketch.elements
    ]
    sketch.flows = [
        one.replace('targetRef="naar_melding"', 'targetRef="eigen"')
        if 'sourceRef="zelf_keus"' in one
        else one
        for one in sketch.flows
    ]
    sketch.flow("eigen", "naar_hulp")
    return sketch


@rule(21, HOLDS)
def somebody_else_sends_the_report_for_certain() -> Sketch:
    return _reported_by_another(*report())


@rule(21, BROKEN)
def somebody_else_may_leave_the_report_unsent() -> Sketch:
    gone = '=verstuurd != "ja"'
    return _reported_by_another(
        choice("verstuurd", "ja", "nee"), day("melding_datum", hide=gone), words("melding_bij")
    )


@rule(21, BROKEN)
def somebody_must_allow_a_report() -> Sketch:
    return _own_report(approval=True)


@pytest.mark.parametrize(("number", "says", "made"), cases(__name__))
def test_a_rule_says_what_the_meldcode_demands(number: int, says: Says, made: Made) -> None:
    verdict = made().verdict(number)
    assert verdict.says is says, verdict
