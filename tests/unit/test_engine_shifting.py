"""Deadlines moved by hand: the ladder keeps its order, nothing is lost, doing it again gains nothing."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meldcode.definition import Version
from meldcode.engine import Movable, MoveDeadline, RaiseEvent, Recalculate, Refused, Step, Wake, movable
from meldcode.engine.shifting import LONGEST
from meldcode.workdays import Calendar, CalendarKind, Duration, parse_duration
from tests.unit.engine_cases import DAY, MONDAY, Case, facts, levels, version
from tests.unit.engine_scenarios import acute_beside, line

WORKING = "werkdagen"


def rungs(*drawn: tuple[str, str], tags: str = "wegen", **task: str) -> Version:
    """`wegen` with reminders (duration, calendar), the last one an escalation, and `beslissen` behind it."""
    d = line()
    d.task("wegen", meldcode_step=tags, **task)
    d.task("beslissen")
    d.end()
    d.chain("begin", "wegen", "beslissen", "einde")
    for number, (duration, calendar) in enumerate(drawn, 1):
        last = number == len(drawn)
        purpose = "escalatie" if last else "herinnering"
        d.reminder(f"t{number}", duration, "wegen", purpose=purpose, calendar=calendar)
    return version(d)


def school() -> Case:
    """2, 4, 5 and 7 working days from a Monday at eleven."""
    return Case(rungs(*((f"P{days}D", WORKING) for days in (2, 4, 5, 7))))


def choices(case: Case, node: str = "wegen") -> tuple[Movable, ...]:
    return movable(case.version, case.calendar, case.last.state, case.task(node), case.now)


def move(
    case: Case, day: str | date | None, timer: str = "t1", after: timedelta = timedelta(), node: str = "wegen"
) -> Step:
    to = date.fromisoformat(day) if isinstance(day, str) else day
    return case.take(MoveDeadline(case.task(node), timer, to, {"by": "ib"}), after)


def days(case: Case, node: str = "wegen") -> dict[str, str]:
    found = next(task for task in case.last.tasks if task.node == node)
    return {one.node: case.calendar.local(one.at).strftime("%d %H:%M") for one in found.deadlines}


def refused(case: Case, *args: str | None, node: str = "wegen") -> str:
    before = case.last
    with pytest.raises(Refused) as caught:
        move(case, *args, node=node)  # type: ignore[arg-type]
    assert case.last is before
    return caught.value.kind


def test_the_levels_above_go_along_over_as_many_working_days() -> None:
    case = school()
    assert days(case) == {"t1": "09 11:00", "t2": "11 11:00", "t3": "14 11:00", "t4": "16 11:00"}
    taken = move(case, "2026-09-15", after=DAY)
    assert days(case) == {"t1": "15 11:00", "t2": "17 11:00", "t3": "18 11:00", "t4": "22 11:00"}
    assert taken.due == taken.tasks[0].deadlines[0].at
    assert [fact["node"] for fact in facts(taken, "deadline_moved")] == ["t1", "t2", "t3", "t4"]
    first = taken.tasks[0].deadlines[0]
    assert first.moved is not None
    assert (first.moved.drawn, first.moved.note) == (MONDAY + 2 * DAY, {"by": "ib"})


def test_every_level_still_mails_on_the_day_it_went_to() -> None:
    case = school()
    move(case, "2026-09-15")
    told = {}
    for _ in range(20):
        if mails := levels(case.take(Wake(), after=DAY)):
            told[case.now.day] = mails
    assert told == {15: [("t1_mail", 1)], 17: [("t2_mail", 2)], 18: [("t3_mail", 3)], 22: [("t4_mail", 4)]}


def test_back_to_where_it_was_drawn_as_if_nothing_had_been() -> None:
    case = school()
    before = case.last
    move(case, "2026-09-15")
    move(case, None)
    assert (case.last.tasks, case.last.due) == (before.tasks, before.due)
    assert case.last.state["tokens"] == before.state["tokens"]


def test_back_to_a_moment_that_has_passed_fires_at_once_the_highest_only() -> None:
    case = school()
    move(case, "2026-09-15")
    taken = move(case, None, after=4 * DAY)  # Friday: two reminders would have gone
    assert levels(taken) == [("t2_mail", 2)]
    assert days(case) == {"t3": "14 11:00", "t4": "16 11:00"}


def test_no_further_than_once_more_the_term_of_the_last_level_however_often_it_is_moved() -> None:
    case = school()
    (found,) = choices(case)
    assert (found.deadline.node, [one.node for one in found.above]) == ("t1", ["t2", "t3", "t4"])
    assert (found.days[0], found.days[-1]) == (date(2026, 9, 10), date(2026, 9, 18))
    assert refused(case, "2026-09-21") == "not-that-day"
    for _ in range(3):
        move(case, "2026-09-18")
        assert days(case)["t4"] == "25 11:00"  # seven working days, and seven more
        assert choices(case)[0].days[-1] == date(2026, 9, 18)
    case.take(Wake(), after=11 * DAY)
    (second,) = choices(case)
    assert second.deadline.node == "t2"
    assert second.days == (date(2026, 9, 21), date(2026, 9, 22))  # the day on which it is now
    case.take(Wake(), after=30 * DAY)
    assert choices(case) == ()


@pytest.mark.parametrize("day", ["2026-09-09", "2026-09-08", "2026-09-12", "2026-09-13", "2027-09-15"])
def test_only_a_later_working_day(day: str) -> None:
    assert refused(school(), day) == "not-that-day"


def test_not_to_a_day_that_is_not_after_today() -> None:
    case = school()
    move(case, "2026-09-15")
    case.take(Wake(), after=3 * DAY)
    assert choices(case)[0].days[0] == date(2026, 9, 11)
    assert refused(case, "2026-09-10") == "not-that-day"


def test_only_the_next_level_can_be_moved() -> None:
    assert refused(school(), "2026-09-15", "t2") == "not-movable"
    assert refused(school(), "2026-09-15", "elders") == "not-movable"


def test_a_closed_task_has_nothing_to_move() -> None:
    case = school()
    task = case.task("wegen")
    case.done("wegen")
    with pytest.raises(Refused) as caught:
        case.take(MoveDeadline(task, "t1", None))
    assert caught.value.kind == "task-not-open"


def test_free_days_leave_a_moved_deadline_on_the_day_that_was_agreed() -> None:
    case = school()
    move(case, "2026-09-15")
    agreed = days(case)
    case.calendar = Calendar(free_days=frozenset({date(2026, 9, 10), date(2026, 9, 11)}))
    assert case.take(Recalculate()).mails == ()
    assert days(case) == agreed
    move(case, None)
    assert days(case) == {"t1": "09 11:00", "t2": "15 11:00", "t3": "16 11:00", "t4": "18 11:00"}


def test_a_reminder_on_the_clock_and_an_escalation_in_working_days_keep_their_order() -> None:
    case = Case(rungs(("PT24H", "klok"), ("P2D", WORKING), ("P3D", WORKING)))
    move(case, "2026-09-11")  # Friday, three days later
    assert days(case) == {"t1": "11 11:00", "t2": "14 11:00", "t3": "15 11:00"}


def test_a_level_on_the_clock_does_not_overtake_one_that_goes_over_a_weekend() -> None:
    case = Case(rungs(("P1D", WORKING), ("P4D", WORKING), ("P5D", "klok")))
    assert days(case) == {"t1": "08 11:00", "t2": "11 11:00", "t3": "12 11:00"}
    move(case, "2026-09-09")
    assert days(case) == {"t1": "09 11:00", "t2": "14 11:00", "t3": "15 11:00"}
    mails = [levels(case.take(Wake(), after=DAY)) for _ in range(9)]
    assert [found for found in mails if found] == [[(f"t{n}_mail", n)] for n in (1, 2, 3)]


def test_a_holiday_of_the_school_counts_in_weekdays() -> None:
    case = Case(rungs(("P1D", "weekdagen"), ("P5D", "weekdagen")))
    case.calendar = Calendar(free_days=frozenset(date(2026, 9, day) for day in range(9, 19)))
    assert choices(case)[0].days == ()  # back at school is on the 21st: more than five weekdays later


def test_a_term_outside_a_ladder_moves_alone() -> None:
    d = line()
    d.task("volgen")
    d.task("terug")
    d.end()
    d.chain("begin", "volgen", "einde")
    d.timer("termijn", "P6W", "volgen", purpose="termijn", interrupting=True)
    d.chain("termijn", "terug")
    d.reminder("t1", "P2D", "volgen", calendar=WORKING)
    case = Case(version(d))
    found = {one.deadline.node: one for one in choices(case, "volgen")}
    assert found["termijn"].above == ()
    assert found["termijn"].days[-1] == date(2026, 11, 19)  # a month, though six weeks more is later
    move(case, "2026-11-03", "termijn", node="volgen")
    assert days(case, "volgen") == {"t1": "09 11:00", "termijn": "03 11:00"}  # the same hour in winter


def test_no_reminder_is_moved_past_what_would_take_it_back() -> None:
    d = line()
    d.task("wegen")
    d.task("anders")
    d.end()
    d.chain("begin", "wegen", "einde")
    d.timer("op", "P5D", "wegen", purpose="termijn", interrupting=True, calendar=WORKING)
    d.chain("op", "anders")
    d.reminder("t1", "P3D", "wegen", purpose="escalatie", calendar=WORKING)
    case = Case(version(d))
    found = next(one for one in choices(case) if one.deadline.node == "t1")
    assert found.days == (date(2026, 9, 11), date(2026, 9, 14))  # at the very moment it still goes out
    move(case, "2026-09-14")
    assert levels(case.take(Wake(), after=7 * DAY)) == [("t1_mail", 1)]


def test_nothing_about_acute_danger_can_be_moved() -> None:
    case = Case(rungs(("PT1H", "klok"), ("PT2H", "klok"), tags="acuut"))
    assert choices(case) == ()
    assert refused(case, "2026-09-09") == "not-movable"


def test_nothing_moves_while_acute_danger_is_being_dealt_with() -> None:
    case = Case(acute_beside().version)
    assert [one.deadline.node for one in choices(case, "a")] == ["na2"]
    case.take(RaiseEvent("acuut"))
    assert choices(case, "a") == choices(case, "bel112") == ()
    assert refused(case, "2026-09-10", "na2", node="a") == "not-movable"


@pytest.mark.parametrize(
    ("text", "kind", "calendar"),
    [
        ("2026-10-01", "timeDate", "klok"),
        ("R3/P2D", "timeCycle", WORKING),
        ("P5D", "timeDuration", "vakantie"),
    ],
)
def test_what_is_drawn_as_a_date_or_comes_again_stays(text: str, kind: str, calendar: str) -> None:
    d = line()
    d.task("wegen")
    d.end()
    d.chain("begin", "wegen", "einde")
    d.reminder("t1", text, "wegen", kind=kind, calendar=calendar)
    holidays = frozenset(date(2026, 10, 12) + number * DAY for number in range(5))
    case = Case(version(d), Calendar(free_days=holidays))
    assert choices(case) == ()
    assert refused(case, "2026-10-02") == "not-movable"


def test_a_ladder_around_two_tasks_moves_for_both() -> None:
    d, inner = line(), line("deel")
    inner.gateway("parallel", "splits")
    inner.task("a")
    inner.task("b")
    inner.chain("deel_begin", "splits", "a")
    inner.chain("splits", "b")
    d.inside(inner)
    d.reminder("t1", "P2D", "deel", calendar=WORKING)
    d.end()
    d.chain("begin", "deel", "einde")
    case = Case(version(d))
    move(case, "2026-09-10", node="b")
    assert days(case, "a") == days(case, "b") == {"t1": "10 11:00"}


@given(
    st.lists(st.tuples(st.integers(1, 12), st.sampled_from([WORKING, "klok", "weekdagen"])), max_size=4),
    st.sets(st.dates(date(2026, 9, 7), date(2026, 11, 30)), max_size=12),
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 40)), max_size=5),
)
def test_whatever_is_moved_every_level_comes_in_its_turn_and_in_time(
    drawn: list[tuple[int, str]], free: set[date], tries: list[tuple[int, int]]
) -> None:
    # given a ladder and a calendar
    ladder = rungs(*((f"P{number}D", calendar) for number, calendar in drawn))
    case = Case(ladder, Calendar(free_days=frozenset(free)))
    before = {one.node: one for one in case.last.tasks[0].deadlines}
    latest = {node: case.calendar.due(one.at, *term(case, node)) for node, one in list(before.items())[-1:]}
    fired: list[tuple[str, datetime]] = []
    # when somebody moves the next level over and over, to any day that may be chosen
    for waited, which in tries:
        taken = case.take(Wake(), after=waited * DAY)
        fired += [(mail.node, case.now) for mail in taken.mails]
        for one in choices(case):
            if one.days:
                move(case, one.days[which % len(one.days)], one.deadline.node)
                deadlines = case.last.tasks[0].deadlines
                assert [found.level for found in deadlines] == sorted(found.level for found in deadlines)
                assert all(found.at >= before[found.node].at for found in deadlines)
                assert deadlines[0].at - before[deadlines[0].node].at <= LONGEST + timedelta(hours=1)
    # then the last one is there, and not later than its own term once more
    for node, moment in latest.items():
        waiting = [found.at for found in case.last.tasks[0].deadlines if found.node == node]
        assert all(at <= moment for at in waiting)
        assert waiting or f"{node}_mail" in [name for name, _ in fired]


def term(case: Case, node: str) -> tuple[Duration, CalendarKind]:
    timer = case.version.nodes[node].timer
    assert timer is not None
    assert timer.calendar is not None
    return parse_duration(timer.text), timer.calendar
