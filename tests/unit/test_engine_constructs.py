"""Every BPMN construct, played on the engine: as drawn, across processes, and without forgetting."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from meldcode.engine import Step, step
from meldcode.engine.specs import forget
from tests.unit.engine_cases import MONDAY, Scenario, command_of, expect, play
from tests.unit.engine_process import RECORDED, told
from tests.unit.engine_scenarios import SCENARIOS

ROOT = Path(__file__).parents[2]

every_construct = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)


def seen(taken: Step) -> dict[str, Any]:
    """What the world sees of a step, with the case's own numbers for ids taken out."""
    return {
        "document": taken.state["document"],
        "tasks": sorted(
            (task.node, task.since, task.deadlines, json.dumps(task.item)) for task in taken.tasks
        ),
        "due": taken.due,
        "mails": [
            (mail.node, mail.occurrence, mail.level, mail.due_at, mail.respond_by) for mail in taken.mails
        ],
        "facts": [(fact.name, fact.node) for fact in taken.facts],
        "finished": taken.finished,
        "outcome": taken.outcome,
    }


@every_construct
def test_every_construct_runs_as_drawn(scenario: Scenario) -> None:
    play(scenario)


@every_construct
def test_a_step_is_pure(scenario: Scenario) -> None:
    first = play(scenario)
    forget()
    assert [told(taken) for taken in play(scenario)] == [told(taken) for taken in first]


@every_construct
def test_forgetting_finished_tasks_changes_nothing(scenario: Scenario) -> None:
    kept = play(scenario, keep_finished=True)
    assert [seen(taken) for taken in play(scenario)] == [seen(taken) for taken in kept]


@every_construct
def test_a_case_that_was_stored_long_ago_goes_on(scenario: Scenario) -> None:
    stored = json.loads(RECORDED.read_text())[scenario.name]
    state, names, now = stored["state"], stored["tasks"], MONDAY
    for index, move in enumerate(scenario.moves):
        now += move.after
        if index < stored["moves"]:
            continue
        taken = step(scenario.version, scenario.calendar, state, command_of(move, None, names), now)
        expect(move, taken)
        state, names = taken.state, [(task.node, task.id) for task in taken.tasks]
    assert taken.finished


@pytest.mark.processes
def test_every_construct_moves_on_in_a_new_process_per_step() -> None:
    expected = {scenario.name: [told(taken) for taken in play(scenario)] for scenario in SCENARIOS}
    before: dict[str, Any] = {scenario.name: None for scenario in SCENARIOS}
    now = {scenario.name: MONDAY for scenario in SCENARIOS}
    for index in range(max(len(scenario.moves) for scenario in SCENARIOS)):
        asked = {}
        for scenario in SCENARIOS:
            if index < len(scenario.moves):
                now[scenario.name] += scenario.moves[index].after
                last = before[scenario.name]
                asked[scenario.name] = {
                    "move": index,
                    "now": now[scenario.name].isoformat(),
                    "state": last and last["state"],
                    "tasks": last["tasks"] if last else [],
                }
        done = subprocess.run(
            [sys.executable, "-m", "tests.unit.engine_process"],
            input=json.dumps(asked),
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        before = json.loads(done.stdout)
        for name, taken in before.items():
            assert taken == expected[name][index], f"{name}, move {index}"
