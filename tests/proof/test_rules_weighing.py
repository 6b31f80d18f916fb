"""Rules on small diagrams: doubt, danger and the acute route."""

from __future__ import annotations

import pytest

from meldcode.check import Says
from tests.proof.pieces import (
    BROKEN,
    DOUBT_FIRST,
    HOLDS,
    Made,
    cases,
    five_steps_that_record,
    in_danger,
    rule,
    steps,
    weighing,
)
from tests.proof.small import Sketch, day, words

# --- 5: doubt ---------------------------------------------------------------------------------------------


@rule(5, HOLDS)
def doubt_to_advice_and_weighing_again() -> Sketch:
    return weighing()


@rule(5, HOLDS)
def doubt_straight_to_a_report() -> Sketch:
    return weighing(doubt_to="naar_melding")


@rule(5, BROKEN)
def doubt_to_an_ordinary_decision() -> Sketch:
    return weighing(doubt_to="naar_besluit")


@rule(5, BROKEN)
def advice_in_doubt_and_then_help() -> Sketch:
    return weighing(advice_to="naar_hulp")


@rule(5, BROKEN)
def doubt_that_another_answer_wins_from() -> Sketch:
    help_first = (("-", "-", '"ja"', '"hulp"', "null"), *DOUBT_FIRST)
    return weighing(*help_first)


@rule(5, BROKEN)
def a_question_that_cannot_be_doubted() -> Sketch:
    return weighing(certain=("structureel",))


@rule(5, BROKEN)
def an_answer_called_norm_1_that_advises_help() -> Sketch:
    """Only what advises a report may win from doubt, whatever norm stands beside it."""
    return weighing(("-", "-", '"ja"', '"hulp"', '"1"'), *DOUBT_FIRST)


# --- 6: danger ends with a report --------------------------------------------------------------------------


@rule(6, HOLDS)
def danger_and_a_report() -> Sketch:
    return in_danger()


@rule(6, BROKEN)
def danger_and_no_report() -> Sketch:
    return in_danger(told=False)


@rule(6, HOLDS)
def danger_and_a_reasoned_exception_after_advice() -> Sketch:
    return in_danger(excuse=True)


@rule(6, BROKEN)
def a_report_without_a_date() -> Sketch:
    return in_danger(report_asks=[words("bij")])


@rule(6, BROKEN)
def a_report_to_nobody() -> Sketch:
    return in_danger(report_asks=[day("melding_datum")])


@rule(6, BROKEN)
def danger_is_not_asked_about() -> Sketch:
    return five_steps_that_record()


# --- 7: the acute route ------------------------------------------------------------------------------------


def _acute(*tasks: str) -> Sketch:
    sketch = Sketch()
    if tasks:
        sketch.acute(*tasks)
    sketch.line(*steps(sketch, "signaleren", "afsluiten"))
    return sketch


@rule(7, HOLDS)
def a_call_first() -> Sketch:
    return _acute("bellen:acuut", "spoedmelding:acuut melden informeren")


@rule(7, BROKEN)
def no_acute_route() -> Sketch:
    return _acute()


@rule(7, BROKEN)
def something_else_before_the_call() -> Sketch:
    return _acute("overleggen:consulteren", "bellen:acuut", "spoedmelding:acuut melden informeren")


@rule(7, BROKEN)
def a_call_to_nobody_in_particular() -> Sketch:
    sketch = _acute("bellen:acuut", "spoedmelding:acuut melden informeren")
    for path, data in sketch.files.items():
        sketch.files[path] = data.replace(b"112 of Veilig Thuis", b"de teamleider")
    return sketch


@rule(6, HOLDS)
def an_acute_route_with_a_report() -> Sketch:
    sketch = in_danger()
    sketch.acute("bellen:acuut", "spoedmelding:acuut melden informeren")
    return sketch


@rule(6, BROKEN)
def an_acute_route_without_a_report() -> Sketch:
    sketch = in_danger()
    sketch.acute("bellen:acuut")
    return sketch


@pytest.mark.parametrize(("number", "says", "made"), cases(__name__))
def test_a_rule_says_what_the_meldcode_demands(number: int, says: Says, made: Made) -> None:
    verdict = made().verdict(number)
    assert verdict.says is says, verdict
