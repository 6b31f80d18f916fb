"""What goes wrong on a process engine without anybody noticing, and does not here."""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Mapping
from copy import deepcopy
from datetime import date, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest

from meldcode.definition import Version
from meldcode.engine import (
    Command,
    Complete,
    EngineError,
    Incident,
    Mail,
    RaiseEvent,
    Recalculate,
    Refused,
    Start,
    Step,
    Wake,
    document,
    open_tasks,
    step,
)
from meldcode.engine import specs as engine_specs
from meldcode.engine.specs import MOST_VERSIONS, scopes_of
from meldcode.workdays import Calendar
from tests.unit.engine_cases import DAY, MONDAY, SEED, Scenario, play, version
from tests.unit.engine_drawing import Drawing, times
from tests.unit.engine_scenarios import SCENARIOS, acute_drawing, exclusive, ladder, line

CALENDAR = Calendar()


class Case:
    """One case, moved by hand. `now` only moves when told to."""

    def __init__(self, version: Version, calendar: Calendar = CALENDAR, **facts: Any) -> None:
        self.version = version
        self.calendar = calendar
        self.now = MONDAY
        self.last: Step = step(version, calendar, None, Start(document=facts, seed=SEED), MONDAY)

    def take(self, command: Command, after: timedelta = timedelta()) -> Step:
        self.now += after
        state = json.loads(json.dumps(self.last.state))
        self.last = step(self.version, self.calendar, state, command, self.now)
        return self.last

    def done(self, node: str, after: timedelta = timedelta(), **answers: Any) -> Step:
        return self.take(Complete(self.task(node), answers), after)

    def task(self, node: str) -> str:
        return next(task.id for task in self.last.tasks if task.node == node)

    @property
    def open(self) -> list[str]:
        return sorted(task.node for task in self.last.tasks)


def levels(taken: Step) -> list[tuple[str, int]]:
    return [(mail.node, mail.level) for mail in taken.mails]


def facts(taken: Step, name: str) -> list[Mapping[str, Any]]:
    return [{"node": fact.node, **fact.detail} for fact in taken.facts if fact.name == name]


# --- the diagram is stuck ----------------------------------------------------------------------------


def no_way_out() -> Version:
    d = line()
    d.task("vraag")
    d.gateway("exclusive", "keuze")
    d.end("a")
    d.end("b")
    d.chain("begin", "vraag", "keuze")
    d.flow("keuze", "a", "x = 1")
    d.flow("keuze", "b", "x = 2")
    return version(d)


def test_a_gateway_without_a_match_is_an_incident_and_the_old_state_still_works() -> None:
    case = Case(no_way_out())
    before = deepcopy(case.last.state)
    with pytest.raises(Incident) as caught:
        case.done("vraag", x=3)
    assert (caught.value.kind, caught.value.node) == ("no-branch", "keuze")
    assert "keuze" in caught.value.text.nl
    assert case.last.state == before
    assert case.done("vraag", x=2).finished


def test_today_is_the_organisations_own_day_also_just_after_midnight() -> None:
    d = Drawing()
    d.gateway("exclusive", "keuze", default="anders")
    d.start()
    d.task("vandaag")
    d.end()
    d.chain("begin", "keuze")
    d.flow("keuze", "vandaag", '= today() = date("2026-09-08")')
    d.flow("keuze", "einde", key="anders")
    d.flow("vandaag", "einde")
    just_after_midnight = MONDAY.replace(day=7, hour=22, minute=30)  # 00.30 hours on the 8th in Amsterdam
    taken = step(version(d), CALENDAR, None, Start(), just_after_midnight)
    assert [task.node for task in taken.tasks] == ["vandaag"]


def test_an_inclusive_gateway_without_a_match_is_an_incident() -> None:
    d = line()
    d.task("vraag")
    d.gateway("inclusive", "keuze")
    d.end("a")
    d.chain("begin", "vraag", "keuze")
    d.flow("keuze", "a", "x = 1")
    with pytest.raises(Incident) as caught:
        Case(version(d)).done("vraag", x=None)
    assert (caught.value.kind, caught.value.node) == ("no-branch", "keuze")


def test_only_true_is_true() -> None:
    for value in (None, 0, 1, "true", [], [True]):
        d = line()
        d.gateway("exclusive", "keuze", default="anders")
        d.task("ja")
        d.task("nee")
        d.flow("begin", "keuze")
        d.flow("keuze", "ja", "x")
        d.flow("keuze", "nee", key="anders")
        assert Case(version(d), x=value).open == ["nee"]


def test_overlapping_conditions_follow_the_order_of_the_xml() -> None:
    d = line()
    d.gateway("exclusive", "keuze")
    d.task("eerste")
    d.task("tweede")
    d.flow("begin", "keuze")
    d.flow("keuze", "tweede", "x > 0")
    d.flow("keuze", "eerste", "x > 1")
    assert Case(version(d), x=5).open == ["tweede"]


def test_a_loop_without_a_task_is_an_incident() -> None:
    d = line()
    d.task("vraag")
    d.gateway("exclusive", "in")
    d.mail("bericht")
    d.gateway("exclusive", "uit", default="klaar")
    d.end()
    d.chain("begin", "vraag", "in", "bericht", "uit")
    d.flow("uit", "in", "door = true")
    d.flow("uit", "einde", key="klaar")
    case = Case(version(d))
    with pytest.raises(Incident) as caught:
        case.done("vraag", door=True)
    assert caught.value.kind == "endless"
    assert caught.value.node in {"in", "bericht", "uit"}
    assert case.done("vraag", door=False).finished


def test_a_timer_that_is_always_past_is_an_incident() -> None:
    d = line()
    d.task("vraag")
    d.gateway("exclusive", "in")
    d.timer("gisteren", "= gisteren", kind="timeDate")
    d.chain("begin", "vraag", "in", "gisteren", "in")
    with pytest.raises(Incident) as caught:
        Case(version(d)).done("vraag", gisteren="2020-01-01")
    assert caught.value.kind == "endless"


def test_a_process_that_calls_itself_is_refused() -> None:
    d, other = line(), line("ander")
    d.add("callActivity", "roep", calledElement="ander")
    d.end()
    d.chain("begin", "roep", "einde")
    other.add("callActivity", "terug", calledElement="proces")
    other.end("ander_einde")
    other.chain("ander_begin", "terug", "ander_einde")
    with pytest.raises(EngineError, match="calls itself again"):
        Case(version(d, other))


def test_a_called_process_that_is_missing_is_refused() -> None:
    d = line()
    d.add("callActivity", "roep", calledElement="nergens")
    d.end()
    d.chain("begin", "roep", "einde")
    with pytest.raises(EngineError, match="nergens"):
        Case(version(d))


def test_a_case_that_would_stand_still_is_an_incident() -> None:
    d = line()
    d.task("vraag")
    d.gateway("exclusive", "keuze", default="links")
    d.mail("een")
    d.mail("twee")
    d.gateway("parallel", "samen")
    d.end()
    d.chain("begin", "vraag", "keuze")
    d.flow("keuze", "een", key="links")
    d.flow("keuze", "twee", "x = 1")
    d.flow("een", "samen")
    d.chain("twee", "samen", "einde")
    with pytest.raises(Incident) as caught:
        Case(version(d)).done("vraag")
    assert (caught.value.kind, caught.value.node) == ("stuck", "samen")


@pytest.mark.parametrize("where", ["cardinality", "collection"])
def test_too_many_times_is_an_incident(where: str) -> None:
    d = line()
    d.task("vraag")
    d.task("elk", times("parallel", **{where: "aantal"}))
    d.end()
    d.chain("begin", "vraag", "elk", "einde")
    many = 10**9 if where == "cardinality" else list(range(101))
    case = Case(version(d))
    with pytest.raises(Incident) as caught:
        case.done("vraag", aantal=many)
    assert (caught.value.kind, caught.value.node) == ("too-many-instances", "elk")
    with pytest.raises(Incident) as caught:
        case.done("vraag", aantal="veel")
    assert (caught.value.kind, caught.value.node) == ("expression", "elk")
    assert case.done("vraag", aantal=0 if where == "cardinality" else []).finished


def test_an_expression_beyond_its_limits_names_its_element() -> None:
    d = line()
    d.task("vraag")
    d.gateway("exclusive", "keuze", default="verder")
    d.end()
    d.chain("begin", "vraag", "keuze")
    d.flow("keuze", "einde", "some a in l, b in l, c in l satisfies a + b + c = -1")
    d.flow("keuze", "einde", key="verder")
    with pytest.raises(Incident) as caught:
        Case(version(d)).done("vraag", l=list(range(60)))
    assert (caught.value.kind, caught.value.node) == ("expression", "keuze")


@pytest.mark.parametrize(
    "text", ['__import__("os").system("true")', "().__class__.__bases__", "lambda: 1", "open('/etc/passwd')"]
)
def test_python_in_a_diagram_is_never_run(text: str) -> None:
    d = line()
    d.task("vraag")
    d.gateway("exclusive", "keuze", default="verder")
    d.end()
    d.chain("begin", "vraag", "keuze")
    d.flow("keuze", "einde", text)
    d.flow("keuze", "einde", key="verder")
    case = Case(version(d))
    try:
        assert case.done("vraag").finished  # read as FEEL, it is null
    except Incident as incident:
        assert (incident.kind, incident.node) == ("expression", "keuze")  # noqa: PT017


@pytest.mark.parametrize("kind", ["scriptTask", "serviceTask", "complexGateway", "adHocSubProcess"])
def test_what_cannot_run_here_is_refused_by_name(kind: str) -> None:
    d = line()
    d.add(
        kind, "dit", "<bpmn:script>import os</bpmn:script>" if kind == "scriptTask" else "", name="Dit hier"
    )
    d.end()
    d.chain("begin", "dit", "einde")
    with pytest.raises(EngineError) as caught:
        Case(version(d))
    assert "'Dit hier' kan hier niet worden uitgevoerd" in caught.value.text.nl


# --- commands that do not fit ------------------------------------------------------------------------


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
    for command in (Complete(case.task("vraag"), answers), RaiseEvent("acuut", answers)):
        with pytest.raises(Refused) as caught:
            case.take(command)
        assert caught.value.kind in ("not-plain",) or isinstance(command, RaiseEvent)
    with pytest.raises(Refused):
        step(case.version, CALENDAR, None, Start(document=answers), MONDAY)


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


# --- events ------------------------------------------------------------------------------------------


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


# --- time --------------------------------------------------------------------------------------------


def test_a_timer_fires_at_its_very_moment_and_not_before() -> None:
    case = Case(ladder().version)
    due = case.last.due
    assert due == MONDAY + 2 * DAY
    assert case.take(Wake(), after=2 * DAY - timedelta(microseconds=1)).mails == ()
    assert levels(case.take(Wake(), after=timedelta(microseconds=1))) == [("na2_mail", 1)]
    assert case.last.due == MONDAY + 4 * DAY


def test_of_several_overdue_levels_only_the_highest_mails() -> None:
    taken = Case(ladder().version).take(Wake(), after=6 * DAY)
    assert levels(taken) == [("na5_mail", 3)]
    assert [fact["node"] for fact in facts(taken, "timer_superseded")] == ["na2", "na4"]
    assert [fact["node"] for fact in facts(taken, "timer_fired")] == ["na5"]


def test_completing_late_does_not_lose_the_escalation() -> None:
    taken = Case(ladder().version).done("wegen", after=8 * DAY)
    assert levels(taken) == [("na7_mail", 4)]
    assert [fact.name for fact in taken.facts][:4] == ["timer_superseded"] * 3 + ["timer_fired"]
    assert [task.node for task in taken.tasks] == ["beslissen"]


def test_a_mail_knows_its_task_its_deadline_and_the_next_level() -> None:
    case = Case(ladder().version)
    task = case.last.tasks[0]
    taken = case.take(Wake(), after=5 * DAY)
    (mail,) = taken.mails
    assert (mail.template, mail.to, mail.occurrence, mail.level) == ("herinnering", "ib", 1, 3)
    assert (mail.task, mail.task_since) == (task.id, MONDAY)
    assert (mail.due_at, mail.respond_by) == (MONDAY + 5 * DAY, MONDAY + 7 * DAY)
    (last,) = case.take(Wake(), after=9 * DAY).mails
    assert (last.due_at, last.respond_by) == (MONDAY + 7 * DAY, None)


def test_deadlines_have_levels_by_due_moment_however_they_are_drawn() -> None:
    d = line()
    d.task("wegen")
    d.end()
    d.chain("begin", "wegen", "einde")
    d.reminder("hoog", "P7D", "wegen", purpose="escalatie")
    d.reminder("laag", "P2D", "wegen")
    d.timer("einddatum", "P9D", "wegen", purpose="termijn", interrupting=True)
    case = Case(version(d))
    told = [(found.node, found.level) for found in case.last.tasks[0].deadlines]
    assert told == [("laag", 1), ("hoog", 2), ("einddatum", 0)]
    case.take(Wake(), after=3 * DAY)
    assert [(found.node, found.level) for found in case.last.tasks[0].deadlines] == [
        ("hoog", 2),
        ("einddatum", 0),
    ]


def test_a_task_on_a_timers_path_has_no_share_in_the_ladder() -> None:
    d = line()
    d.task("wegen")
    d.end()
    d.chain("begin", "wegen", "einde")
    d.timer("na1", "P1D", "wegen", purpose="escalatie")
    d.task("navragen")
    d.chain("na1", "navragen")
    d.reminder("na3", "P3D", "wegen", purpose="escalatie")
    case = Case(version(d))
    taken = case.take(Wake(), after=DAY)
    assert {task.node: len(task.deadlines) for task in taken.tasks} == {"wegen": 1, "navragen": 0}


def test_an_interruption_between_two_levels_lets_the_lower_one_mail() -> None:
    d = line()
    d.task("wegen")
    d.end()
    d.chain("begin", "wegen", "einde")
    d.reminder("na2", "P2D", "wegen")
    d.reminder("na6", "P6D", "wegen", purpose="escalatie")
    d.timer("na4", "P4D", "wegen", purpose="termijn", interrupting=True)
    d.task("anders")
    d.chain("na4", "anders")
    case = Case(version(d))
    task = case.task("wegen")
    with pytest.raises(Refused):
        case.take(Complete(task), after=9 * DAY)
    taken = case.take(Wake())
    assert levels(taken) == [("na2_mail", 1)]
    assert case.open == ["anders"]


def repeating(text: str = "R4/P2D", calendar: str = "klok") -> Version:
    d = line()
    d.task("volgen")
    d.reminder("elke2", text, "volgen", kind="timeCycle", calendar=calendar)
    d.end()
    d.chain("begin", "volgen", "einde")
    return version(d)


def test_missed_occurrences_of_a_cycle_are_one_mail() -> None:
    case = Case(repeating())
    (mail,) = case.take(Wake(), after=7 * DAY).mails
    assert (mail.occurrence, mail.due_at) == (3, MONDAY + 6 * DAY)
    assert case.last.due == MONDAY + 8 * DAY
    (mail,) = case.take(Wake(), after=100 * DAY).mails
    assert (mail.occurrence, mail.due_at) == (4, MONDAY + 8 * DAY)
    assert case.last.due is None
    assert case.take(Wake(), after=100 * DAY).mails == ()


def test_a_cycle_in_working_days_goes_over_easter() -> None:
    # Thursday 25 March 2027; Goede Vrijdag is the 26th, 2e Paasdag the 29th.
    case = Case(repeating("R3/P2D", "werkdagen"))
    start = step(case.version, CALENDAR, None, Start(seed=SEED), MONDAY.replace(year=2027, month=3, day=25))
    assert start.due is not None
    assert (start.due.month, start.due.day) == (3, 31)


def test_a_cycle_of_seconds_after_a_year_is_still_one_mail() -> None:
    case = Case(repeating("R/PT1S"))
    (mail,) = case.take(Wake(), after=365 * DAY).mails
    assert mail.occurrence == 365 * 86400
    assert case.last.due == case.now + timedelta(seconds=1)


def test_free_days_move_a_running_timer_from_the_moment_it_started() -> None:
    d = line()
    d.task("wegen")
    d.reminder("na3", "P3D", "wegen", calendar="werkdagen")
    d.reminder("klok", "P9D", "wegen", purpose="escalatie")
    d.end()
    d.chain("begin", "wegen", "einde")
    case = Case(version(d))
    assert case.last.due == MONDAY + 3 * DAY
    case.now += 2 * DAY
    case.calendar = Calendar(free_days=frozenset({date(2026, 9, 8), date(2026, 9, 9)}))
    taken = case.take(Recalculate())
    assert facts(taken, "timers_recalculated") == [{"node": None, "moved": 1}]
    assert taken.due == MONDAY + 7 * DAY  # 10, 11 and, after the weekend, 14 September
    case.calendar = CALENDAR
    assert levels(case.take(Recalculate(), after=3 * DAY)) == [("na3_mail", 1)]


def test_free_days_move_the_timers_of_an_event_gateway() -> None:
    d = line()
    d.add("eventBasedGateway", "eerst")
    d.timer("kort", "P2D", calendar="werkdagen")
    d.timer("lang", "P9D", calendar="werkdagen")
    d.task("a")
    d.task("b")
    d.chain("begin", "eerst", "kort", "a")
    d.chain("eerst", "lang", "b")
    case = Case(version(d))
    assert case.last.due == MONDAY + 2 * DAY
    case.calendar = Calendar(free_days=frozenset({date(2026, 9, 9)}))
    assert case.take(Recalculate()).due == MONDAY + 3 * DAY
    case.take(Wake(), after=3 * DAY)
    assert (case.open, case.last.due) == (["a"], None)


def test_a_cycle_keeps_what_it_has_done_when_free_days_change() -> None:
    case = Case(repeating("R4/P2D", "werkdagen"))
    case.take(Wake(), after=2 * DAY)
    case.calendar = Calendar(free_days=frozenset({date(2026, 9, 10)}))
    assert case.take(Recalculate()).due == MONDAY + 7 * DAY
    (mail,) = case.take(Wake(), after=5 * DAY).mails
    assert mail.occurrence == 2


@pytest.mark.parametrize("text", ["5D", "P", '"P5D"', "R3/P2D/x", "", "= null", "= 5", '= "morgen"', "P0D"])
def test_a_duration_that_cannot_be_read_is_an_incident_with_its_element(text: str) -> None:
    d = line()
    d.task("vraag")
    d.timer("wachten", text)
    d.chain("begin", "vraag", "wachten")
    case = Case(version(d))
    with pytest.raises(Incident) as caught:
        case.done("vraag")
    assert (caught.value.kind, caught.value.node) == ("timer", "wachten")
    assert case.open == ["vraag"]


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("2026-09-10", "2026-09-09T22:00:00+00:00"),
        ("2026-12-10", "2026-12-09T23:00:00+00:00"),
        ("2026-09-10T12:00", "2026-09-10T10:00:00+00:00"),
        ("2026-09-10T12:00:00Z", "2026-09-10T12:00:00+00:00"),
        ('= date("2026-09-08") + duration("P2D")', "2026-09-09T22:00:00+00:00"),
    ],
)
def test_a_date_is_the_organisations_own(text: str, due: str) -> None:
    d = line()
    d.timer("tot", text, kind="timeDate")
    d.chain("begin", "tot")
    taken = Case(version(d)).last
    assert taken.due is not None
    assert taken.due.isoformat() == due


def test_a_feel_duration_counts_in_working_days() -> None:
    d = line()
    d.timer("wacht", '= if haast then duration("P1D") else "P2D"', calendar="werkdagen")
    d.chain("begin", "wacht")
    for haast, days in ((True, 1), (False, 2)):
        assert Case(version(d), haast=haast).last.due == MONDAY + days * DAY


def test_mails_are_unique_in_their_case() -> None:
    for scenario in SCENARIOS:
        mails = [mail for taken in play(scenario) for mail in taken.mails]
        keys = {(mail.timer, mail.occurrence, mail.level) for mail in mails}
        assert len(keys) == len(mails), scenario.name


def test_a_timer_with_two_mails_on_its_path_sends_both_once() -> None:
    d = line()
    d.task("wegen")
    d.timer("na1", "P1D", "wegen", purpose="escalatie")
    d.mail("aan_ib", "ib")
    d.mail("aan_directeur", "directeur")
    d.end()
    d.end("einde2")
    d.chain("begin", "wegen", "einde")
    d.chain("na1", "aan_ib", "aan_directeur", "einde2")
    mails: tuple[Mail, ...] = Case(version(d)).take(Wake(), after=DAY).mails
    assert [(mail.node, mail.to, mail.level) for mail in mails] == [
        ("aan_ib", "ib", 1),
        ("aan_directeur", "directeur", 1),
    ]
    assert len({mail.timer for mail in mails}) == 2


def test_a_ladder_on_a_subprocess_points_at_the_one_task_inside() -> None:
    d, inner = line(), line("deel")
    inner.task("wegen")
    inner.end("deel_einde")
    inner.chain("deel_begin", "wegen", "deel_einde")
    d.inside(inner)
    d.reminder("na1", "P1D", "deel")
    d.end()
    d.chain("begin", "deel", "einde")
    case = Case(version(d))
    task = case.last.tasks[0]
    assert [(found.node, found.level) for found in task.deadlines] == [("na1", 1)]
    (mail,) = case.take(Wake(), after=DAY).mails
    assert mail.task == task.id


# --- tokens ------------------------------------------------------------------------------------------


def test_a_second_token_on_one_side_of_a_join_waits_for_the_next_round() -> None:
    d = line()
    d.gateway("parallel", "samen")
    d.task("a")
    d.task("b")
    d.timer("elke1", "R2/P1D", "a", kind="timeCycle", purpose="termijn")
    d.gateway("exclusive", "naar")
    d.gateway("parallel", "verder")
    d.task("slot")
    d.chain("begin", "samen", "a", "naar", "verder", "slot")
    d.flow("elke1", "naar")
    d.chain("samen", "b", "verder")
    case = Case(version(d))
    case.take(Wake(), after=DAY)
    case.take(Wake(), after=DAY)
    assert case.open == ["a", "b"]
    case.done("b")
    assert case.open == ["a", "slot"]


def test_tasks_keep_their_id_and_their_beginning() -> None:
    case = Case(version(acute_drawing(False)))
    first = {task.node: (task.id, task.since) for task in case.last.tasks}
    case.take(Wake(), after=DAY)
    case.done("b", after=DAY)
    assert [(task.id, task.since) for task in case.last.tasks] == [first["a"]]
    UUID(first["a"][0])


def test_ids_follow_from_the_seed_and_no_two_cases_share_one() -> None:
    one = step(exclusive().version, CALENDAR, None, Start(), MONDAY)
    two = step(exclusive().version, CALENDAR, None, Start(), MONDAY)
    assert one.tasks[0].id != two.tasks[0].id
    assert one.state["seed"] != two.state["seed"]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_open_tasks_can_be_read_from_the_state_alone(scenario: Scenario) -> None:
    for taken in play(scenario):
        assert open_tasks(scenario.version, taken.state) == taken.tasks
        assert document(taken.state) == taken.state["document"]


def test_facts_tell_a_case_without_its_content() -> None:
    case = Case(version(acute_drawing(False)), geheim="vader slaat")
    told = list(case.last.facts)
    told += case.done("a", verslag="geheim").facts
    told += case.take(RaiseEvent("acuut", {"waar": "geheim"})).facts
    names = [fact.name for fact in told]
    assert names[:3] == ["case_started", "task_opened", "task_opened"]
    assert {"task_completed", "event_raised", "task_opened"} <= set(names)
    assert "geheim" not in json.dumps([fact.detail for fact in told])


def test_a_step_of_the_meldcode_that_is_passed_is_told() -> None:
    d = line()
    d.task("wegen", meldcode_step="wegen consulteren")
    d.end()
    d.chain("begin", "wegen", "einde")
    taken = Case(version(d)).done("wegen")
    assert facts(taken, "step_passed") == [{"node": "wegen", "steps": ["consulteren", "wegen"]}]
    assert facts(taken, "case_finished") == [{"node": None, "outcome": None}]


# --- decisions ---------------------------------------------------------------------------------------

TABLE = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">
<decision id="afweging" name="Afweging"><decisionTable id="t" hitPolicy="UNIQUE">
<input id="i"><inputExpression id="ie" typeRef="string"><text>onveilig</text></inputExpression></input>
<output id="o" name="advies" typeRef="string"/>
<rule id="r1"><inputEntry id="e1"><text>"ja"</text></inputEntry>
<outputEntry id="u1"><text>"melden"</text></outputEntry></rule>
<rule id="r2"><inputEntry id="e2"><text>"nee"</text></inputEntry>
<outputEntry id="u2"><text>"hulp"</text></outputEntry></rule>
<rule id="r3"><inputEntry id="e3"><text>"dubbel","nee nee"</text></inputEntry>
<outputEntry id="u3"><text>"a"</text></outputEntry></rule>
<rule id="r4"><inputEntry id="e4"><text>"dubbel"</text></inputEntry>
<outputEntry id="u4"><text>"b"</text></outputEntry></rule>
</decisionTable></decision></definitions>"""


def deciding() -> Version:
    d = line()
    d.task("wegen")
    d.decision("tabel", "afweging")
    d.gateway("exclusive", "advies", default="anders")
    d.task("melden")
    d.task("verder_wegen")
    d.chain("begin", "wegen", "tabel", "advies")
    d.flow("advies", "melden", 'afweging.advies = "melden"')
    d.flow("advies", "verder_wegen", key="anders")
    return version(d, afweging=TABLE)


def test_a_decision_writes_its_result_and_its_rule() -> None:
    case = Case(deciding())
    taken = case.done("wegen", onveilig="ja")
    assert document(taken.state)["afweging"] == {"advies": "melden", "regel": 1}
    assert facts(taken, "decision_made") == [{"node": "tabel", "decision": "afweging", "rules": [1]}]
    assert case.open == ["melden"]


def test_a_blank_answer_is_not_ready() -> None:
    case = Case(deciding())
    assert document(case.done("wegen", onveilig=None).state)["afweging"] is None
    assert case.open == ["verder_wegen"]


def test_a_table_that_contradicts_itself_is_an_incident() -> None:
    case = Case(deciding())
    with pytest.raises(Incident) as caught:
        case.done("wegen", onveilig="dubbel")
    assert (caught.value.kind, caught.value.node) == ("decision", "tabel")
    assert case.done("wegen", onveilig="ja").tasks


# --- many at once ------------------------------------------------------------------------------------


def test_threads_at_different_times_do_not_disturb_each_other() -> None:
    def story(number: int) -> list[Any]:
        case = Case(ladder().version, Calendar(free_days=frozenset({date(2026, 9, 8 + number)})))
        told: list[Any] = []
        for _ in range(20):
            taken = case.take(Wake(), after=timedelta(hours=5 + 3 * number))
            told.append((case.now, levels(taken), taken.due, taken.state))
        told.append(case.done("wegen", nummer=number).state)
        return told

    expected = [story(number) for number in range(8)]
    engine_specs.forget()
    found: list[list[Any] | None] = [None] * 8
    start = threading.Barrier(8)

    def run(number: int) -> None:
        start.wait()
        found[number] = story(number)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == expected


def test_the_cache_of_specs_is_bounded() -> None:
    engine_specs.forget()
    for number in range(MOST_VERSIONS + 5):
        d = line()
        d.task(f"taak{number}")
        d.chain("begin", f"taak{number}")
        Case(version(d))
    assert len(engine_specs._cache) == MOST_VERSIONS
