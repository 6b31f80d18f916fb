"""One call is one transaction: what people do with a case, and what they may not."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from meldcode import audit, cases, incidents, people
from meldcode.cases import AccessDenied, AnswersRefused, CaseStuck, KeyReused, NotFound, TaskGone
from meldcode.crypto import UnreadableError
from meldcode.engine import Refused
from meldcode.messages import MeldcodeError
from meldcode.moves import load
from meldcode.store import Database
from meldcode.store.tables import metadata
from tests.databases import Kind, beneath
from tests.store import house as building
from tests.store.house import MONDAY, House


@contextmanager
def statements(db: Database) -> Iterator[dict[str, int]]:
    """Counts what is sent to the database inside the block."""
    counts = {"statements": 0, "commits": 0}

    def statement(*_: object) -> None:
        counts["statements"] += 1

    def commit(*_: object) -> None:
        counts["commits"] += 1

    event.listen(db.engine, "before_cursor_execute", statement)
    event.listen(db.engine, "commit", commit)
    try:
        yield counts
    finally:
        event.remove(db.engine, "before_cursor_execute", statement)
        event.remove(db.engine, "commit", commit)


def actions(house: House, case: UUID) -> list[str]:
    with house.db.reading(house.organisation) as tx:
        return [row.action for row in audit.of_case(tx, case)]


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

    assert cases.cases(house.db, house.actor("henk")) == ()


# --- who may ---------------------------------------------------------------------------------------


def test_a_colleague_with_the_same_role_cannot_do_somebody_elses_task(house: House) -> None:
    case = house.open().case.id
    task = house.task(case, "signalen")

    with pytest.raises(AccessDenied):
        cases.complete(house.db, house.actor("joost"), case, task, {"feiten": "x"}, key="j", now=MONDAY)

    assert actions(house, case) == ["case_opened", "access_refused"]


def test_who_decides_joins_when_the_deciding_step_begins_and_stays(house: House) -> None:
    case = house.at_weighing()
    henk = house.actor("henk")
    assert not cases.case_page(house.db, henk, case, now=MONDAY).content

    house.complete(case, "wegen")
    assert cases.case_page(house.db, henk, case, now=MONDAY).content

    house.complete(case, "beslissen", by="henk")
    assert cases.case_page(house.db, henk, case, now=MONDAY).content
    with house.db.reading(house.organisation) as tx:
        joined = [row.detail["joined"] for row in audit.of_case(tx, case) if "joined" in row.detail]
    assert joined == [["directeur"]]


def test_a_supervisor_sees_status_without_content(house: House) -> None:
    case = house.at_weighing()
    page = cases.case_page(house.db, house.actor("fatima"), case, now=MONDAY)

    assert not page.content
    assert page.entries == ()
    assert page.document == {}
    assert page.outcome is None
    assert page.marks == {"wegen": "current"}
    assert [task.node for task in page.tasks] == ["wegen"]
    assert not page.can_raise_acute


def test_a_supervisor_learns_neither_which_way_a_case_went_nor_how_it_ended(house: House) -> None:
    case = house.at_weighing()
    fatima, sanne = house.actor("fatima"), house.actor("sanne")
    assert cases.case_map(house.db, sanne, case, now=MONDAY).marks == {"signalen": "done", "wegen": "current"}
    assert cases.case_map(house.db, fatima, case, now=MONDAY).marks == {"wegen": "current"}
    house.complete(case, "wegen")
    house.complete(case, "beslissen", by="henk")

    page = cases.case_page(house.db, fatima, case, now=MONDAY)
    assert (page.status, page.outcome, page.marks) == ("finished", None, {})
    assert cases.case_map(house.db, fatima, case, now=MONDAY).marks == {}


def test_somebody_not_involved_sees_nothing_and_that_is_logged(house: House) -> None:
    case = house.open().case.id

    for username in ("joost", "buiten"):
        with pytest.raises(AccessDenied):
            cases.case_page(house.db, house.actor(username), case, now=MONDAY)
        with pytest.raises(AccessDenied):
            cases.task_page(house.db, house.actor(username), case, house.task(case, "signalen"), now=MONDAY)
        with pytest.raises(AccessDenied):
            cases.case_log(house.db, house.actor(username), case, now=MONDAY)
        with pytest.raises(AccessDenied):
            cases.raise_acute(house.db, house.actor(username), case, key="a", now=MONDAY)
        assert cases.cases(house.db, house.actor(username)) == ()
    assert actions(house, case) == ["case_opened"] + ["access_refused"] * 8


def test_a_task_that_is_gone_tells_strangers_nothing(house: House) -> None:
    case = house.open().case.id
    gone = house.task(case, "signalen")
    house.complete(case, "signalen")

    with pytest.raises(TaskGone):
        cases.complete(house.db, house.actor("sanne"), case, gone, {"feiten": "x"}, key="s", now=MONDAY)
    with pytest.raises(AccessDenied):
        cases.complete(house.db, house.actor("joost"), case, gone, {"feiten": "x"}, key="j", now=MONDAY)


def test_lists_show_supervisors_every_open_case_and_others_their_own(house: House) -> None:
    first = house.at_weighing()
    second = house.open("joost").case.id

    assert {case.id for case in cases.cases(house.db, house.actor("fatima"))} == {first, second}
    assert [case.id for case in cases.cases(house.db, house.actor("joost"))] == [second]
    shown = cases.cases(house.db, house.actor("henk"))
    assert [case.involved for case in shown] == [False, False]
    assert {case.steps for case in shown} == {("wegen",), ("signaleren",)}


def test_reading_a_case_and_its_log_is_logged(house: House) -> None:
    case = house.open().case.id
    sanne = house.actor("sanne")
    cases.case_page(house.db, sanne, case, now=MONDAY)
    cases.task_page(house.db, sanne, case, house.task(case, "signalen"), now=MONDAY)
    lines = cases.case_log(house.db, sanne, case, now=MONDAY)

    assert [line.action for line in lines] == ["case_opened", "case_read", "task_read", "log_read"]
    assert {line.person_name for line in lines} == {"Sanne"}
    assert [line.role for line in lines[1:]] == ["leerkracht"] * 3


def test_another_organisation_cannot_tell_that_a_case_exists(house: House, tmp_path: Path) -> None:
    db = house.db
    other = building.build(db, tmp_path / "ander", key="andere-school", prefix="b-")
    case = house.open().case.id
    task = house.task(case, "signalen")
    stranger = other.actor("henk")

    for call in (
        lambda: cases.case_page(db, stranger, case, now=MONDAY),
        lambda: cases.task_page(db, stranger, case, task, now=MONDAY),
        lambda: cases.case_log(db, stranger, case, now=MONDAY),
        lambda: cases.complete(db, stranger, case, task, {"feiten": "x"}, key="1", now=MONDAY),
        lambda: cases.raise_acute(db, stranger, case, key="2", now=MONDAY),
        lambda: cases.case_page(db, stranger, uuid4(), now=MONDAY),
    ):
        with pytest.raises(NotFound):
            call()
    assert cases.cases(db, stranger) == ()
    assert cases.my_tasks(db, stranger) == ()
    assert not cases.wake(db, other.organisation, case, now=MONDAY)


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


# --- once ------------------------------------------------------------------------------------------


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
    assert len(cases.cases(house.db, sanne)) == 1


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


# --- content ---------------------------------------------------------------------------------------


def test_no_word_of_content_is_in_the_database_files(house: House, kind: Kind) -> None:
    secret = "de-buurman-heeft-gezien"
    case = house.open().case.id
    house.complete(case, "signalen", {"feiten": secret})
    with pytest.raises(CaseStuck):
        house.complete(case, "wegen", {"advies": secret})
    cases.case_page(house.db, house.actor("sanne"), case, now=MONDAY)

    found = list(kind.files(house.db))
    assert found
    assert any(b"testschool" in file.read_bytes() for file in found)  # what is in clear is found like this
    for file in found:
        assert secret.encode() not in file.read_bytes()


def test_a_state_put_back_or_moved_to_another_case_does_not_open(house: House) -> None:
    first, second = house.at_weighing(), house.at_weighing()
    cases_table = metadata.tables["cases"]
    with beneath(house.db).begin() as connection:
        old = connection.execute(cases_table.select().where(cases_table.c.id == first)).one().state
    house.complete(first, "wegen")
    for case in (first, second):
        with beneath(house.db).begin() as connection:
            connection.execute(cases_table.update().where(cases_table.c.id == case).values(state=old))
        with pytest.raises(UnreadableError):
            cases.case_page(house.db, house.actor("sanne"), case, now=MONDAY)


def test_an_erased_case_cannot_be_read_by_anybody(house: House, kind: Kind) -> None:
    case, other = house.at_weighing(), house.at_weighing()
    keys = metadata.tables["case_keys"]
    with beneath(house.db).begin() as connection:
        wrapped = connection.execute(keys.select().where(keys.c.case == case)).one().wrapped

    cases.erase_case(house.db, house.organisation, case, now=MONDAY, by=None, reason="bewaartermijn")

    with pytest.raises(NotFound):
        cases.case_page(house.db, house.actor("sanne"), case, now=MONDAY)
    assert [task.case for task in cases.my_tasks(house.db, house.actor("sanne"))] == [other]
    with beneath(house.db).connect() as connection:
        assert case not in set(connection.execute(sa.select(keys.c.case)).scalars())
    if kind.name == "sqlite":  # PostgreSQL clears deleted rows away later, by itself
        for file in kind.files(house.db):
            assert wrapped not in file.read_bytes(), file.name
    assert actions(house, case)[-1] == "case_erased"
    assert not audit.verify(house.db)


def test_a_person_sees_only_what_her_present_roles_allow(house: House) -> None:
    case = house.at_weighing()
    house.complete(case, "wegen")
    assert [task.node for task in cases.my_tasks(house.db, house.actor("henk"))] == ["beslissen"]

    holders = metadata.tables["role_holders"]
    with beneath(house.db).begin() as connection:
        connection.execute(holders.delete().where(holders.c.person == house.people["henk"]))

    assert cases.my_tasks(house.db, house.actor("henk")) == ()
    with pytest.raises(AccessDenied):
        cases.case_page(house.db, house.actor("henk"), case, now=MONDAY)


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
    people.set_active(house.db, house.organisation, house.people["sanne"], False, now=MONDAY)

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
