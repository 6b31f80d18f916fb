"""The desk on both databases: revisions, conflicts, zips, publishing by four eyes and from a day on."""

from __future__ import annotations

import importlib
import io
import json
import pkgutil
import threading
import zipfile
import zlib
from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from meldcode import audit, cases, desk, outbox, publishing
from meldcode.check import Standing
from meldcode.check.standing import Agreed
from meldcode.desk import FileRefused, NotThere, Overtaken, PublishRefused, State
from meldcode.moves import load
from meldcode.people import Actor
from meldcode.store import scoped
from meldcode.store.scope import plan_of
from meldcode.store.tables import audit as log
from meldcode.store.tables import desk_proofs
from tests.store.house import MONDAY, House

LATER = MONDAY + timedelta(minutes=5)
MAIL = "mails/herinnering.md"
DAY = date(2026, 9, 7)
DESIGNS = 'designs = ["intern-begeleider"]\n'


@pytest.fixture
def desk_house(house: House) -> House:
    """The house with a draft in which its designer may go on designing."""
    by = designer(house)
    desk.open_draft(house.db, house.organisation, by.person, MONDAY)
    change(house, "organisation.toml", lambda text: text.replace('decides = "', f'{DESIGNS}decides = "', 1))
    return house


def designer(house: House) -> Actor:
    return house.actor("fatima")


def another(house: House) -> Actor:
    return house.actor("henk")


def change(house: House, path: str, how: Callable[[str], str], now: datetime = LATER) -> desk.DraftFile:
    file = desk.read(house.db, house.organisation).files[path]
    assert file.content is not None
    changed = how(file.content.decode()).encode()
    return desk.save(house.db, house.organisation, path, changed, file.revision, designer(house).person, now)


def live(house: House) -> str:
    with house.db.reading(house.organisation) as tx:
        return publishing.current(tx)


def proven(house: House, verdict: str = "broken", **broken: str) -> None:
    """Write down that the draft has been proven (the small house keeps few rules); `broken`: number=level of
    the rules of which the proof says `verdict`."""
    draft = desk.read(house.db, house.organisation)
    said = {"title": {"nl": "Regel", "en": "Rule"}, "why": {"nl": "Omdat", "en": "Since"}}
    rules = [
        {"number": int(key[1:]), "level": level, "refuses": level == "L", "verdict": verdict, **said}
        | {"story": ["Zo gaat het."], "elements": []}
        for key, level in broken.items()
    ]
    report = {"sound": {}, "findings": [], "rules": rules, "states": 3}
    row = {
        "id": uuid4(),
        "version": desk.cases_of(draft.contents),
        "person": designer(house).person,
        "asked_at": LATER + timedelta(seconds=len(broken)),
        "seen_at": LATER,
        "state": "done",
        "states": 3,
        "looked_at": 3,
        "report": zlib.compress(json.dumps(report).encode()),
    }
    with house.db.transaction(house.organisation) as tx:
        tx.execute(sa.insert(desk_proofs), row)


def publish(house: House, note: str, day: date | None = None, now: datetime = LATER) -> desk.Publication:
    """Publish the draft, proven."""
    if desk.proof_of(house.db, house.organisation, desk.read(house.db, house.organisation).contents) is None:
        proven(house)
    return desk.publish(house.db, designer(house), note, day, now)


def version_of(house: House, opened: cases.Outcome) -> str:
    with house.db.reading(house.organisation) as tx:
        found = load(tx, opened.case.id)
        assert found is not None
        return found.version_id


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


# --- in and out ----------------------------------------------------------------------------------------


def zip_of(files: dict[str, bytes]) -> bytes:
    return desk.zipped(files)


def test_a_zip_that_comes_back_unchanged_changes_nothing(desk_house: House) -> None:
    house = desk_house
    before = desk.read(house.db, house.organisation)
    packed = zip_of(before.contents)
    assert packed == zip_of(before.contents)
    for everything in (True, False):
        taken = desk.zip_in(
            house.db, house.organisation, packed, designer(house).person, LATER, everything=everything
        )
        assert taken.changed == ()
    assert desk.read(house.db, house.organisation) == before
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == before.contents


def test_a_zip_of_a_folder_replaces_or_adds(desk_house: House) -> None:
    house, by = desk_house, designer(desk_house).person
    contents = desk.read(house.db, house.organisation).contents
    new = b"Onderwerp: Nieuw\n\nTekst.\n"
    desk.zip_in(house.db, house.organisation, zip_of({"mails/nieuw.md": new}), by, LATER)
    assert desk.read(house.db, house.organisation).contents == {**contents, "mails/nieuw.md": new}
    whole = {f"school/{path}": content for path, content in contents.items()}
    taken = desk.zip_in(house.db, house.organisation, zip_of(whole), by, LATER, everything=True)
    assert taken.changed == ("mails/nieuw.md",)
    assert desk.read(house.db, house.organisation).contents == contents


def _raw_zip(name: str, content: bytes = b"x", attributes: int = 0) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo(name)
        info.external_attr = attributes << 16
        archive.writestr(info, content)
    return out.getvalue()


@pytest.mark.parametrize(
    "packed",
    [
        b"",
        b"geen zip",
        b"PK\x03\x04" + b"\0" * 40,
        _raw_zip("../buiten.bpmn"),
        _raw_zip("/etc/passwd"),
        _raw_zip("forms/../../x.form"),
        _raw_zip("a\\b.bpmn"),
        _raw_zip("C:x.bpmn"),
        _raw_zip("forms/wegen.form", b"/etc/passwd", 0o120777),
        _raw_zip("plaatje.svg", b"<svg onload='x'/>"),
        _raw_zip("meldcode.bpmn", b"\xff\xfe\0"),
        _raw_zip("meldcode.bpmn", b"<a/>"),
        _raw_zip("mails/bom.md", b"0" * (3 * 1024 * 1024)),
    ],
)
def test_a_zip_that_cannot_be_trusted_is_refused_and_nothing_is_stored(
    desk_house: House, packed: bytes
) -> None:
    house = desk_house
    before = desk.read(house.db, house.organisation)
    with pytest.raises(FileRefused) as refused:
        desk.zip_in(house.db, house.organisation, packed, designer(house).person, LATER)
    assert refused.value.text.nl
    assert desk.read(house.db, house.organisation) == before


def test_a_zip_that_lies_about_its_size_is_counted_while_unpacking(desk_house: House) -> None:
    house = desk_house
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(30):
            archive.writestr(f"mails/m{number}.md", b"\0" * (1024 * 1024))
    assert len(bomb.getvalue()) < 100_000
    with pytest.raises(FileRefused):
        desk.zip_in(house.db, house.organisation, bomb.getvalue(), designer(house).person, LATER)


def test_one_uploaded_file_becomes_the_next_revision(desk_house: House) -> None:
    house, by = desk_house, designer(desk_house).person
    content = desk.read(house.db, house.organisation).contents["meldcode.bpmn"]
    path = desk.take_in(
        house.db, house.organisation, "C:\\Mijn map\\Nieuwe tekening é.BPMN", content, by, LATER
    )
    assert path == "Nieuwe-tekening-e.bpmn"
    assert desk.read(house.db, house.organisation).files[path].content == content
    for name in ("x.exe", "zonder", ".bpmn", "a.svg", "", "...bpmn"):
        with pytest.raises(FileRefused):
            desk.take_in(house.db, house.organisation, name, content, by, LATER)
    with pytest.raises(FileRefused) as refused:
        desk.take_in(house.db, house.organisation, "a.bpmn", b"<!DOCTYPE x><x/>", by, LATER)
    assert refused.value.findings


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


@pytest.fixture
def four_eyes(desk_house: House) -> House:
    """The house after it has published that it wants four eyes."""
    ask = '\n[publishing]\nfour_eyes = true\napproves = ["directeur", "intern-begeleider"]\n'
    change(desk_house, "organisation.toml", lambda text: text + ask)
    publish(desk_house, "Vier ogen.")
    change(desk_house, MAIL, lambda text: text + "Nog een regel.\n")
    return desk_house


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
    )
    (one,) = desk.comments(house.db, house.organisation)
    assert (one.text, one.element, one.settled_at) == ("Graag korter.", "wegen", None)
    desk.settle(house.db, house.organisation, which, designer(house).person, LATER)
    desk.settle(house.db, house.organisation, which, another(house).person, LATER)
    (one,) = desk.comments(house.db, house.organisation)
    assert (one.settled_at, one.settled_by_name) == (LATER, designer(house).name)
    with pytest.raises(desk.DeskError):
        desk.comment(house.db, house.organisation, "", None, "  ", house.actor("sanne").person, LATER)
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
