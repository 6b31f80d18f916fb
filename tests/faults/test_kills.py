"""A process killed at any moment leaves all of a command behind, or nothing of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from meldcode import audit, cases, outbox, timers
from meldcode.store.tables import audit as log
from meldcode.store.tables import mails
from meldcode.store.tables import outbox as waiting
from tests.databases import beneath
from tests.faults.kills import assert_sound, count_points, in_child, snapshot
from tests.store.house import MONDAY, House
from tests.store.smtp import Script, serving

DUE = MONDAY + timedelta(days=2)
ROUND = timedelta(days=7)


def every_point(
    house: House, prepare: Callable[[], UUID], work: Callable[[UUID], object]
) -> list[tuple[UUID, dict[str, Any], dict[str, Any]]]:
    """Kill `work` at each of its points, each time on a fresh case: the case, before and after."""
    work(prepare())  # reads the version and the keys into memory, as in a process that has run a while
    first = prepare()
    count = count_points(house.db, lambda: work(first))
    assert count >= 8
    found = []
    for fatal in range(1, count + 1):
        case = prepare()
        before = snapshot(house, case)
        assert in_child(house.db, lambda one=case: work(one), fatal), f"not killed at {fatal} of {count}"
        found.append((case, before, snapshot(house, case)))
        assert_sound(house, case)
    return found


def test_a_completion_killed_anywhere_is_whole_or_never_was_and_a_retry_succeeds(house: House) -> None:
    sanne = house.actor("sanne")
    tasks: dict[UUID, UUID] = {}

    def prepare() -> UUID:
        case = house.open().case.id
        tasks[case] = house.task(case, "signalen")
        return case

    def complete(case: UUID) -> cases.Outcome:
        answers = {"feiten": "gezien"}
        return cases.complete(house.db, sanne, case, tasks[case], answers, key=f"k-{case}", now=MONDAY)

    done = []
    for case, before, after in every_point(house, prepare, complete):
        outcome = complete(case)
        done.append(outcome.repeated)
        assert (after == before) is not outcome.repeated
        assert [task.node for task in outcome.next_tasks] == ["wegen"]
        page = cases.case_page(house.db, sanne, case, now=MONDAY)
        assert [entry.node for entry in page.entries] == ["signalen"]
        assert_sound(house, case)
    # exactly one point lies behind the commit
    assert done.count(True) == 1


def test_opening_a_case_killed_anywhere_gives_one_case_after_a_retry(house: House) -> None:
    sanne = house.actor("sanne")
    cases.open_case(house.db, sanne, key="warm", now=MONDAY)
    count = count_points(house.db, lambda: cases.open_case(house.db, sanne, key="proef", now=MONDAY))
    repeated = []
    for fatal in range(1, count + 1):
        key = f"open-{fatal}"
        assert in_child(
            house.db, lambda key=key: cases.open_case(house.db, sanne, key=key, now=MONDAY), fatal
        )
        outcome = cases.open_case(house.db, sanne, key=key, now=MONDAY)
        repeated.append(outcome.repeated)
        assert_sound(house, outcome.case.id)
    assert len(cases.overview(house.db, sanne, now=MONDAY, size=500).cases) == count + 2
    assert repeated.count(True) == 1


def test_an_alarm_killed_anywhere_is_raised_by_the_retry(house: House) -> None:
    sanne = house.actor("sanne")

    def alarm(case: UUID) -> cases.Outcome:
        return cases.raise_acute(house.db, sanne, case, key=f"a-{case}", now=MONDAY)

    for case, before, after in every_point(house, house.at_weighing, alarm):
        outcome = alarm(case)
        assert (after == before) is not outcome.repeated
        assert "bellen" in [task.node for task in outcome.next_tasks]
        assert_sound(house, case)


@pytest.mark.long
def test_a_deadline_that_is_moved_and_killed_anywhere_lies_where_it_was_or_where_the_retry_put_it(
    house: House,
) -> None:
    fatima = house.actor("fatima", MONDAY)
    tasks: dict[UUID, UUID] = {}

    def prepare() -> UUID:
        case = house.at_weighing()
        tasks[case] = house.task(case, "wegen")
        return case

    def move(case: UUID) -> cases.Outcome:
        to, key = (MONDAY + timedelta(days=8)).date(), f"v-{case}"
        given = {"reason": "talk", "key": key, "now": MONDAY}
        return cases.move_deadline(house.db, fatima, case, tasks[case], "wegen_t1", to, **given)  # type: ignore[arg-type]

    for case, before, after in every_point(house, prepare, move):
        outcome = move(case)
        assert (after == before) is not outcome.repeated
        (moved,) = cases.case_page(house.db, fatima, case, now=MONDAY).moves
        assert moved.task == tasks[case]
        with house.db.reading(house.organisation) as tx:
            told = [row for row in audit.of_case(tx, case) if row.action == "deadline_moved"]
        assert len(told) == 1
        assert_sound(house, case)


def test_a_wake_killed_anywhere_leaves_one_mail_for_one_reminder(house: House) -> None:
    def fire(_: UUID) -> object:
        return timers.fire_due(house.db, DUE)

    for case, before, after in every_point(house, house.at_weighing, fire):
        assert after == before or len(after["mails"]) == 1
        timers.fire_due(house.db, DUE)
        timers.fire_due(house.db, DUE)
        final = snapshot(house, case)
        assert len(final["mails"]) == 1
        assert_sound(house, case)


def test_a_batch_killed_anywhere_fires_every_timer_once(house: House) -> None:
    def batch() -> list[UUID]:
        return [house.at_weighing() for _ in range(4)]

    def fire() -> object:
        return timers.fire_due(house.db, DUE)

    waiting_cases = batch()
    count = count_points(house.db, fire)
    for fatal in range(1, count + 1):
        waiting_cases += (fresh := batch())
        assert in_child(house.db, fire, fatal)
        while timers.fire_due(house.db, DUE):
            pass
        for case in fresh:
            assert_sound(house, case)
    with beneath(house.db).connect() as connection:
        sent = Counter(connection.execute(sa.select(mails.c.case)).scalars())
    assert sent == dict.fromkeys(waiting_cases, 1)


def test_sending_killed_anywhere_loses_no_mail_and_doubles_at_most_one(house: House) -> None:
    script = Script()
    with serving(script) as smtp:

        def send(now: datetime) -> int:
            return outbox.send_pending(house.db, smtp, now)

        def reminded(now: datetime) -> UUID:
            case = house.at_weighing(now=now)
            timers.fire_due(house.db, now + ROUND)
            return case

        first = reminded(MONDAY)
        count = count_points(house.db, lambda: send(MONDAY + ROUND))
        finish(house, first, MONDAY + ROUND)
        assert count > 20
        doubled = 0
        for fatal in range(1, count + 1):
            script.taken.clear()
            case = reminded(MONDAY + fatal * ROUND)
            moment = MONDAY + (fatal + 1) * ROUND
            assert in_child(house.db, lambda at=moment: send(at), fatal), f"not killed at {fatal}"
            send(moment + outbox.lease_of(smtp) + timedelta(minutes=1))

            row = mail_of(house, case)
            delivered = [message["Message-ID"] for message in script.taken]
            assert row.status == "sent", f"lost when killed at {fatal} of {count}"
            assert 1 <= delivered.count(row.message_id) <= row.attempts <= 2
            doubled += delivered.count(row.message_id) - 1
            assert_sound(house, case)
            finish(house, case, moment)
        with beneath(house.db).connect() as connection:
            assert connection.execute(sa.select(waiting)).all() == []
            sent = sa.select(sa.func.count()).where(log.c.action == "mail_sent")
            assert connection.execute(sent).scalar_one() == count + 1
    # only between the server's answer and our commit can a mail arrive twice
    assert 1 <= doubled <= count // 3


def finish(house: House, case: UUID, now: datetime) -> None:
    """Take the case's ladder away."""
    house.complete(case, "wegen", now=now)


@pytest.mark.parametrize("many", [30, pytest.param(100, marks=pytest.mark.long)])
def test_many_kills_at_random_moments_lose_nothing(house: House, many: int) -> None:
    """Worker after worker is killed while it fires and sends; in the end everything was done once."""
    script = Script()
    made = [house.at_weighing() for _ in range(10)]
    kills = 0
    with serving(script) as smtp:
        moment = DUE

        def work() -> None:
            while timers.fire_due(house.db, moment, limit=3) or outbox.send_pending(
                house.db, smtp, moment, limit=3
            ):
                pass

        while kills < many:
            fatal = 1 + (kills * 17) % 61
            if in_child(house.db, work, fatal):
                kills += 1
            else:
                made += [house.at_weighing() for _ in range(5)]
            moment += outbox.lease_of(smtp) + timedelta(minutes=1)
        work()
        moment += outbox.lease_of(smtp)
        work()

    with beneath(house.db).connect() as connection:
        rows = connection.execute(sa.select(mails)).all()
    delivered = Counter(message["Message-ID"] for message in script.taken)
    assert Counter(row.case for row in rows) == dict.fromkeys(made, 1)
    assert {row.status for row in rows} == {"sent"}
    for row in rows:
        assert 1 <= delivered[row.message_id] <= row.attempts
    assert sum(delivered.values()) - len(rows) <= kills
    assert audit.verify(house.db) == []


def mail_of(house: House, case: UUID) -> Any:
    with beneath(house.db).connect() as connection:
        return connection.execute(sa.select(mails).where(mails.c.case == case)).one()


def test_the_retry_after_a_lost_connection_is_a_no_op(house: House) -> None:
    """The commit arrived, its answer did not: the browser sends the form again."""
    case = house.open().case.id
    task = house.task(case, "signalen")
    sanne = house.actor("sanne")
    dialect: Any = house.db.engine.dialect
    commit = dialect.do_commit

    def cut(connection: Any) -> None:
        commit(connection)
        dialect.do_commit = commit
        raise ConnectionResetError

    dialect.do_commit = cut
    with pytest.raises(ConnectionResetError):
        cases.complete(house.db, sanne, case, task, {"feiten": "x"}, key="k", now=MONDAY)
    again = cases.complete(house.db, sanne, case, task, {"feiten": "x"}, key="k", now=MONDAY)

    assert again.repeated
    assert [one.node for one in again.next_tasks] == ["wegen"]
    assert_sound(house, case)
