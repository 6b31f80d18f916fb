"""Rules on small diagrams: the two decisions, skipping the conversation, telling people."""

from __future__ import annotations

import pytest

from meldcode.check import Says
from tests.proof.pieces import (
    BROKEN,
    FOUR,
    HOLDS,
    NOT_APPLICABLE,
    Made,
    cases,
    deciding,
    decision,
    five_steps_that_record,
    report,
    rule,
    skipping,
    steps,
    talk,
)
from tests.proof.small import Question, Sketch, choice, words

# --- 8: two decisions --------------------------------------------------------------------------------------


@rule(8, HOLDS)
def first_the_report_then_help() -> Sketch:
    return deciding(decision())


@rule(8, BROKEN)
def either_a_report_or_help() -> Sketch:
    return deciding(decision(), both=False)


@rule(8, BROKEN)
def help_comes_first() -> Sketch:
    asked = decision()
    asked[0], asked[1] = asked[1], asked[0]
    return deciding(asked)


@rule(8, BROKEN)
def two_questions_but_help_is_not_one_of_them() -> Sketch:
    asked = [choice("melden", "ja", "nee"), choice("spoed", "ja", "nee"), words("reden")]
    sketch = deciding(asked)
    sketch.flows = [flow.replace('hulp = "nee"', 'melden = "nee" and spoed = "nee"') for flow in sketch.flows]
    return sketch


@rule(8, HOLDS)
def a_report_and_help_side_by_side() -> Sketch:
    sketch = Sketch()
    steps(sketch, *FOUR, "afsluiten")
    sketch.act("besluit", *decision(), steps="beslissen", role="directeur")
    sketch.act("melding", *report(), steps="melden")
    sketch.act("hulp_geven", steps="hulp")
    sketch.start("begin")
    sketch.end("einde")
    sketch.gateway("inclusive", "welke", default="geen_van_beide")
    sketch.gateway("inclusive", "samen")
    sketch.chain("begin", *FOUR, "besluit", "welke")
    sketch.flow("welke", "melding", 'melden = "ja"')
    sketch.flow("welke", "hulp_geven", 'hulp = "ja"')
    sketch.flow("welke", "samen", key="geen_van_beide")
    sketch.flow("melding", "samen")
    sketch.flow("hulp_geven", "samen")
    sketch.chain("samen", "afsluiten", "einde")
    return sketch


# --- 9: one role decides -----------------------------------------------------------------------------------


@rule(9, HOLDS)
def the_named_role_decides() -> Sketch:
    return deciding(decision())


@rule(9, BROKEN)
def another_role_decides() -> Sketch:
    sketch = deciding(decision())
    sketch.decides = "bestuur"
    return sketch


@rule(9, BROKEN)
def two_roles_decide_one_after_the_other() -> Sketch:
    sketch = Sketch()
    made = [sketch.act(f"besluit_{role}", steps="beslissen", role=role) for role in ("directeur", "bestuur")]
    sketch.line(*steps(sketch, *FOUR), *made)
    return sketch


@rule(9, BROKEN)
def the_decision_is_open_twice() -> Sketch:
    sketch = Sketch()
    for key in ("een", "twee"):
        sketch.act(key, steps="beslissen", role="directeur")
        sketch.end(f"einde_{key}")
    sketch.start("begin")
    sketch.gateway("parallel", "splits")
    sketch.chain("begin", "splits", "een", "einde_een")
    sketch.chain("splits", "twee", "einde_twee")
    return sketch


# --- 10: skipping the conversation -------------------------------------------------------------------------


@rule(10, HOLDS)
def a_second_person_agrees() -> Sketch:
    return skipping("ib")


@rule(10, BROKEN)
def nobody_else_looks_along() -> Sketch:
    return skipping()


@rule(10, BROKEN)
def the_same_role_looks_along() -> Sketch:
    return skipping("leerkracht")


@rule(10, BROKEN)
def whoever_works_alone_agrees_with_herself() -> Sketch:
    sketch = skipping("leerkracht")
    sketch.roles, sketch.decides = ("leerkracht",), "leerkracht"
    return sketch


@rule(10, BROKEN)
def a_second_person_who_cannot_disagree() -> Sketch:
    return skipping("ib", refusable=False)


@rule(10, BROKEN)
def skipping_without_a_reason() -> Sketch:
    asked = talk()
    del asked[3]
    return skipping("ib", asked=asked)


@rule(10, NOT_APPLICABLE)
def a_conversation_that_cannot_be_skipped() -> Sketch:
    return five_steps_that_record()


# --- 11: people are told -----------------------------------------------------------------------------------


def _reporting(*asked: Question, informs: bool = True) -> Sketch:
    sketch = Sketch()
    made = [*steps(sketch, *FOUR, "beslissen"), sketch.act("melding", *report(), steps="melden")]
    if informs:
        made.append(sketch.act("vertellen", *asked, steps="informeren"))
    sketch.line(*made, *steps(sketch, "afsluiten"))
    return sketch


@rule(11, HOLDS)
def told_or_why_not() -> Sketch:
    return _reporting(choice("verteld", "ja", "nee"), words("hoe_of_waarom_niet"))


@rule(11, BROKEN)
def nobody_is_told() -> Sketch:
    return _reporting(informs=False)


@rule(11, HOLDS)
def told_needs_no_words_but_not_told_does() -> Sketch:
    return _reporting(choice("verteld", "ja", "nee"), words("waarom_niet", hide='=verteld = "ja"'))


@rule(11, BROKEN)
def not_told_and_words_for_something_else() -> Sketch:
    asked = [choice("verteld", "ja", "nee"), choice("hoe", "bellen", "anders")]
    return _reporting(*asked, words("anders_namelijk", hide='=hoe = "bellen"'))


@rule(11, BROKEN)
def not_told_and_not_why() -> Sketch:
    return _reporting(choice("verteld", "ja", "nee"), words("hoe", hide='=verteld = "nee"'))


@pytest.mark.parametrize(("number", "says", "made"), cases(__name__))
def test_a_rule_says_what_the_meldcode_demands(number: int, says: Says, made: Made) -> None:
    verdict = made().verdict(number)
    assert verdict.says is says, verdict
