"""Lists of tasks and cases: who sees which, in what order, how many, and what it costs with many of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from meldcode import cases, incidents
from meldcode.diagram.model import StepKind
from meldcode.messages import Text
from meldcode.store import scoped
from meldcode.store.tables import cases as case_table
from meldcode.store.tables import tasks
from tests.bench.crowd import fill
from tests.databases import beneath
from tests.store.house import MONDAY, House

LATER = MONDAY + timedelta(days=40)


def cost(house: House, work: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    """Statements sent and rows that came back."""
    statements, rows = [], []
    real = {name: getattr(sa.CursorResult, name) for name in ("all", "one", "__iter__")}

    def counting(name: str) -> Callable[..., Any]:
        def call(result: Any) -> Any:
            found = real[name](result)
            if name == "one":
                rows.append(1)
                return found
            listed = list(found)
            rows.append(len(listed))
            return iter(listed) if name == "__iter__" else listed

        return call

    note = lambda *_: statements.append(1)  # noqa: E731
    event.listen(house.db.engine, "before_cursor_execute", note)
    with monkeypatch.context() as patched:
        for name in real:
            patched.setattr(sa.CursorResult, name, counting(name))
        work()
    event.remove(house.db.engine, "before_cursor_execute", note)
    return len(statements), sum(rows)


def closed_case(house: House, now: datetime = MONDAY) -> UUID:
    case = house.at_weighing(now)
    house.complete(case, "wegen", now=now)
    house.complete(case, "beslissen", by="henk", now=now)
    return case


def test_a_closed_case_stays_to_be_found_by_who_was_involved(house: House) -> None:
    first, later = closed_case(house), closed_case(house, LATER)
    house.at_weighing()

    for who in ("sanne", "henk"):
        found = cases.closed(house.db, house.actor(who), most=10)
        assert [one.id for one in found] == [later, first]
        assert found[0].closed_at == LATER
        assert cases.case_page(house.db, house.actor(who), later, now=LATER).content
    assert [one.id for one in cases.closed(house.db, house.actor("sanne"), most=1)] == [later]
    for who in ("joost", "fatima", "buiten"):
        assert cases.closed(house.db, house.actor(who), most=10) == ()


def test_a_closed_case_is_not_there_for_who_is_shut_out(house: House) -> None:
    case = closed_case(house)
    assert cases.closed(house.db, house.actor("henk"), most=10)
    with house.db.transaction(house.organisation) as tx:
        hers = sa.update(case_table).where(scoped(case_table), case_table.c.id == case)
        tx.execute(hers.values(excluded=[house.people["henk"].hex]))

    assert cases.closed(house.db, house.actor("henk"), most=10) == ()
    assert cases.closed(house.db, house.actor("sanne"), most=10)


def test_what_a_list_costs_does_not_grow_with_how_many_cases_there_are(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = house.at_weighing()
    henk, sanne, joost = (house.actor(name) for name in ("henk", "sanne", "joost"))
    looks: dict[str, Callable[[], object]] = {
        "all cases": lambda: cases.overview(house.db, henk, now=LATER, size=20),
        "all cases at a step": lambda: cases.overview(
            house.db, henk, now=LATER, step=StepKind.WEGEN, page=2, size=20
        ),
        "her cases": lambda: cases.overview(house.db, sanne, now=LATER, size=20),
        "the tasks of a colleague": lambda: cases.my_tasks(house.db, joost),
    }
    costs = []
    for more in (60, 600):
        fill(house.db, house.organisation, case, more)
        costs.append({name: cost(house, look, monkeypatch) for name, look in looks.items()})
    assert costs[0] == costs[1]
    assert all(statements <= 6 and rows < 100 for statements, rows in costs[0].values()), costs[0]
    assert cases.overview(house.db, henk, now=LATER, size=20).total == 661


def test_pages_follow_each_other_without_a_gap_and_a_page_too_far_is_the_last(house: House) -> None:
    made = {house.at_weighing(MONDAY + timedelta(minutes=number)) for number in range(5)}
    henk = house.actor("henk")
    pages = [cases.overview(house.db, henk, now=MONDAY, page=number, size=2) for number in (1, 2, 3)]
    assert [len(page.cases) for page in pages] == [2, 2, 1]
    assert {one.id for page in pages for one in page.cases} == made
    assert {page.pages for page in pages} == {3}
    assert cases.overview(house.db, henk, now=MONDAY, page=99, size=2) == pages[2]
    assert cases.overview(house.db, henk, now=MONDAY, page=-1, size=2) == pages[0]


def test_the_late_ones_come_first_and_then_who_waits_longest(house: House) -> None:
    new, old, late = (house.at_weighing(MONDAY + timedelta(hours=hours)) for hours in (2, 1, 0))
    due = cases.overview(house.db, house.actor("henk"), now=MONDAY, size=9).cases[0].due_at
    assert due is not None
    found = cases.overview(house.db, house.actor("henk"), now=due + timedelta(minutes=1), size=9)
    assert order(found) == [late, old, new]
    assert (found.total, found.late) == (3, 1)
    wegen = found.steps[StepKind.WEGEN]
    assert (wegen.open, wegen.late) == (3, 1)
    assert wegen.oldest == MONDAY
    assert list(found.steps) == [StepKind.WEGEN]


def test_a_case_with_several_tasks_counts_once_at_each_of_their_steps(house: House) -> None:
    """And one without any task, which waits for time to pass, is a case all the same."""
    several, without, plain = (house.at_weighing(MONDAY + timedelta(hours=hours)) for hours in (2, 1, 0))
    with beneath(house.db).begin() as connection:
        one = connection.execute(sa.select(tasks).where(tasks.c.case == several)).mappings().one()
        earlier, due = MONDAY - timedelta(days=9), MONDAY - timedelta(days=2)
        more = {"id": uuid4(), "steps": "volgen wegen", "since": earlier, "due_at": due}
        connection.execute(sa.insert(tasks), {**one, **more})
        connection.execute(sa.delete(tasks).where(tasks.c.case == without))
    listed = cases.overview(house.db, house.actor("henk"), now=MONDAY, size=9)
    assert order(listed) == [several, plain, without]
    assert (listed.total, listed.late) == (3, 1)
    assert set(listed.steps) == {StepKind.WEGEN, StepKind.VOLGEN}
    wegen, volgen = listed.steps[StepKind.WEGEN], listed.steps[StepKind.VOLGEN]
    assert (wegen.open, wegen.late, wegen.oldest) == (2, 1, earlier)
    assert (volgen.open, volgen.late, volgen.oldest) == (1, 1, earlier)
    at_step = cases.overview(house.db, house.actor("henk"), now=MONDAY, step=StepKind.WEGEN, size=1, page=2)
    assert (order(at_step), at_step.pages) == ([plain], 2)


def test_a_step_nobody_is_at_gives_an_empty_page(house: House) -> None:
    house.at_weighing()
    found = cases.overview(house.db, house.actor("henk"), now=MONDAY, step=StepKind.KINDCHECK, size=9)
    assert (found.cases, found.total, found.pages) == ((), 1, 1)


def test_her_list_has_what_the_rules_say_she_is_involved_in(house: House) -> None:
    """The database chooses by the same rules as `access`: opened, holding, completed before, deciding."""
    opened, other = house.at_weighing(), house.at_weighing()
    names = ("sanne", "joost", "henk", "fatima")
    known = [name for name in names if name in house.people]
    house.complete(other, "wegen", {"advies": "melden"})
    for name in known:
        actor = house.actor(name)
        listed = set(order(cases.overview(house.db, actor, now=MONDAY, size=9)))
        for case in (opened, other):
            page = allowed(house, name, case)
            assert (case in listed) == page, (name, case)


def allowed(house: House, name: str, case: UUID) -> bool:
    try:
        return cases.case_page(house.db, house.actor(name), case, now=MONDAY).knows_status
    except cases.AccessDenied:
        return False


def order(found: cases.CaseList) -> list[UUID]:
    return [one.id for one in found.cases]


def test_the_oldest_incidents_are_shown_and_all_of_them_counted(house: House) -> None:
    text = Text("vast", "stuck")
    for number in range(5):
        with house.db.transaction(house.organisation) as tx:
            moment = MONDAY + timedelta(minutes=number)
            incidents.record(tx, kind="unexpected", text=text, now=moment, node=f"n{number}")
    henk = house.people["henk"]
    shown, total = incidents.oldest(house.db, house.organisation, unseen_by=henk, most=2)
    assert ([one.node for one in shown], total) == (["n0", "n1"], 5)
    shown, total = incidents.oldest(house.db, house.organisation, unseen_by=henk, most=9)
    assert (len(shown), total) == (5, 5)


def test_a_paused_case_says_until_when_and_no_longer_than_that(house: House) -> None:
    paused, plain = house.at_weighing(), house.at_weighing(MONDAY + timedelta(hours=1))
    fatima = house.actor("fatima")
    until = (MONDAY + timedelta(days=8)).date()
    cases.pause_reminders(house.db, fatima, paused, until, reason="vt", key=house.key(), now=MONDAY)
    nine = datetime.fromisoformat("2026-09-15T09:00:00+02:00")
    for who in ("fatima", "sanne"):
        found = cases.overview(house.db, house.actor(who), now=MONDAY, size=9).cases
        assert {one.id: one.paused_until for one in found} == {paused: nine, plain: None}
    later = cases.overview(house.db, fatima, now=nine, size=9).cases
    assert {one.paused_until for one in later} == {None}


def test_a_page_in_the_middle_keeps_the_order_and_the_numbers_of_all_of_them(house: House) -> None:
    """Late and in time, one and several tasks: what the pages show together is what one page shows."""
    made = [house.at_weighing(MONDAY + timedelta(minutes=number)) for number in range(7)]
    with beneath(house.db).begin() as connection:
        for number, case in enumerate(made):
            due = MONDAY + timedelta(days=number - 3)
            connection.execute(sa.update(tasks).where(tasks.c.case == case).values(due_at=due))
        row = connection.execute(sa.select(tasks).where(tasks.c.case == made[6])).mappings().one()
        late = {"id": uuid4(), "steps": "volgen", "due_at": MONDAY - timedelta(days=9)}
        connection.execute(sa.insert(tasks), {**row, **late})
    henk = house.actor("henk")
    whole = cases.overview(house.db, henk, now=MONDAY, size=20)
    assert order(whole) == [made[6], *made[:6]]
    assert (whole.total, whole.late) == (7, 5)
    assert {step.value: (one.open, one.late) for step, one in whole.steps.items()} == {
        "wegen": (7, 4),
        "volgen": (1, 1),
    }
    for number in (1, 2, 3):
        page = cases.overview(house.db, henk, now=MONDAY, page=number, size=3)
        assert order(page) == order(whole)[(number - 1) * 3 : number * 3]
        assert (page.total, page.late, page.steps, page.pages) == (7, 5, whole.steps, 3)
