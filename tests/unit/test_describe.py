"""A version in words: every sentence says what the diagram does, and never less than a condition."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from meldcode.definition import Version, read_files, read_folder
from meldcode.describe import (
    chapters,
    condition_in_words,
    duration_in_words,
    policy_in_words,
    rows_in_words,
    timer_in_words,
    timer_sentence,
)
from meldcode.diagram.model import LEGAL_STEPS, CalendarKind, StepKind, Timer
from meldcode.workdays import parse_duration

FOLDERS = sorted(path.parent for path in Path("processes").glob("*/organisation.toml"))


@pytest.fixture(scope="module")
def school() -> Version:
    return read_folder(Path("processes/basisschool-het-voorbeeld"))


@pytest.mark.parametrize(
    ("iso", "calendar", "said"),
    [
        ("P1D", CalendarKind.WERKDAGEN, "1 werkdag"),
        ("P5D", CalendarKind.WERKDAGEN, "5 werkdagen"),
        ("P6W", CalendarKind.KLOK, "6 weken"),
        ("P8D", CalendarKind.KLOK, "8 dagen"),
        ("PT1H", CalendarKind.KLOK, "1 uur"),
        ("P1DT12H", CalendarKind.KLOK, "1 dag en 12 uur"),
        ("P1Y2M", CalendarKind.KLOK, "1 jaar en 2 maanden"),
        ("P1Y2M3DT4H5M6S", CalendarKind.KLOK, "1 jaar, 2 maanden, 3 dagen, 4 uur, 5 minuten en 6 seconden"),
    ],
)
def test_a_duration_is_said_in_its_own_units(iso: str, calendar: CalendarKind, said: str) -> None:
    assert duration_in_words(parse_duration(iso), calendar).nl == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("P2D", "na 2 werkdagen"),
        ("R3/P2D", "3 keer, om de 2 werkdagen"),
        ("R/P2D", "om de 2 werkdagen"),
        ("= vertrek - 3", "op het moment `vertrek - 3`"),
        ("half vier", "na `half vier`"),
    ],
)
def test_a_timer_that_cannot_be_read_is_shown_as_it_is_written(text: str, said: str) -> None:
    timer = Timer("duration", text, CalendarKind.WERKDAGEN, None)
    assert timer_in_words(timer).nl == said


def test_a_term_before_a_holiday_is_said_so() -> None:
    timer = Timer("duration", "P5D", CalendarKind.VAKANTIE, None)
    assert timer_in_words(timer) == ("5 werkdagen voor een vakantie", "5 working days before a holiday")


def test_the_ladder_of_step_4_reads_as_sentences(school: Version) -> None:
    timers = [node for node in school.nodes.values() if node.attached_to == "wegen" and node.timer]
    assert sorted(timer_sentence(school, node).nl for node in timers) == [
        "5 werkdagen voor een vakantie begint daarnaast het deelproces “Wie houdt zicht?”.",
        "Na 2 weekdagen krijgt de leerkracht een herinnering.",
        "Na 4 weekdagen krijgt de leerkracht een herinnering.",
        "Na 5 weekdagen krijgt de intern begeleider bericht.",
        "Na 7 weekdagen krijgt de directeur bericht.",
    ]


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (
            '= gesprek_keuze = "overslaan"',
            "“Hebt u een gesprek gevoerd?” is “Nee, een gesprek is nu niet veilig”",
        ),
        ("melding_datum != null", "“Op welke datum is de melding verstuurd of gebeld?” is ingevuld"),
        ('onbekend = "a" and (b > 3 or c = true)', "`onbekend` is “a” en (`b` is meer dan 3 of `c` is ja)"),
        ('list contains(lijst, "x")', "bij `lijst` is “x” gekozen"),
        ('x = "and or ("', "`x` is “and or (”"),
        ("some k in kinderen satisfies k.veilig = false", "`some k in kinderen satisfies k.veilig = false`"),
    ],
)
def test_a_condition_is_said_in_the_words_of_the_form_or_left_as_it_is(
    school: Version, condition: str, said: str
) -> None:
    assert condition_in_words(school, condition).nl == said


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_task_of_a_person_is_in_the_code_in_words(folder: Path) -> None:
    version = read_folder(folder)
    told = [step for chapter in chapters(version) for step in chapter.steps]
    people = {key for key, node in version.nodes.items() if node.kind == "userTask"}
    assert people == {step.node for step in told if step.node in people}
    assert len({step.node for step in told}) == len(told)
    assert all(step.who for step in told if step.node in people)
    timers = [node for node in version.nodes.values() if node.timer and node.attached_to in people]
    assert sum(len(step.terms) for step in told if step.node in people) == len(timers)


def test_steps_stand_in_the_order_in_which_a_case_comes_by(school: Version) -> None:
    """Reporting and closing can be reached early, by a side road: they still come after the decision."""
    told = [step.name for step in chapters(school)[0].steps if step.name != "Wie houdt zicht?"]
    assert told == [
        "1 Signalen in kaart brengen",
        "Vermoeden over een medewerker",
        "2 Overleggen met intern begeleider",
        "Advies vragen aan Veilig Thuis",
        "Letsel laten beoordelen",
        "3 Gesprek met ouders en leerling",
        "Zonder vermoeden afsluiten",
        "Overslaan van het gesprek beoordelen",
        "4 Wegen van het geweld",
        "Afwegingskader",
        "Bij twijfel: Veilig Thuis raadplegen",
        "5 Beslissen: melden? en hulp?",
        "Veilig Thuis vragen naar het besluit",
        "Besluit lezen en zelf kiezen",
        "Melding doen bij Veilig Thuis",
        "Betrokkenen informeren",
        "Hulp organiseren",
        "Volgen na de melding",
        "Volgen of de hulp werkt",
        "Afsluiten en vastleggen",
        "Acuut gevaar (kan altijd)",
    ]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_legal_steps_stand_in_their_order_in_every_code(folder: Path) -> None:
    main = chapters(read_folder(folder))[0]
    first = [next(at for at, step in enumerate(main.steps) if kind in step.legal) for kind in LEGAL_STEPS]
    assert first == sorted(first)
    report = next(at for at, step in enumerate(main.steps) if StepKind.MELDEN in step.legal)
    assert report > first[-1]


def test_the_terms_of_a_step_are_told_as_they_come_however_they_were_drawn(school: Version) -> None:
    files = dict(school.files)
    later = re.sub(
        rb'(id="timer_wegen_2d">\s*<bpmn:timeDuration[^>]*>)P2D', rb"\1P6D", files["meldcode.bpmn"]
    )
    assert later != files["meldcode.bpmn"]
    version = read_files({**files, "meldcode.bpmn": later})
    weighing = next(step for step in chapters(version)[0].steps if step.node == "wegen")
    told = [term.nl.split(" krijgt ")[0] for term in weighing.terms]
    assert told[:4] == ["Na 4 weekdagen", "Na 5 weekdagen", "Na 6 weekdagen", "Na 7 weekdagen"]
    assert "vakantie" in told[4]


def test_a_way_that_no_answer_can_take_is_not_told(school: Version) -> None:
    main = chapters(school)[0]
    consult = next(step for step in main.steps if step.node == "overleg")
    assert len(consult.next) == 3
    assert not any(
        "is “Nee, nu niet” en “Vraagt u nog iemand om advies?” is niet" in way.nl for way in consult.next
    )


def test_a_table_reads_as_rows_of_if_and_then_with_the_labels_of_the_forms(school: Version) -> None:
    table = school.decisions["afweging"]
    assert policy_in_words(table).nl == "De eerste regel die past, geldt."
    first = rows_in_words(school, table)[0]
    assert [one.nl for one in first.when] == ["Nu of binnenkort in gevaar? “Ja”"]
    assert [one.nl for one in first.then][:2] == ["Advies: melden", "Meldnorm: 1"]
    assert first.notes == ("Acute onveiligheid",)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_row_of_every_table_says_all_that_it_looks_at(folder: Path) -> None:
    version = read_folder(folder)
    for table in version.decisions.values():
        for rule, row in zip(table.rules, rows_in_words(version, table), strict=True):
            assert len(row.when) == sum(test.text.strip() not in {"", "-"} for test in rule.tests)
            answers = [answer.text for answer in rule.answers if answer and answer.text.strip() != "null"]
            assert len(row.then) == len(answers)
