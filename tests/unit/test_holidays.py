"""Free days out of a calendar file, a table or a piece of organisation.toml."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meldcode.holidays import FileRefused, as_day, read

ICS = """BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//school//NL\r
BEGIN:VEVENT\r
UID:1@school.example\r
DTSTAMP:20260101T000000Z\r
DTSTART;VALUE=DATE:20261010\r
DTEND;VALUE=DATE:20261013\r
SUMMARY:Herfstvakantie\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:2@school.example\r
DTSTAMP:20260101T000000Z\r
DTSTART;VALUE=DATE:20261105\r
SUMMARY:Studiedag\\, hele school\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:3@school.example\r
DTSTAMP:20260101T000000Z\r
DTSTART:20261106T190000Z\r
DTEND:20261106T210000Z\r
SUMMARY:Ouderavond\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:4@school.example\r
DTSTAMP:20260101T000000Z\r
DTSTART;VALUE=DATE:20261201\r
RRULE:FREQ=WEEKLY;COUNT=3\r
SUMMARY:Elke week\r
END:VEVENT\r
END:VCALENDAR\r
"""


# a zone whose name is too long to be a file's
ODD_ZONE = (
    b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;TZID=" + b"x" * 9000 + b":20261010T000000\r\nEND:VEVENT\r\n"
)


def test_a_calendar_file_gives_its_whole_days() -> None:
    found = read("vakanties.ics", ICS.encode())
    assert found.days == {
        date(2026, 10, 10): "Herfstvakantie",
        date(2026, 10, 11): "Herfstvakantie",
        date(2026, 10, 12): "Herfstvakantie",
        date(2026, 11, 5): "Studiedag, hele school",
    }
    assert ["Ouderavond" in one.nl or "Elke week" in one.nl for one in found.passed_over] == [True, True]


@pytest.mark.parametrize(
    "text",
    [
        "van;tot;naam\n2026-10-10;2026-10-11;Herfst\n5-11-2026;;Studiedag\n",
        "2026-10-10,2026-10-11,Herfst\r\n2026-11-05,2026-11-05,Studiedag\r\n",
        "\ufeffdatum\teinde\tnaam\n10-10-2026\t11-10-2026\tHerfst\n5/11/2026\tStudiedag\n",
    ],
)
def test_a_table_may_be_written_in_the_usual_ways(text: str) -> None:
    assert read("dagen.csv", text.encode()).days == {
        date(2026, 10, 10): "Herfst",
        date(2026, 10, 11): "Herfst",
        date(2026, 11, 5): "Studiedag",
    }


def test_a_line_that_cannot_be_read_is_named() -> None:
    found = read("dagen.csv", b"2026-10-10\n31-02-2026\n2026-10-12;2026-10-11\n")
    assert list(found.days) == [date(2026, 10, 10)]
    assert "Regel 2" in found.passed_over[0].nl
    assert "12-10-2026" in found.passed_over[1].nl


def test_a_piece_of_organisation_toml_is_read_too() -> None:
    toml = '[calendar]\nfree_days = [2026-11-05, { from = 2026-10-10, to = 2026-10-11 }, "ooit"]\n'
    found = read("organisation.toml", toml.encode())
    assert sorted(found.days) == [date(2026, 10, 10), date(2026, 10, 11), date(2026, 11, 5)]
    assert len(found.passed_over) == 1


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("x.pdf", b"2026-10-10"),
        ("x.ics", b"geen agenda"),
        ("x.ics", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR\r\n"),
        ("x.ics", ODD_ZONE),
        ("x.csv", b""),
        ("x.toml", b"free_days = ["),
        ("x.csv", b"2026-01-01;2026-04-30\n"),
        ("x.csv", b" " * 600_000),
    ],
)
def test_what_holds_no_days_is_refused_in_words(name: str, data: bytes) -> None:
    with pytest.raises(FileRefused) as refused:
        read(name, data)
    assert refused.value.text.nl
    assert refused.value.text.en


@given(st.sampled_from(["a.ics", "a.csv", "a.toml", "a.txt"]), st.binary(max_size=400))
def test_no_file_makes_it_stumble(name: str, data: bytes) -> None:
    try:
        found = read(name, data)
    except FileRefused:
        return
    assert found.days


@given(
    year=st.sampled_from(["0001", "0205", "9999"]),
    day=st.sampled_from(["0101", "1231"]),
    end=st.sampled_from(["", "DTEND;VALUE=DATE:{day}\r\n", "DURATION:-P9D\r\n"]),
)
def test_a_year_that_cannot_be_is_said_and_not_counted_with(year: str, day: str, end: str) -> None:
    written = f"{year}-{day[:2]}-{day[2:]}"
    event = f"DTSTART;VALUE=DATE:{year}{day}\r\n{end.format(day=year + day)}"
    calendar = f"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n{event}SUMMARY:x\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    for name, text in (
        ("a.ics", calendar),
        ("a.csv", f"{written};{written};x\n"),
        ("a.toml", f"free_days = [{written}]"),
    ):
        with pytest.raises(FileRefused):
            read(name, text.encode())
    assert as_day(written) is None


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 60))
def test_what_is_written_as_a_period_is_read_back(first: date, length: int) -> None:
    last = first + timedelta(days=length)
    found = read("x.csv", f"{first:%d-%m-%Y};{last.isoformat()};Vakantie\n".encode())
    assert (min(found.days), max(found.days), len(found.days)) == (first, last, length + 1)
    assert as_day(first.isoformat()) == first
