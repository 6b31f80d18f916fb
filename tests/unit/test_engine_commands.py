"""Commands that do not fit, events from outside, and what a step may never touch."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from copy import deepcopy
from datetime import date
from itertools import pairwise
from typing import Any

import pytest

from meldcode.definition import Version
from meldcode.engine import (
    Complete,
    EngineError,
    RaiseEvent,
    Recalculate,
    Refused,
    Start,
    Wake,
    document,
    step,
)
from meldcode.engine.specs import scopes_of
from tests.unit.engine_cases import CALENDAR, DAY, MONDAY, SEED, Case, Scenario, facts, play, version
from tests.unit.engine_drawing import Drawing
from tests.unit.engine_scenarios import SCENARIOS, acute_drawing, exclusive, ladder, line

# --- commands that do not fit ----------------------------------------------------------------------


def test_a_task_is_completed_once() -> None:
    case = Case(exclusive().version)
    task = case.task("vraag")
    case.take(Complete(task, {"melden": "ja"}))
    with pytest.raises(Refused) as caught:
        case.take(Complete(task, {"melden": "nee"}))
    assert caught.value.kind == "task-not-open"
    assert document(case.last.state) == {"melden": "ja"}


@pytest.mark.parametrize("task", ["", "vraag", str(SEED), "' or 1=1"])
def test_a_task_that_never_was_is_refused(task: str) -> None:
    with pytest.raises(Refused):
        Case(exclusive().version).take(Complete(task))


@pytest.mark.parametrize(
    "answers",
    [
        {"typename": "UUID"},
        {"a": [{"b": {"typename": "Task"}}]},
        {"a": math.nan},
        {"a": -math.inf},
        {"a": {1: "x"}},
        {"a": date(2026, 1, 1)},
        {"a": (1, 2)},
        {"a": {"x", "y"}},
        {"a": b"x"},
        {"a": object()},
        {1: "x"},
    ],
)
def test_only_plain_json_enters_a_case(answers: dict[str, Any]) -> None:
    case = Case(exclusive().version)
    for state, command in (
        (case.last.state, Complete(case.task("vraag"), answers)),
        (case.last.state, RaiseEvent("acuut", answers)),
        (None, Start(document=answers)),
    ):
        with pytest.raises(Refused) as caught:
            step(case.version, CALENDAR, state, command, MONDAY)
        assert caught.value.kind == "not-plain"


def test_deep_json_is_refused() -> None:
    deep: Any = "x"
    for _ in range(60):
        deep = [deep]
    with pytest.raises(Refused):
        Case(exclusive().version).done("vraag", a=deep)


def test_answers_are_copied() -> None:
    given = {"kinderen": ["Noor"]}
    case = Case(exclusive().version)
    taken = case.take(Complete(case.task("vraag"), given))
    given["kinderen"].append("Sem")
    assert document(taken.state) == {"kinderen": ["Noor"]}


def test_a_closed_case_takes_no_commands_and_forgives_a_late_nudge() -> None:
    case = Case(exclusive().version)
    task = case.task("vraag")
    case.done("vraag")
    case.done("anders_taak")
    for command in (Complete(task), RaiseEvent("acuut")):
        with pytest.raises(Refused) as caught:
            case.take(command)
        assert caught.value.kind == "finished"
    for nudge in (Wake(), Recalculate()):
        taken = case.take(nudge, after=DAY)
        assert (taken.finished, taken.outcome, taken.facts, taken.due) == (True, "klaar", (), None)


def test_a_case_begins_once_and_must_have_begun() -> None:
    case = Case(exclusive().version)
    with pytest.raises(Refused, match="already running"):
        case.take(Start())
    with pytest.raises(Refused, match="not begun"):
        step(case.version, CALENDAR, None, Wake(), MONDAY)
    with pytest.raises(Refused, match="no process"):
        step(case.version, CALENDAR, None, Start("nergens"), MONDAY)


def test_a_moment_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        step(exclusive().version, CALENDAR, None, Start(), MONDAY.replace(tzinfo=None))


def test_a_state_of_an_unknown_format_is_refused_in_words() -> None:
    state = Case(exclusive().version).last.state
    for odd in ({**state, "format": 2}, {**state, "format": "1"}, {}):
        for use in (lambda s: step(exclusive().version, CALENDAR, s, Wake(), MONDAY), document):
            with pytest.raises(EngineError) as caught:
                use(odd)
            assert "indeling" in caught.value.text.nl


def test_a_state_of_another_diagram_is_refused_in_words() -> None:
    state = Case(exclusive().version).last.state
    with pytest.raises(EngineError, match=r"does not fit this version.*'vraag'"):
        step(ladder().version, CALENDAR, state, Wake(), MONDAY)
    with pytest.raises(EngineError, match="does not fit"):
        step(ladder().version, CALENDAR, {**state, "spec": "weg"}, Wake(), MONDAY)


def test_a_case_goes_on_in_a_diagram_that_differs_further_on() -> None:
    def drawn(after: str) -> Version:
        d = line()
        d.task("vraag")
        d.reminder("na2", "P2D", "vraag")
        d.task(after)
        d.chain("begin", "vraag", after)
        return version(d)

    case = Case(drawn("oud"))
    case.version = drawn("nieuw")
    assert case.done("vraag", after=DAY).tasks[0].node == "nieuw"


# --- events ----------------------------------------------------------------------------------------


def test_an_event_that_nobody_waits_for_is_refused() -> None:
    with pytest.raises(Refused) as caught:
        Case(exclusive().version).take(RaiseEvent("acuut", {"x": 1}))
    assert caught.value.kind == "event-not-expected"


def test_acute_danger_is_raised_once_at_a_time() -> None:
    case = Case(version(acute_drawing(True)))
    case.take(RaiseEvent("acuut"))
    with pytest.raises(Refused) as caught:
        case.take(RaiseEvent("acuut"))
    assert caught.value.kind == "already-raised"
    assert case.open == ["bel112"]


def test_acute_danger_cancels_tasks_and_timers_and_keeps_roles() -> None:
    case = Case(version(acute_drawing(True)))
    assert case.last.due is not None
    taken = case.take(RaiseEvent("acuut"))
    assert [(task.node, task.role) for task in taken.tasks] == [("bel112", "directeur")]
    assert taken.due is None
    assert {fact["node"] for fact in facts(taken, "task_cancelled")} == {"a", "b"}
    assert facts(taken, "event_raised") == [{"node": "acuut_route", "interrupting": True}]


def test_acute_danger_from_inside_a_subprocess_and_a_called_process() -> None:
    d, inner, called, acute = line(), line("deel"), line("ander"), line("acuut_route")
    called.task("diep")
    called.end("ander_einde")
    called.chain("ander_begin", "diep", "ander_einde")
    inner.add("callActivity", "roep", calledElement="ander")
    inner.reminder("na1", "P1D", "roep")
    inner.end("deel_einde")
    inner.chain("deel_begin", "roep", "deel_einde")
    acute.elements.clear()
    acute.add("startEvent", "acuut_begin", acute.event("message", "acuut"))
    acute.task("bel")
    acute.chain("acuut_begin", "bel")
    acute.end("acuut_einde")
    d.inside(inner)
    d.inside(acute, triggeredByEvent="true")
    d.end()
    d.chain("begin", "deel", "einde")
    case = Case(version(d, called))
    assert case.open == ["diep"]
    case.take(RaiseEvent("acuut"))
    assert (case.open, case.last.due) == (["bel"], None)
    assert case.take(Wake(), after=9 * DAY).mails == ()
    assert case.done("bel").finished


def test_a_called_processs_own_route_interrupts_only_that_process() -> None:
    d, called, acute = line(), line("ander"), Drawing("acuut_route")
    acute.add("startEvent", "acuut_begin", acute.event("message", "acuut"))
    acute.task("bel")
    acute.chain("acuut_begin", "bel")
    called.task("diep")
    called.chain("ander_begin", "diep")
    called.inside(acute, triggeredByEvent="true")
    d.gateway("parallel", "samen")
    d.add("callActivity", "roep", calledElement="ander")
    d.task("b")
    d.task("slot")
    d.chain("begin", "samen", "roep", "slot")
    d.chain("samen", "b")
    case = Case(version(d, called))
    case.take(RaiseEvent("acuut"))
    assert case.open == ["b", "bel"]
    case.done("bel")
    assert case.open == ["b", "slot"]


@pytest.mark.parametrize("starts", [0, 2])
def test_a_process_without_a_single_start_cannot_begin(starts: int) -> None:
    d = Drawing()
    d.task("vraag")
    for number in range(starts):
        d.flow(d.start(f"begin{number}"), "vraag")
    with pytest.raises(EngineError, match="no single start"):
        step(version(d), CALENDAR, None, Start("proces"), MONDAY)


def shape(scopes: Mapping[str, Any]) -> dict[str, Any]:
    return {
        f"{key}/{name}": (list(spec._inputs), list(spec._outputs), spec.lookahead, spec.manual)
        for key, scope in scopes.items()
        for name, spec in scope.task_specs.items()
    }


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_no_case_changes_the_shared_specs(scenario: Scenario) -> None:
    scopes = scopes_of(scenario.version)
    before = shape(scopes)
    play(scenario)
    assert scopes_of(scenario.version) is scopes
    assert shape(scopes) == before


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_no_step_changes_the_state_it_is_given(scenario: Scenario) -> None:
    taken = play(scenario)
    for before, after in pairwise(taken):
        given = deepcopy(before.state)
        step(scenario.version, scenario.calendar, given, Wake(), MONDAY + 400 * DAY)
        assert given == before.state
        assert json.loads(json.dumps(after.state)) == after.state
