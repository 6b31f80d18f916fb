"""Generated diagrams: forgetting finished tasks changes nothing, and plain diagrams run as they do on
SpiffWorkflow's own parser and specs."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from SpiffWorkflow import TaskState
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine, TaskDataEnvironment
from SpiffWorkflow.spiff.parser import SpiffBpmnParser

from meldcode.definition import Version
from meldcode.engine import Complete, Incident, MoveDeadline, RaiseEvent, Refused, Start, Step, Wake, step
from meldcode.feel import expression
from meldcode.workdays import Calendar
from tests.unit.engine_cases import MONDAY, SEED
from tests.unit.engine_generated import Poke, pokes, versions
from tests.unit.test_engine_constructs import seen

CALENDAR = Calendar()
slowly = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def begin(version: Version, keep_finished: bool) -> Step:
    start = Start(document={"f": 0, "g": 0, "h": 0}, seed=SEED)
    return step(version, CALENDAR, None, start, MONDAY, keep_finished=keep_finished)


def poked(version: Version, last: Step, poke: Poke, now: Any, keep_finished: bool) -> Step | str:
    command: Any = Wake()
    if poke.kind == "complete" and last.tasks:
        command = Complete(sorted_tasks(last)[poke.which % len(last.tasks)].id, dict(poke.answers))
    elif poke.kind == "acute":
        command = RaiseEvent("acuut", dict(poke.answers))
    elif poke.kind == "message":
        command = RaiseEvent("bericht", dict(poke.answers))
    elif poke.kind == "move" and last.tasks:
        command = moved(sorted_tasks(last)[poke.which % len(last.tasks)], poke, now)
    state = json.loads(json.dumps(last.state))
    try:
        return step(version, CALENDAR, state, command, now, keep_finished=keep_finished)
    except (Refused, Incident) as error:
        return f"{error.kind} {getattr(error, 'node', None)}"


def moved(task: Any, poke: Poke, now: datetime) -> MoveDeadline:
    """Its first deadline, or one it does not have, some days away or back to where it was drawn."""
    timer = task.deadlines[0].node if task.deadlines else "geen"
    ahead = sum(number for _, number in poke.answers)
    day = (now + timedelta(days=1 + ahead)).date() if ahead else None
    return MoveDeadline(task.id, timer, day, {"by": "ib"})


def sorted_tasks(taken: Step) -> list[Any]:
    return sorted(taken.tasks, key=lambda task: (task.node, task.since, json.dumps(task.item), task.id))


@slowly
@given(versions(timed=True), pokes(timed=True))
def test_forgetting_finished_tasks_changes_nothing_on_any_diagram(
    version: Version, moves: list[Poke]
) -> None:
    pruned, whole, now = begin(version, False), begin(version, True), MONDAY
    assert seen(pruned) == seen(whole)
    for poke in moves:
        now += timedelta(hours=poke.hours)
        one, other = poked(version, pruned, poke, now, False), poked(version, whole, poke, now, True)
        if isinstance(one, str) or isinstance(other, str):
            assert one == other
            continue
        assert seen(one) == seen(other)
        assert poked(version, pruned, poke, now, False) == one  # the same step again gives the same
        pruned, whole = one, other


class FeelOnOneDocument(PythonScriptEngine):
    """What SpiffWorkflow's own specs ask for, answered from the case document."""

    def __init__(self, document: dict[str, Any]) -> None:
        super().__init__(TaskDataEnvironment())
        self.document = document

    def evaluate(self, task: Any, text: str, external_context: Any = None) -> Any:
        return expression(text).evaluate(self.document) is True


class Stock:
    """The same diagram on SpiffWorkflow as it comes: its parser, its specs, its whole task tree."""

    def __init__(self, version: Version) -> None:
        parser = SpiffBpmnParser()
        parser.add_bpmn_str(version.files["meldcode.bpmn"], "meldcode.bpmn")
        self.document: dict[str, Any] = {"f": 0, "g": 0, "h": 0}
        self.case = BpmnWorkflow(
            parser.get_spec("proces"),
            parser.get_subprocess_specs("proces"),
            script_engine=FeelOnOneDocument(self.document),
        )
        self.case.do_engine_steps()

    @property
    def tasks(self) -> list[Any]:
        return sorted(
            self.case.get_tasks(state=TaskState.READY, manual=True), key=lambda task: task.task_spec.name
        )

    def complete(self, node: str, answers: dict[str, int]) -> None:
        self.document.update(answers)
        next(task for task in self.tasks if task.task_spec.name == node).run()
        self.case.do_engine_steps()


@slowly
@given(versions(timed=False), pokes(timed=False))
def test_plain_diagrams_run_as_on_stock_spiffworkflow(version: Version, moves: list[Poke]) -> None:
    ours, stock = begin(version, False), Stock(version)
    for poke in [*moves, None]:
        assert sorted(task.node for task in ours.tasks) == [task.task_spec.name for task in stock.tasks]
        assert ours.finished == stock.case.is_completed()
        if poke is None or not ours.tasks:
            return
        node = sorted_tasks(ours)[poke.which % len(ours.tasks)].node
        taken = poked(version, ours, poke, MONDAY, False)
        assert isinstance(taken, Step), taken
        ours = taken
        stock.complete(node, dict(poke.answers))
