"""A case that goes on for years costs no more than a new one."""

from __future__ import annotations

import json
import statistics
import time
import zlib
from functools import lru_cache

import pytest

from meldcode.definition import Version
from meldcode.engine import Complete, Start, Step, Wake, step
from meldcode.engine.running import MOST_AUTOMATIC
from meldcode.workdays import Calendar
from tests.unit.engine_cases import DAY, MONDAY, SEED, version
from tests.unit.engine_drawing import Drawing, times
from tests.unit.engine_scenarios import line

CALENDAR = Calendar()
ROUNDS = 400
WORDS = "De leerling vertelt dat het thuis onrustig is en wil niet naar huis. "


@lru_cache(maxsize=1)
def doubting() -> Version:
    """Thirty tasks; from the weighing back to the advice as long as there is doubt, with a ladder on it."""
    d = line()
    for number in range(28):
        d.task(f"stap{number}")
    d.task("advies")
    d.task("wegen")
    for name, text in (("na2", "P2D"), ("na4", "P4D"), ("na5", "P5D"), ("na7", "P7D")):
        d.reminder(name, text, "wegen", calendar="werkdagen")
    d.gateway("exclusive", "in")
    d.gateway("exclusive", "twijfel", default="geen")
    d.gateway("parallel", "samen")
    d.gateway("parallel", "verder")
    d.task("dossier")
    d.end()
    d.chain("begin", *(f"stap{number}" for number in range(10)), "in", "samen", "advies", "verder", "wegen")
    d.chain("samen", "dossier", "verder")
    d.flow("wegen", "twijfel")
    d.flow("twijfel", "in", 'twijfel = "ja"')
    d.flow("twijfel", "stap10", key="geen")
    d.chain(*(f"stap{number}" for number in range(10, 28)), "einde")
    return version(d)


def begin() -> Step:
    facts = {f"veld{number}": WORDS[number:] for number in range(12)}
    return step(doubting(), CALENDAR, None, Start(document=facts, seed=SEED), MONDAY)


def finish(last: Step, node: str, **answers: str) -> Step:
    task = next(task for task in last.tasks if task.node == node)
    return step(doubting(), CALENDAR, json.loads(json.dumps(last.state)), Complete(task.id, answers), MONDAY)


def at_the_doubt() -> Step:
    last = begin()
    for number in range(10):
        last = finish(last, f"stap{number}")
    return last


def one_round(last: Step, remind: bool = True) -> Step:
    last = finish(last, "advies")
    last = finish(last, "dossier")
    if remind:
        last = step(doubting(), CALENDAR, last.state, Wake(), MONDAY + 2 * DAY)
        assert len(last.mails) == 1
    return finish(last, "wegen", twijfel="ja")


def test_the_state_of_a_doubt_loop_stays_flat() -> None:
    last, sizes = at_the_doubt(), []
    for _ in range(ROUNDS):
        last = one_round(last)
        sizes.append(len(json.dumps(last.state)))
    assert max(sizes) - min(sizes) < 20  # only the counter of token numbers grows, in digits
    assert len(last.state["tokens"]) == 3


def test_the_four_hundredth_step_costs_no_more_than_the_first() -> None:
    def seconds(last: Step) -> float:
        taken = []
        for _ in range(15):
            begun = time.process_time()
            one_round(last, remind=False)
            taken.append(time.process_time() - begun)
        return statistics.median(taken)

    first = at_the_doubt()
    last = first
    for _ in range(ROUNDS):
        last = one_round(last, remind=False)
    for _ in range(3):  # another process may disturb one measurement
        ratio = seconds(last) / seconds(first)
        if ratio <= 1.5:
            break
    assert ratio <= 1.5


def test_an_open_case_is_small_when_deflated() -> None:
    last = one_round(at_the_doubt())
    last = finish(last, "advies")
    last = finish(last, "dossier")
    assert [task.node for task in last.tasks] == ["wegen"]
    assert len(zlib.compress(json.dumps(last.state).encode())) <= 1500
    assert len(json.dumps(last.state["tokens"])) <= 1500


def test_no_state_holds_a_diagram_or_a_finished_task() -> None:
    text = json.dumps(finish(at_the_doubt(), "advies").state)
    for word in ("typename", "stap3", "herinnering", "twijfel", "leerkracht"):
        assert word not in text


@pytest.mark.parametrize("length", [100, 300, MOST_AUTOMATIC - 10])
def test_a_long_row_of_automatic_elements_does_not_stall_silently(length: int) -> None:
    d = line()
    d.task("vraag")
    names = [d.mail(f"mail{number}") for number in range(length)]
    d.task("slot")
    d.chain("begin", "vraag", *names, "slot")
    long = version(d)
    last = step(long, CALENDAR, None, Start(seed=SEED), MONDAY)
    last = step(long, CALENDAR, last.state, Complete(last.tasks[0].id), MONDAY)
    assert len(last.mails) == length
    assert [task.node for task in last.tasks] == ["slot"]


def test_a_hundred_instances_at_once_are_no_problem() -> None:
    d = line()
    d.task("elk", times("parallel", cardinality="100"))
    d.task("slot")
    d.chain("begin", "elk", "slot")
    many = version(d)
    last = step(many, CALENDAR, None, Start(seed=SEED), MONDAY)
    assert len(last.tasks) == 100
    while len(last.tasks) > 1:
        last = step(many, CALENDAR, last.state, Complete(last.tasks[0].id), MONDAY)
    last = step(many, CALENDAR, last.state, Complete(last.tasks[0].id), MONDAY)
    assert [task.node for task in last.tasks] == ["slot"]


def drawing_of(tasks: int) -> Drawing:
    d = line()
    for number in range(tasks):
        d.task(f"t{number}")
    d.chain("begin", *(f"t{number}" for number in range(tasks)))
    return d


def test_a_step_costs_the_same_in_a_large_diagram() -> None:
    def seconds(tasks: int) -> float:
        drawn = version(drawing_of(tasks))
        first = step(drawn, CALENDAR, None, Start(seed=SEED), MONDAY)
        taken = []
        for _ in range(40):
            begun = time.process_time()
            step(drawn, CALENDAR, first.state, Complete(first.tasks[0].id), MONDAY)
            taken.append(time.process_time() - begun)
        return statistics.median(taken)

    for _ in range(3):
        ratio = seconds(300) / seconds(10)
        if ratio <= 2:
            break
    assert ratio <= 2
