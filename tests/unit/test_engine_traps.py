"""What goes wrong on a process engine without anybody noticing, and does not here."""

from __future__ import annotations

import json
import threading
from copy import deepcopy
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from meldcode.definition import Version
from meldcode.engine import (
    EngineError,
    Incident,
    RaiseEvent,
    Start,
    Wake,
    document,
    open_tasks,
    step,
)
from meldcode.engine import specs as engine_specs
from meldcode.engine.specs import MOST_VERSIONS
from meldcode.workdays import Calendar
from tests.unit.engine_cases import CALENDAR, DAY, MONDAY, Case, Scenario, facts, levels, play, version
from tests.unit.engine_drawing import Drawing, times
from tests.unit.engine_scenarios import SCENARIOS, acute_drawing, exclusive, ladder, line

# --- the diagram is stuck --------------------------------------------------------------------------


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


# --- tokens ----------------------------------------------------------------------------------------


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


# --- decisions -------------------------------------------------------------------------------------


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


# --- many at once ----------------------------------------------------------------------------------


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
    assert len(engine_specs._scopes) == MOST_VERSIONS
