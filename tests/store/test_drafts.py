"""Drafts and notes: sealed, hers or the case's, and gone when they should be."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from meldcode import audit, cases
from meldcode.cases import AccessDenied, AnswersRefused, CaseClosed, NotFound, TaskGone, TaskUnclaimed
from meldcode.store.tables import drafts, notes
from tests.store.house import MONDAY, House

SECRET = "hij heeft een blauwe plek"
DAY = date(2026, 9, 7)


def kept(house: House) -> list[bytes]:
    """The sealed drafts in the table."""
    with house.db.reading(house.organisation) as tx:
        return [bytes(one) for one in tx.connection.execute(sa.select(drafts.c.answers)).scalars()]


def test_a_draft_comes_back_to_who_wrote_it_and_the_latest_counts(house: House) -> None:
    case = house.at_weighing()
    task, sanne = house.task(case, "wegen"), house.actor("sanne")
    assert cases.task_page(house.db, sanne, case, task, now=MONDAY).draft is None
    for text in ("eerst", SECRET):
        cases.keep_draft(house.db, sanne, case, task, {"advies": text}, now=MONDAY)
    draft = cases.task_page(house.db, sanne, case, task, now=MONDAY).draft
    assert draft is not None
    assert (draft.answers, draft.at) == ({"advies": SECRET}, MONDAY)
    assert cases.my_tasks(house.db, sanne)[0].draft_at == MONDAY
    (sealed,) = kept(house)
    assert SECRET.encode() not in sealed


def test_a_draft_is_for_its_writer_alone_also_when_the_task_changes_hands(house: House) -> None:
    case = house.at_weighing()
    task, sanne, joost = house.task(case, "wegen"), house.actor("sanne"), house.actor("joost")
    cases.keep_draft(house.db, sanne, case, task, {"advies": SECRET}, now=MONDAY)
    cases.give_back(house.db, sanne, case, task, key=house.key(), now=MONDAY)
    cases.claim(house.db, joost, case, task, key=house.key(), now=MONDAY)
    assert cases.task_page(house.db, joost, case, task, now=MONDAY).draft is None
    assert cases.my_tasks(house.db, joost)[0].draft_at is None
    with pytest.raises(AccessDenied):
        cases.keep_draft(house.db, sanne, case, task, {"advies": "x"}, now=MONDAY)


def test_what_is_typed_into_a_task_nobody_has_taken_is_refused_and_takes_it_for_nobody(house: House) -> None:
    """She gave it back in another window: her draft from before is there again once she has taken it."""
    case = house.at_weighing()
    task, sanne = house.task(case, "wegen"), house.actor("sanne")
    cases.keep_draft(house.db, sanne, case, task, {"advies": SECRET}, now=MONDAY)
    cases.give_back(house.db, sanne, case, task, key=house.key(), now=MONDAY)
    for username in ("sanne", "joost"):
        with pytest.raises(TaskUnclaimed):
            cases.keep_draft(house.db, house.actor(username), case, task, {"advies": "x"}, now=MONDAY)
        (view,) = cases.my_tasks(house.db, house.actor(username))
        assert (view.pool, view.assignee) == (True, None)
    assert len(kept(house)) == 1
    cases.claim(house.db, sanne, case, task, key=house.key(), now=MONDAY)
    draft = cases.task_page(house.db, sanne, case, task, now=MONDAY).draft
    assert draft is not None
    assert draft.answers == {"advies": SECRET}


def test_finishing_a_task_discards_every_draft_of_it(house: House) -> None:
    case = house.at_weighing()
    task, sanne = house.task(case, "wegen"), house.actor("sanne")
    cases.keep_draft(house.db, sanne, case, task, {"advies": SECRET}, now=MONDAY)
    house.complete(case, "wegen", {"advies": "melden"})
    assert kept(house) == []
    with pytest.raises(TaskGone):
        cases.keep_draft(house.db, sanne, case, task, {"advies": "te laat"}, now=MONDAY)


def test_a_draft_can_be_thrown_away(house: House) -> None:
    case = house.at_weighing()
    task, sanne = house.task(case, "wegen"), house.actor("sanne")
    cases.keep_draft(house.db, sanne, case, task, {"advies": SECRET}, now=MONDAY)
    for _ in range(2):
        cases.discard_draft(house.db, sanne, case, task)
    assert kept(house) == []


def test_erasing_a_case_erases_its_drafts_and_closes_its_notes(house: House) -> None:
    case = house.at_weighing()
    task, sanne = house.task(case, "wegen"), house.actor("sanne")
    cases.keep_draft(house.db, sanne, case, task, {"advies": SECRET}, now=MONDAY)
    cases.erase_case(house.db, house.organisation, case, now=MONDAY, by=None, reason="term")
    assert kept(house) == []
    with pytest.raises(NotFound):
        cases.keep_draft(house.db, sanne, case, task, {"advies": SECRET}, now=MONDAY)


@pytest.mark.parametrize("username", ["joost", "fatima", "buiten"])
def test_nobody_else_keeps_a_draft(house: House, username: str) -> None:
    case = house.at_weighing()
    with pytest.raises(AccessDenied):
        cases.keep_draft(
            house.db, house.actor(username), case, house.task(case, "wegen"), {"advies": "x"}, now=MONDAY
        )
    assert kept(house) == []


def test_a_note_is_read_by_who_is_involved_and_logged_without_its_content(house: House) -> None:
    case = house.at_weighing()
    sanne, key = house.actor("sanne"), house.key()
    for _ in range(2):
        cases.add_note(
            house.db,
            sanne,
            case,
            kind="signal",
            text=f"  {SECRET}\r\n",
            on=DAY,
            today=DAY,
            key=key,
            now=MONDAY,
        )
    (note,) = cases.case_page(house.db, sanne, case, now=MONDAY).notes
    assert (note.kind, note.text, note.on, note.person_name) == ("signal", SECRET, DAY, "Sanne")
    assert cases.case_page(house.db, house.actor("fatima"), case, now=MONDAY).notes == ()
    with house.db.reading(house.organisation) as tx:
        (row,) = [row for row in audit.of_case(tx, case) if row.action == "note_added"]
        (sealed,) = tx.connection.execute(sa.select(notes.c.content)).scalars()
    assert row.detail == {"note": note.id.hex}
    assert SECRET.encode() not in bytes(sealed)
    assert audit.verify(house.db, house.organisation) == []


def test_only_who_is_involved_adds_a_note_and_only_while_the_case_is_open(house: House) -> None:
    case = house.at_weighing()

    def add(username: str) -> None:
        actor = house.actor(username)
        cases.add_note(
            house.db,
            actor,
            case,
            kind="contact",
            text="Gebeld.",
            on=None,
            today=DAY,
            key=house.key(),
            now=MONDAY,
        )

    for username in ("joost", "fatima"):
        with pytest.raises(AccessDenied):
            add(username)
    house.complete(case, "wegen", {"advies": "melden"})
    house.complete(case, "beslissen", by="henk")
    with pytest.raises(CaseClosed):
        add("sanne")


def test_a_note_without_text_of_an_unknown_kind_or_from_the_future_is_refused_by_name(house: House) -> None:
    case = house.at_weighing()
    with pytest.raises(AnswersRefused) as refused:
        cases.add_note(
            house.db,
            house.actor("sanne"),
            case,
            kind="roddel",
            text=" ",
            on=DAY + timedelta(days=1),
            today=DAY,
            key=house.key(),
            now=MONDAY,
        )
    assert set(refused.value.errors) == {"kind", "text", "on"}
