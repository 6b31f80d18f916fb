"""Publishing at the desk: what may, by four eyes, from a day on, and what the proof means for it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from meldcode import cases, desk, outbox
from meldcode.check import Standing
from meldcode.check.standing import Agreed
from meldcode.desk import FileRefused, PublishRefused, State
from tests.store.desk_house import (
    DAY,
    DESIGNS,
    LATER,
    MAIL,
    another,
    change,
    designer,
    live,
    proven,
    publish,
    version_of,
)
from tests.store.house import MONDAY, House

# --- publishing ----------------------------------------------------------------------------------------


def test_published_means_that_new_cases_follow_it_and_open_ones_stay(desk_house: House) -> None:
    house = desk_house
    before = live(house)
    old = cases.open_case(house.db, house.actor("sanne"), key="oud", now=LATER)
    published = publish(house, "Een rol erbij.")
    assert published.state is State.IN_FORCE
    assert published.current
    assert published.report
    assert {one["severity"] for one in published.report["findings"]} == {"warning"}
    assert published.report["proof"]["states"] == 3
    assert live(house) == published.version != before
    new = cases.open_case(house.db, house.actor("sanne"), key="nieuw", now=LATER)
    assert (version_of(house, old), version_of(house, new)) == (before, published.version)
    draft = desk.read(house.db, house.organisation)
    assert draft.changes == ()
    assert draft.based_on == published.version
    with pytest.raises(PublishRefused):
        publish(house, "Nog eens.")
    history = desk.history(house.db, house.organisation)
    assert [one.version for one in history] == [published.version, before]
    assert [one.current for one in history] == [True, False]


def test_an_earlier_version_can_be_reopened_and_published_again(desk_house: House) -> None:
    house = desk_house
    first = live(house)
    publish(house, "Een rol erbij.")
    second = live(house)
    change(house, MAIL, lambda text: text + "Nog een regel.\n")
    publish(house, "Een regel erbij.")
    reopened = desk.reopen(house.db, house.organisation, second, designer(house).person, LATER)
    assert reopened.version == reopened.based_on == second
    publish(house, "Toch maar niet.", now=LATER + timedelta(hours=1))
    assert live(house) == second
    assert desk.files_of_version(house.db, house.organisation, first)
    assert sum(one.current for one in desk.history(house.db, house.organisation)) == 1


def test_what_the_check_refuses_is_not_published(desk_house: House) -> None:
    house = desk_house
    before = live(house)
    change(house, "meldcode.bpmn", lambda text: text.replace("forms/wegen.form", "forms/weg.form"))
    with pytest.raises(PublishRefused) as refused:
        publish(house, "Fout.")
    assert [one.code for one in refused.value.findings] == ["form-missing"]
    assert live(house) == before
    for note in ("", "   ", "x" * 5000):
        with pytest.raises(PublishRefused):
            publish(house, note)


def test_a_version_without_a_designer_would_lock_the_desk_and_is_refused(desk_house: House) -> None:
    house = desk_house
    change(house, "organisation.toml", lambda text: text.replace(DESIGNS, ""))
    change(house, MAIL, lambda text: text + "Nog een regel.\n")
    with pytest.raises(PublishRefused):
        publish(house, "Niemand.")


def test_a_version_with_a_date_waits_for_its_day(desk_house: House) -> None:
    house = desk_house
    before = live(house)
    day = date(2026, 9, 21)
    planned = publish(house, "Na de vakantie.", day)
    assert planned.state is State.PLANNED
    assert planned.effective_at == datetime.fromisoformat("2026-09-21T00:00+02:00")
    with pytest.raises(PublishRefused):
        publish(house, "Nog een.")
    assert desk.put_in_force(house.db, planned.effective_at - timedelta(seconds=1)) == 0
    assert live(house) == before
    assert desk.put_in_force(house.db, planned.effective_at) == 1
    assert desk.put_in_force(house.db, planned.effective_at) == 0
    assert live(house) == planned.version
    for odd in (date(2026, 9, 1), date(2030, 1, 1)):
        with pytest.raises(PublishRefused):
            publish(house, "Gisteren.", odd)


def test_what_goes_wrong_with_one_version_is_in_the_way_of_nothing_else(
    desk_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = desk_house
    publish(house, "Een rol erbij.")
    change(house, MAIL, lambda text: text.replace("Goedendag", "Goedemorgen"))
    publish(house, "Na de vakantie.", date(2026, 9, 21))

    def broken(*_: object) -> None:
        raise KeyError("onze fout")

    monkeypatch.setattr("meldcode.desk.going_live._make_hold", broken)
    with pytest.raises(KeyError):
        desk.do_due(house.db, LATER + timedelta(days=366))
    assert "desk-review" in [one.template for one in outbox.listing(house.db, house.organisation)]


def test_a_planned_version_can_be_withdrawn(desk_house: House) -> None:
    house = desk_house
    before = live(house)
    planned = publish(house, "Straks.", date(2026, 9, 21))
    assert planned.id
    assert desk.withdraw(house.db, designer(house), planned.id, LATER).state is State.WITHDRAWN
    assert desk.put_in_force(house.db, MONDAY + timedelta(days=60)) == 0
    assert live(house) == before
    with pytest.raises(desk.DeskError):
        desk.withdraw(house.db, designer(house), planned.id, LATER)


def test_four_eyes_publish_exactly_what_was_asked(four_eyes: House) -> None:
    house = four_eyes
    before = live(house)
    asked = publish(house, "Een regel.")
    assert asked.state is State.ASKED
    assert asked.id
    assert live(house) == before
    (mail,) = [one for one in outbox.listing(house.db, house.organisation) if one.template == "desk-request"]
    assert mail.address == "henk@school.example"
    assert f"/ontwerp/publicaties/{asked.id}" in mail.body
    # what is drawn afterwards is not part of it
    change(house, MAIL, lambda text: text + "Stiekem erbij.\n")
    with pytest.raises(desk.DeskError):
        desk.agree(house.db, designer(house), asked.id, "", LATER)
    with pytest.raises(desk.DeskError):
        desk.agree(house.db, house.actor("sanne"), asked.id, "", LATER)
    assert live(house) == before
    agreed = desk.agree(house.db, another(house), asked.id, "Goed zo.", LATER)
    assert agreed.state is State.IN_FORCE
    assert live(house) == asked.version
    assert b"Stiekem" not in desk.files_of_version(house.db, house.organisation, asked.version)[MAIL]
    assert {one.path for one in desk.read(house.db, house.organisation).changes} == {MAIL}
    with pytest.raises(desk.DeskError):
        desk.agree(house.db, another(house), asked.id, "", LATER)


def test_a_refusal_takes_a_reason_and_leaves_everything_as_it_was(four_eyes: House) -> None:
    house = four_eyes
    before = live(house)
    asked = publish(house, "Een regel.")
    assert asked.id
    with pytest.raises(desk.DeskError):
        desk.refuse(house.db, another(house), asked.id, "  ", LATER)
    refused = desk.refuse(house.db, another(house), asked.id, "Eerst de OR.", LATER)
    assert (refused.state, refused.answer) == (State.REFUSED, "Eerst de OR.")
    assert live(house) == before
    assert publish(house, "Met de OR.").state is State.ASKED


# --- what the proof means for publishing ---------------------------------------------------------------


def test_nothing_is_published_that_was_not_proven(desk_house: House) -> None:
    house = desk_house
    with pytest.raises(PublishRefused, match="played"):
        desk.publish(house.db, designer(house), "Een rol erbij.", None, LATER)
    proven(house)
    change(house, MAIL, lambda text: text + "Na het bewijs.\n")
    with pytest.raises(PublishRefused, match="played"):
        desk.publish(house.db, designer(house), "Een rol erbij.", None, LATER)


@pytest.mark.parametrize("verdict", ["broken", "not proven"])
def test_a_rule_of_law_that_is_broken_or_left_unproven_is_refused(desk_house: House, verdict: str) -> None:
    house = desk_house
    before = live(house)
    proven(house, verdict, r2="L")
    with pytest.raises(PublishRefused):
        publish(house, "Toch maar.")
    assert live(house) == before


def test_quality_takes_a_reason_and_a_norm_two_people_and_both_lie_in_the_draft(desk_house: House) -> None:
    house, by = desk_house, designer(desk_house).person
    proven(house, r6="P", r12="Q")
    with pytest.raises(PublishRefused):
        publish(house, "Zonder reden.")
    standing = _standing(house)
    about = {one.rule: one.about for one in standing.wanted}
    af, board = Agreed("A. Af", "aandachtsfunctionaris", DAY), Agreed("B. Bestuur", "bestuur", DAY)
    why = 'Wij zijn "met z\'n tweeën",\n en dat \x7f weten wij.'
    for short in ("kort", ""):
        with pytest.raises(FileRefused):
            desk.deviate(house.db, house.organisation, 12, about[12], short, [af], by, LATER)
    desk.deviate(house.db, house.organisation, 12, about[12], why, [af], by, LATER)
    desk.deviate(house.db, house.organisation, 6, about[6], why, [af], by, LATER)
    with pytest.raises(PublishRefused, match="two"):
        publish(house, "Een persoon te weinig.")
    desk.deviate(house.db, house.organisation, 6, about[6], why, [af, board], by, LATER)
    # reasons change no case: what was proven stays proven
    assert _standing(house).fit
    assert {one.rule: one.given.reason for one in _standing(house).wanted if one.given} == {6: why, 12: why}
    published = publish(house, "Met redenen.")
    assert published.state is State.IN_FORCE
    assert "afwijkingen.toml" in desk.files_of_version(house.db, house.organisation, published.version)


def _standing(house: House) -> Standing:
    contents = desk.read(house.db, house.organisation).contents
    proof = desk.proof_of(house.db, house.organisation, contents)
    version = desk.look(contents).version
    assert proof
    assert version
    standing = desk.standing_of(version, proof.report)
    assert standing
    return standing


def test_a_proof_is_worked_on_by_the_tick_and_asked_for_once(desk_house: House) -> None:
    house, by = desk_house, designer(desk_house).person
    asked = desk.ask_proof(house.db, house.organisation, by, LATER)
    assert asked.state == "waiting"
    assert desk.ask_proof(house.db, house.organisation, another(house).person, LATER).id == asked.id
    assert desk.prove_waiting(house.db, LATER, 60.0) == 1
    assert desk.prove_waiting(house.db, LATER, 60.0) == 0
    done = desk.proof(house.db, house.organisation, asked.id)
    assert done.state == "done"
    assert done.report
    assert len(done.report["rules"]) == 21
    assert desk.ask_proof(house.db, house.organisation, by, LATER).id == asked.id
    # the house skips steps of the law: it is not published like this
    with pytest.raises(PublishRefused):
        desk.publish(house.db, designer(house), "Zo.", None, LATER)
    change(house, "meldcode.bpmn", lambda text: text.replace("forms/wegen.form", "forms/weg.form"))
    with pytest.raises(FileRefused):
        desk.ask_proof(house.db, house.organisation, by, LATER)


def test_a_proof_of_what_is_no_longer_there_fails_and_can_be_asked_again(desk_house: House) -> None:
    house, by = desk_house, designer(desk_house).person
    asked = desk.ask_proof(house.db, house.organisation, by, LATER)
    change(house, MAIL, lambda text: text + "Nog een regel.\n")
    desk.prove_waiting(house.db, LATER, 60.0)
    assert desk.proof(house.db, house.organisation, asked.id).state == "failed"
    assert desk.ask_proof(house.db, house.organisation, by, LATER).id != asked.id


def test_a_ladder_that_does_not_ascend_is_refused(desk_house: House) -> None:
    house = desk_house
    change(house, "meldcode.bpmn", lambda text: text.replace("P5D", "P3D").replace("P4D", "P9D"))
    found = desk.look(desk.read(house.db, house.organisation).contents)
    assert "ladder-order" in {one.code for one in found.errors}
    with pytest.raises(PublishRefused):
        desk.publish(house.db, designer(house), "Sneller.", None, LATER)


def test_a_finding_with_one_likely_answer_can_be_mended_by_a_button(desk_house: House) -> None:
    house = desk_house
    change(house, "meldcode.bpmn", lambda text: text.replace("forms/wegen.form", "forms/wege.form"))
    (found,) = desk.look(desk.read(house.db, house.organisation).contents).errors
    assert found.mend == {"kind": "form", "value": "forms/wegen.form"}
