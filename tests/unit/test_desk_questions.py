"""Questions instead of a canvas: every basis, whatever is answered, makes a code that checks clean."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meldcode.definition import check, read_files, read_folder
from meldcode.definition.organisation import read_organisation
from meldcode.desk import questions
from meldcode.desk.bases import Basis, bases, own_basis
from meldcode.desk.organisation_file import as_toml
from meldcode.desk.questions import Answers, AnswersRefused, defaults, draw
from meldcode.diagram.edit import Edit, edited
from meldcode.messages import Severity
from tests.organisations import FOLDERS, SCHOOL, version_of
from tools.wheel import copy_bases

SCHOOLS = (SCHOOL / "organisation.toml").read_bytes()
OURS = {"organisation.toml": SCHOOLS, "README.md": b"# Van ons\n", "oud.bpmn": b"<weg/>"}


def basis(key: str) -> Basis:
    return next(one for one in bases() if one.key == key)


def school() -> Basis:
    return basis(SCHOOL.name)


def errors(files: dict[str, bytes]) -> list[str]:
    return [str(one) for one in check(read_files(files)) if one.severity is Severity.ERROR]


def test_there_is_a_basis_for_every_sector() -> None:
    assert {one.key for one in bases()} == {folder.name for folder in FOLDERS}
    assert len({one.sector for one in bases()}) == 6


def test_a_built_package_holds_the_same_bases(tmp_path: Path) -> None:
    copy_bases(tmp_path / "bases")
    copied = {folder.name: read_folder(folder).id for folder in (tmp_path / "bases").iterdir()}
    assert copied == {one.key: one.version.id for one in bases()}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_basis_as_it_is_makes_a_clean_code_for_a_school_with_its_own_people(folder: Path) -> None:
    one = basis(folder.name)
    drawn = draw(one, defaults(one, SCHOOLS), OURS, SCHOOLS)
    assert not drawn.look.errors
    assert not errors(dict(drawn.files))
    made = read_organisation(drawn.files["organisation.toml"])
    assert made.key == "basisschool-het-voorbeeld"
    assert made.name == "Basisschool Het Voorbeeld"
    assert made.sector == one.sector
    assert made.designs == {"kwaliteitsmedewerker"}  # she does not lock herself out
    assert made.administers == {"applicatiebeheer"}
    assert made.free_days == read_organisation(SCHOOLS).free_days
    assert drawn.files["README.md"] == b"# Van ons\n"
    assert "oud.bpmn" not in drawn.files
    assert not any(path.startswith("examples/") for path in drawn.files)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_answering_nothing_otherwise_changes_no_byte_of_ones_own_code(folder: Path) -> None:
    files = dict(version_of(folder).files)
    own = own_basis(files)
    assert own is not None
    drawn = draw(own, defaults(own, files["organisation.toml"]), files, files["organisation.toml"])
    assert drawn.files == files
    assert not drawn.lost


def answered(one: Basis, **changes: object) -> Answers:
    return replace(defaults(one, SCHOOLS), **changes)  # type: ignore[arg-type]


def test_a_tightened_ladder_is_told_in_its_own_words() -> None:
    one = school()
    ours = defaults(one, SCHOOLS)
    numbers = {**ours.numbers, "wegen_2d": 1, "wegen_4d": 2, "wegen_5d": 3, "wegen_7d": 5}
    drawn = draw(one, replace(ours, numbers=numbers), OURS, SCHOOLS)
    nodes = read_files(drawn.files).nodes
    assert [nodes[key].timer.text for key in ("wegen_2d", "wegen_7d")] == ["P1D", "P5D"]  # type: ignore[union-attr]
    assert [nodes[key].name for key in ("wegen_2d", "wegen_7d")] == ["1 weekdag", "5 weekdagen"]
    before, after = one.version.files["meldcode.bpmn"], drawn.files["meldcode.bpmn"]
    different = [x for x, y in zip(before.splitlines(), after.splitlines(), strict=True) if x != y]
    assert len(different) == 8  # the name and the term of each; every other line is as it was


def test_a_ladder_that_does_not_ascend_is_refused_in_a_sentence() -> None:
    one = school()
    ours = defaults(one, SCHOOLS)
    with pytest.raises(AnswersRefused) as refused:
        draw(one, replace(ours, numbers={**ours.numbers, "wegen_7d": 3}), OURS, SCHOOLS)
    assert "loopt niet op" in refused.value.text.nl
    assert set(refused.value.problems) == {"dagen-wegen_7d"}


def test_another_role_that_decides_gets_the_decision_and_its_reminder() -> None:
    drawn = draw(
        school(),
        answered(school(), decides="bevoegd-gezag", looks_along="directeur", beside="intern-begeleider"),
        OURS,
        SCHOOLS,
    )
    version = read_files(drawn.files)
    assert version.organisation.decides == version.nodes["besluit"].role == "bevoegd-gezag"
    assert version.nodes["mail_besluit_2d"].to == "bevoegd-gezag"
    assert version.nodes["mail_besluit_2d"].name == "Herinnering: bevoegd gezag"
    assert version.nodes["overslaan"].role == version.nodes["mail_overslaan_2d"].to == "directeur"
    told = version.nodes["gesprek"].instructions or ""
    assert told.startswith("Naast u bij het gesprek: intern begeleider.\nPraat met")
    assert not drawn.look.errors


def test_new_names_of_roles_stand_in_lanes_tasks_and_mails_and_two_can_be_swapped() -> None:
    ours = defaults(school(), SCHOOLS)
    roles = {**ours.roles, "leerkracht": "Directeur", "directeur": "Leerkracht"}
    roles["intern-begeleider"] = 'Zorg <coördinator> & "co" (ZC)'
    drawn = draw(school(), replace(ours, roles=roles, name="De 'B' & Zn"), OURS, SCHOOLS)
    version = read_files(drawn.files)
    diagram = version.diagram_of(version.main_process)
    assert diagram is not None
    assert [lane.name for lane in diagram.lanes.values()] == [
        "Directeur",
        'Zorg <coördinator> & "co"',
        "Leerkracht",
    ]
    assert [lane.role for lane in diagram.lanes.values()] == ["leerkracht", "intern-begeleider", "directeur"]
    assert version.nodes["overleg"].name == '2 Overleggen met zorg <coördinator> & "co"'
    assert version.nodes["mail_melding_2d"].name == "Bericht: leerkracht"
    assert version.processes[version.main_process].name == "Meldcode De 'B' & Zn"
    assert drawn.mentions["directeur"]
    assert all(path.startswith(("forms/", "mails/", "weging")) for path in drawn.mentions["directeur"])


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"name": " "}, "naam"),
        ({"sender": "a\nBcc: b"}, "afzender"),
        ({"name": "x" * 81}, "naam"),
        ({"decides": "koning"}, "beslist"),
        ({"beside": "koning"}, "naast"),
        ({"supervises": frozenset()}, "ziet"),
        ({"told": {"wegen_5d": ""}}, "aan-wegen_5d"),
        ({"numbers": {}}, "dagen-wegen_2d"),
    ],
)
def test_an_answer_that_cannot_be_is_refused_at_its_question(changes: dict[str, object], where: str) -> None:
    with pytest.raises(AnswersRefused) as refused:
        draw(school(), answered(school(), **changes), OURS, SCHOOLS)
    assert where in refused.value.problems


def test_roles_that_people_hold_now_and_that_go_are_named() -> None:
    drawn = draw(basis("ggz-verzonnen-oever"), defaults(basis("ggz-verzonnen-oever"), SCHOOLS), OURS, SCHOOLS)
    assert "Leerkracht" in drawn.lost
    assert "Kwaliteitsmedewerker" not in drawn.lost


NAMES = st.text(
    st.characters(exclude_categories=("C", "Z"), include_characters=" "), min_size=1, max_size=30
).filter(lambda name: bool(name.strip()) and name.isprintable())


@st.composite
def answers(draw_: st.DrawFn) -> tuple[Basis, Answers]:
    one = draw_(st.sampled_from(bases()))
    ours = defaults(one, SCHOOLS)
    keys = sorted(ours.roles)
    names = draw_(
        st.lists(NAMES, min_size=len(keys), max_size=len(keys), unique_by=lambda n: n.strip().casefold())
    )
    numbers = dict(ours.numbers)
    for ladder in draw_(st.lists(st.sampled_from(questions.ladders(one.version)), max_size=3)):
        for rung in ladder.rungs:
            numbers[rung.timer] = draw_(st.integers(1, questions.MOST[rung.unit]))
    role = st.sampled_from(keys)
    return one, Answers(
        name=draw_(NAMES),
        sender=draw_(NAMES),
        decides=draw_(role),
        looks_along=draw_(role),
        consults=draw_(st.sampled_from(["", *keys])),
        beside=draw_(st.sampled_from(["", *keys])),
        supervises=draw_(st.frozensets(role, min_size=1)),
        roles=dict(zip(keys, names, strict=True)),
        numbers=numbers,
        told={timer: draw_(role) for timer in ours.told},
    )


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(answers())
def test_whatever_is_answered_the_code_is_clean_or_its_ladder_is_refused(
    given_: tuple[Basis, Answers],
) -> None:
    one, ours = given_
    try:
        drawn = draw(one, ours, OURS, SCHOOLS)
    except AnswersRefused as error:
        elsewhere = [where for where in error.problems if not where.startswith("dagen-")]
        if elsewhere:
            raise
        return
    assert not errors(dict(drawn.files))
    made = read_files(drawn.files).organisation
    assert made.name == ours.name.strip()
    assert {key: made.roles[key].name for key in ours.roles} == {k: n.strip() for k, n in ours.roles.items()}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_an_organisation_written_anew_reads_back_the_same(folder: Path) -> None:
    table = tomllib.loads((folder / "organisation.toml").read_text())
    assert tomllib.loads(as_toml(table).decode()) == table


@given(st.dictionaries(st.text(max_size=5), st.text() | st.booleans() | st.lists(st.text()), max_size=4))
def test_any_text_can_stand_in_that_file(table: dict[str, object]) -> None:
    assert tomllib.loads(as_toml({"a": table, "b": "x"}).decode()) == {"a": table, "b": "x"}


def test_a_file_that_cannot_be_followed_is_written_anew() -> None:
    data = '<?xml version="1.0" encoding="UTF-16"?><a><b id="x" name="oud"/></a>'.encode("utf-16")
    assert b'name="ni&lt;euw"' in edited(data, [Edit("x", {"name": "ni<euw"})], "x.bpmn")
    commented = b'<a><b id="x"><t>een<!-- > --></t></b></a>'
    assert b"<t>twee</t>" in edited(commented, [Edit("x", texts={"t": "twee"})], "x.bpmn")
    assert edited(commented, [Edit("y", {"name": "z"})], "x.bpmn") == commented
