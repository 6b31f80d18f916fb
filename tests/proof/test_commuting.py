"""What is not interleaved makes no difference to any verdict: the same cases are judged in every order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given

from meldcode.check.exploration import Exploration
from meldcode.check.explore import explore
from meldcode.check.rules import RULES
from meldcode.check.soundness import soundness
from meldcode.check.tokens import Beside, side_routes
from meldcode.check.verdict import Evidence, Says
from meldcode.definition import Version, check, read_folder
from tests.proof import (
    test_rules_deciding,
    test_rules_organisation,
    test_rules_people,
    test_rules_steps,
    test_rules_weighing,
)
from tests.proof.damage import ROOT
from tests.proof.pieces import CASES
from tests.proof.small import Sketch, choice, day, words
from tests.proof.test_exploration import asked, generated, seen
from tests.unit.engine_generated import versions

DRAWN = (
    test_rules_deciding,
    test_rules_organisation,
    test_rules_people,
    test_rules_steps,
    test_rules_weighing,
)


def judged(version: Version, *, all_orders: bool, most: int = 50_000) -> dict[object, Says]:
    """What every rule and the soundness say."""
    begins = [version.main_process, *side_routes(version)]
    played = [explore(version, one, all_orders=all_orders, most_states=most) for one in begins]
    quick = check(version)
    sides = [Evidence(version, one, quick) for one in played[1:]]
    evidence = Evidence(version, played[0], quick, sides)
    said: dict[object, Says] = {rule.number: rule.judge(evidence).says for rule in RULES}
    return said | {name: verdict.says for name, verdict in soundness(evidence)}


def drawn() -> Iterator[Any]:
    """Every small diagram on which a rule is tested."""
    named = {module.__name__ for module in DRAWN}
    made = {one.__name__: one for _, _, one in CASES if one.__module__ in named}
    for name, sketch in made.items():
        yield pytest.param(sketch, id=name)


@pytest.mark.parametrize("made", list(drawn()))
def test_no_small_diagram_is_judged_otherwise_when_every_order_is_played(made: Any) -> None:
    version = made().version()
    assert judged(version, all_orders=False) == judged(version, all_orders=True)


def acute(d: Sketch, *tasks: str) -> Sketch:
    d.acute(*(tasks or ("bellen:acuut", "gemeld:acuut melden informeren")))
    return d


def deciding() -> Sketch:
    """A decision that closes or goes round once more, and an end that depends on an acute report."""
    d = Sketch()
    d.act("zien", choice("wat", "veel", "weinig"), words("hoe"), steps="signaleren")
    d.act("dicht", choice("toch", "sluiten", "verder"), words("reden"), steps="afsluiten")
    d.merge("weer")
    d.start("begin")
    d.end("gemeld_einde")
    d.end("einde")
    d.chain("begin", "weer", "zien", "dicht", "keus")
    d.choose("keus", "uit", weer='toch = "verder"')
    d.choose("uit", "einde", gemeld_einde="gemeld_datum != null")
    return acute(d)


def test_a_route_that_nothing_notices_is_played_only_where_the_case_may_end() -> None:
    late, every = explore(deciding().version()), explore(deciding().version(), all_orders=True)
    raised = {late.states[edge.source or 0].open for edge in late.edges if edge.move.kind == "raise"}
    assert raised == {frozenset({"dicht"})}
    assert len(late.states) < len(every.states)
    assert late.reached == every.reached
    assert {edge.opened for edge in late.tried} == {("bellen",)}  # elsewhere it was tried, and can be raised


def ends(played: Exploration) -> set[Any]:
    return {
        (state.history, tuple(sorted(state.document.values))) for state in played.states if state.finished
    } | {state.open for state in played.states if not state.finished}


def test_cases_end_alike_however_early_acute_danger_was_raised() -> None:
    late, every = explore(deciding().version()), explore(deciding().version(), all_orders=True)
    assert {one[0] for one in ends(late) if isinstance(one, tuple)} == {
        one[0] for one in ends(every) if isinstance(one, tuple)
    }


@pytest.mark.parametrize(
    "made",
    [
        pytest.param(lambda: acute(deciding(), "los:acuut wegen"), id="the route weighs"),
        pytest.param(lambda: _asks("gemeld_datum != null"), id="a task depends on it"),
        pytest.param(lambda: _writes("bellen_wie"), id="a task writes what it writes"),
        pytest.param(lambda: _told("gemeld:acuut melden"), id="others tell for it"),
    ],
)
def test_a_route_that_something_notices_is_raised_everywhere(made: Any) -> None:
    played = explore(made().version())
    assert played.tried == []


def _asks(condition: str) -> Sketch:
    d = Sketch()
    d.act("een")
    d.act("twee")
    d.start("begin")
    d.end("einde")
    d.chain("begin", "een", "keus")
    d.choose("keus", "einde", twee=condition)
    d.flow("twee", "einde")
    return acute(d)


def _writes(name: str) -> Sketch:
    d = Sketch()
    d.act("een", words(name), day("dag"))
    d.act("twee")
    d.line("een", "twee")
    return acute(d)


def _told(*tasks: str) -> Sketch:
    d = Sketch()
    d.act("een", steps="informeren")
    d.act("twee")
    d.line("een", "twee")
    return acute(d, *tasks)


@generated
@given(versions(timed=True))
def test_no_diagram_does_something_else_when_every_order_is_played(drawn: Version) -> None:
    version = asked(drawn)
    every = explore(version, all_orders=True, most_states=250)
    if not every.complete:
        return
    less = explore(version, most_states=250)
    assert less.complete
    assert less.reached == every.reached
    assert verdicts(version, less) == verdicts(version, every)
    assert {one for one in seen(less) if one[1] != "raise"} <= {one for one in seen(every)}


def verdicts(version: Version, played: Exploration) -> dict[str, Says]:
    return {name: verdict.says for name, verdict in soundness(Evidence(version, played, ()))}


def test_what_the_drawing_does_not_foresee_is_seen_and_played_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two branches of a fork, one asking what the other writes; the drawing is read as if nothing forked."""
    d = Sketch()
    d.act("links", choice("a", "ja", "nee"))
    d.act("rechts")
    d.act("extra")
    d.merge("samen")
    d.start("begin")
    d.gateway("parallel", "splits")
    for end in ("einde", "einde_links"):
        d.end(end)
    d.chain("begin", "splits", "links", "einde_links")
    d.chain("splits", "rechts", "keus")
    d.choose("keus", "samen", extra='a = "ja"')
    d.flow("extra", "samen")
    d.flow("samen", "einde")
    version = d.version()
    foreseen = explore(version)
    monkeypatch.setattr(Beside, "_forked", lambda self: ())
    seen_by_playing = explore(version)
    assert "extra" in foreseen.reached
    assert seen(seen_by_playing) == seen(foreseen)


def test_a_task_that_is_repeated_by_its_own_answer_is_answered_both_ways() -> None:
    d = Sketch()
    d.act("nog_eens", choice("klaar", "ja", "nee"))
    d.elements = [
        one.replace("</bpmn:userTask>", f"{LOOP}</bpmn:userTask>") if 'id="nog_eens"' in one else one
        for one in d.elements
    ]
    d.line("nog_eens")
    played = explore(d.version())
    answers = {edge.move.answers["klaar"] for edge in played.edges if edge.move.kind == "complete"}
    assert answers == {"ja", "nee"}
    assert any(state.finished for state in played.states)


LOOP = (
    '<bpmn:standardLoopCharacteristics testBefore="false" loopMaximum="3">'
    '<bpmn:loopCondition>= klaar = "nee"</bpmn:loopCondition></bpmn:standardLoopCharacteristics>'
)


@pytest.mark.long
@pytest.mark.parametrize(
    "name", sorted(path.name for path in (ROOT / "processes").iterdir() if path.is_dir())
)
def test_no_organisation_is_judged_otherwise_when_every_order_is_played(name: str) -> None:
    version = read_folder(ROOT / "processes" / name)
    assert judged(version, all_orders=False) == judged(version, all_orders=True)
