"""Rules on small diagrams: the five steps, closing, and advice in step 2."""

from __future__ import annotations

import pytest

from meldcode.check import Says
from tests.proof.pieces import (
    BROKEN,
    FOUR,
    HOLDS,
    Made,
    cases,
    five_steps_that_record,
    report,
    rule,
    skipping,
    steps,
)
from tests.proof.small import Sketch, choice, day, words

# --- 1: five kinds of step, each records a finding --------------------------------------------------------


@rule(1, HOLDS)
def all_five_steps() -> Sketch:
    return five_steps_that_record()


@rule(1, HOLDS)
def two_steps_in_one_task() -> Sketch:
    sketch = Sketch()
    sketch.line(*steps(sketch, *FOUR[:3]), sketch.act("samen", steps="wegen beslissen"))
    return sketch


@rule(1, BROKEN)
def no_conversation() -> Sketch:
    sketch = Sketch()
    sketch.line(*steps(sketch, "signaleren", "consulteren", "wegen", "beslissen"))
    return sketch


@rule(1, BROKEN)
def a_step_without_words() -> Sketch:
    sketch = Sketch()
    made = steps(sketch, *FOUR[:3], "beslissen")
    sketch.line(*made, sketch.act("wegen", day("dag"), steps="wegen"))
    return sketch


@rule(1, BROKEN)
def a_finding_that_may_be_left_blank() -> Sketch:
    sketch = Sketch()
    made = steps(sketch, *FOUR[:3], "beslissen")
    sketch.line(*made, sketch.act("wegen", day("dag"), words("reden", required=False), steps="wegen"))
    return sketch


@rule(1, BROKEN)
def a_finding_asked_after_some_answers_only() -> Sketch:
    sketch = Sketch()
    made = steps(sketch, *FOUR[:3], "beslissen")
    asked = [choice("zorg", "ja", "nee"), day("dag"), words("reden", hide='=zorg = "nee"')]
    sketch.line(*made, sketch.act("wegen", *asked, steps="wegen"))
    return sketch


@rule(1, BROKEN)
def a_second_task_for_a_step_without_a_form() -> Sketch:
    sketch = Sketch()
    made = steps(sketch, *FOUR, "beslissen")
    sketch.task("nog_eens", meldcode_step="wegen")
    sketch.line(*made, "nog_eens")
    return sketch


# --- 2: every decision after all steps --------------------------------------------------------------------


@rule(2, HOLDS)
def all_steps_then_a_decision() -> Sketch:
    return five_steps_that_record()


@rule(2, HOLDS)
def steps_in_another_order() -> Sketch:
    sketch = Sketch()
    sketch.line(*steps(sketch, "signaleren", "gesprek", "consulteren", "wegen", "beslissen"))
    return sketch


@rule(2, BROKEN)
def a_way_around_the_consultation() -> Sketch:
    sketch = Sketch()
    sketch.act("signaleren", choice("haast", "ja", "nee"), words("wat"), day("dag"), steps="signaleren")
    steps(sketch, "consulteren", "gesprek", "wegen", "beslissen")
    sketch.merge("naar_gesprek")
    sketch.start("begin")
    sketch.end("einde")
    sketch.chain("begin", "signaleren", "keus")
    sketch.choose("keus", "consulteren", naar_gesprek='haast = "ja"')
    sketch.chain("consulteren", "naar_gesprek", "gesprek", "wegen", "beslissen", "einde")
    return sketch


@rule(2, BROKEN)
def help_without_a_decision() -> Sketch:
    sketch = Sketch()
    sketch.line(*steps(sketch, *FOUR, "hulp", "beslissen"))
    return sketch


@rule(2, BROKEN)
def a_report_straight_after_the_signals() -> Sketch:
    sketch = Sketch()
    first = steps(sketch, "signaleren")
    sketch.line(
        *first, sketch.act("melden", *report(), steps="melden"), *steps(sketch, *FOUR[1:], "beslissen")
    )
    return sketch


@rule(2, HOLDS)
def a_report_because_veilig_thuis_says_so() -> Sketch:
    sketch = Sketch()
    first = steps(sketch, "signaleren")
    called = sketch.act("vt", steps="consulteren vt-advies")
    told = sketch.act("melden", *report(), steps="melden")
    sketch.line(*first, called, told, *steps(sketch, *FOUR[2:], "beslissen"))
    return sketch


@rule(2, HOLDS)
def a_decision_on_a_hand_over_of_veilig_thuis() -> Sketch:
    sketch = Sketch()
    taken = sketch.act("aannemen", steps="overdracht")
    sketch.line(taken, *steps(sketch, "hulp", "volgen", "wegen", "beslissen"))
    return sketch


@rule(1, HOLDS)
def no_day_for_a_conversation_that_did_not_take_place() -> Sketch:
    return skipping("ib")


@rule(2, HOLDS)
def a_recorded_skip_of_the_conversation() -> Sketch:
    return skipping(agreed_by="ib")


# --- 3: who stops records why -----------------------------------------------------------------------------


@rule(3, HOLDS)
def closing_with_a_reason() -> Sketch:
    sketch = Sketch()
    sketch.line(*steps(sketch, "signaleren", "afsluiten"))
    return sketch


@rule(3, BROKEN)
def an_end_without_closing() -> Sketch:
    sketch = Sketch()
    sketch.line(*steps(sketch, "signaleren"))
    return sketch


@rule(3, BROKEN)
def closing_without_words() -> Sketch:
    sketch = Sketch()
    sketch.line(*steps(sketch, "signaleren"), sketch.act("dicht", day("dag"), steps="afsluiten"))
    return sketch


@rule(3, BROKEN)
def closing_with_words_after_one_answer_only() -> Sketch:
    sketch = Sketch()
    asked = [choice("hoe", "goed", "slecht"), words("waarom", hide='=hoe = "goed"')]
    sketch.line(*steps(sketch, "signaleren"), sketch.act("dicht", *asked, steps="afsluiten"))
    return sketch


@rule(3, BROKEN)
def going_on_after_all_and_then_just_stopping() -> Sketch:
    """Somebody chose not to close; the consultation that follows is where the case silently ends."""
    sketch = Sketch()
    steps(sketch, "signaleren", "consulteren")
    sketch.act("dicht", choice("toch", "sluiten", "verder"), words("waarom"), steps="afsluiten", role="ib")
    sketch.start("begin")
    sketch.end("einde")
    sketch.end("zomaar")
    sketch.chain("begin", "signaleren", "dicht", "keus")
    sketch.choose("keus", "consulteren", einde='toch = "sluiten"')
    sketch.chain("consulteren", "zomaar")
    return sketch


@rule(3, HOLDS)
def somebody_is_still_consulted_when_it_closes() -> Sketch:
    sketch = Sketch()
    steps(sketch, "signaleren", "consulteren", "afsluiten")
    sketch.start("begin")
    sketch.gateway("parallel", "splits")
    sketch.end("einde")
    sketch.end("advies_binnen")
    sketch.chain("begin", "signaleren", "splits", "consulteren", "advies_binnen")
    sketch.chain("splits", "afsluiten", "einde")
    return sketch


@rule(3, BROKEN)
def a_transfer_that_nobody_confirms_or_closes() -> Sketch:
    sketch = Sketch()
    sketch.line(*steps(sketch, "signaleren", "overdracht"))
    return sketch


# --- 4: advice and injuries in step 2 ---------------------------------------------------------------------


def _advising(kinds: tuple[str, ...], place: str = "consulteren") -> Sketch:
    sketch = Sketch()
    asked = [choice("advies_bij", "nee", *kinds), words("wat"), day("dag")]
    for kind in (*FOUR, *kinds, "afsluiten"):
        sketch.act(kind, *(asked if kind == place else ()), steps=kind)
    rest = [kind for kind in FOUR if kind != place]
    before, later = (["signaleren"], rest[1:]) if place == "consulteren" else (rest, [])
    sketch.start("begin")
    sketch.end("einde")
    sketch.merge("verder")
    sketch.chain("begin", *before, place, "keus")
    sketch.choose("keus", "verder", **{kind: f'advies_bij = "{kind}"' for kind in kinds})
    for kind in kinds:
        sketch.flow(kind, "verder")
    sketch.chain("verder", *later, "afsluiten", "einde")
    return sketch


@rule(4, HOLDS)
def both_can_be_chosen() -> Sketch:
    return _advising(("vt-advies", "letselduiding"))


@rule(4, BROKEN)
def only_veilig_thuis() -> Sketch:
    return _advising(("vt-advies",))


@rule(4, BROKEN)
def only_injuries() -> Sketch:
    return _advising(("letselduiding",))


@rule(4, BROKEN)
def advice_only_after_weighing() -> Sketch:
    return _advising(("vt-advies", "letselduiding"), place="wegen")


@rule(4, HOLDS)
def a_choice_on_the_form_is_enough() -> Sketch:
    return _by_form("Veilig Thuis", "Een forensisch arts, bij letsel")


@rule(4, BROKEN)
def a_tag_without_a_choice_on_the_form() -> Sketch:
    return _by_form("Een collega", "Niemand")


@rule(4, BROKEN)
def the_fpkm_closed_years_ago() -> Sketch:
    return _by_form("Veilig Thuis", "De FPKM, bij letsel")


def _by_form(*labels: str) -> Sketch:
    sketch = Sketch()
    asked = choice("bij", *(f"bij_{place}" for place, _ in enumerate(labels)))
    for option, label in zip(asked["values"], labels, strict=True):
        option["label"] = label
    step_2 = sketch.act("twee", asked, words("wat"), day("dag"), steps="consulteren vt-advies letselduiding")
    sketch.line(*steps(sketch, "signaleren"), step_2, *steps(sketch, "gesprek", "wegen", "beslissen"))
    return sketch


@pytest.mark.parametrize(("number", "says", "made"), cases(__name__))
def test_a_rule_says_what_the_meldcode_demands(number: int, says: Says, made: Made) -> None:
    verdict = made().verdict(number)
    assert verdict.says is says, verdict
