"""Kept examples are played again when a version is proven; what goes differently is told, never raised."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from meldcode.definition import Version, read_files
from meldcode.desk import Source
from meldcode.desk.examples import replayed
from meldcode.messages import Severity

SCHOOL = Path(__file__).resolve().parents[2] / "processes" / "basisschool-het-voorbeeld"
STUCK = "examples/stap-4-blijft-liggen.toml"


def school(**changed: bytes | None) -> Version:
    """The school with these examples instead of its own, and one more thing changed by whoever asks."""
    files = {path.relative_to(SCHOOL).as_posix(): path.read_bytes() for path in SCHOOL.rglob("*.*")}
    kept = {path: data for path, data in files.items() if not path.startswith("examples/") or path == STUCK}
    named = {f"examples/{name}.toml": data for name, data in changed.items() if data is not None}
    return read_files({**kept, **named})


def test_examples_that_go_as_they_went_are_not_told() -> None:
    assert replayed(school()) == ()


def test_an_example_that_goes_differently_is_told_with_its_step_and_refuses_nothing() -> None:
    version = school()
    diagram = version.files["meldcode.bpmn"]
    assert b"P4D" in diagram
    slower = read_files({**version.files, "meldcode.bpmn": diagram.replace(b"P4D", b"P3D")})
    (found,) = replayed(slower)
    assert (found.code, found.file, found.severity) == ("example-differs", STUCK, Severity.WARNING)
    assert found.source is Source.QUALITY
    assert "moment " in found.what.nl
    assert "herinnering" in found.what.nl
    assert found.how.nl


@pytest.mark.parametrize(
    "odd",
    [
        b"\xff\xfe",
        b"title = ",
        b"title = 'Leeg'\n",
        b"title = 'x'\nstart = 2026-09-07T09:00:00+02:00\n[[moment]]\ncomplete = 'bestaat-niet'\n",
        b"title = 'x'\nstart = 0001-01-01T00:00:00+02:00\n[[moment]]\nwait = 'P3D'\n",
        b"title = 'x'\nstart = 2026-09-07T09:00:00+02:00\n[[moment]]\nat = 9999-12-31T23:00:00-05:00\n",
        b"title = 'x'\nstart = 9999-12-31T00:00:00+02:00\n[[moment]]\nwait = 'P3D'\n",
        b"title = 'x'\nstart = 2026-09-07T09:00:00+02:00\nprocess = 'nergens'\n[[moment]]\nwait = 'P3D'\n",
        b"title = 'x'\nstart = 2026-09-07T09:00:00+02:00\n[[away]]\nrole = 'spook'\nfrom = 2026-09-07\n",
        b"title = 'x'\nstart = 2026-09-07T09:00:00+02:00\n[[moment]]\nwait = 'P900000D'\n",
        b"title = 'x'\nstart = 2026-09-07T09:00:00+02:00\n[[moment]]\nwait = 'P9999999999D'\n",
        b"a = " + b"[" * 5_000,
    ],
)
def test_whatever_an_example_holds_it_is_told_and_never_raised(odd: bytes) -> None:
    told = replayed(school(odd=odd))
    assert [one.file for one in told] == ["examples/odd.toml"]
    assert told[0].what.nl
    assert told[0].what.en


def test_what_there_is_no_time_for_is_told() -> None:
    looked = count()
    (found,) = replayed(school(aaa=b"title = 1", zzz=b"title = 2"), lambda: next(looked) >= 1)[1:]
    assert found.code == "example-unplayed"
    assert "2" in found.what.nl
