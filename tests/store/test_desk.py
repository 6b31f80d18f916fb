"""The draft on both databases: revisions, conflicts, and the people around it."""

from __future__ import annotations

import importlib
import pkgutil
import threading
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from meldcode import audit, desk, outbox
from meldcode.desk import NotThere, Overtaken
from meldcode.store import scoped
from meldcode.store.scope import plan_of
from meldcode.store.tables import audit as log
from tests.store.desk_house import (
    LATER,
    MAIL,
    another,
    change,
    designer,
    live,
    publish,
)
from tests.store.house import MONDAY, House

# --- the draft -----------------------------------------------------------------------------------------


def test_the_first_draft_is_what_is_live_byte_for_byte(house: House) -> None:
    draft = desk.open_draft(house.db, house.organisation, designer(house).person, MONDAY)
    assert draft.contents == dict(draft.live)
    assert draft.changes == ()
    assert draft.version == draft.live_version == live(house)
    again = desk.open_draft(house.db, house.organisation, another(house).person, LATER)
    assert again == draft


def test_two_who_save_on_one_revision_lose_nothing(desk_house: House) -> None:
    house = desk_house
    before = desk.read(house.db, house.organisation).files[MAIL]
    outcomes: list[object] = []

    def save(text: bytes, who: UUID) -> None:
        try:
            content = (before.content or b"") + text
            outcomes.append(
                desk.save(house.db, house.organisation, MAIL, content, before.revision, who, LATER)
            )
        except Overtaken as error:
            outcomes.append(error)

    threads = [
        threading.Thread(target=save, args=(text, who.person))
        for text, who in ((b"een\n", designer(house)), (b"twee\n", another(house)))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    saved = [one for one in outcomes if isinstance(one, desk.DraftFile)]
    refused = [one for one in outcomes if isinstance(one, Overtaken)]
    assert (len(saved), len(refused)) == (1, 1)
    assert refused[0].theirs == saved[0]
    assert desk.read(house.db, house.organisation).files[MAIL] == saved[0]
    assert [one.revision for one in desk.revisions(house.db, house.organisation, MAIL)] == [2, 1]


def test_every_revision_can_be_read_and_brought_back(desk_house: House) -> None:
    house = desk_house
    for number in range(3):
        change(house, MAIL, lambda text, n=number: f"{text}{n}\n")
    history = desk.revisions(house.db, house.organisation, MAIL)
    assert [one.revision for one in history] == [4, 3, 2, 1]
    first = desk.revision(house.db, house.organisation, MAIL, 1)
    by = designer(house).person
    back = desk.restore(house.db, house.organisation, MAIL, 1, 4, by, LATER)
    assert back.revision == 5
    assert back.content == first.content
    with pytest.raises(Overtaken):
        desk.restore(house.db, house.organisation, MAIL, 2, 4, by, LATER)
    with pytest.raises(NotThere):
        desk.restore(house.db, house.organisation, MAIL, 99, 5, by, LATER)


def test_a_removed_file_is_a_change_and_its_revisions_stay(desk_house: House) -> None:
    house = desk_house
    gone = desk.remove(house.db, house.organisation, MAIL, 1, designer(house).person, LATER)
    assert gone.content is None
    draft = desk.read(house.db, house.organisation)
    assert MAIL not in draft.files
    assert (MAIL, "removed") in {(one.path, one.kind) for one in draft.changes}
    assert len(desk.revisions(house.db, house.organisation, MAIL)) == 2


def test_saving_all_day_is_one_line_an_hour_in_the_log(desk_house: House) -> None:
    house = desk_house
    for minute in range(20):
        now = LATER + timedelta(minutes=minute)
        change(house, MAIL, lambda text: text + ".\n", now)
    with house.db.reading(house.organisation) as tx:
        rows = tx.execute(sa.select(log.c.action).where(scoped(log), log.c.action == "draft_saved")).all()
    assert len(rows) <= 2
    assert audit.verify(house.db, house.organisation) == []


def test_a_version_of_another_organisation_cannot_be_reopened(desk_house: House) -> None:
    house = desk_house
    with pytest.raises(NotThere):
        desk.reopen(house.db, house.organisation, "0" * 64, designer(house).person, LATER)


# --- people around the draft ---------------------------------------------------------------------------


def test_who_else_is_here_is_told_until_she_stays_silent(desk_house: House) -> None:
    house = desk_house
    me, she = designer(house).person, another(house).person
    assert desk.here(house.db, house.organisation, she, MAIL, LATER) == ()
    found = desk.here(house.db, house.organisation, me, "", LATER)
    assert [(one.person, one.path, one.since) for one in found] == [(she, MAIL, LATER)]
    later = LATER + timedelta(seconds=30)
    desk.here(house.db, house.organisation, she, MAIL, later)
    assert desk.here(house.db, house.organisation, me, "", later)[0].since == LATER
    gone = later + desk.AWAY_AFTER + timedelta(seconds=1)
    assert desk.here(house.db, house.organisation, me, "", gone) == ()
    desk.here(house.db, house.organisation, she, MAIL, gone)
    desk.leave(house.db, house.organisation, she, MAIL)
    assert desk.here(house.db, house.organisation, me, "", gone) == ()


def test_a_remark_stays_until_somebody_settles_it(desk_house: House) -> None:
    house = desk_house
    which = desk.comment(
        house.db,
        house.organisation,
        "meldcode.bpmn",
        "wegen",
        " Graag korter. ",
        house.actor("sanne").person,
        LATER,
        key="eerste",
    )
    (one,) = desk.comments(house.db, house.organisation)
    assert (one.text, one.element, one.settled_at) == ("Graag korter.", "wegen", None)
    desk.settle(house.db, house.organisation, which, designer(house).person, LATER)
    desk.settle(house.db, house.organisation, which, another(house).person, LATER)
    (one,) = desk.comments(house.db, house.organisation)
    assert (one.settled_at, one.settled_by_name) == (LATER, designer(house).name)
    with pytest.raises(desk.DeskError):
        desk.comment(house.db, house.organisation, "", None, "  ", one.by, LATER, key="tweede")
    with pytest.raises(NotThere):
        desk.settle(house.db, house.organisation, house.organisation, house.actor("sanne").person, LATER)


def test_read_and_understood_is_noted_once_per_version(desk_house: House) -> None:
    house = desk_house
    version = live(house)
    desk.has_read(house.db, house.organisation, version, house.actor("sanne").person, LATER)
    desk.has_read(
        house.db, house.organisation, version, house.actor("sanne").person, LATER + timedelta(days=1)
    )
    assert desk.read_at(house.db, house.organisation, version, house.actor("sanne").person) == LATER
    found = {one.person: one.at for one in desk.readers(house.db, house.organisation, version)}
    assert found[house.actor("sanne").person] == LATER
    assert found[designer(house).person] is None
    with pytest.raises(NotThere):
        desk.has_read(house.db, house.organisation, "0" * 64, house.actor("sanne").person, LATER)


def test_after_a_year_who_designs_is_reminded_each_month_until_somebody_looked(desk_house: House) -> None:
    house = desk_house
    publish(house, "Een rol erbij.")
    year = LATER + timedelta(days=365)
    assert desk.remind(house.db, year - timedelta(seconds=1)) == 0
    assert desk.remind(house.db, year) == 1
    assert desk.remind(house.db, year) == 0
    (mail,) = [one for one in outbox.listing(house.db, house.organisation) if one.template == "desk-review"]
    assert "/ontwerp" in mail.body
    for word in ("meldcode", "stap", "team", "casus"):
        assert word not in f"{mail.subject} {mail.body}".lower().replace("testschool", "")
    assert desk.remind(house.db, year + timedelta(days=30)) == 1
    desk.reviewed(house.db, house.organisation, designer(house).person, year + timedelta(days=31))
    assert desk.remind(house.db, year + timedelta(days=90)) == 0
    assert desk.review_due(house.db, house.organisation) == year + timedelta(days=31 + 365)


def test_a_year_counts_also_where_nobody_ever_opened_the_desk(house: House) -> None:
    assert desk.remind(house.db, MONDAY) == 0
    assert desk.review_due(house.db, house.organisation) is not None


def test_all_of_it_is_in_the_log_and_the_chain_is_whole(four_eyes: House) -> None:
    house = four_eyes
    asked = publish(house, "Een regel.")
    assert asked.id
    desk.agree(house.db, another(house), asked.id, "", LATER)
    assert audit.verify(house.db, house.organisation) == []


def test_every_statement_of_the_desk_stays_inside_one_organisation() -> None:
    """Each module constant, looked at before it is ever run."""
    looked_at = 0
    for found in pkgutil.iter_modules(desk.__path__):
        module = importlib.import_module(f"meldcode.desk.{found.name}")
        for name, value in vars(module).items():
            if name.isupper() and isinstance(value, sa.Executable) and name != "_NEWEST":
                plan_of(value)  # raises where a table is not limited to the organisation
                looked_at += 1
    assert looked_at > 40
