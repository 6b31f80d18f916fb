"""Any order of what people do and what workers do to mails, one half step at a time.

A worker here is three steps that lie apart: it claims, it hands over, it records. Between any two of them a
colleague may complete the task, hand it over, fall ill, leave or be shut out; another worker may come; the
first may be killed, or come back long after its lease. The mail server is a real one that answers as told.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from meldcode import adjustments, audit, cases, incidents, mails, outbox, people, timers
from meldcode.messages import MeldcodeError
from meldcode.moves import Case, look
from meldcode.outbox import SmtpSettings, sending
from meldcode.outbox.sending import Claim, Stray
from meldcode.outbox.server import Result, Server
from meldcode.store.tables import absences, tasks
from meldcode.store.tables import cases as case_table
from meldcode.store.tables import incidents as incident_table
from meldcode.store.tables import mails as written
from meldcode.store.tables import outbox as queue
from meldcode.store.tables import people as person_table
from tests.databases import Kind, beneath
from tests.ports import free_port
from tests.store.house import MONDAY, House
from tests.store.smtp import Script, serving

STAFF = st.sampled_from(["sanne", "joost", "fatima", "henk"])
WHICH = st.integers(0, 5)
ANSWERS = st.sampled_from(["250 OK", "250 OK", "451 later", "550 no", "gone"])
_ABOUT_A_CASE = (
    "completes",
    "doubts",
    "gets",
    "takes",
    "gives_back",
    "is_shut_out",
    "is_let_in",
    "pauses",
    "resumes",
)
_ABOUT_PEOPLE = (
    "opens",
    "leaves",
    "returns",
    "is_away",
    "is_back",
    "works_part_time",
    "works_every_day",
)
#: What may become of a mail; only who should have it after all makes a withdrawn one wait again.
EDGES = {
    ("waiting", "sent"),
    ("waiting", "failed"),
    ("waiting", "withdrawn"),
    ("failed", "waiting"),
    ("failed", "withdrawn"),
    ("failed", "sent"),
    ("withdrawn", "waiting"),
}


@dataclass
class Hand:
    """A claim of a worker that has not recorded anything yet."""

    claim: Claim
    result: tuple[Result, str | None] | None = None


class Mails(RuleBasedStateMachine):
    """One organisation, any number of workers, one mail server."""

    kind: ClassVar[Kind]
    built: ClassVar[House]
    script: ClassVar[Script]
    smtp: ClassVar[SmtpSettings]

    @initialize()
    def begin(self) -> None:
        self.house = self.built.copy(self.kind)
        self.now: datetime = MONDAY
        self.cases: list[UUID] = []
        self.hands: list[Hand] = []
        self.known: dict[UUID, str] = {}
        self.recorded: set[UUID] = set()
        self.changed_hands: set[UUID] = set()
        self.script.taken.clear()
        self.script.data = []
        self.nowhere = free_port()
        for who in ("sanne", "joost"):
            self.opens(who, "")
        self.time_passes(60 * 24 * 2)

    def teardown(self) -> None:
        if not hasattr(self, "house"):
            return
        try:
            self.in_the_end_nothing_was_lost()
        finally:
            self.kind.drop(self.house.db)

    # --- people ------------------------------------------------------------------------------------

    @rule(what=st.sampled_from([*_ABOUT_A_CASE, *_ABOUT_PEOPLE]), which=WHICH, who=STAFF, other=STAFF)
    def somebody_does(self, what: str, which: int, who: str, other: str) -> None:
        with suppress(MeldcodeError):  # what people try and may not do is no concern of this test
            if what in _ABOUT_A_CASE:
                getattr(self, what)(self.some_case(which), who)
            else:
                getattr(self, what)(who, other)

    def opens(self, who: str, _: str) -> None:
        self.actor(who)
        case = self.house.open(who, self.now).case.id
        self.cases.append(case)
        self.house.complete(case, "signalen", by=who, now=self.now)

    def completes(self, case: Case, who: str, advice: str = "melden") -> None:
        self.actor(who)
        [task, *_] = case.tasks
        answers = {"advies": advice} if task.node == "wegen" else None
        self.house.complete(case.id, task.node, answers, by=who, now=self.now)

    def doubts(self, case: Case, who: str) -> None:
        self.completes(case, who, "twijfel")

    def gets(self, case: Case, who: str) -> None:
        henk, key, person = self.actor("henk"), self.house.key(), self.house.people[who]
        task = case.tasks[0].id
        cases.reassign(self.house.db, henk, case.id, task, person, reason="absent", key=key, now=self.now)
        self.changed_hands.add(task)

    def takes(self, case: Case, who: str) -> None:
        task = case.tasks[0].id
        cases.claim(self.house.db, self.actor(who), case.id, task, key=self.house.key(), now=self.now)
        self.changed_hands.add(task)

    def gives_back(self, case: Case, who: str) -> None:
        task = case.tasks[0].id
        cases.give_back(self.house.db, self.actor(who), case.id, task, key=self.house.key(), now=self.now)

    def is_shut_out(self, case: Case, who: str) -> None:
        self._changed_by_a_supervisor(cases.shut_out, case, who, "close")

    def is_let_in(self, case: Case, who: str) -> None:
        self._changed_by_a_supervisor(cases.readmit, case, who, "over")

    def _changed_by_a_supervisor(self, change: Any, case: Case, who: str, reason: str) -> None:
        by, person = self.actor("fatima" if who == "henk" else "henk"), self.house.people[who]
        change(self.house.db, by, case.id, person, reason=reason, key=self.house.key(), now=self.now)

    def pauses(self, case: Case, who: str) -> None:
        until = (self.now + timedelta(days=3)).date()
        key = self.house.key()
        cases.pause_reminders(
            self.house.db, self.actor(who), case.id, until, reason="vt", key=key, now=self.now
        )

    def resumes(self, case: Case, who: str) -> None:
        cases.resume_reminders(self.house.db, self.actor(who), case.id, key=self.house.key(), now=self.now)

    def leaves(self, who: str, _: str) -> None:
        adjustments.switch_as_operator(
            self.house.db, self.house.organisation, self.house.people[who], False, now=self.now
        )

    def returns(self, who: str, _: str) -> None:
        adjustments.switch_as_operator(
            self.house.db, self.house.organisation, self.house.people[who], True, now=self.now
        )

    def is_away(self, who: str, instead: str) -> None:
        person, until = self.house.people[who], self.now + timedelta(days=3)
        standin = None if instead == who else self.house.people[instead]
        with self.house.db.transaction(self.house.organisation) as tx:
            people.add_absence(tx, person, standin=standin, from_at=self.now, until_at=until, now=self.now)

    def is_back(self, who: str, _: str) -> None:
        with self.house.db.transaction(self.house.organisation) as tx:
            for one in people.absences_of(tx, self.house.people[who], self.now):
                people.remove_absence(tx, one.id)

    def works_part_time(self, who: str, _: str) -> None:
        with self.house.db.transaction(self.house.organisation) as tx:
            people.set_weekdays(tx, self.house.people[who], (0, 4))

    def works_every_day(self, who: str, _: str) -> None:
        with self.house.db.transaction(self.house.organisation) as tx:
            people.set_weekdays(tx, self.house.people[who], None)

    @precondition(lambda self: self.rows(sa.select(incident_table)))
    @rule(which=WHICH)
    def try_again(self, which: int) -> None:
        found = incidents.listing(self.house.db, self.house.organisation)
        if found:
            places = {case: place for place, case in enumerate(self.cases)}
            found.sort(
                key=lambda one: (one.kind, places.get(one.case or one.id, -1), one.first_at, one.node or "")
            )
            one = found[which % len(found)]
            incidents.retry(self.house.db, self.house.organisation, one.id, now=self.now)

    # --- time and workers --------------------------------------------------------------------------

    @rule(minutes=st.sampled_from([1, 3, 45, 60 * 24, 60 * 24 * 2]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        timers.fire_due(self.house.db, self.now)

    @precondition(lambda self: self.due())
    @rule(which=WHICH, killed=st.booleans())
    def claim(self, which: int, killed: bool) -> None:
        """A worker takes a mail that is due; perhaps it is killed before it can pass a stray one on."""
        due = self.due()
        mail = due[which % len(due)]
        lease = outbox.lease_of(self.smtp)
        found = sending.claim_one(self.house.db, self.house.organisation, mail, self.now, lease)
        if isinstance(found, Claim):
            assert mail not in self.recorded, "a mail that is known to have left is sent once more"
            self.may_leave(found.row)
            self.hands.append(Hand(found))
        elif isinstance(found, Stray) and not killed:
            mails.redirect(self.house.db, found, self.now)

    @precondition(lambda self: any(hand.result is None for hand in self.hands))
    @rule(which=WHICH, answer=ANSWERS)
    def hand_over(self, which: int, answer: str) -> None:
        todo = [hand for hand in self.hands if hand.result is None]
        hand = todo[which % len(todo)]
        smtp = replace(self.smtp, port=self.nowhere) if answer == "gone" else self.smtp
        self.script.data = [answer]
        with Server(smtp) as server:
            hand.result = sending.hand_over(self.house.db, server, hand.claim)

    @precondition(lambda self: any(hand.result is not None for hand in self.hands))
    @rule(which=WHICH)
    def record(self, which: int) -> None:
        done = [hand for hand in self.hands if hand.result is not None]
        hand = done[which % len(done)]
        self.hands.remove(hand)
        assert hand.result is not None
        sending.settle(self.house.db, hand.claim, *hand.result, self.now)
        if hand.result[0] is Result.SENT:
            self.recorded.add(hand.claim.row.id)

    @precondition(lambda self: self.hands)
    @rule(which=WHICH)
    def is_killed(self, which: int) -> None:
        """Before the server was asked, or between its answer and our commit."""
        self.hands.pop(which % len(self.hands))

    @precondition(lambda self: self.due())
    @rule()
    def work(self) -> None:
        """A worker that nothing happens to."""
        self.script.data = []
        before = len(self.script.taken)
        mails.send_pending(self.house.db, self.smtp, self.now)
        left = {message["Message-ID"] for message in self.script.taken[before:]}
        for row in self.rows(sa.select(written)) if left else ():
            if row.message_id in left:
                assert row.id not in self.recorded
                self.may_leave(row)
                self.recorded.add(row.id)

    # --- what is always true -----------------------------------------------------------------------

    def may_leave(self, mail: Any) -> None:
        """Looked at in the tables themselves, the moment it is taken."""
        [person] = self.rows(sa.select(person_table).where(person_table.c.id == mail.person))
        assert person.active, "a mail to a closed account"
        [case] = self.rows(sa.select(case_table).where(case_table.c.id == mail.case))
        assert mail.person.hex not in case.excluded, "a mail to who is shut out"
        [task] = self.rows(sa.select(tasks).where(tasks.c.id == mail.task)) or [None]
        assert task is not None, "a mail about a task that is done"
        if mail.template == outbox.HANDED:
            return
        away = self.rows(sa.select(absences).where(absences.c.person == mail.person))
        assert not any(
            one.from_at <= self.now and (one.until_at is None or self.now < one.until_at) for one in away
        ), "a mail to somebody who is away"
        if task.role == mail.role and task.assignee is not None:
            assert task.assignee in (mail.person, mail.holder), "a reminder of somebody else's task"
        said = self.rows(
            sa.select(written).where(
                written.c.task == mail.task,
                written.c.person == mail.person,
                written.c.role == mail.role,
                written.c.level > mail.level,
                written.c.status.in_(("waiting", "sent")),
            )
        )
        assert not said, "a level lower than what she is told of"

    @invariant()
    def every_mail_is_in_order(self) -> None:
        """Only what waits is in the queue; its state goes forward; it left no more often than was tried."""
        delivered = Counter(message["Message-ID"] for message in self.script.taken)
        joined = sa.select(written, queue.c.at).outerjoin(queue, queue.c.mail == written.c.id)
        for row in self.rows(joined) if hasattr(self, "house") else ():
            was, self.known[row.id] = self.known.get(row.id, row.status), row.status
            assert was == row.status or (was, row.status) in EDGES, (was, row.status)
            if row.status == "withdrawn" != was:
                self.is_accounted_for(row)
            assert row.at is not None or row.status != "waiting", "a mail that waits for ever"
            assert delivered[row.message_id] <= row.attempts
            assert row.status != "sent" or delivered[row.message_id] >= 1

    def is_accounted_for(self, mail: Any) -> None:
        """Why a mail was withdrawn: its matter is over, somebody else has it, or somebody is told."""
        [task] = self.rows(sa.select(tasks).where(tasks.c.id == mail.task)) or [None]
        if task is None or mail.template != "herinnering":
            return
        if task.role == mail.role and task.assignee not in (None, mail.person, mail.holder):
            return
        of_the_task = self.rows(sa.select(written).where(written.c.task == mail.task))
        same = [row for row in of_the_task if (row.timer, row.occurrence) == (mail.timer, mail.occurrence)]
        later = [row for row in of_the_task if row.created_at > mail.created_at and row.role == mail.role]
        told = self.rows(sa.select(incident_table).where(incident_table.c.case == mail.case))
        assert later or told or any(row.status != "withdrawn" for row in same), "a mail that nobody gets"

    def in_the_end_nothing_was_lost(self) -> None:
        """The workers live and the server answers: whatever is still true has reached somebody, or somebody
        can see that it did not."""
        self.hands.clear()
        for _ in range(14):  # a part-timer's reminder waits for two weeks at most
            self.now += timedelta(hours=30)
            timers.fire_due(self.house.db, self.now)
            self.work()
            self.work()
        assert audit.verify(self.house.db) == []
        open_tasks = {row.id for row in self.rows(sa.select(tasks))}
        told_of = {row.case for row in self.rows(sa.select(incident_table))}
        causes: dict[tuple[Any, ...], list[Any]] = {}
        for row in self.rows(sa.select(written).where(written.c.level > 0)):
            causes.setdefault((row.timer, row.occurrence, row.level), []).append(row)
        for found in causes.values():
            [*_, last] = found
            if last.task not in open_tasks or last.task in self.changed_hands or last.case in told_of:
                continue
            later = [row for rows in causes.values() for row in rows if row.task == last.task]
            reached = [row for row in later if row.level >= last.level and row.status == "sent"]
            assert reached, f"level {last.level} of an open task reached nobody: {found}"
        assert not [row for row in self.rows(sa.select(queue)) if row.at <= self.now - timedelta(hours=2)]

    # --- looking -----------------------------------------------------------------------------------

    def actor(self, who: str) -> people.Actor:
        with self.house.db.reading(self.house.organisation) as tx:
            found = people.actor(tx, self.house.people[who], self.now)
        if found is None:
            raise cases.AccessDenied  # her account is closed
        return found

    def rows(self, statement: Any) -> list[Any]:
        with beneath(self.house.db).connect() as connection:
            return list(connection.execute(statement))

    def some_case(self, which: int) -> Case:
        """An open one; there may be none."""
        with self.house.db.reading(self.house.organisation) as tx:
            case = look(tx, self.cases[which % len(self.cases)])
        if case is None or not case.tasks:
            raise cases.CaseClosed
        return case

    def due(self) -> list[UUID]:
        """The mails that a worker would find now, in an order that is the same when it is played again."""
        found = sa.select(written).join(queue, queue.c.mail == written.c.id).where(queue.c.at <= self.now)
        places = {case: place for place, case in enumerate(self.cases)}
        rows = sorted(
            self.rows(found),
            key=lambda row: (places[row.case], row.created_at, row.level, row.template, row.address),
        )
        return [row.id for row in rows]


@pytest.mark.filterwarnings("default::ResourceWarning")
@pytest.mark.parametrize("many", [1, pytest.param(10, marks=pytest.mark.long)])
def test_any_order_of_half_steps_keeps_every_promise_about_mail(kind: Kind, built: House, many: int) -> None:
    Mails.kind, Mails.built, Mails.script = kind, built, Script()
    with serving(Mails.script) as smtp:
        Mails.smtp = smtp
        run_state_machine_as_test(
            Mails,
            settings=settings(
                # the orders are the same on both; on PostgreSQL every look costs a round trip
                max_examples=many * (9 if kind.name == "sqlite" else 2),
                stateful_step_count=30,
                deadline=None,
                # what goes wrong is said at once: making it smaller takes minutes
                phases=[Phase.explicit, Phase.reuse, Phase.generate],
                suppress_health_check=[HealthCheck.too_slow],
            ),
        )
