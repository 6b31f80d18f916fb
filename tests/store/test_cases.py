"""One call is one transaction: what people do with a case."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from meldcode import adjustments, audit, cases, incidents, people
from meldcode.cases import AnswersRefused, CaseStuck
from meldcode.engine import Refused
from meldcode.moves import load
from meldcode.store.tables import metadata
from tests.databases import beneath
from tests.store import house as building
from tests.store.house import MONDAY, House
from tests.store.looking import actions, statements

# --- the ordinary way ------------------------------------------------------------------------------


def test_opening_a_case_gives_the_first_task_to_who_opened_it(house: House) -> None:
    outcome = house.open()

    assert [(task.node, task.mine) for task in outcome.next_tasks] == [("signalen", True)]
    assert [task.node for task in cases.my_tasks(house.db, house.actor("sanne"))] == ["signalen"]
    assert cases.my_tasks(house.db, house.actor("joost")) == ()


def test_a_reference_is_random_and_cannot_be_misread(house: House) -> None:
    references = {house.open().case.reference for _ in range(30)}

    assert len(references) == 30
    for reference in references:
        letters, digits = reference.split("-")
        assert len(letters) == 4
        assert len(digits) == 2
        assert not set(reference) & set("AEIOU01L")


def test_completing_a_task_opens_the_next_one(house: House) -> None:
    case = house.open().case.id
    outcome = house.complete(case, "signalen")

    assert not outcome.repeated
    assert [task.node for task in outcome.next_tasks] == ["wegen"]
    assert outcome.next_tasks[0].due_at == MONDAY + timedelta(days=2)


def test_a_case_runs_to_its_end(house: House) -> None:
    case = house.at_weighing()
    house.complete(case, "wegen")
    outcome = house.complete(case, "beslissen", by="henk")

    assert outcome.case.status == "finished"
    page = cases.case_page(house.db, house.actor("sanne"), case, now=MONDAY)
    assert page.outcome == "gemeld"
    assert page.tasks == ()
    assert [entry.node for entry in page.entries] == ["signalen", "wegen", "beslissen"]
    assert cases.my_tasks(house.db, house.actor("henk")) == ()


def test_earlier_answers_stay_readable_when_a_step_is_taken_again(house: House) -> None:
    case = house.at_weighing()
    house.complete(case, "wegen", {"advies": "twijfel"})
    house.complete(case, "wegen", {"advies": "melden"})

    page = cases.case_page(house.db, house.actor("sanne"), case, now=MONDAY)
    assert [entry.answers.get("advies") for entry in page.entries] == [None, "twijfel", "melden"]
    assert page.document["advies"] == "melden"
    assert page.marks["wegen"] == "done"
    assert page.marks["beslissen"] == "current"


def test_a_task_page_holds_the_form_and_what_is_known(house: House) -> None:
    case = house.at_weighing()
    page = cases.task_page(house.db, house.actor("sanne"), case, house.task(case, "wegen"), now=MONDAY)

    assert page.form is not None
    assert set(page.form.fields) == {"advies"}
    assert page.document["feiten"] == "blauwe plek op de arm"


def test_answers_that_do_not_fit_change_nothing(house: House) -> None:
    case = house.open().case.id

    with pytest.raises(AnswersRefused) as refused:
        house.complete(case, "signalen", {"feiten": ""})

    assert set(refused.value.errors) == {"feiten"}
    assert actions(house, case) == ["case_opened"]
    assert house.complete(case, "signalen").next_tasks[0].node == "wegen"


def test_answers_a_form_does_not_ask_are_refused(house: House) -> None:
    case = house.open().case.id

    with pytest.raises(AnswersRefused):
        house.complete(case, "signalen", {"feiten": "gezien", "advies": "melden"})


def test_an_unknown_process_opens_no_case(house: House) -> None:
    with pytest.raises(Refused):
        cases.open_case(house.db, house.actor("sanne"), key="k", now=MONDAY, process="bestaat-niet")

    assert cases.overview(house.db, house.actor("henk"), now=MONDAY, size=500).cases == ()


# --- acute danger ----------------------------------------------------------------------------------


def test_acute_danger_is_raised_from_the_middle_of_a_case(house: House) -> None:
    case = house.at_weighing()
    outcome = cases.raise_acute(house.db, house.actor("sanne"), case, key="a", now=MONDAY)

    assert "bellen" in [task.node for task in outcome.next_tasks]
    assert actions(house, case)[-1] == "acute_raised"
    assert not audit.verify(house.db)


def test_acute_danger_needs_no_task_of_ones_own(house: House) -> None:
    case = house.at_weighing()
    house.complete(case, "wegen")

    outcome = cases.raise_acute(house.db, house.actor("sanne"), case, key="a", now=MONDAY)
    assert [task.node for task in outcome.next_tasks] == ["bellen"]


def test_acute_danger_in_a_closed_case_is_refused_with_a_sentence(house: House) -> None:
    case = house.at_weighing()
    house.complete(case, "wegen")
    house.complete(case, "beslissen", by="henk")

    with pytest.raises(Refused) as refused:
        cases.raise_acute(house.db, house.actor("sanne"), case, key="a", now=MONDAY)
    assert refused.value.text.nl


# --- stuck -----------------------------------------------------------------------------------------


def test_a_stuck_diagram_keeps_the_case_and_tells_the_administrator(house: House) -> None:
    case = house.at_weighing()

    with pytest.raises(CaseStuck):
        house.complete(case, "wegen", {"advies": "iets heel anders"})
    with pytest.raises(CaseStuck):
        house.complete(case, "wegen", {"advies": "nog iets"})

    [incident] = incidents.listing(house.db, house.organisation)
    assert incident.case == case
    assert incident.node == "keuze"
    assert incident.times == 2
    assert "heel anders" not in incident.text.nl + incident.text.en
    assert house.complete(case, "wegen", {"advies": "melden"}).case.status == "open"
    assert not audit.verify(house.db)


# --- figures ---------------------------------------------------------------------------------------


def test_a_completion_is_one_commit_and_at_most_twelve_statements(house: House) -> None:
    house.at_weighing()  # reads the version into memory
    case = house.open().case.id
    task = house.task(case, "signalen")
    sanne = house.actor("sanne")

    with statements(house.db) as counted:
        cases.complete(house.db, sanne, case, task, {"feiten": "x"}, key="k", now=MONDAY)

    assert counted["commits"] == 1
    assert counted["statements"] <= 12


def test_a_late_completion_with_its_mails_stays_within_twelve_statements(house: House) -> None:
    case = house.at_weighing()
    task = house.task(case, "wegen")
    sanne = house.actor("sanne")
    later = MONDAY + timedelta(days=30)

    with statements(house.db) as counted:
        cases.complete(house.db, sanne, case, task, {"advies": "melden"}, key="k", now=later)

    with beneath(house.db).connect() as connection:
        assert len(connection.execute(metadata.tables["mails"].select()).all()) == 1
    assert counted["commits"] == 1
    assert counted["statements"] <= 12


def test_the_stored_state_of_an_open_case_is_small(house: House) -> None:
    case = house.at_weighing()
    for _ in range(10):
        house.complete(case, "wegen", {"advies": "twijfel"})

    with beneath(house.db).connect() as connection:
        stored = connection.execute(metadata.tables["cases"].select()).one().state
    assert len(stored) <= 4096


def test_a_case_stays_with_the_version_it_began_with(house: House, tmp_path: Path) -> None:
    from meldcode import publishing

    case = house.at_weighing()
    renamed = building.diagram().replace(b'name="Wegen"', b'name="Opnieuw bekijken"')
    publishing.publish(
        house.db,
        "testschool",
        building.folder(tmp_path / "nieuw", meldcode_bpmn=renamed),
        now=MONDAY,
    )
    newer = house.at_weighing()

    shown = {task.case: task.name for task in cases.my_tasks(house.db, house.actor("sanne"))}
    assert shown == {case: "Wegen", newer: "Opnieuw bekijken"}


def test_nobody_can_act_with_a_closed_account(house: House) -> None:
    adjustments.switch_as_operator(house.db, house.organisation, house.people["sanne"], False, now=MONDAY)

    with house.db.reading(house.organisation) as tx:
        assert people.actor(tx, house.people["sanne"], MONDAY) is None


def test_a_loaded_case_is_what_was_stored(house: House) -> None:
    case = house.at_weighing()
    with house.db.reading(house.organisation) as tx:
        loaded = load(tx, case)

    assert loaded is not None
    assert loaded.revision == 2
    assert loaded.due_at == MONDAY + timedelta(days=2)
    assert [task.node for task in loaded.tasks] == ["wegen"]
    assert loaded.tasks[0].assignee == house.people["sanne"]
