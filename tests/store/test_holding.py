"""Taking a task, giving it back, giving it to somebody else: who may, who sees what, and once only."""

from __future__ import annotations

from threading import Barrier, Thread
from uuid import UUID

import pytest

from meldcode import adjustments, audit, cases
from meldcode.cases import AccessDenied, CannotHold, KeyReused, TaskGone, TaskTaken, TaskUnclaimed
from meldcode.messages import MeldcodeError
from tests.store.house import MONDAY, House


@pytest.fixture
def pooled(house: House) -> tuple[UUID, UUID]:
    """A case and its open task, given back by who opened it: the pool of every teacher."""
    case = house.at_weighing()
    task = house.task(case, "wegen")
    cases.give_back(house.db, house.actor("sanne"), case, task, key=house.key(), now=MONDAY)
    return case, task


def log_of(house: House, case: UUID) -> list[str]:
    with house.db.reading(house.organisation) as tx:
        return [row.action for row in audit.of_case(tx, case)]


def test_who_shares_a_pool_sees_a_reference_and_nothing_else(house: House, pooled: tuple[UUID, UUID]) -> None:
    case, task = pooled
    joost = house.actor("joost")
    (listed,) = cases.my_tasks(house.db, joost)
    assert (listed.id, listed.pool, listed.mine) == (task, True, False)
    assert (listed.node, listed.name, listed.steps) == ("", "", ())
    page = cases.case_page(house.db, joost, case, now=MONDAY)
    assert page.reference == listed.reference
    assert not page.knows_status
    assert not page.content
    assert (page.opened_by_name, page.entries, page.notes, page.document, page.marks) == ("", (), (), {}, {})
    assert [(view.name, view.steps) for view in page.tasks] == [("", ())]
    assert not page.can_raise_acute
    assert cases.overview(house.db, joost, now=MONDAY, size=500).cases == ()
    for refused in (
        lambda: cases.case_map(house.db, joost, case, now=MONDAY),
        lambda: cases.case_log(house.db, joost, case, now=MONDAY),
        lambda: cases.raise_acute(house.db, joost, case, key=house.key(), now=MONDAY),
    ):
        with pytest.raises(AccessDenied):
            refused()
    with pytest.raises(TaskUnclaimed):
        cases.task_page(house.db, joost, case, task, now=MONDAY)


def test_a_supervisor_in_the_pool_knows_the_status_as_of_every_case(house: House) -> None:
    case = house.at_weighing()
    house.complete(case, "wegen", {"advies": "melden"})
    (listed,) = cases.my_tasks(house.db, house.actor("henk"))
    assert listed.pool
    assert listed.name == "Beslissen"


def test_a_task_of_the_pool_is_finished_only_by_who_took_it(house: House, pooled: tuple[UUID, UUID]) -> None:
    case, task = pooled
    answers, joost = {"advies": "melden"}, house.actor("joost")
    for name in ("joost", "sanne"):
        with pytest.raises(TaskUnclaimed):
            cases.complete(house.db, house.actor(name), case, task, answers, key=house.key(), now=MONDAY)
    assert "task_completed" not in log_of(house, case)[2:]

    cases.claim(house.db, joost, case, task, key=house.key(), now=MONDAY)
    with pytest.raises(AccessDenied):
        cases.complete(house.db, house.actor("sanne"), case, task, answers, key=house.key(), now=MONDAY)
    done = cases.complete(house.db, joost, case, task, answers, key=house.key(), now=MONDAY)
    assert not done.repeated


def test_taking_a_task_opens_the_case_for_her_alone(house: House, pooled: tuple[UUID, UUID]) -> None:
    case, task = pooled
    joost = house.actor("joost")
    taken = cases.claim(house.db, joost, case, task, key=house.key(), now=MONDAY)
    assert not taken.repeated
    page = cases.task_page(house.db, joost, case, task, now=MONDAY)
    assert page.task.mine
    assert page.entries[0].answers == {"feiten": "blauwe plek op de arm"}
    assert page.opened_by_name == "Sanne"
    assert cases.case_page(house.db, joost, case, now=MONDAY).content
    assert cases.my_tasks(house.db, house.actor("sanne")) == ()
    assert log_of(house, case)[2:4] == ["task_given_back", "task_claimed"]
    with house.db.reading(house.organisation) as tx:
        row = next(row for row in audit.of_case(tx, case) if row.action == "task_claimed")
    assert (row.person, row.role) == (house.people["joost"], "leerkracht")
    assert row.detail == {"node": "wegen", "task": task.hex}
    assert audit.verify(house.db, house.organisation) == []


def test_who_gives_back_loses_sight_of_the_content(house: House, pooled: tuple[UUID, UUID]) -> None:
    case, task = pooled
    joost = house.actor("joost")
    cases.claim(house.db, joost, case, task, key=house.key(), now=MONDAY)
    cases.give_back(house.db, joost, case, task, key=house.key(), now=MONDAY)
    assert not cases.case_page(house.db, joost, case, now=MONDAY).knows_status
    # who opened the case stays involved
    assert cases.case_page(house.db, house.actor("sanne"), case, now=MONDAY).content


def test_the_second_colleague_hears_that_the_task_is_taken(house: House, pooled: tuple[UUID, UUID]) -> None:
    case, task = pooled
    cases.claim(house.db, house.actor("joost"), case, task, key=house.key(), now=MONDAY)
    with pytest.raises(TaskTaken):
        cases.claim(house.db, house.actor("sanne"), case, task, key=house.key(), now=MONDAY)


def test_of_two_at_the_same_moment_one_gets_the_task(house: House, pooled: tuple[UUID, UUID]) -> None:
    case, task = pooled
    start, heard = Barrier(2), []

    def try_it(username: str) -> None:
        actor, key = house.actor(username), f"tegelijk-{username}"
        start.wait(10)
        try:
            cases.claim(house.db, actor, case, task, key=key, now=MONDAY)
            heard.append("mine")
        except TaskTaken:
            heard.append("taken")

    threads = [Thread(target=try_it, args=(name,)) for name in ("sanne", "joost")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(heard) == ["mine", "taken"]
    assert log_of(house, case).count("task_claimed") == 1


def test_claiming_twice_is_done_once(house: House, pooled: tuple[UUID, UUID]) -> None:
    case, task = pooled
    joost, key = house.actor("joost"), house.key()
    for _ in range(3):
        cases.claim(house.db, joost, case, task, key=key, now=MONDAY)
    assert cases.claim(house.db, joost, case, task, key=house.key(), now=MONDAY).repeated
    assert log_of(house, case).count("task_claimed") == 1


@pytest.mark.parametrize("username", ["fatima", "henk", "buiten"])
def test_only_who_holds_the_role_takes_a_task(house: House, pooled: tuple[UUID, UUID], username: str) -> None:
    case, task = pooled
    with pytest.raises(AccessDenied):
        cases.claim(house.db, house.actor(username), case, task, key=house.key(), now=MONDAY)
    with pytest.raises(AccessDenied):
        cases.give_back(house.db, house.actor(username), case, task, key=house.key(), now=MONDAY)
    assert log_of(house, case)[-2:] == ["access_refused", "access_refused"]


def test_a_task_that_is_done_cannot_be_taken_or_given_back(house: House) -> None:
    case = house.at_weighing()
    task = house.task(case, "wegen")
    house.complete(case, "wegen", {"advies": "melden"})
    with pytest.raises(TaskGone):
        cases.claim(house.db, house.actor("joost"), case, task, key=house.key(), now=MONDAY)
    with pytest.raises(TaskGone):
        cases.give_back(house.db, house.actor("sanne"), case, task, key=house.key(), now=MONDAY)
    with pytest.raises(AccessDenied):
        cases.give_back(house.db, house.actor("joost"), case, task, key=house.key(), now=MONDAY)


def test_a_claimed_task_moves_on_and_its_reminders_reach_who_holds_it(
    house: House, pooled: tuple[UUID, UUID]
) -> None:
    case, task = pooled
    cases.claim(house.db, house.actor("joost"), case, task, key=house.key(), now=MONDAY)
    house.complete(case, "wegen", {"advies": "melden"}, by="joost")
    page = cases.case_page(house.db, house.actor("joost"), case, now=MONDAY)
    assert page.content
    assert page.entries[-1].person_name == "Joost"


def test_a_supervisor_gives_a_task_to_a_colleague_without_seeing_content(house: House) -> None:
    case = house.at_weighing()
    task, fatima = house.task(case, "wegen"), house.actor("fatima")
    choice = cases.handover(house.db, fatima, case, task, now=MONDAY)
    assert [one.name for one in choice.holders] == ["Joost"]
    assert (choice.task.name, choice.task.assignee_name) == ("Wegen", "Sanne")
    to, key = house.people["joost"], house.key()
    for _ in range(2):
        cases.reassign(house.db, fatima, case, task, to, reason="absent", key=key, now=MONDAY)
    assert [view.id for view in cases.my_tasks(house.db, house.actor("joost"))] == [task]
    assert cases.case_page(house.db, house.actor("joost"), case, now=MONDAY).content
    assert not cases.case_page(house.db, fatima, case, now=MONDAY).content
    with house.db.reading(house.organisation) as tx:
        (row,) = [row for row in audit.of_case(tx, case) if row.action == "task_reassigned"]
    assert (row.person, row.role, row.reason) == (house.people["fatima"], "intern-begeleider", "absent")
    assert row.detail["from"] == house.people["sanne"].hex
    assert row.detail["to"] == to.hex


def test_a_task_goes_only_to_somebody_who_holds_its_role_and_works_here(house: House) -> None:
    case = house.at_weighing()
    task, fatima = house.task(case, "wegen"), house.actor("fatima")
    adjustments.switch_as_operator(house.db, house.organisation, house.people["joost"], False, now=MONDAY)
    for to in (house.people["henk"], house.people["joost"], UUID(int=7)):
        with pytest.raises(CannotHold):
            cases.reassign(house.db, fatima, case, task, to, reason="absent", key=house.key(), now=MONDAY)
    with pytest.raises(MeldcodeError, match="why"):
        cases.reassign(
            house.db, fatima, case, task, house.people["sanne"], reason="een verhaal", key="s", now=MONDAY
        )


@pytest.mark.parametrize("username", ["joost", "sanne", "buiten"])
def test_who_does_not_supervise_reassigns_nothing(house: House, username: str) -> None:
    case = house.at_weighing()
    task, actor = house.task(case, "wegen"), house.actor(username)
    with pytest.raises(AccessDenied):
        cases.handover(house.db, actor, case, task, now=MONDAY)
    with pytest.raises(AccessDenied):
        cases.reassign(
            house.db, actor, case, task, house.people["joost"], reason="absent", key="sleutel-x", now=MONDAY
        )
    assert log_of(house, case)[-2:] == ["access_refused", "access_refused"]


def test_the_key_of_one_task_does_not_take_another(house: House, pooled: tuple[UUID, UUID]) -> None:
    case, task = pooled
    joost, key = house.actor("joost"), house.key()
    cases.claim(house.db, joost, case, task, key=key, now=MONDAY)
    other = house.at_weighing()
    second = house.task(other, "wegen")
    cases.give_back(house.db, house.actor("sanne"), other, second, key=house.key(), now=MONDAY)
    with pytest.raises(KeyReused):
        cases.claim(house.db, joost, other, second, key=key, now=MONDAY)
