"""Files that come to the desk and leave it: zips of a whole folder, and one file at a time."""

from __future__ import annotations

import io
import zipfile

import pytest

from meldcode import desk
from meldcode.desk import FileRefused
from tests.store.desk_house import (
    LATER,
    designer,
)
from tests.store.house import House


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
