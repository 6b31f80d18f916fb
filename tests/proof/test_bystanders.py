"""A step taken without the tokens that stand by is the step beside them: held to the engine and the proof."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy

import pytest
from hypothesis import given

from meldcode.check import as_json, prove
from meldcode.check.bystanders import Bystanders
from meldcode.check.explore import explore
from meldcode.check.situations import Situations
from meldcode.definition import Version, read_folder
from tests.proof.damage import ROOT
from tests.proof.small import Sketch, choice
from tests.proof.test_exploration import asked, generated, same
from tests.unit.engine_generated import versions

TERMINATE = "<bpmn:terminateEventDefinition/>"


def held_to_the_engine(version: Version) -> None:
    """Every step of the exploration, also each that was not taken again, is the engine's own."""
    remembered = explore(version, most_states=200, all_orders=True)
    engine = Situations(version, remember=False)
    taken = explore(version, most_states=200, all_orders=True, situations=engine)
    same(remembered, taken)
    assert [state.state for state in remembered.states] == [state.state for state in taken.states]


@pytest.mark.parametrize(
    "name", ["inrichting-de-windvaan", "zelfstandige-verloskundige", "wijkteam-nergenshoek"]
)
def test_the_proof_says_the_same_of_cases_whether_or_not_anything_stands_by(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = read_folder(ROOT / "processes" / name)
    beside = as_json(prove(version, most_states=150))
    with monkeypatch.context() as patched:
        patched.setattr(Bystanders, "of", lambda *_: frozenset())
        together = as_json(prove(version, most_states=150))
    assert json.dumps(beside) == json.dumps(together)  # verdicts, stories, findings, states and moves


@generated
@given(versions(timed=True))
def test_the_proof_says_the_same_of_any_diagram(drawn: Version) -> None:
    version = asked(drawn)
    beside = as_json(prove(version, most_states=80))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Bystanders, "of", lambda *_: frozenset())
        together = as_json(prove(version, most_states=80))
    assert json.dumps(beside) == json.dumps(together)


# --- what must not stand by ------------------------------------------------------------------------------


def branches(*ends: Callable[[Sketch, str], str], kind: str = "parallel") -> Sketch:
    """A fork with two tasks in each branch; each branch goes on to what its function draws. An inclusive fork
    begins all but the first only when a task before it said so."""
    d = Sketch()
    d.start("begin")
    d.act("vooraf", choice("mee", "ja", "nee"))
    d.gateway(kind, "uit")
    d.chain("begin", "vooraf", "uit")
    for number, end in enumerate(ends):
        first, second = d.act(f"een_{number}", choice(f"een_{number}", "ja", "nee")), d.act(f"twee_{number}")
        d.flow("uit", first, 'mee = "ja"' if kind == "inclusive" and number else None)
        d.chain(first, second, end(d, f"na_{number}"))
    return d


def plain_end(d: Sketch, key: str) -> str:
    return d.end(key)


def joins(kind: str) -> Callable[[Sketch, str], str]:
    def to_join(d: Sketch, key: str) -> str:
        if not any('id="samen"' in one for one in d.elements):
            d.gateway(kind, "samen")
            d.end("klaar")
            d.chain("samen", d.act("daarna"), "klaar")
        return "samen"

    return to_join


def terminates(d: Sketch, key: str) -> str:
    return d.end(key, TERMINATE)


def ends_with(outcome: str) -> Callable[[Sketch, str], str]:
    return lambda d, key: d.end(key, meldcode_outcome=outcome)


def throws(d: Sketch, key: str) -> str:
    d.add("intermediateThrowEvent", key, d.event("signal", "sein"))
    return _then_end(d, key)


def waits_for(kind: str) -> Callable[[Sketch, str], str]:
    def catching(d: Sketch, key: str) -> str:
        d.add("intermediateCatchEvent", key, d.event(kind, "sein"))
        return _then_end(d, key)

    return catching


def is_cut_off(d: Sketch, key: str) -> str:
    """A task that the signal takes away."""
    d.act(key)
    d.boundary(f"{key}_stop", key, d.event("signal", "sein"), interrupting=True)
    d.chain(f"{key}_stop", d.end(f"{key}_gestopt"))
    return _then_end(d, key)


def stops_what_is_around_it(d: Sketch, key: str) -> str:
    inside = Sketch(key, files=d.files)
    inside.start(f"{key}_begin")
    inside.gateway("parallel", f"{key}_uit")
    inside.end(f"{key}_klaar")
    inside.end(f"{key}_stop", TERMINATE)
    inside.chain(f"{key}_begin", f"{key}_uit", inside.act(f"{key}_links"), f"{key}_klaar")
    inside.chain(f"{key}_uit", inside.act(f"{key}_rechts"), f"{key}_stop")
    d.inside(inside)
    return _then_end(d, key)


def stands_still(d: Sketch, key: str) -> str:
    """A subprocess in which a join waits for ever for the other of two ways."""
    inside = Sketch(key, files=d.files)
    inside.start(f"{key}_begin")
    inside.act(f"{key}_kies", choice(f"{key}_kies", "ja", "nee"))
    inside.gateway("parallel", f"{key}_samen")
    inside.choose(f"{key}_keus", f"{key}_samen", **{f"{key}_om": f'{key}_kies = "ja"'})
    inside.act(f"{key}_om")
    inside.end(f"{key}_binnen")
    inside.chain(f"{key}_begin", f"{key}_kies", f"{key}_keus")
    inside.chain(f"{key}_om", f"{key}_samen", f"{key}_binnen")
    d.inside(inside)
    return _then_end(d, key)


def _then_end(d: Sketch, key: str) -> str:
    d.chain(key, d.end(f"{key}_einde"))
    return key


@pytest.mark.parametrize(
    "drawn",
    [
        pytest.param(branches(plain_end, plain_end), id="the last branch ends the case"),
        pytest.param(branches(ends_with("gemeld"), ends_with("hulp")), id="ends say what came of it"),
        pytest.param(branches(joins("parallel"), joins("parallel"), plain_end), id="a join waits"),
        pytest.param(
            branches(joins("inclusive"), joins("inclusive"), kind="inclusive"), id="a join looks around"
        ),
        pytest.param(branches(terminates, plain_end, plain_end), id="an end takes all away"),
        pytest.param(branches(stops_what_is_around_it, plain_end), id="an end takes a subprocess away"),
        pytest.param(branches(throws, waits_for("signal"), plain_end), id="a signal that is waited for"),
        pytest.param(branches(throws, is_cut_off), id="a signal that takes a task away"),
        pytest.param(branches(waits_for("message"), plain_end), id="a message that is waited for"),
        pytest.param(branches(stands_still, plain_end), id="a branch in which nothing moves"),
    ],
)
@pytest.mark.parametrize(
    "interrupting", [None, False, True], ids=["no route", "route beside", "route instead"]
)
def test_a_step_that_looks_at_others_is_taken_with_them(drawn: Sketch, interrupting: bool | None) -> None:
    d = deepcopy(drawn)
    if interrupting is not None:
        d.acute("bellen:acuut", interrupting=interrupting)
    held_to_the_engine(d.version())


def test_branches_that_only_ends_and_timers_follow_stand_by_each_other() -> None:
    d = branches(plain_end, ends_with("hulp"), plain_end)
    d.timer("termijn", "P5D", on="een_0", purpose="termijn", interrupting=True)
    d.end("te_laat")
    d.chain("termijn", d.act("nog_eens"), "te_laat")
    d.acute("bellen:acuut")
    version = d.version()
    held_to_the_engine(version)
    together = Situations(version, together=True)
    assert explore(version).steps < 0.5 * explore(version, situations=together).steps
