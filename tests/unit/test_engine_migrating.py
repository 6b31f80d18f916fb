"""A running case to another version: it stands where it stood, and its clocks were never stopped."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from meldcode.definition import Version, read_files, read_folder
from meldcode.engine import Migrated, Misfit, Start, Step, Wake, migrate, step
from tests.unit.engine_cases import CALENDAR, DAY, MONDAY, SEED, Case, Scenario, command_of, levels, version
from tests.unit.engine_drawing import Drawing
from tests.unit.engine_scenarios import SCENARIOS

SCHOOL = Path("processes/basisschool-het-voorbeeld")


def twin(of: Version) -> Version:
    """The same code under another name."""
    return read_files({**of.files, "README.md": b"# Een andere versie\n"})


def moved(case: Case, to: Version) -> Migrated:
    """Migrate a case at its own moment and go on with it there."""
    state = json.loads(json.dumps(case.last.state))
    before = json.dumps(state)
    result = migrate(case.version, to, case.calendar, state, case.now)
    assert json.dumps(state) == before, "the state that was passed is not changed"
    case.version, case.last = to, result.step
    return result


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_going_to_the_same_code_after_every_step_changes_nothing(scenario: Scenario) -> None:
    here, there = scenario.version, twin(scenario.version)
    last: Step | None = None
    now = MONDAY
    for move in scenario.moves:
        now += move.after
        taken = step(here, scenario.calendar, last.state if last else None, command_of(move, last), now)
        last = taken
        if taken.finished:
            continue
        result = migrate(here, there, scenario.calendar, taken.state, now)
        assert (result.armed, result.dropped, result.step.mails) == ((), (), ())
        assert result.step.state["tokens"] == taken.state["tokens"]
        assert (result.step.tasks, result.step.due) == (taken.tasks, taken.due)
        last, here, there = result.step, there, here


def ladder(*rungs: tuple[str, str, str], role: str = "leerkracht") -> Version:
    d = Drawing()
    d.start()
    d.task("wegen", meldcode_role=role)
    d.task("besluit", meldcode_role="directeur")
    d.end()
    d.chain("begin", "wegen", "besluit", "einde")
    for key, text, to in rungs:
        d.reminder(key, text, "wegen", to=to, purpose="escalatie")
    return version(d)


LONG = ladder(("eerst", "P2D", "leerkracht"), ("dan", "P5D", "ib"), ("slot", "P7D", "directeur"))
SHORT = ladder(("eerst", "P1D", "leerkracht"), ("dan", "P3D", "ib"), ("slot", "P5D", "directeur"))


def test_a_shorter_term_leaves_the_deadlines_that_run_as_they_are() -> None:
    case = Case(LONG)
    before = case.last.tasks[0].deadlines
    case.now += DAY
    result = moved(case, SHORT)
    assert result.step.tasks[0].deadlines == before
    assert (result.armed, result.dropped, result.step.mails) == ((), (), ())
    assert case.last.due == MONDAY + 2 * DAY


def test_a_case_that_begins_after_it_follows_the_new_terms() -> None:
    assert Case(SHORT).last.due == MONDAY + DAY


def test_a_rung_that_is_new_counts_from_when_the_task_was_opened() -> None:
    case = Case(ladder(("eerst", "P2D", "leerkracht")))
    case.now += DAY
    result = moved(case, LONG)
    assert result.armed == ("dan", "slot")
    assert [deadline.at for deadline in result.step.tasks[0].deadlines] == [
        MONDAY + 2 * DAY,
        MONDAY + 5 * DAY,
        MONDAY + 7 * DAY,
    ]


def test_of_new_rungs_that_are_overdue_only_the_highest_mails() -> None:
    case = Case(ladder(("eerst", "P30D", "leerkracht")))
    case.now += 6 * DAY
    result = moved(case, LONG)
    assert [node for node, _ in levels(result.step)] == ["dan_mail"]


def test_a_rung_that_fired_before_does_not_fire_again() -> None:
    case = Case(LONG)
    fired = case.take(Wake(), after=3 * DAY)
    assert [node for node, _ in levels(fired)] == ["eerst_mail"]
    result = moved(case, SHORT)
    assert result.armed == ()
    assert result.step.mails == ()
    assert [deadline.node for deadline in result.step.tasks[0].deadlines] == ["dan", "slot"]


def test_a_ladder_that_is_taken_away_stops_and_the_task_goes_on() -> None:
    case = Case(LONG)
    result = moved(case, ladder())
    assert sorted(result.dropped) == ["dan", "eerst", "slot"]
    assert result.step.due is None
    assert case.done("wegen").tasks[0].node == "besluit"


def test_a_ladder_on_a_task_that_had_none_runs_and_lets_the_task_be_finished() -> None:
    case = Case(ladder())
    case.now += DAY
    result = moved(case, LONG)
    assert result.step.due == MONDAY + 2 * DAY
    done = case.done("wegen")
    assert [task.node for task in done.tasks] == ["besluit"]
    assert done.due is None


def test_the_task_is_for_whom_the_new_version_says() -> None:
    case = Case(LONG)
    task = case.last.tasks[0]
    result = moved(case, ladder(("eerst", "P2D", "leerkracht"), role="ib"))
    (now,) = result.step.tasks
    assert (now.id, now.since, now.role) == (task.id, task.since, "ib")


def other_task() -> Version:
    d = Drawing()
    d.start()
    d.task("anders")
    d.end()
    d.chain("begin", "anders", "einde")
    return version(d)


def task_in_a_part() -> Version:
    inner = Drawing("deel")
    inner.start("deel_begin")
    inner.task("wegen")
    inner.end("deel_einde")
    inner.chain("deel_begin", "wegen", "deel_einde")
    d = Drawing()
    d.start()
    d.inside(inner)
    d.end()
    d.chain("begin", "deel", "einde")
    return version(d)


def other_kind() -> Version:
    d = Drawing()
    d.start()
    d.add("manualTask", "wegen", meldcode_role="leerkracht")
    d.end()
    d.chain("begin", "wegen", "einde")
    return version(d)


def other_process() -> Version:
    d = Drawing("ander")
    d.start()
    d.task("wegen")
    d.end()
    d.chain("begin", "wegen", "einde")
    return version(d)


@pytest.mark.parametrize("to", [other_task, task_in_a_part, other_kind, other_process])
def test_a_case_that_cannot_stand_anywhere_stays_and_says_where_it_stood(to: Callable[[], Version]) -> None:
    case = Case(ladder())
    with pytest.raises(Misfit) as refused:
        migrate(case.version, to(), CALENDAR, case.last.state, case.now)
    assert refused.value.node in {"wegen", "proces"}
    assert refused.value.text.nl.startswith(("De zaak staat bij", "Het proces 'proces'"))


def fork(*ways: str, reminded: bool = False) -> Version:
    d = Drawing()
    d.start()
    d.task("eerst")
    d.gateway("parallel", "splitsing")
    d.gateway("parallel", "samen")
    d.task("slot")
    d.end()
    d.chain("begin", "eerst", "splitsing")
    for way in ways:
        d.task(way)
        d.flow("splitsing", way, key=f"naar_{way}")
        d.flow(way, "samen", key=f"van_{way}")
        if reminded:
            d.reminder(f"{way}_2d", "P2D", way)
    d.chain("samen", "slot", "einde")
    return version(d)


def test_a_case_that_passed_a_fork_does_not_go_to_one_with_more_ways() -> None:
    case = Case(fork("a", "b"))
    case.done("eerst")
    with pytest.raises(Misfit) as refused:
        migrate(case.version, fork("a", "b", "c"), CALENDAR, case.last.state, case.now)
    assert refused.value.node == "samen"


def test_a_case_behind_the_join_goes() -> None:
    case = Case(fork("a", "b"))
    for task in ("eerst", "a", "b"):
        case.done(task)
    moved(case, fork("a", "b", "c"))
    assert case.done("slot").finished


def test_a_token_that_waits_in_a_join_still_counts_when_its_task_gets_a_reminder() -> None:
    case = Case(fork("a", "b"))
    case.done("eerst")
    case.done("a")
    result = moved(case, fork("a", "b", reminded=True))
    assert result.armed == ("b_2d",)
    case.done("b")
    assert case.open == ["slot"]


def test_a_school_case_goes_to_a_code_with_a_shorter_ladder_at_step_4() -> None:
    school = read_folder(SCHOOL)
    text = school.files["meldcode.bpmn"].decode()
    place = text.index('id="timer_wegen_5d"')
    shorter = text[:place] + text[place:].replace("P5D", "P3D", 1)
    new = read_files({**school.files, "meldcode.bpmn": shorter.encode()})
    calendar = school.organisation.calendar()
    begun = step(school, calendar, None, Start(seed=SEED), MONDAY)
    result = migrate(school, new, calendar, begun.state, MONDAY + timedelta(hours=1))
    assert (result.step.tasks, result.step.due) == (begun.tasks, begun.due)
