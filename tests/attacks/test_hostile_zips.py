"""Zips made to flood the memory or to fail half-way: refused in a sentence, and nothing is stored."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from random import Random

import pytest

from meldcode import clock, desk
from meldcode.desk import FileRefused
from meldcode.people import everybody
from tests.attacks.town import Town

MEGABYTE = 1024 * 1024
KINDS_OF_PACKING = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)


def packed(method: int, files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def take_in(town: Town, data: bytes) -> None:
    organisation = town.organisations[""]
    by = everybody(town.db, organisation)[0].id
    desk.open_draft(town.db, organisation, by, clock.real())
    desk.zip_in(town.db, organisation, data, by, clock.real())


@pytest.mark.parametrize("method", KINDS_OF_PACKING[1:])
def test_a_zip_that_unpacks_to_hundreds_of_megabytes_never_takes_them(town: Town, method: int) -> None:
    """Some ways of packing give everything at once, however little is asked for."""
    bomb = packed(method, {"README.md": b"\0" * (40 * MEGABYTE)})
    tracemalloc.start()
    try:
        with pytest.raises(FileRefused):
            take_in(town, bomb)
        assert tracemalloc.get_traced_memory()[1] < 16 * MEGABYTE
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("method", KINDS_OF_PACKING)
def test_a_zip_with_any_bytes_changed_is_taken_in_or_refused_in_a_sentence(town: Town, method: int) -> None:
    files = {"README.md": b"Voor het team. " * 300, "mails/spoed.md": b"Onderwerp: Spoed\n\nOpen de taak.\n"}
    whole, random = packed(method, files), Random(20_261_123)
    refused = 0
    for _ in range(60):
        spoilt = bytearray(whole)
        for _ in range(random.randint(1, 4)):
            spoilt[random.randrange(len(spoilt))] = random.randrange(256)
        try:
            take_in(town, bytes(spoilt))
        except FileRefused:
            refused += 1
    assert refused > 20


def test_a_zip_with_a_file_without_a_name_is_refused(town: Town) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("README.md", b"x")
        archive.infolist()[0].filename = ""  # only in the list at its end, which is what is read first
    with pytest.raises(FileRefused):
        take_in(town, out.getvalue())
