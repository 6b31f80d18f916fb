"""Each rule on small diagrams: what it lets through, and what it does not. Drawn from the facts of the
meldcode, not from the organisations that come with the software.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from meldcode.check import Says
from tests.proof.small import Question, Sketch, choice, day, doubtful, table, words

HOLDS, BROKEN, NOT_APPLICABLE = Says.HOLDS, Says.BROKEN, Says.NOT_APPLICABLE
Made = Callable[[], Sketch]
CASES: list[object] = []


def rule(number: int, says: Says) -> Callable[[Made], Made]:
    """This sketch gets this verdict of that rule."""

    def note(made: Made) -> Made:
        CASES.append(pytest.param(number, says, made, id=f"{number}-{made.__name__}"))
        return made

    return note


@pytest.mark.parametrize(("number", "says", "made"), CASES)
def test_a_rule_says_what_the_meldcode_demands(number: int, says: Says, made: Made) -> None:
    verdict = made().verdict(number)
    assert verdict.says is says, verdict


# --- pieces -----------------------------------------------------------------------------------------------


def decision(*more: Question) -> list[Question]:
    return [
        choice("melden", "ja", "nee"),
        choice("hulp", "ja", "nee"),
        words("reden"),
        day("besluit_dag"),
        *more,
    ]


def report() -> list[Question]:
    return [day("melding_datum"), words("melding_bij")]


def talk() -> list[Question]:
    """A conversation that can be skipped with a reason."""
    held, skipped = '=gesprek_keuze != "gevoerd"', '=gesprek_keuze != "overslaan"'
    return [
        choice("gesprek_keuze", "gevoerd", "overslaan"),
        words("gesprek_reactie", hide=held),
        day("gesprek_datum", hide=held),
        words("overslaan_reden", hide=skipped),
    ]


FOUR = ("signaleren", "consulteren", "gesprek", "wegen")


def steps(sketch: Sketch, *kinds: str) -> list[str]:
    return [sketch.act(kind, steps=kind) for kind in kinds]


# --- 1: five kinds of step, each records a finding --------------------------------------------------------


@rule(1, HOLDS)
def five_steps_that_record() -> Sketch:
    sketch = Sketch()
    sketch.line(*steps(sketch, *FOUR, "beslissen"))
    return sketch


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
    return _skipping("ib")


@rule(2, HOLDS)
def a_recorded_skip_of_the_conversation() -> Sketch:
    return _skipping(agreed_by="ib")


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


# --- 5: doubt ---------------------------------------------------------------------------------------------

WEIGHED = ("acuut", "structureel", "hulp_mogelijk")
DOUBT_FIRST = (
    ('"ja"', "-", "-", '"melden"', '"1"'),
    ("-", '"ja"', "-", '"melden"', '"1"'),
    ('"twijfel"', "-", "-", '"veilig-thuis"', "null"),
    ("-", '"twijfel"', "-", '"veilig-thuis"', "null"),
    ("-", "-", '"twijfel"', '"veilig-thuis"', "null"),
    ('"nee"', '"nee"', '"nee"', '"melden"', '"2"'),
    ('"nee"', '"nee"', '"ja"', '"hulp"', "null"),
)


def _weighing(
    *rules: tuple[str, ...],
    doubt_to: str = "vt",
    advice_to: str = "naar_wegen",
    certain: tuple[str, ...] = (),
) -> Sketch:
    """Weighing, a table, a decision; and what doubt leads to."""
    sketch = Sketch()
    asked = [choice(key, "ja", "nee") if key in certain else doubtful(key)[0] for key in WEIGHED]
    sketch.act("wegen", *asked, words("waarom"), day("dag"), steps="wegen")
    sketch.files["weging.dmn"] = table("afweging", WEIGHED, ("advies", "norm"), *(rules or DOUBT_FIRST))
    sketch.decision("afwegen", "afweging")
    sketch.act("vt", steps="vt-advies")
    sketch.act("besluit", *decision(), steps="beslissen", role="directeur")
    sketch.act("melding", *report(), steps="melden")
    sketch.act("hulp_geven", steps="hulp", role="ib")
    sketch.act("dicht", steps="afsluiten", role="ib")
    for key in ("naar_wegen", "naar_melding", "naar_hulp", "naar_dicht", "naar_besluit"):
        sketch.merge(key)
    sketch.start("begin")
    sketch.end("einde")
    sketch.chain("begin", "naar_wegen", "wegen", "afwegen", "keus")
    sketch.choose("keus", doubt_to, naar_besluit='afweging.advies in ("melden", "hulp")')
    sketch.flow("vt", advice_to)
    sketch.chain("naar_besluit", "besluit", "besloten")
    sketch.choose("besloten", "naar_melding", naar_hulp='melden = "nee"')
    sketch.chain("naar_melding", "melding", "naar_hulp", "hulp_keus")
    sketch.choose("hulp_keus", "hulp_geven", naar_dicht='hulp = "nee"')
    sketch.chain("hulp_geven", "naar_dicht", "dicht", "einde")
    return sketch


@rule(5, HOLDS)
def doubt_to_advice_and_weighing_again() -> Sketch:
    return _weighing()


@rule(5, HOLDS)
def doubt_straight_to_a_report() -> Sketch:
    return _weighing(doubt_to="naar_melding")


@rule(5, BROKEN)
def doubt_to_an_ordinary_decision() -> Sketch:
    return _weighing(doubt_to="naar_besluit")


@rule(5, BROKEN)
def advice_in_doubt_and_then_help() -> Sketch:
    return _weighing(advice_to="naar_hulp")


@rule(5, BROKEN)
def doubt_that_another_answer_wins_from() -> Sketch:
    help_first = (("-", "-", '"ja"', '"hulp"', "null"), *DOUBT_FIRST)
    return _weighing(*help_first)


@rule(5, BROKEN)
def a_question_that_cannot_be_doubted() -> Sketch:
    return _weighing(certain=("structureel",))


@rule(5, BROKEN)
def an_answer_called_norm_1_that_advises_help() -> Sketch:
    """Only what advises a report may win from doubt, whatever norm stands beside it."""
    return _weighing(("-", "-", '"ja"', '"hulp"', '"1"'), *DOUBT_FIRST)


# --- 6: danger ends with a report --------------------------------------------------------------------------


def _in_danger(
    *, excuse: bool = False, report_asks: list[Question] | None = None, told: bool = True
) -> Sketch:
    sketch = Sketch()
    asked = [choice("acuut", "ja", "nee", "twijfel"), words("waarom"), day("dag")]
    sketch.act("wegen", *asked, steps="wegen")
    sketch.act("melding", *(report() if report_asks is None else report_asks), steps="melden")
    sketch.act("vt", choice("meld", "ja", "nee"), words("vt_zei"), steps="vt-advies")
    sketch.act("dicht", steps="afsluiten")
    sketch.merge("naar_dicht")
    sketch.merge("naar_melding")
    sketch.start("begin")
    sketch.end("einde")
    sketch.chain("begin", "wegen", "keus")
    target = "vt" if excuse else ("naar_melding" if told else "naar_dicht")
    sketch.choose(
        "keus", "naar_dicht" if target != "naar_dicht" else "naar_melding", **{target: 'acuut = "ja"'}
    )
    sketch.choose("na_vt", "naar_melding", naar_dicht='meld = "nee"')
    sketch.flow("vt", "na_vt")
    sketch.chain("naar_melding", "melding", "naar_dicht", "dicht", "einde")
    return sketch


@rule(6, HOLDS)
def danger_and_a_report() -> Sketch:
    return _in_danger()


@rule(6, BROKEN)
def danger_and_no_report() -> Sketch:
    return _in_danger(told=False)


@rule(6, HOLDS)
def danger_and_a_reasoned_exception_after_advice() -> Sketch:
    return _in_danger(excuse=True)


@rule(6, BROKEN)
def a_report_without_a_date() -> Sketch:
    return _in_danger(report_asks=[words("bij")])


@rule(6, BROKEN)
def a_report_to_nobody() -> Sketch:
    return _in_danger(report_asks=[day("melding_datum")])


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
    sketch = _in_danger()
    sketch.acute("bellen:acuut", "spoedmelding:acuut melden informeren")
    return sketch


@rule(6, BROKEN)
def an_acute_route_without_a_report() -> Sketch:
    sketch = _in_danger()
    sketch.acute("bellen:acuut")
    return sketch


# --- 8: two decisions --------------------------------------------------------------------------------------


def _deciding(asked: list[Question], *, both: bool = True) -> Sketch:
    sketch = Sketch()
    steps(sketch, *FOUR)
    sketch.act("besluit", *asked, steps="beslissen", role="directeur")
    sketch.act("melding", *report(), steps="melden")
    sketch.act("hulp_geven", steps="hulp")
    sketch.act("dicht", steps="afsluiten")
    sketch.merge("naar_hulp")
    sketch.merge("naar_dicht")
    sketch.start("begin")
    sketch.end("einde")
    sketch.chain("begin", *FOUR, "besluit", "besloten")
    sketch.choose("besloten", "melding", naar_hulp='melden = "nee"')
    sketch.flow("melding", "naar_hulp" if both else "naar_dicht")
    sketch.flow("naar_hulp", "hulp_keus")
    sketch.choose("hulp_keus", "hulp_geven", naar_dicht='hulp = "nee"')
    sketch.chain("hulp_geven", "naar_dicht", "dicht", "einde")
    return sketch


@rule(8, HOLDS)
def first_the_report_then_help() -> Sketch:
    return _deciding(decision())


@rule(8, BROKEN)
def either_a_report_or_help() -> Sketch:
    return _deciding(decision(), both=False)


@rule(8, BROKEN)
def help_comes_first() -> Sketch:
    asked = decision()
    asked[0], asked[1] = asked[1], asked[0]
    return _deciding(asked)


@rule(8, BROKEN)
def two_questions_but_help_is_not_one_of_them() -> Sketch:
    asked = [choice("melden", "ja", "nee"), choice("spoed", "ja", "nee"), words("reden")]
    sketch = _deciding(asked)
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
    return _deciding(decision())


@rule(9, BROKEN)
def another_role_decides() -> Sketch:
    sketch = _deciding(decision())
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


def _skipping(
    agreed_by: str = "", *, asked: list[Question] | None = None, refusable: bool = True, then: str = "wegen"
) -> Sketch:
    sketch = Sketch()
    steps(sketch, "signaleren", "consulteren", "wegen", "beslissen", "afsluiten")
    sketch.act("gesprek", *(talk() if asked is None else asked), steps="gesprek")
    sketch.start("begin")
    sketch.end("einde")
    sketch.merge("verder")
    sketch.merge("opnieuw")
    sketch.chain("begin", "signaleren", "opnieuw", "consulteren", "gesprek")
    if agreed_by:
        second = [choice("eens", "ja", "nee")] if refusable else []
        sketch.act("meekijken", *second, words("oordeel"), day("dag"), steps="overslaan", role=agreed_by)
        sketch.flow("gesprek", "keus")
        sketch.choose("keus", "verder", meekijken='gesprek_keuze = "overslaan"')
        if refusable:
            sketch.flow("meekijken", "eens_keus")
            sketch.choose("eens_keus", "opnieuw", verder='eens = "ja"')
        else:
            sketch.flow("meekijken", "verder")
    else:
        sketch.flow("gesprek", "verder")
    sketch.chain("verder", "wegen", "beslissen", "afsluiten", "einde")
    return sketch


@rule(10, HOLDS)
def a_second_person_agrees() -> Sketch:
    return _skipping("ib")


@rule(10, BROKEN)
def nobody_else_looks_along() -> Sketch:
    return _skipping()


@rule(10, BROKEN)
def the_same_role_looks_along() -> Sketch:
    return _skipping("leerkracht")


@rule(10, BROKEN)
def whoever_works_alone_agrees_with_herself() -> Sketch:
    sketch = _skipping("leerkracht")
    sketch.roles, sketch.decides = ("leerkracht",), "leerkracht"
    return sketch


@rule(10, BROKEN)
def a_second_person_who_cannot_disagree() -> Sketch:
    return _skipping("ib", refusable=False)


@rule(10, BROKEN)
def skipping_without_a_reason() -> Sketch:
    asked = talk()
    del asked[3]
    return _skipping("ib", asked=asked)


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
    return _weighing()


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
    sketch = _weighing()
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
    return _weighing(*rules)


@rule(13, BROKEN)
def a_default_flow_that_closes() -> Sketch:
    sketch = _deciding(decision())
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
    sketch = _deciding(decision())
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
    sketch = _deciding(decision())
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


# --- 17, 18, 19 --------------------------------------------------------------------------------------------


def _plain(sector: str = "onderwijs", facts: str = "", extra: str = "", label: str = "") -> Sketch:
    sketch = Sketch(sector=sector, facts=facts)
    first = sketch.act("zien", words("wat", label=label), day("dag"), steps=f"signaleren {extra}".strip())
    sketch.line(first, *steps(sketch, *FOUR[1:], "beslissen"))
    return sketch


@rule(17, NOT_APPLICABLE)
def a_primary_school() -> Sketch:
    return _plain()


@rule(17, BROKEN)
def a_school_with_adults_and_no_kindcheck() -> Sketch:
    return _plain(facts="adult_clients = true")


@rule(17, HOLDS)
def a_school_with_adults_and_a_kindcheck() -> Sketch:
    return _plain(facts="adult_clients = true", extra="kindcheck")


@rule(17, BROKEN)
def mental_health_care_has_adults() -> Sketch:
    return _plain(sector="ggz")


@rule(17, NOT_APPLICABLE)
def mental_health_care_for_children() -> Sketch:
    return _plain(sector="ggz", facts="adult_clients = false")


@rule(18, HOLDS)
def special_forms_are_named() -> Sketch:
    return _plain(label="Eergerelateerd geweld, huwelijksdwang of genitale verminking?")


@rule(18, BROKEN)
def no_special_forms() -> Sketch:
    return _plain(label="Gedwongen opname of iets onder dwang?")


def _about_a_colleague(*, reachable: bool = True, apart: bool = True, sector: str = "onderwijs") -> Sketch:
    sketch = Sketch(sector=sector)
    asked = [choice("over", "thuis", "collega"), words("wat"), day("dag")]
    sketch.act("signaleren", *asked, steps="signaleren")
    sketch.act("inlichten", steps="zijroute afsluiten" if apart else "informeren", role="directeur")
    steps(sketch, "consulteren", "afsluiten")
    sketch.start("begin")
    sketch.end("einde")
    sketch.end("einde_collega")
    sketch.chain("begin", "signaleren", "keus")
    sketch.choose("keus", "consulteren", inlichten='over = "collega"' if reachable else 'over = "x"')
    sketch.chain("inlichten", "einde_collega")
    sketch.chain("consulteren", "afsluiten", "einde")
    return sketch


@rule(19, HOLDS)
def a_colleague_leaves_for_a_route_apart() -> Sketch:
    return _about_a_colleague()


@rule(19, BROKEN)
def no_route_apart() -> Sketch:
    return _about_a_colleague(apart=False)


@rule(19, BROKEN)
def a_route_apart_that_nobody_reaches() -> Sketch:
    return _about_a_colleague(reachable=False)


@rule(19, BROKEN)
def a_side_route_that_only_runs_beside_the_steps() -> Sketch:
    sketch = Sketch()
    steps(sketch, "signaleren", "consulteren", "afsluiten")
    sketch.act("erbij", steps="zijroute")
    sketch.start("begin")
    sketch.gateway("parallel", "splits")
    sketch.end("einde")
    sketch.end("einde_erbij")
    sketch.chain("begin", "signaleren", "splits", "consulteren", "afsluiten", "einde")
    sketch.chain("splits", "erbij", "einde_erbij")
    return sketch


@rule(19, NOT_APPLICABLE)
def a_prison_has_another_arrangement() -> Sketch:
    return _about_a_colleague(apart=False, sector="rechtsorde")


# --- 20: doctors -------------------------------------------------------------------------------------------


def _doctor(*, facts: str = "", asks: bool = False, advice: bool = False, condition: str = "true") -> Sketch:
    sketch = Sketch(facts=facts)
    profession = [choice("beroep", "arts", "anders")] if asks else []
    sketch.act("signaleren", *profession, words("wat"), day("dag"), steps="signaleren")
    steps(sketch, *FOUR[1:], "beslissen", "informeren", "afsluiten")
    sketch.act("melding", *report(), steps="melden")
    sketch.merge("naar_melding")
    sketch.start("begin")
    sketch.end("einde")
    sketch.chain("begin", *FOUR, "beslissen", "keus" if advice else "naar_melding")
    if advice:
        sketch.act("bellen", steps="vt-advies")
        sketch.choose("keus", "naar_melding", bellen=condition)
        sketch.flow("bellen", "naar_melding")
    sketch.chain("naar_melding", "melding", "informeren", "afsluiten", "einde")
    return sketch


def doctor_verdict(sketch: Sketch) -> bool:
    """Whether rule 20 objects to a doctor's report."""
    return "arts" in sketch.verdict(20).why.nl.lower()


def test_a_doctor_asks_advice_before_a_report() -> None:
    assert doctor_verdict(_doctor(facts="doctors = true"))
    assert not doctor_verdict(_doctor(facts="doctors = true", advice=True))
    assert not doctor_verdict(_doctor())


def test_where_the_profession_is_asked_only_doctors_need_the_advice() -> None:
    assert doctor_verdict(_doctor(asks=True))
    assert not doctor_verdict(_doctor(asks=True, advice=True, condition='beroep = "arts"'))
    assert doctor_verdict(_doctor(asks=True, advice=True, condition='beroep = "anders"'))
    assert not doctor_verdict(_doctor(asks=True, facts="doctors = false"))


# --- 21: nobody blocks -------------------------------------------------------------------------------------


def _own_report(*, own: bool = True, approval: bool = False) -> Sketch:
    """The head decides; afterwards the teacher may report herself, or not."""
    sketch = _deciding(decision())
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
