from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meldcode.diagram.model import CalendarKind
from meldcode.workdays import (
    Calendar,
    Cycle,
    Duration,
    TimerError,
    parse_duration,
    parse_timer,
    public_holidays,
)

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
WERKDAGEN, KLOK = CalendarKind.WERKDAGEN, CalendarKind.KLOK
SCHOOL = Calendar()


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


def due(start: str, duration: str, kind: CalendarKind = WERKDAGEN, calendar: Calendar = SCHOOL) -> str:
    moment = calendar.due(local(start), parse_duration(duration), kind)
    assert moment.tzinfo is UTC
    return moment.astimezone(AMSTERDAM).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("P5D", Duration(days=5)),
        ("P6W", Duration(days=42)),
        ("PT1H", Duration(seconds=3600)),
        ("PT72H", Duration(seconds=72 * 3600)),
        ("P1Y2M3DT4H5M6S", Duration(1, 2, 3, 4 * 3600 + 5 * 60 + 6)),
        (" P1D ", Duration(days=1)),
    ],
)
def test_an_iso_duration_is_read(text: str, duration: Duration) -> None:
    assert parse_duration(text) == duration


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "PT",
        "P1DT",
        "5D",
        '"P5D"',
        "P-1D",
        "P5",
        "5 dagen",
        "P0D",
        "PT0S",
        "P1.5D",
        "P99999D",
        "P101Y",
        "P" + "9" * 5000 + "D",
        "P٣D",
    ],
)
def test_what_only_looks_like_a_duration_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(TimerError) as caught:
        parse_duration(text)
    assert "P5D" in caught.value.text.nl
    assert "P5D" in caught.value.text.en


def test_cycles_are_read_with_and_without_an_end() -> None:
    assert parse_timer("R3/P2D") == Cycle(3, Duration(days=2))
    assert parse_timer("R/P1D") == Cycle(None, Duration(days=1))
    assert parse_timer("P2D") == Duration(days=2)


@pytest.mark.parametrize("text", ["R0/P1D", "R3", "R3/", "R3/5D", "R-1/P1D", "R3/P1D/P2D", "R99999999/P1D"])
def test_a_cycle_that_never_or_wrongly_repeats_is_refused(text: str) -> None:
    with pytest.raises(TimerError):
        parse_timer(text)


def test_five_working_days_skip_the_weekend() -> None:
    assert due("2026-09-10T09:00", "P5D") == "2026-09-17 09:00"


def test_a_start_in_the_weekend_counts_from_the_next_working_day() -> None:
    assert due("2026-09-12T14:30", "P1D") == "2026-09-14 14:30"


def test_working_days_skip_pasen_and_koningsdag() -> None:
    assert due("2026-04-02T09:00", "P2D") == "2026-04-08 09:00"  # Goede Vrijdag, weekend, 2e Paasdag
    assert due("2026-04-24T09:00", "P1D") == "2026-04-28 09:00"


def test_koningsdag_moves_to_the_26th_when_the_27th_is_a_sunday() -> None:
    assert date(2025, 4, 26) in public_holidays(2025)
    assert date(2025, 4, 27) not in public_holidays(2025)


def test_an_organisation_adds_free_days_and_works_on_goede_vrijdag() -> None:
    holiday = frozenset(date(2026, 10, 17) + timedelta(days=n) for n in range(9))
    assert due("2026-10-15T10:00", "P2D", calendar=Calendar(free_days=holiday)) == "2026-10-26 10:00"
    working = Calendar(worked_days=frozenset({date(2026, 4, 3)}))
    assert due("2026-04-02T09:00", "P1D", calendar=working) == "2026-04-03 09:00"


def test_a_day_that_is_both_free_and_worked_is_free() -> None:
    day = date(2026, 4, 3)
    both = Calendar(free_days=frozenset({day}), worked_days=frozenset({day}))
    assert not both.is_working_day(day)


def test_a_deadline_keeps_its_hour_when_the_clock_changes() -> None:
    assert due("2026-03-27T09:00", "P1D") == "2026-03-30 09:00"
    assert due("2026-10-23T09:00", "P1D") == "2026-10-26 09:00"
    assert due("2026-03-28T09:00", "P1D", KLOK) == "2026-03-29 09:00"


def test_hours_are_elapsed_time_across_a_clock_change() -> None:
    assert due("2026-03-28T23:30", "PT4H", KLOK) == "2026-03-29 04:30"


def test_a_local_time_that_the_clock_change_skips_falls_an_hour_later() -> None:
    assert due("2026-03-28T02:30", "P1D", KLOK) == "2026-03-29 03:30"


def test_a_month_after_31_january_is_the_last_of_february() -> None:
    assert due("2026-01-31T09:00", "P1M", KLOK) == "2026-02-28 09:00"


@pytest.mark.parametrize("text", ["PT1H", "P1M", "P1Y", "P1DT1H"])
def test_hours_and_months_cannot_be_counted_in_working_days(text: str) -> None:
    with pytest.raises(TimerError) as caught:
        SCHOOL.due(local("2026-09-07T09:00"), parse_duration(text), WERKDAGEN)
    assert "klok" in caught.value.text.nl


def test_a_calendar_without_working_days_is_refused_instead_of_searched_for_ever() -> None:
    never = Calendar(weekdays=frozenset())
    with pytest.raises(TimerError):
        never.next_working_moment(local("2026-09-07T09:00"))


def test_a_moment_without_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        SCHOOL.due(datetime(2026, 9, 7, 9), Duration(days=1), WERKDAGEN)  # noqa: DTZ001


def test_working_days_between_two_moments_are_counted_both_ways() -> None:
    thursday, tuesday = local("2026-09-10T17:00"), local("2026-09-15T09:00")
    assert SCHOOL.working_days_between(thursday, tuesday) == 3
    assert SCHOOL.working_days_between(tuesday, thursday) == -3
    assert SCHOOL.working_days_between(thursday, thursday) == 0


@pytest.mark.parametrize("year", range(2020, 2041))
def test_the_public_holidays_agree_with_an_independent_calendar(year: int) -> None:
    oracle = holidays.country_holidays("NL", years=year, categories=("public", "optional"))
    weekdays = {day for day in oracle if day.weekday() < 5}
    ours = {day for day in public_holidays(year) if day.weekday() < 5}
    assert ours == weekdays


MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(MOMENTS, st.integers(1, 60))
def test_n_working_days_later_lies_n_working_days_away(start: datetime, days: int) -> None:
    end = SCHOOL.due(start, Duration(days=days), WERKDAGEN)
    assert SCHOOL.is_working_day(SCHOOL.local(end).date())
    assert SCHOOL.working_days_between(start, end) == days


@given(MOMENTS, st.integers(1, 30), st.integers(1, 30))
def test_a_longer_term_never_falls_due_earlier(start: datetime, one: int, other: int) -> None:
    for kind in CalendarKind:
        earlier = SCHOOL.due(start, Duration(days=min(one, other)), kind)
        later = SCHOOL.due(start, Duration(days=max(one, other)), kind)
        assert start < earlier <= later


@given(st.text(max_size=20))
def test_no_text_crashes_the_reader(text: str) -> None:
    try:
        timer = parse_timer(text)
    except TimerError:
        return
    assert isinstance(timer, Duration | Cycle)


# --- holidays ----------------------------------------------------------------------------------------

VAKANTIE, WEEKDAGEN = CalendarKind.VAKANTIE, CalendarKind.WEEKDAGEN


def days(first: str, last: str) -> frozenset[date]:
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    return frozenset(begin + timedelta(days=n) for n in range((end - begin).days + 1))


AUTUMN = days("2026-10-10", "2026-10-18")
WITH_HOLIDAYS = Calendar(
    free_days=AUTUMN | days("2026-12-21", "2027-01-01") | days("2027-04-26", "2027-04-30")
)


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2026-09-07T09:00", "2026-10-05 09:00"),  # Monday: five working days are left before the Saturday
        ("2026-10-05T08:00", "2026-10-05 08:00"),  # the very day
        ("2026-10-08T15:30", "2026-10-08 15:30"),  # too late for five days: at once
        ("2026-10-14T10:00", "2026-10-14 10:00"),  # the holiday has begun: at once
        ("2026-10-19T10:00", "2026-12-14 10:00"),  # it is over: the next one, which begins with a weekend
        (
            "2027-01-04T10:00",
            "2027-04-19 10:00",
        ),  # Monday 26 to Friday 30 April, with both weekends nine days
    ],
)
def test_a_moment_before_a_holiday_counts_back_from_it(start: str, expected: str) -> None:
    assert due(start, "P5D", VAKANTIE, WITH_HOLIDAYS) == expected


@pytest.mark.parametrize("calendar", [Calendar(), Calendar(free_days=days("2026-10-12", "2026-10-13"))])
def test_without_a_holiday_nothing_comes_before_it(calendar: Calendar) -> None:
    assert due("2026-09-07T09:00", "P5D", VAKANTIE, calendar) > "2126"


def test_a_calendar_without_working_days_has_no_endless_holiday() -> None:
    never = Calendar(weekdays=frozenset(), free_days=AUTUMN)

    assert due("2026-09-07T09:00", "P5D", VAKANTIE, never) == "2026-09-07 09:00"


def test_a_holiday_does_not_stretch_a_term_in_weekdays() -> None:
    assert due("2026-10-08T15:30", "P2D", WERKDAGEN, WITH_HOLIDAYS) == "2026-10-19 15:30"
    assert due("2026-10-08T15:30", "P2D", WEEKDAGEN, WITH_HOLIDAYS) == "2026-10-12 15:30"


def test_weekdays_skip_public_holidays_that_are_not_worked() -> None:
    calendar = Calendar(free_days=days("2027-04-26", "2027-05-07"), worked_days=frozenset({date(2027, 5, 5)}))

    assert due("2027-04-26T09:00", "P1D", WEEKDAGEN, calendar) == "2027-04-28 09:00"  # 27: Koningsdag
    assert due("2027-05-04T09:00", "P1D", WEEKDAGEN, calendar) == "2027-05-05 09:00"
    assert due("2027-05-05T09:00", "P1D", WEEKDAGEN, calendar) == "2027-05-07 09:00"  # 6: Hemelvaart
