"""Comparing two versions: everything that changes somebody's case is said, and nothing else is."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, replace
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from meldcode.compare import Difference, Kind, compare
from meldcode.compare.diagrams import compare_diagrams
from meldcode.compare.forms import compare_forms
from meldcode.compare.tables import compare_tables
from meldcode.definition import Version, read_files, read_folder
from meldcode.diagram.model import CalendarKind, Loop, Node, Purpose, StepKind, Timer
from meldcode.feel import expression
from meldcode.form.parts import Field, Option, Rows

FOLDERS = sorted(path.parent for path in Path("processes").glob("*/organisation.toml"))
DIAGRAM, TABLE, MAIL = "meldcode.bpmn", "weging.dmn", "mails/herinnering.md"
FORM, CODE = "forms/wegen.form", "organisation.toml"


read = cache(read_folder)


@pytest.fixture(scope="module")
def school() -> Version:
    return read(Path("processes/basisschool-het-voorbeeld"))


def edited(version: Version, path: str, *changes: tuple[str, str]) -> Version:
    text = version.files[path].decode()
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return read_files({**version.files, path: text.encode()})


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_version_does_not_differ_from_itself(folder: Path) -> None:
    version = read(folder)
    assert compare(version, read_files(dict(version.files))) == ()


def test_a_shorter_term_is_told_as_the_sentence_people_know(school: Version) -> None:
    timer = school.nodes["wegen_5d"].timer
    assert timer is not None
    before = school.files[DIAGRAM].decode()
    start = before.index('id="timer_wegen_5d"')
    new = before[:start] + before[start:].replace("P5D", "P3D", 1)
    (found,) = compare(school, read_files({**school.files, DIAGRAM: new.encode()}))
    assert (found.kind, found.file, found.element) == (Kind.CHANGED, DIAGRAM, "wegen_5d")
    assert found.what.nl == (
        "Bij de taak “4 Wegen van het geweld”, de termijn: was “Na 5 weekdagen krijgt de intern begeleider "
        "bericht”, wordt “Na 3 weekdagen krijgt de intern begeleider bericht”."
    )


def test_a_shape_that_only_moved_changes_nothing_for_a_case(school: Version) -> None:
    text = school.files[DIAGRAM].decode()
    start = text.index('bpmnElement="wegen"')
    moved = text[:start] + text[start:].replace('y="', 'y="1', 1)
    (found,) = compare(school, read_files({**school.files, DIAGRAM: moved.encode()}))
    assert (found.kind, found.element, found.has_meaning) == (Kind.MOVED, "wegen", False)


def test_white_space_is_noted_as_the_same_meaning(school: Version) -> None:
    new = edited(school, DIAGRAM, ("<bpmn:process ", "<bpmn:process  "))
    (found,) = compare(school, new)
    assert (found.kind, found.file) == (Kind.NOTED, DIAGRAM)
    assert "de betekenis is gelijk" in found.what.nl


def test_a_sentence_of_a_mail_is_laid_beside_the_one_it_replaces(school: Version) -> None:
    body = school.mails["herinnering"].body
    new = read_files({**school.files, MAIL: school.files[MAIL] + b"\nTot ziens.\n"})
    (found,) = compare(school, new)
    assert (found.kind, found.file) == (Kind.CHANGED, MAIL)
    assert found.what.nl.endswith(": toegevoegd. Er staat nu “Tot ziens.”")
    assert " ".join(body.split())[:40] not in found.what.nl


def test_a_deleted_row_of_the_weighing_table_is_told_with_its_reason(school: Version) -> None:
    text = school.files[TABLE].decode()
    start = text.index("<rule ")
    end = text.index("</rule>", start) + len("</rule>")
    found = compare(school, read_files({**school.files, TABLE: (text[:start] + text[end:]).encode()}))
    gone = [one for one in found if one.kind is Kind.REMOVED]
    assert len(gone) == 1
    rule = school.decisions["afweging"].rules[0]
    assert gone[0].what.nl.startswith("Vervalt: regel 1, als ")
    assert all(note in gone[0].what.nl for note in rule.annotations)
    assert all(one.kind is Kind.REMOVED for one in found)


def test_a_role_and_a_holiday_are_told(school: Version) -> None:
    new = edited(
        school,
        CODE,
        ('name = "Leerkracht"', 'name = "Docent"'),
        ("2026-10-10, to = 2026-10-18", "2026-10-10, to = 2026-10-20"),
    )
    told = [one.what.nl for one in compare(school, new)]
    assert told == [
        "Organisatie, de vrije dagen: erbij “2026-10-19 t/m 2026-10-20”.",
        "De naam van een rol: was “Leerkracht”, wordt “Docent”.",
    ]


@pytest.mark.parametrize(
    ("path", "content", "said"),
    [
        ("examples/nieuw.toml", b"title = 'Rond Pasen'\n", "Het voorbeeld “Rond Pasen” is nieuw."),
        ("examples/nieuw.toml", b"title = ", "Het bestand examples/nieuw.toml is nieuw."),
        ("examples/nieuw.toml", b"\xff", "Het bestand examples/nieuw.toml is nieuw."),
        ("README.md", b"# Anders\n", "Het bestand README.md is veranderd."),
    ],
)
def test_an_example_is_told_by_its_title_and_means_nothing_for_a_case(
    school: Version, path: str, content: bytes, said: str
) -> None:
    (found,) = compare(school, read_files({**school.files, path: content}))
    assert (found.kind, found.what.nl) == (Kind.NOTED, said)


def test_what_was_taken_out_or_added_is_said_in_words(school: Version) -> None:
    task = school.nodes["signalen"]
    assert task.instructions
    without = replace(school, id="anders", nodes={**school.nodes, task.id: replace(task, instructions=None)})
    (gone,), (back,) = compare_diagrams(school, without), compare_diagrams(without, school)
    at = "Bij de taak “1 Signalen in kaart brengen”, de uitleg: "
    assert gone.what.nl.startswith(f"{at}weggehaald. Er stond “Schrijf op wat u ziet en hoort.")
    assert back.what.nl.startswith(f"{at}toegevoegd. Er staat nu “Schrijf op wat u ziet en hoort.")
    assert not gone.what.nl.endswith("..")
    assert "niets" not in gone.what.nl + back.what.nl


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            (('<text>"melden"</text>', '<text>"hulp"</text>'),),
            ["Beslistabel “Afwegingskader”, regel 1, “Advies”: was “melden”, wordt “hulp”."],
        ),
        (
            (('<text>"ja"</text>', "<text>-</text>"), ("Acute onveiligheid", "Acuut gevaar")),
            [
                "Beslistabel “Afwegingskader”, regel 1, “Nu of binnenkort in gevaar?”: was “Ja”, wordt "
                "“maakt niet uit”.",
                "Beslistabel “Afwegingskader”, regel 1, de toelichting: was “Acute onveiligheid”, wordt "
                "“Acuut gevaar”.",
            ],
        ),
    ],
    ids=["an answer", "a condition and its note"],
)
def test_a_changed_cell_of_a_table_is_told_with_the_words_of_its_question(
    school: Version, changes: tuple[tuple[str, str], ...], told: list[str]
) -> None:
    assert [one.what.nl for one in compare(school, edited(school, TABLE, *changes))] == told


def test_a_row_that_became_another_one_is_told_as_a_whole(school: Version) -> None:
    table = school.decisions["afweging"]
    other = replace(table.rules[11], number=1)
    now = replace(table, rules=(other, *table.rules[1:]))
    new = replace(school, id="anders", decisions={**school.decisions, "afweging": now})
    (found,) = compare_tables(school, new)
    assert "regel 1: was als Nu of binnenkort in gevaar? “Ja”, dan Advies: melden" in found.what.nl
    assert "wordt als Nu of binnenkort in gevaar? “Nee”, Zelf verteld" in found.what.nl


# What an element cannot lose or get without a difference of its own (an arrow, its process) is not here.
NODE_CHANGES: dict[str, Callable[[Node], object]] = {
    "kind": lambda node: "manualTask",
    "name": lambda node: node.name + " nieuw",
    "parent": lambda node: "acuut_gevaar",
    "role": lambda node: "directeur",
    "steps": lambda node: frozenset({StepKind.VOLGEN}),
    "form": lambda node: "forms/gesprek.form",
    "decision": lambda node: "ander",
    "instructions": lambda node: "iets anders",
    "mail": lambda node: "spoed",
    "to": lambda node: "directeur",
    "outcome": lambda node: "anders",
    "event": lambda node: "signal",
    "event_name": lambda node: "andere naam",
    "timer": lambda node: Timer("duration", "P99D", CalendarKind.KLOK, Purpose.TERMIJN),
    "attached_to": lambda node: "gesprek",
    "triggered_by_event": lambda node: not node.triggered_by_event,
    "called_element": lambda node: "ander_proces",
    "loop": lambda node: Loop("parallel", cardinality="3"),
}
TOLD_WITH_OTHERS = {"id", "process", "lane", "default_flow", "incoming", "outgoing"}


@pytest.mark.parametrize("name", [field.name for field in fields(Node) if field.name not in TOLD_WITH_OTHERS])
def test_no_property_of_an_element_changes_unsaid(school: Version, name: str) -> None:
    key = "wegen_5d" if name in {"timer", "interrupting"} else "wegen"
    node = school.nodes[key]
    value = not node.interrupting if name == "interrupting" else NODE_CHANGES[name](node)
    change: dict[str, Any] = {name: value}
    changed = replace(node, **change)
    new = replace(school, id="anders", nodes={**school.nodes, key: changed})
    assert [one.element for one in compare_diagrams(school, new) if one.element == key]


def test_a_default_that_moves_to_another_way_is_told(school: Version) -> None:
    key, node = next((k, n) for k, n in school.nodes.items() if n.default_flow)
    other = next(flow for flow in node.outgoing if flow != node.default_flow)
    new = replace(school, id="anders", nodes={**school.nodes, key: replace(node, default_flow=other)})
    assert {one.element for one in compare_diagrams(school, new)} == {node.default_flow, other}


def test_the_order_in_which_conditions_are_tried_is_told(school: Version) -> None:
    key, node = next(
        (k, n) for k, n in school.nodes.items() if n.kind == "exclusiveGateway" and len(n.outgoing) > 1
    )
    turned = replace(node, outgoing=tuple(reversed(node.outgoing)))
    new = replace(school, id="anders", nodes={**school.nodes, key: turned})
    assert [one.element for one in compare_diagrams(school, new)] == [key]


def test_a_question_its_answers_and_its_duty_are_told(school: Version) -> None:
    form = json.loads(school.files[FORM])
    radio = next(part for part in form["components"] if part["type"] == "radio")
    gone = radio["values"].pop()
    radio["values"].append({"value": "nieuw", "label": "Iets nieuws"})
    radio["label"] = "Andere vraag?"
    form["components"].append({"type": "textfield", "id": "extra", "key": "extra", "label": "Nog iets?"})
    yes_or_no = [{"value": "ja", "label": "Ja"}, {"value": "nee", "label": "Nee"}]
    form["components"].append(
        {"type": "radio", "id": "nu", "key": "nu", "label": "Wat nu?", "values": yes_or_no}
    )
    new = read_files({**school.files, FORM: json.dumps(form).encode()})
    told = [(one.kind, one.what.nl) for one in compare_forms(school, new)]
    at = "Bij de taak “4 Wegen van het geweld”,"
    assert (Kind.ADDED, f"{at} nieuw: de vraag “Nog iets?”.") in told
    assert (Kind.ADDED, f"{at} nieuw: de vraag “Wat nu?” (“Ja”, “Nee”).") in told
    assert (Kind.CHANGED, f"{at} vraag “Andere vraag?”, vervallen antwoord: “{gone['label']}”.") in told
    assert (Kind.CHANGED, f"{at} vraag “Andere vraag?”, nieuw antwoord: “Iets nieuws”.") in told
    assert any(said.startswith(f"{at} vraag “Andere vraag?”, de tekst: was “") for _, said in told)


def test_a_form_that_two_tasks_ask_is_named_by_both_and_one_that_none_asks_by_its_file(
    school: Version,
) -> None:
    advice = replace(school.forms["forms/vt-advies.form"], parts=())
    now = replace(
        school, forms={**school.forms, advice.file: advice}, files={**school.files, advice.file: b""}
    )
    told = next(iter(compare_forms(school, now))).what
    both = "Bij de taak “Advies vragen aan Veilig Thuis” en de taak “Bij twijfel: Veilig Thuis raadplegen”, "
    assert told.nl.startswith(both)
    nobody = {
        key: replace(node, form=None) if node.form == advice.file else node for key, node in now.nodes.items()
    }
    told = next(iter(compare_forms(school, replace(now, nodes=nobody)))).what
    assert told.nl.startswith("In het formulier “Vt advies”, vervalt: de vraag “")


FIELD_CHANGES: dict[str, Any] = {
    "type": "textarea",
    "label": "Iets anders?",
    "required": True,
    "readonly": True,
    "description": "Andere uitleg.",
    "options": (Option("nieuw", "Nieuw"),),
    "begin": expression("= today()"),
    "default": "nieuw",
    "subtype": "date",
    "time_label": "Hoe laat?",
    "not_past": True,
    "minimum": Decimal(3),
    "maximum": Decimal(9),
    "increment": Decimal(2),
    "decimals": 2,
    "shortest": 3,
    "longest": 9,
    "format": "email",
    "prefix": "€",
    "suffix": "kilo",
}
ROWS_CHANGES: dict[str, Any] = {
    "label": "Wie nog?",
    "start": 3,
    "begin": expression("= wie_eerder"),
    "fixed": True,
    "required": True,
}


@pytest.mark.parametrize("name", [one.name for one in fields(Field) if one.name not in {"key", "hide"}])
def test_no_property_of_a_question_changes_unsaid(school: Version, name: str) -> None:
    question = Field(key="vraag", type="textfield", label="Vraag?")
    told = _told(school, question, replace(question, **{name: FIELD_CHANGES[name]}))
    assert told
    if name == "type":
        assert told[0].what.nl.endswith("was “korte tekst”, wordt “lange tekst”.")


@pytest.mark.parametrize("name", ["label", "start", "begin", "fixed", "required"])
def test_no_property_of_a_list_changes_unsaid(school: Version, name: str) -> None:
    rows = Rows(key="rij", label="Wie?", parts=(Field(key="naam", type="textfield", label="Naam"),))
    assert _told(school, rows, replace(rows, **{name: ROWS_CHANGES[name]}))


def _told(school: Version, was: Field | Rows, now: Field | Rows) -> list[Difference]:
    old, new = (
        replace(
            school,
            forms={FORM: replace(school.forms[FORM], parts=(one,))},
            files={**school.files, FORM: content},
        )
        for one, content in ((was, b"een"), (now, b"twee"))
    )
    return list(compare_forms(old, new))


def test_an_element_without_a_name_is_told_by_what_stands_around_it(school: Version) -> None:
    way = school.flows["van_naar_wegen_naar_wegen"]
    new = replace(school, id="anders", flows={**school.flows, way.id: replace(way, name="nu")})
    (told,) = (one.what.nl for one in compare_diagrams(school, new) if one.element == way.id)
    assert "naar_wegen" not in told
    assert "het samenkomen tussen “Gesprek overslaan?” en “4 Wegen van het geweld”" in told


def test_a_term_is_told_by_what_it_does_and_its_parts_are_not_told_again(school: Version) -> None:
    text = (
        school.files[DIAGRAM].decode().replace('id="wegen_2d" name="2 weekdagen"', 'id="wegen_2d" name="x"')
    )
    named = [one for one in compare(school, read_files({**school.files, DIAGRAM: text.encode()}))]
    assert [(one.kind, one.element) for one in named] == [(Kind.NOTED, "wegen_2d")]
    ladder = {"wegen_2d", "mail_wegen_2d", "verstuurd_wegen_2d"}
    without = replace(
        school, id="anders", nodes={key: node for key, node in school.nodes.items() if key not in ladder}
    )
    for old, new, kind in ((school, without, Kind.REMOVED), (without, school, Kind.ADDED)):
        told = {one.element: one.kind for one in compare_diagrams(old, new) if one.element in ladder}
        assert told == {
            "wegen_2d": kind,
            "mail_wegen_2d": Kind.NOTED,
            "verstuurd_wegen_2d": Kind.NOTED,
        }
    # a message that is taken away from a term that stays is news
    silent = replace(
        school, id="stil", nodes={key: node for key, node in school.nodes.items() if key != "mail_wegen_2d"}
    )
    assert Kind.REMOVED in {
        one.kind for one in compare_diagrams(school, silent) if one.element == "mail_wegen_2d"
    }


@pytest.mark.parametrize("pair", list(pairwise(FOLDERS)), ids=lambda pair: pair[1].name)
def test_two_very_different_codes_can_be_compared(pair: tuple[Path, Path]) -> None:
    old, new = read(pair[0]), read(pair[1])
    found = compare(old, new)
    kinds = {one.kind for one in found}
    assert {Kind.ADDED, Kind.REMOVED, Kind.CHANGED} <= kinds
    there_and_back = compare(new, old)
    came, went = ({one.element for one in found if one.kind is kind} for kind in (Kind.ADDED, Kind.REMOVED))
    assert came == {one.element for one in there_and_back if one.kind is Kind.REMOVED}
    assert went == {one.element for one in there_and_back if one.kind is Kind.ADDED}
