"""A mail is being sent at the very moment somebody changes what it is about, or another worker comes.

Its states only go forward: waiting, then sent, failed or withdrawn; who comes too late changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from meldcode import audit, cases, incidents, mails, outbox, timers
from meldcode.messages import MeldcodeError
from meldcode.outbox import SmtpSettings, sending
from meldcode.outbox.sending import Claim
from meldcode.outbox.server import Result
from meldcode.store import Database
from meldcode.store.tables import audit as log
from meldcode.store.tables import mails as written
from meldcode.store.tables import outbox as queue
from tests.databases import Kind, beneath
from tests.store.house import MONDAY, House
from tests.store.smtp import Script, serving

DUE = MONDAY + timedelta(days=7)  # the escalation to Fatima, whom nobody has told before
LEASE = timedelta(minutes=2)
ANSWERS = [
    (Result.SENT, None),
    (Result.LATER, "451"),
    (Result.REFUSED, "550"),
    (Result.UNREACHABLE, "OSError"),
]


@pytest.fixture
def case(house: House) -> UUID:
    case = house.at_weighing()
    timers.fire_due(house.db, DUE)
    return case


def shut_out(house: House, case: UUID, who: str = "fatima") -> None:
    cases.shut_out(
        house.db, house.actor("sanne"), case, house.people[who], reason="concerned",
        key=house.key(), now=DUE,
    )  # fmt: skip


def row_of(house: House, who: str = "fatima") -> Any:
    with beneath(house.db).connect() as connection:
        found = sa.select(written, queue.c.at).outerjoin(queue, queue.c.mail == written.c.id)
        return connection.execute(found.where(written.c.person == house.people[who])).one()


def claimed(house: House, now: datetime = DUE, who: str = "fatima") -> Claim:
    claim = sending.claim_one(house.db, house.organisation, row_of(house, who).id, now, LEASE)
    assert isinstance(claim, Claim)
    return claim


def recorded(house: House) -> list[dict[str, Any]]:
    """What the log says about mails that left."""
    with beneath(house.db).connect() as connection:
        return list(connection.execute(sa.select(log.c.detail).where(log.c.action == "mail_sent")).scalars())


@contextmanager
def just_before(db: Database, words: str, do: Callable[[], object]) -> Iterator[list[int]]:
    """Somebody else does something, once, right before a statement that begins with these words."""
    done: list[int] = []

    def look(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not done and statement.startswith(words):
            done.append(1)
            do()

    event.listen(db.engine, "before_cursor_execute", look)
    try:
        yield done
    finally:
        event.remove(db.engine, "before_cursor_execute", look)


# --- shut out while it is being sent -------------------------------------------------------------


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer[0].value)
def test_what_was_withdrawn_stays_withdrawn_whatever_the_server_answers(
    house: House, case: UUID, answer: tuple[Result, str | None]
) -> None:
    claim = claimed(house)
    shut_out(house, case)
    sending.settle(house.db, claim, *answer, DUE)
    row = row_of(house)
    assert (row.status, row.at) == ("withdrawn", None)
    assert incidents.listing(house.db, house.organisation) == []
    # the log does not hide that it left all the same
    assert [one.get("late") for one in recorded(house)] == ([1] if answer[0] is Result.SENT else [])
    assert audit.verify(house.db) == []


def test_shutting_somebody_out_during_the_smtp_conversation_itself(house: House, case: UUID) -> None:
    script = Script()
    script.before_answer = lambda: shut_out(house, case)
    with serving(script) as smtp:
        mails.send_pending(house.db, smtp, DUE)
        script.before_answer = None
        mails.send_pending(house.db, smtp, DUE + timedelta(hours=1))
    assert row_of(house).status == "withdrawn"
    assert row_of(house, "henk").status == "sent"  # the escalation went on to the next
    assert script.receivers == ["fatima@school.example", "henk@school.example"]


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer[0].value)
def test_a_result_recorded_while_somebody_is_being_shut_out_is_not_overwritten(
    kind: Kind, house: House, case: UUID, answer: tuple[Result, str | None]
) -> None:
    """On SQLite one writer waits for the other. Here the mail was seen waiting, and is sent since."""
    assert kind.name == "postgresql"
    claim = claimed(house)
    settle = lambda: sending.settle(house.db, claim, *answer, DUE)  # noqa: E731
    with just_before(house.db, "DELETE FROM outbox", settle) as happened:
        shut_out(house, case)
    assert happened
    row = row_of(house)
    sent = answer[0] is Result.SENT
    assert (row.status, row.at) == ("sent" if sent else "withdrawn", None)
    incident = incidents.listing(house.db, house.organisation)
    for one in incident:
        incidents.retry(house.db, house.organisation, one.id, now=DUE)
    assert row_of(house).status == row.status


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_a_mail_withdrawn_while_somebody_tries_again_stays_withdrawn(
    kind: Kind, house: House, case: UUID
) -> None:
    assert kind.name == "postgresql"
    sending.settle(house.db, claimed(house), Result.REFUSED, "550", DUE)
    [incident] = incidents.listing(house.db, house.organisation)

    def out() -> None:
        shut_out(house, case)

    with just_before(house.db, "UPDATE mails SET", out) as happened:
        incidents.retry(house.db, house.organisation, incident.id, now=DUE)
    assert happened
    assert (row_of(house).status, row_of(house).at) == ("withdrawn", None)


def test_who_is_shut_out_cannot_try_again_what_is_about_the_case(house: House, case: UUID) -> None:
    sending.settle(house.db, claimed(house), Result.REFUSED, "550", DUE)
    shut_out(house, case, "henk")
    [incident] = incidents.listing(house.db, house.organisation)
    with pytest.raises(MeldcodeError):
        incidents.retry(house.db, house.organisation, incident.id, now=DUE, by=house.people["henk"])
    assert row_of(house).status == "failed"
    assert incidents.listing(house.db, house.organisation) == [incident]


# --- withdrawn or put off while it is being sent ---------------------------------------------------


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
@pytest.mark.parametrize(
    ("words", "change"),
    [
        ("DELETE FROM outbox", lambda tx, case: outbox.withdraw(tx, case, ["wegen_m3"])),
        ("UPDATE outbox", lambda tx, case: outbox.put_off(tx, case, ["wegen_m3"], DUE)),
    ],
    ids=["withdrawn", "put off"],
)
def test_a_mail_that_is_taken_to_be_sent_is_not_taken_from_under_its_sender(
    kind: Kind, house: House, case: UUID, words: str, change: Callable[[Any, UUID], None]
) -> None:
    """It was seen waiting and untried. Were its row in the queue gone, a mail that the server puts off would
    wait for ever; were it due at once, another worker would send it a second time meanwhile."""
    assert kind.name == "postgresql"
    taken: list[Claim] = []
    with (
        just_before(house.db, words, lambda: taken.append(claimed(house))) as happened,
        house.db.transaction(house.organisation) as tx,
    ):
        change(tx, case)
    assert happened
    assert (row_of(house).status, row_of(house).at) == ("waiting", taken[0].lease_end)
    sending.settle(house.db, taken[0], Result.LATER, "451", DUE)
    assert row_of(house).at == DUE + timedelta(minutes=1)


# --- a worker that comes back after its lease ------------------------------------------------------


@pytest.mark.parametrize("answer", ANSWERS[1:], ids=lambda answer: answer[0].value)
def test_who_comes_back_too_late_does_not_disturb_who_sends_it_now(
    house: House, case: UUID, answer: tuple[Result, str | None]
) -> None:
    slow, later = claimed(house), DUE + LEASE
    quick = claimed(house, later)
    sending.settle(house.db, slow, *answer, later)
    assert (row_of(house).status, row_of(house).at) == ("waiting", quick.lease_end)
    assert incidents.listing(house.db, house.organisation) == []
    sending.settle(house.db, quick, Result.SENT, None, later)
    assert (row_of(house).status, row_of(house).at) == ("sent", None)


def test_a_mail_that_arrived_is_sent_also_when_another_attempt_was_refused(house: House, case: UUID) -> None:
    slow, later = claimed(house), DUE + LEASE
    sending.settle(house.db, claimed(house, later), Result.REFUSED, "550", later)
    assert row_of(house).status == "failed"
    sending.settle(house.db, slow, Result.SENT, None, later)
    assert (row_of(house).status, row_of(house).at) == ("sent", None)
    assert incidents.listing(house.db, house.organisation) == []
    assert len(recorded(house)) == 1


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer[0].value)
def test_recording_twice_what_came_of_it_records_it_once(
    house: House, case: UUID, answer: tuple[Result, str | None]
) -> None:
    """The connection was cut after the commit was sent, so the same is written again."""
    claim = claimed(house)
    found = []
    for _ in range(2):
        sending.settle(house.db, claim, *answer, DUE)
        row = row_of(house)
        told = [(one.kind, one.times) for one in incidents.listing(house.db, house.organisation)]
        found.append((row.status, row.at, row.error, told, recorded(house)))
    assert found[0] == found[1]


@pytest.fixture
def smtp() -> Iterator[SmtpSettings]:
    with serving(Script()) as settings:
        yield settings


def test_an_address_that_the_server_cannot_take_is_refused_and_holds_nobody_up(
    house: House, case: UUID, smtp: SmtpSettings
) -> None:
    """That says nothing about the server: it is not away."""
    with beneath(house.db).begin() as connection:
        connection.execute(sa.update(written).values(address="fátima@school.example"))
    cases.open_case(house.db, house.actor("sanne"), key="k", now=DUE)
    mails.send_pending(house.db, smtp, DUE)
    assert [one.kind for one in incidents.listing(house.db, house.organisation)] == ["mail_refused"]
