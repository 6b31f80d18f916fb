"""A folder goes into the database checked, and comes out byte for byte."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from meldcode import audit, cases, desk, publishing
from meldcode.definition import DefinitionError
from meldcode.publishing import PublishError
from meldcode.store.tables import organisations, version_files, versions
from tests.databases import beneath
from tests.store.house import MONDAY, House, diagram, folder

SCHOOL = Path(__file__).resolve().parents[2] / "processes"


def files_of(path: Path) -> dict[str, bytes]:
    return {
        file.relative_to(path).as_posix(): file.read_bytes()
        for file in sorted(path.rglob("*"))
        if file.is_file()
    }


def test_what_is_published_comes_out_byte_for_byte(house: House, tmp_path: Path) -> None:
    odd = "Regel één\r\nregel twee\tzonder einde".encode()
    source = folder(tmp_path / "in", README_md=odd)
    version = publishing.publish(house.db, "testschool", source, now=MONDAY)
    assert publishing.export(house.db, "testschool", tmp_path / "uit") == version

    assert files_of(tmp_path / "uit") == files_of(source)


def test_only_what_is_published_with_a_note_is_news_for_people(house: House, tmp_path: Path) -> None:
    """The first version of an organisation has none: nobody knows another way of working."""
    sanne = house.people["sanne"]
    first = publishing.publish(house.db, "testschool", folder(tmp_path / "a", a_md=b"a"), now=MONDAY)
    assert not desk.is_news(house.db, house.organisation, first, sanne)

    source = folder(tmp_path / "b", b_md=b"b")
    second = publishing.publish(house.db, "testschool", source, now=MONDAY, note="De termijn is korter.")
    assert desk.is_news(house.db, house.organisation, second, sanne)


def test_publishing_the_same_files_again_changes_nothing(house: House, tmp_path: Path) -> None:
    with beneath(house.db).connect() as connection:
        before = connection.execute(sa.select(organisations.c.version)).scalar_one()
    source = folder(tmp_path / "in")
    assert publishing.publish(house.db, "testschool", source, now=MONDAY) == before
    with beneath(house.db).connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(versions)).scalar_one() == 1


def test_an_earlier_version_can_be_made_current_again(house: House, tmp_path: Path) -> None:
    first = publishing.publish(house.db, "testschool", folder(tmp_path / "a"), now=MONDAY)
    changed = folder(tmp_path / "b", README_md=b"nieuw")
    second = publishing.publish(house.db, "testschool", changed, now=MONDAY)
    assert publishing.publish(house.db, "testschool", folder(tmp_path / "c"), now=MONDAY) == first

    assert first != second
    with house.db.reading(house.organisation) as tx:
        assert publishing.current(tx) == first


def test_a_folder_with_a_fault_is_refused_and_the_old_version_stays(house: House, tmp_path: Path) -> None:
    broken = diagram().replace(b"P5D", b"5 dagen")
    with pytest.raises(PublishError) as refused:
        publishing.publish(house.db, "testschool", folder(tmp_path / "in", meldcode_bpmn=broken), now=MONDAY)

    assert refused.value.findings
    assert any(found.element == "wegen_t3" for found in refused.value.findings)
    assert house.open().case.status == "open"


def test_an_unreadable_folder_is_refused(house: House, tmp_path: Path) -> None:
    with pytest.raises(DefinitionError):
        publishing.publish(
            house.db, "testschool", folder(tmp_path / "in", meldcode_bpmn=b"<geen"), now=MONDAY
        )
    with pytest.raises(DefinitionError):
        publishing.publish(house.db, "testschool", tmp_path / "bestaat-niet", now=MONDAY)


def test_a_folder_of_another_organisation_is_refused(house: House, tmp_path: Path) -> None:
    with pytest.raises(PublishError) as refused:
        publishing.publish(house.db, "andere", folder(tmp_path / "in"), now=MONDAY)
    assert "testschool" in refused.value.text.nl
    with pytest.raises(PublishError):
        publishing.export(house.db, "andere", tmp_path / "uit")


def test_an_export_overwrites_nothing(house: House, tmp_path: Path) -> None:
    (tmp_path / "uit").mkdir()
    (tmp_path / "uit" / "mijn.txt").write_text("van mij")
    with pytest.raises(PublishError):
        publishing.export(house.db, "testschool", tmp_path / "uit")
    assert files_of(tmp_path / "uit") == {"mijn.txt": b"van mij"}


@pytest.mark.parametrize("path", ["../buiten.txt", "/etc/buiten", "a/../../b", "a\\..\\b"])
def test_an_export_stays_inside_its_folder(house: House, tmp_path: Path, path: str) -> None:
    with beneath(house.db).begin() as connection:
        connection.execute(
            version_files.update().where(version_files.c.path == "meldcode.bpmn").values(path=path)
        )
    with pytest.raises(PublishError):
        publishing.export(house.db, "testschool", tmp_path / "diep" / "uit")
    assert not (tmp_path / "buiten.txt").exists()


def test_an_organisation_without_a_version_opens_no_case(house: House) -> None:
    with beneath(house.db).begin() as connection:
        connection.execute(organisations.update().values(version=None))
    with pytest.raises(PublishError):
        cases.open_case(house.db, house.actor("sanne"), key="k", now=MONDAY)


def test_a_published_folder_is_written_down_and_the_year_until_the_next_look_counts_anew(
    house: House, tmp_path: Path
) -> None:
    later, path = MONDAY + timedelta(days=100), folder(tmp_path / "b", README_md=b"nieuw")
    report = {"findings": [], "proof": {"states": 3}}
    version = publishing.publish(
        house.db, "testschool", path, now=later, note=" Een zin erbij. ", report=report
    )
    assert publishing.publish(house.db, "testschool", path, now=later + timedelta(days=1)) == version

    assert desk.review_due(house.db, house.organisation) == later + timedelta(days=365)
    newest, first = desk.history(house.db, house.organisation)
    assert (newest.version, newest.note, newest.report) == (version, "Een zin erbij.", report)
    assert (newest.asked_at, newest.in_force_at, newest.asked_by) == (later, later, None)
    assert newest.current
    assert newest.id
    assert desk.publication(house.db, house.organisation, newest.id) == newest
    assert desk.files_of_publication(house.db, house.organisation, newest.id) == files_of(path)
    # going back to what held before is written down too
    publishing.publish(house.db, "testschool", folder(tmp_path / "a"), now=later + timedelta(days=2))
    told = desk.history(house.db, house.organisation)
    assert [one.version for one in told] == [first.version, version, first.version]
    assert [one.current for one in told] == [True, False, False]
    with pytest.raises(PublishError):
        publishing.publish(house.db, "testschool", path, now=later, note="x" * 5_000)


def test_publishing_is_logged_with_who_did_it(house: House, tmp_path: Path) -> None:
    changed = folder(tmp_path / "in", README_md=b"nieuw")
    version = publishing.publish(house.db, "testschool", changed, now=MONDAY, by=house.people["henk"])
    from meldcode.store.tables import audit as log

    with beneath(house.db).connect() as connection:
        row = connection.execute(sa.select(log).order_by(log.c.sequence.desc()).limit(1)).one()
    assert (row.action, row.person, row.detail) == (
        "version_published",
        house.people["henk"],
        {"version": version},
    )
    assert not audit.verify(house.db)


def test_only_the_roles_named_as_supervising_supervise(house: House) -> None:
    with house.db.reading(house.organisation) as tx:
        published = publishing.load(tx, publishing.current(tx))
    assert published.supervising == {"intern-begeleider", "directeur"}


@pytest.mark.parametrize(
    "path", sorted(file.parent for file in SCHOOL.glob("*/organisation.toml")), ids=lambda path: path.name
)
def test_every_organisation_of_the_project_can_be_published_and_exported(
    house: House, tmp_path: Path, path: Path
) -> None:
    from meldcode import definition, people

    described = definition.read_folder(path).organisation
    people.create_organisation(house.db, described.key, described.name, now=MONDAY)
    publishing.publish(house.db, described.key, path, now=MONDAY)
    publishing.export(house.db, described.key, tmp_path / "uit")

    assert files_of(tmp_path / "uit") == files_of(path)
