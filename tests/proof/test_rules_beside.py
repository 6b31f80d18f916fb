"""Rules on cases that begin elsewhere than in the main process, and on side routes."""

from __future__ import annotations

import pytest

from meldcode.check import RULES, prove
from meldcode.definition import Version, read_files
from tests.proof.pieces import BROKEN, HOLDS, in_danger, report, steps
from tests.proof.small import Sketch, choice, day, words


def ordinary() -> Sketch:
    d = Sketch()
    d.line(*steps(d, "signaleren", "afsluiten"))
    return d


def beside(main: Sketch, side: Sketch) -> Version:
    """A version in which a case can begin in either."""
    files = main.version().files
    return read_files({**files, **side.files, "zijweg.bpmn": side.xml()})


def line(*tasks: str, **more: str) -> Sketch:
    """A process of its own with these tasks, given as `key: steps`."""
    d = Sketch("zijweg")
    d.start("zij_begin")
    d.end("zij_einde")
    keys = [d.act(key, steps=tags.strip()) for key, _, tags in (one.partition(":") for one in tasks)]
    d.chain("zij_begin", *keys, "zij_einde")
    return d


def says(number: int, main: Sketch, side: Sketch) -> object:
    return prove(beside(main, side)).verdict(number).says


def test_a_side_route_ends_with_closing_and_recording() -> None:
    assert says(3, ordinary(), line("een:zijroute", "twee:zijroute afsluiten")) is HOLDS
    assert says(3, ordinary(), line("een:zijroute")) is BROKEN


def test_a_task_of_a_step_on_a_side_route_asks_for_a_finding() -> None:
    side = Sketch("zijweg")
    side.act("een", day("dag"), steps="zijroute signaleren")
    side.start("zij_begin")
    side.end("zij_einde")
    side.chain("zij_begin", "een", "zij_einde")
    verdict = prove(beside(ordinary(), side)).verdict(1)
    assert verdict.says is BROKEN
    assert verdict.elements == ("een",)


def test_a_decision_after_a_hand_over_is_a_decision_and_needs_its_steps() -> None:
    main = Sketch()
    main.line(*steps(main, "signaleren", "consulteren", "gesprek", "wegen", "beslissen"))
    assert says(2, main, line("aannemen:overdracht", "terug:beslissen")) is HOLDS
    assert says(2, main, line("terug:beslissen")) is BROKEN
    assert says(2, main, line("terug:zijroute beslissen")) is HOLDS  # that of another route
    assert says(2, main, line("een:zijroute")) is HOLDS


def test_acute_danger_can_be_raised_wherever_a_case_begins() -> None:
    main = ordinary()
    main.acute("bellen:acuut")
    without, own = line("een:zijroute"), line("een:zijroute")
    own.acute("ook_bellen:acuut", name="ook_spoed")
    assert says(7, main, without) is BROKEN
    assert says(7, main, own) is HOLDS


def test_acute_danger_in_a_case_that_begins_elsewhere_is_reported() -> None:
    main = in_danger()
    main.acute("bellen:acuut", "gemeld:acuut melden informeren")
    unreported, reported = line("een:zijroute"), line("een:zijroute")
    unreported.acute("ook_bellen:acuut", name="ook_spoed")
    reported.acute("ook_bellen:acuut", "ook_gemeld:acuut melden informeren", name="ook_spoed")
    assert says(6, main, unreported) is BROKEN
    assert says(6, main, reported) is says(6, main, line())


def test_a_report_on_a_side_route_says_when_and_with_whom() -> None:
    def aangifte(*asked: dict[str, object]) -> Sketch:
        side = Sketch("zijweg")
        side.act("aangifte", *asked, steps="zijroute melden")
        side.start("zij_begin")
        side.end("zij_einde")
        side.chain("zij_begin", "aangifte", "zij_einde")
        return side

    assert says(6, in_danger(), aangifte(*report())) is HOLDS
    assert says(6, in_danger(), aangifte(words("bij"))) is BROKEN
    assert says(6, in_danger(), aangifte(day("aangifte_datum"))) is BROKEN


def test_time_takes_no_task_of_a_side_route_away() -> None:
    side = line("een:zijroute", "dicht:zijroute afsluiten")
    side.timer("te_laat", "P5D", on="een", interrupting=True, calendar="werkdagen", purpose="termijn")
    side.end("verlopen")
    side.flow("te_laat", "verlopen")
    assert says(13, ordinary(), side) is BROKEN
    assert says(13, ordinary(), line("een:zijroute", "dicht:zijroute afsluiten")) is HOLDS


def test_who_must_be_told_after_a_report_to_the_police_is_not_for_the_meldcode() -> None:
    assert says(11, ordinary(), line("aangifte:zijroute melden")) is HOLDS


# --- 19: which side route is the one for a colleague -------------------------------------------------------


def leaving(*, called: str = "zijroute", inside: str = "zijroute") -> Version:
    """Among the signals, an answer that leaves for a called process."""
    d = Sketch()
    d.act("zien", choice("over", "thuis", "collega"), words("wat"), day("dag"), steps="signaleren")
    steps(d, "afsluiten")
    d.add("callActivity", "weg", calledElement="zijweg", meldcode_step=called)
    d.start("begin")
    d.end("einde")
    d.end("einde_weg")
    d.chain("begin", "zien", "keus")
    d.choose("keus", "afsluiten", weg='over = "collega"')
    d.flow("afsluiten", "einde")
    d.flow("weg", "einde_weg")
    return beside(d, line(f"inlichten:{inside}", "regelen:zijroute afsluiten"))


@pytest.mark.parametrize(
    ("version", "wanted"),
    [
        pytest.param(leaving(), BROKEN, id="a side route for something else"),
        pytest.param(leaving(called="zijroute collega"), HOLDS, id="the activity says so"),
        pytest.param(leaving(inside="zijroute collega"), HOLDS, id="its task says so"),
        pytest.param(beside(ordinary(), line("een:zijroute collega")), HOLDS, id="it begins by itself"),
        pytest.param(beside(ordinary(), line("een:zijroute")), BROKEN, id="another begins by itself"),
        pytest.param(
            beside(ordinary(), line("een:consulteren", "twee:zijroute collega")),
            BROKEN,
            id="it begins with something else",
        ),
    ],
)
def test_the_route_for_a_colleague_is_known_by_its_tag(version: Version, wanted: object) -> None:
    assert prove(version).verdict(19).says is wanted


def test_every_rule_says_what_it_asks_of_side_routes() -> None:
    assert all(one.aside.nl and one.aside.en for one in RULES)
