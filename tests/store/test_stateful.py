"""Any order of commands, ticks, repeats and failures leaves a sound database.

Hypothesis makes the orders up; a small model says how many commands were really taken.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from meldcode import audit, cases, timers
from meldcode.cases import AccessDenied, AnswersRefused, CaseStuck, TaskGone, TaskUnclaimed
from meldcode.engine import Refused
from meldcode.moves import load
from meldcode.store.tables import due, entries, mails, outbox, tasks
from tests.databases import Kind, beneath
from tests.store.house import MONDAY, House

STAFF = st.sampled_from(["sanne", "joost", "fatima", "henk", "buiten"])
ADVICE = st.sampled_from(["melden", "twijfel", "wachten", "anders", ""])


class Cases(RuleBasedStateMachine):
    """Two schools' worth of clicks on one database, with the clock only going forward."""

    kind: ClassVar[Kind]
    built: ClassVar[House]
    opened = Bundle("opened")
    sent = Bundle("sent")

    @initialize()
    def begin(self) -> None:
        self.house = self.built.copy(self.kind)
        self.now: datetime = MONDAY
        self.steps: dict[UUID, int] = {}

    def teardown(self) -> None:
        if hasattr(self, "house"):
            self.kind.drop(self.house.db)

    # --- what people and time do -------------------------------------------------------------------

    @rule(target=opened, by=STAFF)
    def open(self, by: str) -> UUID:
        case = self.house.open(by, self.now).case.id
        self.steps[case] = 1
        return case

    @rule(target=sent, case=opened, by=STAFF, advice=ADVICE, which=st.integers(0, 3))
    def complete(self, case: UUID, by: str, advice: str, which: int) -> tuple[UUID, UUID, str, str, str]:
        with self.house.db.reading(self.house.organisation) as tx:
            loaded = load(tx, case)
        assert loaded is not None
        if not loaded.tasks:
            return case, case, by, advice, self.house.key()
        task = loaded.tasks[which % len(loaded.tasks)]
        return self._send((case, task.id, by, advice, self.house.key()), task.node)

    def _send(self, sent: tuple[UUID, UUID, str, str, str], node: str) -> tuple[UUID, UUID, str, str, str]:
        case, task, by, advice, key = sent
        fields = {"signalen": "feiten", "wegen": "advies", "beslissen": "besluit"}
        answers = {fields[node]: advice} if node in fields else {}
        db, actor = self.house.db, self.house.actor(by)
        try:
            try:
                outcome = cases.complete(db, actor, case, task, answers, key=key, now=self.now)
            except TaskUnclaimed:
                cases.claim(db, actor, case, task, key=self.house.key(), now=self.now)
                outcome = cases.complete(db, actor, case, task, answers, key=key, now=self.now)
        except (AccessDenied, AnswersRefused, CaseStuck, TaskGone):
            return sent
        assert not outcome.repeated
        self.steps[case] += 1
        return sent

    @rule(sent=sent)
    def send_again(self, sent: tuple[UUID, UUID, str, str, str]) -> None:
        """The back button: whatever it was, it never happens twice."""
        case, task, by, advice, key = sent
        before = self.steps[case]
        try:
            outcome = cases.complete(
                self.house.db, self.house.actor(by), case, task, {"feiten": advice}, key=key, now=self.now
            )
        except (AccessDenied, AnswersRefused, CaseStuck, TaskGone, TaskUnclaimed):
            return
        if not outcome.repeated:
            self.steps[case] = before + 1

    @rule(case=opened, by=STAFF)
    def alarm(self, case: UUID, by: str) -> None:
        try:
            outcome = cases.raise_acute(
                self.house.db, self.house.actor(by), case, key=self.house.key(), now=self.now
            )
        except (AccessDenied, Refused):
            return
        if not outcome.repeated:  # a second alarm is recorded and begins nothing
            self.steps[case] += 1

    @rule(target=opened)
    def open_and_map(self) -> UUID:
        """A case whose ladder has begun: few orders of single commands come that far."""
        case = self.house.at_weighing(self.now)
        self.steps[case] = 2
        return case

    @rule(
        case=opened,
        by=st.sampled_from(["fatima", "henk", "sanne"]),
        which=st.integers(0, 9),
        back=st.booleans(),
    )
    def postpone(self, case: UUID, by: str, which: int, back: bool) -> None:
        """Move the next deadline of its first task, or put a moved one back."""
        db, actor, key = self.house.db, self.house.actor(by), self.house.key()
        with db.reading(self.house.organisation) as tx:
            loaded = load(tx, case)
        assert loaded is not None
        if not loaded.tasks:
            return
        task = loaded.tasks[0].id
        try:
            found = cases.deadline_page(db, actor, case, task, now=self.now).deadlines
            if not found:
                return
            timer, days = found[0].timer, found[0].days
            if back:
                outcome = cases.restore_deadline(db, actor, case, task, timer, key=key, now=self.now)
            else:
                day = days[which % len(days)] if days else None
                outcome = cases.move_deadline(
                    db, actor, case, task, timer, day, reason="later", key=key, now=self.now
                )
        except (AccessDenied, AnswersRefused, CaseStuck, TaskGone):
            return
        self.steps[case] += 0 if outcome.repeated else 1

    @rule(hours=st.sampled_from([1, 23, 24, 49, 24 * 5, 24 * 14]), ticks=st.integers(0, 3))
    def time_passes(self, hours: int, ticks: int) -> None:
        self.now += timedelta(hours=hours)
        for _ in range(ticks):
            timers.fire_due(self.house.db, self.now, limit=2)

    @rule(case=opened, by=STAFF)
    def look(self, case: UUID, by: str) -> None:
        actor = self.house.actor(by)
        # a task that still lies in a role's pool shows a reference, and opens nothing
        hers = {view.case for view in cases.my_tasks(self.house.db, actor) if view.mine}
        try:
            page = cases.case_page(self.house.db, actor, case, now=self.now)
        except AccessDenied:
            assert case not in hers
            return
        assert page.content or not (page.entries or page.document or page.outcome)
        assert page.content or case not in hers

    # --- what is always true -----------------------------------------------------------------------

    @invariant()
    def the_log_is_whole(self) -> None:
        if hasattr(self, "house"):
            assert audit.verify(self.house.db) == []

    @invariant()
    def every_case_is_whole(self) -> None:
        for case, steps in getattr(self, "steps", {}).items():
            with self.house.db.reading(self.house.organisation) as tx:
                loaded = load(tx, case)
                rows = audit.of_case(tx, case)
            assert loaded is not None
            revisions = [row.detail["revision"] for row in rows if "revision" in row.detail]
            assert revisions == list(range(1, loaded.revision + 1))
            by_people = [row for row in rows if row.person is not None and "revision" in row.detail]
            assert len(by_people) == steps
            if loaded.status == "finished":
                assert loaded.tasks == ()
                assert loaded.due_at is None

    @invariant()
    def rows_belong_together(self) -> None:
        if not hasattr(self, "house"):
            return
        with beneath(self.house.db).connect() as connection:
            written = connection.execute(sa.select(mails)).all()
            reasons = {(row.case, row.timer, row.occurrence, row.level, row.person) for row in written}
            assert len(reasons) == len(written)
            waiting = set(connection.execute(sa.select(outbox.c.mail)).scalars())
            assert waiting == {row.id for row in written}
            assert len(connection.execute(sa.select(due)).all()) == len(self.steps)
            stray = sa.select(tasks.c.id).where(tasks.c.case.not_in(list(self.steps)))
            assert connection.execute(stray).all() == []
            done = sa.select(entries.c.case, entries.c.task)
            finished = [tuple(row) for row in connection.execute(done)]
            assert len(set(finished)) == len(finished)  # no task is completed twice


@pytest.mark.filterwarnings("default::ResourceWarning")
def test_any_order_of_commands_leaves_a_sound_database(kind: Kind, built: House) -> None:
    Cases.kind, Cases.built = kind, built
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(
        Cases,
        settings=settings(
            # the orders are the same on both; on PostgreSQL every look costs a round trip
            max_examples=25 if kind.name == "sqlite" else 5,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
