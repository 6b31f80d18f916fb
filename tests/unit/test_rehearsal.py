"""A case lived through a move at a time, on each organisation's own files."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from meldcode.cli import main
from meldcode.definition import Version
from meldcode.diagram.model import CalendarKind
from meldcode.engine import Mail
from meldcode.rehearse import (
    Away,
    Rehearsal,
    RehearsalError,
    as_example,
    as_text,
    begin,
    examples_of,
    play,
    random_walk,
    read_example,
    read_kept,
    resume,
)
from meldcode.workdays import Duration
from tests.organisations import FOLDERS, version_of

MONDAY = datetime(2026, 9, 7, 7, 0, tzinfo=UTC)
SCHOOL = next(folder for folder in FOLDERS if folder.name == "basisschool-het-voorbeeld")


@pytest.fixture(scope="module")
def school() -> Version:
    return version_of(SCHOOL)


def same(one: Rehearsal, other: Rehearsal) -> bool:
    """Whether two rehearsals stand at the same place with the same past."""
    return (one.now, one.step, one.happenings, one.example.moments) == (
        other.now,
        other.step,
        other.happenings,
        other.example.moments,
    )


def mails(at: Rehearsal) -> list[tuple[date, str, int]]:
    return [
        (at.calendar.local(one.at).date(), one.what.to, one.what.level)
        for one in at.happenings
        if isinstance(one.what, Mail)
    ]


def halfway(version: Version, file: str, moves: int) -> Rehearsal:
    """An example as far as its first moves."""
    example = next(one for one in examples_of(version) if one.file.endswith(file))
    return resume(version, example).back(moves)


# --- moves ---------------------------------------------------------------------------------------------


def test_a_case_begins_with_its_first_task(school: Version) -> None:
    at = begin(school, MONDAY)
    assert [task.node for task in at.tasks] == ["signalen"]
    assert at.happenings[0].at == MONDAY
    assert not at.finished


def test_the_clock_goes_to_the_next_term_and_its_mail_goes_to_whoever_it_is_for(school: Version) -> None:
    at = begin(school, MONDAY)
    due = at.step.due
    assert due is not None
    later = at.to_next_timer()
    assert later.now == due
    assert len(mails(later)) == 1
    assert mails(at) == []  # the point before still stands


def test_the_clock_goes_to_the_next_working_day_over_a_weekend(school: Version) -> None:
    friday = begin(school, MONDAY + timedelta(days=4))
    monday = friday.to_next_working_day()
    assert monday.today == date(2026, 9, 14)
    assert monday.calendar.local(monday.now).hour == 9


def test_the_clock_goes_to_a_day_and_every_term_fires_at_its_own_moment(school: Version) -> None:
    stepped = begin(school, MONDAY)
    jumped = stepped.to_day(date(2026, 9, 28))
    while stepped.step.due is not None and stepped.step.due <= jumped.now:
        stepped = stepped.to_next_timer()
    assert mails(jumped) == mails(stepped) != []
    assert [one.at for one in jumped.happenings] == [one.at for one in stepped.happenings]


@pytest.mark.parametrize("day", [date(2026, 9, 7), date(2020, 1, 1), date(2036, 9, 7)])
def test_the_clock_does_not_go_back_or_years_ahead(school: Version, day: date) -> None:
    with pytest.raises(RehearsalError):
        begin(school, MONDAY).to_day(day)


def test_time_is_kept_in_the_plainest_words(school: Version) -> None:
    at = begin(school, MONDAY)
    waited = [
        at.until(MONDAY + for_)
        for for_ in (timedelta(days=1), timedelta(days=6), timedelta(hours=3, minutes=30))
    ]
    assert [(one.example.moments[0].after, one.example.moments[0].calendar) for one in waited] == [
        (Duration(days=1), CalendarKind.WERKDAGEN),
        (Duration(days=6), CalendarKind.KLOK),  # a Sunday
        (Duration(seconds=12600), CalendarKind.KLOK),
    ]


def test_answers_that_the_form_refuses_move_nothing(school: Version) -> None:
    at = begin(school, MONDAY)
    with pytest.raises(RehearsalError) as caught:
        at.complete("signalen", {})
    assert "neemt de antwoorden niet aan" in caught.value.text.nl
    with pytest.raises(RehearsalError, match="not open"):
        at.complete("wegen", {})


def test_acute_danger_begins_its_route_once(school: Version) -> None:
    at = begin(school, MONDAY)
    assert at.can_raise
    raised = at.raised()
    assert "acuut_bellen" in {task.node for task in raised.tasks}
    assert not raised.can_raise
    with pytest.raises(RehearsalError):
        raised.raised()


def test_the_other_branch_is_taken_from_an_earlier_point(school: Version) -> None:
    walked = halfway(school, "hulp-en-volgen.toml", 100)
    assert walked.finished
    back = walked.back(2)
    assert len(back.points) == 3
    assert back.step == walked.points[2].step
    other = back.raised()
    assert other.points[:3] == walked.points[:3]
    assert other.step != walked.points[3].step
    assert walked.back(-5).points == walked.points[:1]
    assert same(walked.back(999), walked)


def test_somebody_away_gets_no_mail(school: Version) -> None:
    role = begin(school, MONDAY).to_next_timer().happenings
    mail = next(one.what for one in role if isinstance(one.what, Mail))
    at = begin(school, MONDAY, away=(Away(mail.to, date(2026, 9, 1)),)).to_next_timer()
    (sent,) = (one for one in at.happenings if isinstance(one.what, Mail))
    assert sent.reaches != mail.to
    kept = resume(school, read_kept(json.loads(json.dumps(at.kept()))))
    assert same(kept, at)


def test_a_rehearsal_has_an_end(school: Version) -> None:
    at = begin(school, MONDAY)
    for _ in range(250):
        at = at.until(at.now + timedelta(seconds=1))
    with pytest.raises(RehearsalError, match="long enough"):
        at.until(at.now + timedelta(seconds=1))


# --- what is kept --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "table",
    [
        {},
        {"start": 3},
        {"start": "2026-09-07"},
        {"start": "2026-09-07T09:00:00+02:00", "moment": 4},
        {"start": "2026-09-07T09:00:00+02:00", "moment": ["x"]},
        {"start": "2026-09-07T09:00:00+02:00", "moment": [{"complete": 1}]},
        {"start": "2026-09-07T09:00:00+02:00", "moment": [{"at": 1}]},
        {"start": "2026-09-07T09:00:00+02:00", "away": [{"role": "ib"}]},
        {"start": "2026-09-07T09:00:00+02:00", "moment": [{"wait": "P1D"}] * 300},
    ],
)
def test_what_was_not_kept_by_a_rehearsal_is_refused(table: dict[str, object]) -> None:
    with pytest.raises(RehearsalError):
        read_kept(table)


def test_no_rehearsal_begins_or_goes_where_no_calendar_reaches(school: Version) -> None:
    for year in (1, 1900, 9999):
        with pytest.raises(RehearsalError, match="century"):
            begin(school, MONDAY.replace(year=year))
    moves = [{"complete": "x", "after": "P99Y"}, *[{"wait": "P99Y"}] * 90]
    for table in moves[:1], moves[1:], [{"raise": "acuut", "at": "9999-12-31T23:59:59+00:00"}]:
        with pytest.raises(RehearsalError):
            resume(school, read_kept({"start": "2026-09-07T09:00:00+02:00", "moment": table}))


# --- random stories ------------------------------------------------------------------------------------


@settings(max_examples=20, deadline=None)
@given(folder=st.sampled_from(FOLDERS), seed=st.integers(0, 2**32))
def test_a_random_story_is_told_again_kept_and_saved_as_an_example_that_plays_as_it_went(
    folder: Path, seed: int
) -> None:
    version = version_of(folder)
    at = random_walk(version, seed, MONDAY, moves=40)

    assert same(random_walk(version, seed, MONDAY, moves=40), at)
    assert same(resume(version, read_kept(json.loads(json.dumps(at.kept())))), at)
    played = play(version, read_example(as_example(at, 'Een "verhaal" \\ é').encode(), "examples/x.toml"))
    assert played.differences == ()
    assert played.example.title == 'Een "verhaal" \\ é'
    # but for the ids, which come from the title
    assert [(one.at, one.what.node, one.reaches) for one in played.happenings] == [
        (one.at, one.what.node, one.reaches) for one in at.happenings
    ]
    assert played.last is not None
    assert (played.last.finished, played.last.outcome) == (at.step.finished, at.step.outcome)


@settings(max_examples=10, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=60))
def test_any_title_can_be_saved(title: str) -> None:
    at = begin(version_of(SCHOOL), MONDAY)
    assert read_example(as_example(at, title).encode(), "x").title == title


def test_random_stories_reach_most_tasks_of_every_organisation() -> None:
    for folder in FOLDERS:
        version = version_of(folder)
        done = {
            move.complete
            for seed in range(8)
            for move in random_walk(version, seed, MONDAY, moves=60).example.moments
        }
        assert len(done - {None}) >= 8, folder.name


# --- told ----------------------------------------------------------------------------------------------


def test_a_timeline_tells_which_row_of_a_table_counted_and_why(school: Version) -> None:
    example = next(one for one in examples_of(school) if one.file.endswith("melding.toml"))
    timeline = play(school, example)
    told = as_text(school, timeline)
    assert "beslistabel “" in told
    assert ": als " in told
    assert "row " in as_text(school, timeline, "en")


def test_the_command_line_tells_a_random_story_and_keeps_it(tmp_path: Path) -> None:
    kept = tmp_path / "verhaal.toml"
    command = ["rehearse", str(SCHOOL), "--random", "3", "--save", str(kept)]
    told, again = (CliRunner().invoke(main, command) for _ in range(2))
    assert told.exit_code == 0, told.output
    assert told.output == again.output
    assert "maandag 7 september 2026" in told.output
    replayed = CliRunner().invoke(main, ["rehearse", str(SCHOOL), "--answers", str(kept), "--json"])
    assert replayed.exit_code == 0, replayed.output
    (found,) = json.loads(replayed.output)
    assert found["as_expected"]
