"""Moments in words, and every sentence of the pages in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from flask import Flask, session

from meldcode.diagram.model import StepKind
from meldcode.workdays import Calendar
from web.words import callable_numbers, due_in_words, initials, moment_in_words, name_of_steps, sentence

WEB = Path(__file__).resolve().parents[2] / "web"
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
#: Herfstvakantie: the week of 12 October is free.
SCHOOL = Calendar(free_days=frozenset(date(2026, 10, day) for day in range(12, 17)))


@pytest.fixture
def request_of(app: Flask) -> Iterator[None]:
    """Words depend on the language of a request."""
    with app.test_request_context("/"):
        yield


def at(text: str) -> datetime:
    """A moment on the school's own clock, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM).astimezone(UTC)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Hulp organiseren", "Hulp organiseren."),
        ("5 Beslissen: melden? en hulp?", "5 Beslissen: melden? en hulp?"),
    ],
)
def test_a_name_in_a_sentence_gets_no_second_mark_at_its_end(name: str, written: str) -> None:
    assert sentence(name) == written


@pytest.mark.usefixtures("request_of")
@pytest.mark.parametrize(
    ("now", "due", "words", "state"),
    [
        ("2026-09-07T09:00", "2026-09-07T15:30", "vandaag voor 15.30 uur", "soon"),
        ("2026-09-07T16:00", "2026-09-07T15:30", "vandaag te laat", "late"),
        ("2026-09-07T15:30", "2026-09-07T15:30", "vandaag te laat", "late"),
        ("2026-09-07T09:00", "2026-09-08T09:00", "morgen klaar", "soon"),
        # an hour for a call that cannot wait, in the evening: never "tomorrow"
        ("2026-09-07T23:30", "2026-09-08T00:30", "voor 0.30 uur", "soon"),
        ("2026-09-07T20:00", "2026-09-08T09:00", "morgen klaar", "soon"),
        ("2026-09-07T09:00", "2026-09-09T09:00", "nog 2 werkdagen", "later"),
        # over the weekend: Friday to Monday is one working day, and no day in between counts
        ("2026-09-11T09:00", "2026-09-14T09:00", "maandag klaar", "soon"),
        ("2026-09-11T09:00", "2026-09-15T09:00", "nog 2 werkdagen", "later"),
        # over a holiday week
        ("2026-10-09T09:00", "2026-10-20T09:00", "nog 2 werkdagen", "later"),
        # far away: the date
        ("2026-09-07T09:00", "2026-09-21T09:00", "nog 10 werkdagen", "later"),
        ("2026-09-07T09:00", "2026-09-22T09:00", "klaar op 22 september", "later"),
        ("2026-09-08T09:00", "2026-09-07T09:00", "1 dag te laat", "late"),
        ("2026-09-14T09:00", "2026-09-11T09:00", "3 dagen te laat", "late"),
        # the night in which the clock goes back belongs to one day
        ("2026-10-25T01:30", "2026-10-25T04:00", "vandaag voor 4.00 uur", "soon"),
    ],
)
def test_a_deadline_is_told_the_way_people_say_it(now: str, due: str, words: str, state: str) -> None:
    told = due_in_words(at(due), at(now), SCHOOL)
    assert (told.words, told.state) == (words, state)
    assert told.late == (state == "late")


def test_a_deadline_is_told_in_english_to_who_chose_english(app: Flask) -> None:
    with app.test_request_context("/"):
        session["language"] = "en"
        assert (
            due_in_words(at("2026-09-09T09:00"), at("2026-09-07T09:00"), SCHOOL).words
            == "2 working days left"
        )
        assert (
            due_in_words(at("2026-09-07T15:30"), at("2026-09-07T09:00"), SCHOOL).words == "today before 15:30"
        )
        assert due_in_words(at("2026-09-07T09:00"), at("2026-09-08T09:00"), SCHOOL).words == "1 day late"


def test_a_moment_says_the_year_only_when_it_is_another_one(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.words.now", lambda: at("2026-09-09T09:00"))
    with app.test_request_context("/"):
        assert moment_in_words(at("2026-09-09T08:05"), SCHOOL) == "vandaag, 8.05 uur"
        assert moment_in_words(at("2026-09-07T15:02"), SCHOOL) == "ma 7 sep, 15.02 uur"
        assert moment_in_words(at("2025-12-31T23:30"), SCHOOL) == "31 dec 2025, 23.30 uur"


@pytest.mark.usefixtures("request_of")
def test_the_kinds_of_a_task_come_in_the_order_of_the_law() -> None:
    assert name_of_steps(frozenset({StepKind.BESLISSEN, StepKind.WEGEN})) == "Wegen · Beslissen"
    assert (
        name_of_steps(frozenset({StepKind.VT_ADVIES, StepKind.CONSULTEREN}))
        == "Overleg · Advies Veilig Thuis"
    )
    assert name_of_steps(frozenset()) == ""


@pytest.mark.usefixtures("request_of")
def test_every_kind_of_step_has_a_name() -> None:
    for kind in StepKind:
        assert name_of_steps(frozenset({kind}))


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Sanne", "S"),
        ("Sanne de Vries", "SV"),
        ("ömer", "Ö"),
        ("", "?"),
        ("1e hulp", "H"),
        ("  Jo  An ", "JA"),
    ],
)
def test_a_name_gives_two_letters_at_most(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_every_sentence_of_the_pages_is_there_in_english_and_none_is_left_over() -> None:
    with (WEB / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    written = {found[2] for found in extract_from_dir(WEB, methods, options)}
    with (WEB / "translations" / "en" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        translated = {message.id for message in read_po(file) if message.id}
    assert written == translated


def test_the_numbers_to_call_are_links_and_the_text_stays_text() -> None:
    told = callable_numbers("Bel 112 & Veilig Thuis (0800-2000). Niet 1120, 0800-20001 of <b>112</b>.")
    assert told == (
        'Bel <a href="tel:112">112</a> &amp; Veilig Thuis (<a href="tel:08002000">0800-2000</a>). '
        'Niet 1120, 0800-20001 of &lt;b&gt;<a href="tel:112">112</a>&lt;/b&gt;.'
    )
