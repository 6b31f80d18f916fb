"""Timers: when they fire, what is left of those that were missed, and what the mails say."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from meldcode.definition import Version
from meldcode.engine import (
    Complete,
    Incident,
    Mail,
    Recalculate,
    Refused,
    Start,
    Wake,
    step,
)
from meldcode.workdays import Calendar
from tests.unit.engine_cases import CALENDAR, DAY, MONDAY, SEED, Case, facts, levels, play, version
from tests.unit.engine_scenarios import SCENARIOS, ladder, line


def test_a_timer_fires_at_its_very_moment_and_not_before() -> None:
    case = Case(ladder().version)
    due = case.last.due
    assert due == MONDAY + 2 * DAY
    assert case.take(Wake(), after=2 * DAY - timedelta(microseconds=1)).mails == ()
    assert levels(case.take(Wake(), after=timedelta(microseconds=1))) == [("na2_mail", 1)]
    assert case.last.due == MONDAY + 4 * DAY


def test_of_several_overdue_levels_only_the_highest_mails() -> None:
    taken = Case(ladder().version).take(Wake(), after=6 * DAY)
    assert levels(taken) == [("na5_mail", 3)]
    assert [fact["node"] for fact in facts(taken, "timer_superseded")] == ["na2", "na4"]
    assert [fact["node"] for fact in facts(taken, "timer_fired")] == ["na5"]


def test_completing_late_does_not_lose_the_escalation() -> None:
    taken = Case(ladder().version).done("wegen", after=8 * DAY)
    assert levels(taken) == [("na7_mail", 4)]
    assert [fact.name for fact in taken.facts][:4] == ["timer_superseded"] * 3 + ["timer_fired"]
    assert [task.node for task in taken.tasks] == ["beslissen"]


def test_a_mail_knows_its_task_its_deadline_and_the_next_level() -> None:
    case = Case(ladder().version)
    task = case.last.tasks[0]
    taken = case.take(Wake(), after=5 * DAY)
    (mail,) = taken.mails
    assert (mail.template, mail.to, mail.occurrence, mail.level) == ("herinnering", "ib", 1, 3)
    assert (mail.task, mail.task_since) == (task.id, MONDAY)
    assert (mail.due_at, mail.respond_by) == (MONDAY + 5 * DAY, MONDAY + 7 * DAY)
    (last,) = case.take(Wake(), after=9 * DAY).mails
    assert (last.due_at, last.respond_by) == (MONDAY + 7 * DAY, None)


def test_deadlines_have_levels_by_due_moment_however_they_are_drawn() -> None:
    d = line()
    d.task("wegen")
    d.end()
    d.chain("begin", "wegen", "einde")
    d.reminder("hoog", "P7D", "wegen", purpose="escalatie")
    d.reminder("laag", "P2D", "wegen")
    d.timer("einddatum", "P9D", "wegen", purpose="termijn", interrupting=True)
    case = Case(version(d))
    told = [(found.node, found.level) for found in case.last.tasks[0].deadlines]
    assert told == [("laag", 1), ("hoog", 2), ("einddatum", 0)]
    case.take(Wake(), after=3 * DAY)
    assert [(found.node, found.level) for found in case.last.tasks[0].deadlines] == [
        ("hoog", 2),
        ("einddatum", 0),
    ]


def test_a_task_on_a_timers_path_has_no_share_in_the_ladder() -> None:
    d = line()
    d.task("wegen")
    d.end()
    d.chain("begin", "wegen", "einde")
    d.timer("na1", "P1D", "wegen", purpose="escalatie")
    d.task("navragen")
    d.chain("na1", "navragen")
    d.reminder("na3", "P3D", "wegen", purpose="escalatie")
    case = Case(version(d))
    taken = case.take(Wake(), after=DAY)
    assert {task.node: len(task.deadlines) for task in taken.tasks} == {"wegen": 1, "navragen": 0}


def test_an_interruption_between_two_levels_lets_the_lower_one_mail() -> None:
    d = line()
    d.task("wegen")
    d.end()
    d.chain("begin", "wegen", "einde")
    d.reminder("na2", "P2D", "wegen")
    d.reminder("na6", "P6D", "wegen", purpose="escalatie")
    d.timer("na4", "P4D", "wegen", purpose="termijn", interrupting=True)
    d.task("anders")
    d.chain("na4", "anders")
    case = Case(version(d))
    task = case.task("wegen")
    with pytest.raises(Refused):
        case.take(Complete(task), after=9 * DAY)
    taken = case.take(Wake())
    assert levels(taken) == [("na2_mail", 1)]
    assert case.open == ["anders"]


def repeating(text: str = "R4/P2D", calendar: str = "klok") -> Version:
    d = line()
    d.task("volgen")
    d.reminder("elke2", text, "volgen", kind="timeCycle", calendar=calendar)
    d.end()
    d.chain("begin", "volgen", "einde")
    return version(d)


def test_missed_occurrences_of_a_cycle_are_one_mail() -> None:
    case = Case(repeating())
    (mail,) = case.take(Wake(), after=7 * DAY).mails
    assert (mail.occurrence, mail.due_at) == (3, MONDAY + 6 * DAY)
    assert case.last.due == MONDAY + 8 * DAY
    (mail,) = case.take(Wake(), after=100 * DAY).mails
    assert (mail.occurrence, mail.due_at) == (4, MONDAY + 8 * DAY)
    assert case.last.due is None
    assert case.take(Wake(), after=100 * DAY).mails == ()


def test_a_cycle_in_working_days_goes_over_easter() -> None:
    # Thursday 25 March 2027; Goede Vrijdag is the 26th, 2e Paasdag the 29th.
    case = Case(repeating("R3/P2D", "werkdagen"))
    start = step(case.version, CALENDAR, None, Start(seed=SEED), MONDAY.replace(year=2027, month=3, day=25))
    assert start.due is not None
    assert (start.due.month, start.due.day) == (3, 31)


def test_a_cycle_of_seconds_after_a_year_is_still_one_mail() -> None:
    case = Case(repeating("R/PT1S"))
    (mail,) = case.take(Wake(), after=365 * DAY).mails
    assert mail.occurrence == 365 * 86400
    assert case.last.due == case.now + timedelta(seconds=1)


def test_free_days_move_a_running_timer_from_the_moment_it_started() -> None:
    d = line()
    d.task("wegen")
    d.reminder("na3", "P3D", "wegen", calendar="werkdagen")
    d.reminder("klok", "P9D", "wegen", purpose="escalatie")
    d.end()
    d.chain("begin", "wegen", "einde")
    case = Case(version(d))
    assert case.last.due == MONDAY + 3 * DAY
    case.now += 2 * DAY
    case.calendar = Calendar(free_days=frozenset({date(2026, 9, 8), date(2026, 9, 9)}))
    taken = case.take(Recalculate())
    assert facts(taken, "timers_recalculated") == [{"node": None, "moved": 1}]
    assert taken.due == MONDAY + 7 * DAY  # 10, 11 and, after the weekend, 14 September
    case.calendar = CALENDAR
    assert levels(case.take(Recalculate(), after=3 * DAY)) == [("na3_mail", 1)]


def test_free_days_move_the_timers_of_an_event_gateway() -> None:
    d = line()
    d.add("eventBasedGateway", "eerst")
    d.timer("kort", "P2D", calendar="werkdagen")
    d.timer("lang", "P9D", calendar="werkdagen")
    d.task("a")
    d.task("b")
    d.chain("begin", "eerst", "kort", "a")
    d.chain("eerst", "lang", "b")
    case = Case(version(d))
    assert case.last.due == MONDAY + 2 * DAY
    case.calendar = Calendar(free_days=frozenset({date(2026, 9, 9)}))
    assert case.take(Recalculate()).due == MONDAY + 3 * DAY
    case.take(Wake(), after=3 * DAY)
    assert (case.open, case.last.due) == (["a"], None)


def test_a_cycle_keeps_what_it_has_done_when_free_days_change() -> None:
    case = Case(repeating("R4/P2D", "werkdagen"))
    case.take(Wake(), after=2 * DAY)
    case.calendar = Calendar(free_days=frozenset({date(2026, 9, 10)}))
    assert case.take(Recalculate()).due == MONDAY + 7 * DAY
    (mail,) = case.take(Wake(), after=5 * DAY).mails
    assert mail.occurrence == 2


@pytest.mark.parametrize("text", ["5D", "P", '"P5D"', "R3/P2D/x", "", "= null", "= 5", '= "morgen"', "P0D"])
def test_a_duration_that_cannot_be_read_is_an_incident_with_its_element(text: str) -> None:
    d = line()
    d.task("vraag")
    d.timer("wachten", text)
    d.chain("begin", "vraag", "wachten")
    case = Case(version(d))
    with pytest.raises(Incident) as caught:
        case.done("vraag")
    assert (caught.value.kind, caught.value.node) == ("timer", "wachten")
    assert case.open == ["vraag"]


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("2026-09-10", "2026-09-09T22:00:00+00:00"),
        ("2026-12-10", "2026-12-09T23:00:00+00:00"),
        ("2026-09-10T12:00", "2026-09-10T10:00:00+00:00"),
        ("2026-09-10T12:00:00Z", "2026-09-10T12:00:00+00:00"),
        ('= date("2026-09-08") + duration("P2D")', "2026-09-09T22:00:00+00:00"),
    ],
)
def test_a_date_is_the_organisations_own(text: str, due: str) -> None:
    d = line()
    d.timer("tot", text, kind="timeDate")
    d.chain("begin", "tot")
    taken = Case(version(d)).last
    assert taken.due is not None
    assert taken.due.isoformat() == due


def test_today_is_the_organisations_own_day() -> None:
    d = line()
    d.gateway("exclusive", "keuze", default="anders")
    d.task("dinsdag")
    d.task("maandag")
    d.flow("begin", "keuze")
    d.flow("keuze", "dinsdag", 'today() = date("2026-09-08")')
    d.flow("keuze", "maandag", key="anders")
    late = MONDAY.replace(hour=22, minute=30)  # half past midnight in Amsterdam
    for moment, node in ((MONDAY, "maandag"), (late, "dinsdag")):
        taken = step(version(d), CALENDAR, None, Start(seed=SEED), moment)
        assert [task.node for task in taken.tasks] == [node]


def test_a_feel_duration_counts_in_working_days() -> None:
    d = line()
    d.timer("wacht", '= if haast then duration("P1D") else "P2D"', calendar="werkdagen")
    d.chain("begin", "wacht")
    for haast, days in ((True, 1), (False, 2)):
        assert Case(version(d), haast=haast).last.due == MONDAY + days * DAY


def test_mails_are_unique_in_their_case() -> None:
    for scenario in SCENARIOS:
        mails = [mail for taken in play(scenario) for mail in taken.mails]
        keys = {(mail.timer, mail.occurrence, mail.level) for mail in mails}
        assert len(keys) == len(mails), scenario.name


def test_a_timer_with_two_mails_on_its_path_sends_both_once() -> None:
    d = line()
    d.task("wegen")
    d.timer("na1", "P1D", "wegen", purpose="escalatie")
    d.mail("aan_ib", "ib")
    d.mail("aan_directeur", "directeur")
    d.end()
    d.end("einde2")
    d.chain("begin", "wegen", "einde")
    d.chain("na1", "aan_ib", "aan_directeur", "einde2")
    mails: tuple[Mail, ...] = Case(version(d)).take(Wake(), after=DAY).mails
    assert [(mail.node, mail.to, mail.level) for mail in mails] == [
        ("aan_ib", "ib", 1),
        ("aan_directeur", "directeur", 1),
    ]
    assert len({mail.timer for mail in mails}) == 2


def test_a_ladder_on_a_subprocess_points_at_the_one_task_inside() -> None:
    d, inner = line(), line("deel")
    inner.task("wegen")
    inner.end("deel_einde")
    inner.chain("deel_begin", "wegen", "deel_einde")
    d.inside(inner)
    d.reminder("na1", "P1D", "deel")
    d.end()
    d.chain("begin", "deel", "einde")
    case = Case(version(d))
    task = case.last.tasks[0]
    assert [(found.node, found.level) for found in task.deadlines] == [("na1", 1)]
    (mail,) = case.take(Wake(), after=DAY).mails
    assert mail.task == task.id
