"""Rules on small diagrams: what depends on the organisation: adults, special forms, colleagues, doctors."""

from __future__ import annotations

import pytest

from meldcode.check import Says
from tests.proof.pieces import BROKEN, FOUR, HOLDS, NOT_APPLICABLE, Made, cases, report, rule, steps
from tests.proof.small import Sketch, choice, day, words

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
    sketch.act("inlichten", steps="zijroute collega afsluiten" if apart else "informeren", role="directeur")
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


@pytest.mark.parametrize(("number", "says", "made"), cases(__name__))
def test_a_rule_says_what_the_meldcode_demands(number: int, says: Says, made: Made) -> None:
    verdict = made().verdict(number)
    assert verdict.says is says, verdict
