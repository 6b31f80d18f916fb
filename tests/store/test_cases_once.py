"""A command is done once, however often it is sent and by however many at a time."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import event

from meldcode import audit, cases
from meldcode.cases import KeyReused, TaskGone
from meldcode.messages import MeldcodeError
from tests.store.house import MONDAY, House
from tests.store.looking import actions, statements


def test_the_same_key_completes_once(house: House) -> None:
    case = house.open().case.id
    task = house.task(case, "signalen")
    sanne = house.actor("sanne")

    first = cases.complete(house.db, sanne, case, task, {"feiten": "a"}, key="k", now=MONDAY)
    again = cases.complete(house.db, sanne, case, task, {"feiten": "b"}, key="k", now=MONDAY)

    assert not first.repeated
    assert again.repeated
    assert again.case == first.case
    assert again.next_tasks == first.next_tasks
    assert actions(house, case) == ["case_opened", "task_completed"]
    page = cases.case_page(house.db, sanne, case, now=MONDAY)
    assert [entry.answers["feiten"] for entry in page.entries] == ["a"]


def test_what_a_repeated_completion_led_to_is_read_once(house: House) -> None:
    """One transaction: the case, the key, and the case as it is now with its tasks."""
    case = house.open().case.id
    task, sanne = house.task(case, "signalen"), house.actor("sanne")
    cases.complete(house.db, sanne, case, task, {"feiten": "a"}, key="k", now=MONDAY)
    begun: list[int] = []
    event.listen(house.db.engine, "begin", lambda _: begun.append(1))
    with statements(house.db) as counts:
        again = cases.complete(house.db, sanne, case, task, {"feiten": "b"}, key="k", now=MONDAY)

    assert again.repeated
    assert len(begun) == 1
    assert counts == {"statements": 3, "commits": 0}


def test_the_same_key_opens_one_case(house: House) -> None:
    sanne = house.actor("sanne")
    first = cases.open_case(house.db, sanne, key="k", now=MONDAY)
    again = cases.open_case(house.db, sanne, key="k", now=MONDAY)

    assert again.repeated
    assert again.case == first.case
    assert len(cases.overview(house.db, sanne, now=MONDAY, size=500).cases) == 1


def test_opening_again_is_one_look_at_what_there_is(house: House) -> None:
    """One transaction, and the case as it is now: nothing is made that then has to be undone."""
    first = house.open()
    house.complete(first.case.id, "signalen")
    sanne = house.actor("sanne")
    begun: list[int] = []
    event.listen(house.db.engine, "begin", lambda _: begun.append(1))
    with statements(house.db) as counts:
        again = cases.open_case(house.db, sanne, key="sleutel-1", now=MONDAY)

    assert again.repeated
    assert again.case == first.case
    assert [task.node for task in again.next_tasks] == ["wegen"]
    assert len(begun) == 1
    assert counts == {"statements": 2, "commits": 0}


def test_the_same_key_raises_the_alarm_once(house: House) -> None:
    case = house.at_weighing()
    sanne = house.actor("sanne")
    cases.raise_acute(house.db, sanne, case, key="k", now=MONDAY)
    again = cases.raise_acute(house.db, sanne, case, key="k", now=MONDAY)

    assert again.repeated
    assert actions(house, case).count("acute_raised") == 1


def test_a_key_used_for_another_task_is_never_taken_for_success(house: House) -> None:
    first, second = house.open().case.id, house.open().case.id
    sanne = house.actor("sanne")
    cases.complete(
        house.db, sanne, first, house.task(first, "signalen"), {"feiten": "a"}, key="k", now=MONDAY
    )

    with pytest.raises(KeyReused):
        house.complete(second, "signalen", key="k")
    assert house.task(second, "signalen")


def test_two_people_may_happen_to_use_one_key(house: House) -> None:
    mine = cases.open_case(house.db, house.actor("sanne"), key="k", now=MONDAY)
    other = cases.open_case(house.db, house.actor("joost"), key="k", now=MONDAY)

    assert mine.case.id != other.case.id
    assert not other.repeated


@pytest.mark.parametrize("key", ["", "x" * 101, "regel\nregel"])
def test_an_unusable_key_is_refused(house: House, key: str) -> None:
    with pytest.raises(MeldcodeError):
        cases.open_case(house.db, house.actor("sanne"), key=key, now=MONDAY)


def test_eight_threads_completing_one_task_complete_it_once(house: House) -> None:
    case = house.open().case.id
    task = house.task(case, "signalen")
    sanne = house.actor("sanne")
    gate = threading.Barrier(8)
    results: list[str] = []

    def complete(number: int) -> None:
        gate.wait()
        try:
            cases.complete(house.db, sanne, case, task, {"feiten": "x"}, key=f"k{number}", now=MONDAY)
            results.append("done")
        except TaskGone:
            results.append("gone")

    threads = [threading.Thread(target=complete, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results) == ["done"] + ["gone"] * 7
    assert actions(house, case).count("task_completed") == 1
    assert not audit.verify(house.db)


def test_eight_threads_with_one_key_get_one_result(house: House) -> None:
    sanne = house.actor("sanne")
    gate = threading.Barrier(8)
    outcomes: list[cases.Outcome] = []

    def open_it() -> None:
        gate.wait()
        outcomes.append(cases.open_case(house.db, sanne, key="dezelfde", now=MONDAY))

    threads = [threading.Thread(target=open_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({outcome.case.id for outcome in outcomes}) == 1
    assert [outcome.repeated for outcome in outcomes].count(False) == 1
