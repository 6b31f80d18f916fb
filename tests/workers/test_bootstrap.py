"""What `make run` makes ready before its processes start."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from meldcode import people
from meldcode.messages import MeldcodeError
from meldcode.settings import Settings
from workers.embedded.bootstrap import prepare

SCHOOL = Path("processes/basisschool-het-voorbeeld")


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({}, 'key = "basisschool-het-voorbeeld"'),
        ({'key = "basisschool-het-voorbeeld"': 'key = "een-andere-school"'}, 'username = "sanne"'),
    ],
)
def test_a_copied_folder_must_get_its_own_key_and_people(
    tmp_path: Path, changed: dict[str, str], named: str
) -> None:
    for name in ("eerste", "tweede"):
        shutil.copytree(SCHOOL, tmp_path / "processes" / name)
    described = tmp_path / "processes" / "tweede" / "organisation.toml"
    text = described.read_text(encoding="utf-8")
    for old, new in changed.items():
        text = text.replace(old, new)
    described.write_text(text, encoding="utf-8")
    settings = Settings.from_environment(True, environment={}, home=tmp_path / "var")
    with pytest.raises(MeldcodeError) as caught:
        prepare(settings, tmp_path / "processes", "wachtwoord-om-te-proberen")
    for said in caught.value.text:
        assert named in said
        assert "eerste" in said
        assert "tweede" in said


def test_somebody_whose_address_was_changed_is_not_made_again(tmp_path: Path) -> None:
    shutil.copytree(SCHOOL, tmp_path / "processes" / "school")
    settings = Settings.from_environment(True, environment={}, home=tmp_path / "var")
    first = prepare(settings, tmp_path / "processes", "wachtwoord-om-te-proberen")
    db = settings.database()
    home = people.organisation_id(db, "basisschool-het-voorbeeld")
    assert home is not None
    before = people.everybody(db, home)
    with db.transaction(home) as tx:
        people.set_details(tx, before[0].id, before[0].name, "ander@hetvoorbeeld.example")

    assert prepare(settings, tmp_path / "processes", "wachtwoord-om-te-proberen") == first
    assert len(people.everybody(db, home)) == len(before)
    db.close()
