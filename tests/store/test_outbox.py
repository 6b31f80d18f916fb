"""Mail is written down first and sent after, over real SMTP."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from meldcode import audit, incidents, outbox, people, timers
from meldcode.outbox import SmtpSettings, send_pending, sending
from meldcode.store.tables import mails
from meldcode.store.tables import outbox as waiting
from tests.databases import beneath
from tests.store.house import MONDAY, House
from tests.store.smtp import Script, accept, serving

DUE = MONDAY + timedelta(days=2)


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def smtp(script: Script) -> Iterator[SmtpSettings]:
    with serving(script) as settings:
        yield settings


def remind(house: House, count: int = 1) -> list[UUID]:
    """`count` cases whose teacher is reminded: one waiting mail each."""
    made = [house.at_weighing() for _ in range(count)]
    timers.fire_due(house.db, DUE)
    return made


def rows(house: House) -> list[Any]:
    with beneath(house.db).connect() as connection:
        return list(connection.execute(sa.select(mails).order_by(mails.c.created_at, mails.c.id)).all())


def next_attempt(house: House) -> datetime:
    with beneath(house.db).connect() as connection:
        return connection.execute(sa.select(waiting.c.at)).scalar_one()  # type: ignore[no-any-return]


def nobody_listens() -> SmtpSettings:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return SmtpSettings("127.0.0.1", free.getsockname()[1], timeout=0.5)


# --- the ordinary way ------------------------------------------------------------------------------


def test_a_late_reminder_is_sent_once(house: House, smtp: SmtpSettings, script: Script) -> None:
    remind(house)
    assert send_pending(house.db, smtp, DUE) == 1
    assert send_pending(house.db, smtp, DUE + timedelta(days=1)) == 0

    [message] = script.taken
    [row] = rows(house)
    assert script.receivers == ["sanne@school.example"]
    assert message["Subject"].startswith("Taak wacht op uw reactie (")
    assert message["From"] == "Testschool <noreply@school.example>"
    assert message["Message-ID"] == row.message_id
    assert message["Auto-Submitted"] == "auto-generated"
    assert "Goedendag Sanne," in message.get_content()
    assert (row.status, row.attempts) == ("sent", 1)
    assert row.sent_at is not None
    assert not audit.verify(house.db)


def test_a_mail_carries_no_content(house: House, smtp: SmtpSettings, script: Script) -> None:
    remind(house)
    send_pending(house.db, smtp, DUE)

    text = script.taken[0].as_string().lower()
    for word in ("blauwe plek", "wegen", "leerkracht", "escalatie", "herinnering", "meldcode"):
        assert word not in text


def test_many_mails_go_over_one_connection(house: House, script: Script) -> None:
    connections: list[int] = []

    class Counting(Script):
        async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
            self, _server: Any, session: Any, _e: Any, hostname: str, responses: Any
        ) -> Any:
            session.host_name = hostname
            connections.append(1)
            return responses

    counting = Counting()
    with serving(counting) as smtp:
        remind(house, 5)
        assert send_pending(house.db, smtp, DUE) == 5
    assert len(connections) == 1
    assert len(counting.taken) == 5


def test_two_senders_at_once_send_each_mail_once(house: House, smtp: SmtpSettings, script: Script) -> None:
    remind(house, 8)
    gate = threading.Barrier(3)
    sent: list[int] = []

    def send() -> None:
        gate.wait()
        sent.append(send_pending(house.db, smtp, DUE))

    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(sent) == 8
    assert len({message["Message-ID"] for message in script.taken}) == len(script.taken) == 8


def test_a_limit_leaves_the_rest_for_the_next_call(house: House, smtp: SmtpSettings) -> None:
    remind(house, 3)
    assert [send_pending(house.db, smtp, DUE, limit=2) for _ in range(3)] == [2, 1, 0]


# --- a server that is away -------------------------------------------------------------------------


def test_a_server_that_is_away_for_hours_loses_no_mail(
    house: House, smtp: SmtpSettings, script: Script
) -> None:
    remind(house, 3)
    away = nobody_listens()
    moment = DUE
    while moment < DUE + timedelta(hours=6):
        assert send_pending(house.db, away, moment) == 0
        moment += timedelta(minutes=10)

    [incident] = incidents.listing(house.db, house.organisation)
    assert incident.kind == "mail_server_unreachable"
    sent = sum(send_pending(house.db, smtp, moment + timedelta(minutes=30 * n)) for n in range(3))
    assert sent == 3
    assert len(script.taken) == 3
    assert incidents.listing(house.db, house.organisation) == []


def test_attempts_come_less_and_less_often(house: House) -> None:
    remind(house)
    away = nobody_listens()
    pauses = []
    moment = DUE
    for _ in range(8):
        send_pending(house.db, away, moment)
        pauses.append(round((next_attempt(house) - moment).total_seconds() / 60))
        moment = next_attempt(house)
    assert pauses == [1, 2, 4, 8, 16, 30, 30, 30]


def test_a_server_that_is_away_is_tried_once_per_call_not_once_per_mail(house: House) -> None:
    remind(house, 5)
    send_pending(house.db, nobody_listens(), DUE)
    assert sum(row.attempts for row in rows(house)) == 1


def test_a_server_that_hangs_after_the_text_blocks_the_others_only_shortly(house: House) -> None:
    remind(house, 2)

    class Hanging(Script):
        hung = False

        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
            answer = await super().handle_DATA(server, session, envelope)
            if not self.hung:
                self.hung = True
                await asyncio.sleep(60)  # the mail was taken, but nobody hears that any more
            return answer

    hanging = Hanging()
    with serving(hanging) as smtp:
        impatient = replace(smtp, timeout=1.0)
        assert send_pending(house.db, impatient, DUE) == 0
        assert send_pending(house.db, impatient, DUE) == 1  # the other mail
        assert send_pending(house.db, impatient, DUE + timedelta(minutes=2)) == 1

    assert [row.status for row in rows(house)] == ["sent", "sent"]
    delivered = [message["Message-ID"] for message in hanging.taken]
    for row in rows(house):
        assert 1 <= delivered.count(row.message_id) <= row.attempts


def test_a_slow_server_is_left_in_time(
    house: House, smtp: SmtpSettings, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fifty mails to a server that takes seconds over each would have the worker killed over one of them."""
    remind(house, 2)
    monkeypatch.setattr("meldcode.outbox.sending._LONGEST_CALL", 0.0)
    assert send_pending(house.db, smtp, DUE) == 1
    assert sorted(row.attempts for row in rows(house)) == [0, 1]
    assert send_pending(house.db, smtp, DUE) == 1
    assert len(script.taken) == 2


# --- a server that refuses -------------------------------------------------------------------------


def test_a_mail_put_off_by_the_server_is_tried_again(
    house: House, smtp: SmtpSettings, script: Script
) -> None:
    remind(house, 2)
    script.data = ["451 later"]
    assert send_pending(house.db, smtp, DUE) == 1  # the other mail is not held up
    assert send_pending(house.db, smtp, DUE + timedelta(seconds=59)) == 0
    assert send_pending(house.db, smtp, DUE + timedelta(seconds=61)) == 1
    assert sorted(row.attempts for row in rows(house)) == [1, 2]
    assert incidents.listing(house.db) == []


def test_a_mail_refused_for_good_becomes_an_incident_and_blocks_nothing(
    house: House, smtp: SmtpSettings, script: Script
) -> None:
    house.at_weighing()
    house.complete(house.open("joost").case.id, "signalen", by="joost")
    timers.fire_due(house.db, DUE)
    script.rcpt["joost@school.example"] = "550 no such user"

    assert send_pending(house.db, smtp, DUE) == 1
    assert send_pending(house.db, smtp, DUE + timedelta(days=1)) == 0
    [incident] = incidents.listing(house.db, house.organisation)
    assert (incident.kind, incident.reference is not None) == ("mail_refused", True)
    assert sorted(row.status for row in rows(house)) == ["failed", "sent"]

    script.rcpt.clear()
    incidents.retry(house.db, house.organisation, incident.id, now=DUE + timedelta(days=1))
    assert send_pending(house.db, smtp, DUE + timedelta(days=1)) == 1
    assert [row.status for row in rows(house)] == ["sent", "sent"]
    assert incidents.listing(house.db) == []
    assert not audit.verify(house.db)


def test_a_fault_of_ours_in_one_mail_stops_no_other(
    house: House, smtp: SmtpSettings, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    remind(house, 3)
    real, faults = sending.hand_over, [KeyError("onze fout")]

    def faulty(*given: Any) -> Any:
        if faults:
            raise faults.pop()
        return real(*given)

    monkeypatch.setattr(sending, "hand_over", faulty)
    with pytest.raises(KeyError):
        send_pending(house.db, smtp, DUE)
    assert len(script.taken) == 2
    assert send_pending(house.db, smtp, DUE + timedelta(hours=1)) == 1


def test_a_refused_mail_goes_to_the_corrected_address_when_it_is_tried_again(
    house: House, smtp: SmtpSettings, script: Script
) -> None:
    remind(house)
    script.rcpt["sanne@school.example"] = "550 no such user"
    assert send_pending(house.db, smtp, DUE) == 0
    [incident] = incidents.listing(house.db, house.organisation)

    with house.db.transaction(house.organisation) as tx:
        people.set_details(tx, house.people["sanne"], "Sanne", "sanne.b@school.example")
    incidents.retry(house.db, house.organisation, incident.id, now=DUE)
    assert send_pending(house.db, smtp, DUE) == 1
    assert script.receivers == ["sanne.b@school.example"]
    assert incidents.listing(house.db) == []


def test_the_servers_own_words_are_not_kept(house: House, smtp: SmtpSettings, script: Script) -> None:
    remind(house)
    script.data = ["554 refused because of sanne"]
    send_pending(house.db, smtp, DUE)

    [row] = rows(house)
    assert row.error == "554"


def test_a_mail_put_off_for_long_is_told_and_still_tried(
    house: House, smtp: SmtpSettings, script: Script
) -> None:
    remind(house)
    moment = DUE
    for _ in range(6):
        script.data = ["451 later"]
        send_pending(house.db, smtp, moment)
        moment = next_attempt(house)
    [incident] = incidents.listing(house.db)
    assert incident.kind == "mail_delayed"

    assert send_pending(house.db, smtp, moment) == 1
    assert incidents.listing(house.db) == []


# --- leases ----------------------------------------------------------------------------------------


def test_a_claimed_mail_is_left_alone_until_its_lease_ends(
    house: House, smtp: SmtpSettings, script: Script
) -> None:
    """A worker that died after claiming: the mail waits for the lease, not for ever and not at once."""
    remind(house)
    [row] = rows(house)
    lease = outbox.lease_of(smtp)
    assert isinstance(sending.claim_one(house.db, house.organisation, row.id, DUE, lease), sending.Claim)
    assert rows(house)[0].attempts == 1

    assert send_pending(house.db, smtp, DUE + lease - timedelta(seconds=1)) == 0
    assert send_pending(house.db, smtp, DUE + lease) == 1
    assert rows(house)[0].attempts == 2


def test_a_lease_is_longer_than_every_timeout_together() -> None:
    patient = SmtpSettings("mail.example", 25, timeout=30)
    assert outbox.lease_of(patient) >= timedelta(seconds=30 * 12)


def test_a_mail_recorded_as_sent_is_never_sent_again(
    house: House, smtp: SmtpSettings, script: Script
) -> None:
    """A backup put back between the two tables: the row in the outbox is stale."""
    remind(house)
    send_pending(house.db, smtp, DUE)
    [row] = rows(house)
    with beneath(house.db).begin() as connection:
        connection.execute(waiting.insert(), {"mail": row.id, "organisation": house.organisation, "at": DUE})

    assert send_pending(house.db, smtp, DUE + timedelta(days=1)) == 0
    assert len(script.taken) == 1


# --- what is on the wire ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "values",
    [
        {"subject": "Taak\r\nBcc: ander@elders.example"},
        {"sender": "School\r\nBcc: ander@elders.example"},
        {"subject": "=?utf-8?q?x=0d=0aBcc=3a_ander=40elders.example?="},
        {"body": "Tekst\r\n.\r\nMAIL FROM:<x@y>\r\n"},
    ],
)
def test_no_value_can_add_a_header_or_a_receiver(
    house: House, smtp: SmtpSettings, script: Script, values: dict[str, str]
) -> None:
    remind(house)
    with beneath(house.db).begin() as connection:
        connection.execute(mails.update().values(**values))
    send_pending(house.db, smtp, DUE)

    assert script.receivers == ["sanne@school.example"]
    [message] = script.taken
    assert message["Bcc"] is None
    assert message["To"] == "sanne@school.example"


@pytest.mark.parametrize(
    "address",
    [
        "sanne@school.example\r\nRCPT TO:<x@y>",
        "geen adres",
        "a@b, c@d",
        "sanne@school..example",
        "sanne@[school",
        "sanne@schoöl.example",  # only some servers take these, and this one does not say that it does
    ],
)
def test_an_address_that_is_none_is_an_incident_not_a_crash(
    house: House, smtp: SmtpSettings, script: Script, address: str
) -> None:
    remind(house, 2)
    with beneath(house.db).begin() as connection:
        first = connection.execute(sa.select(mails.c.id).limit(1)).scalar_one()
        connection.execute(mails.update().where(mails.c.id == first).values(address=address))
    assert send_pending(house.db, smtp, DUE) == 1

    assert script.receivers == ["sanne@school.example"]
    assert [incident.kind for incident in incidents.listing(house.db)] == ["mail_refused"]


@pytest.mark.parametrize("answer", ["530 sign in first", "550 not from you", "451 not so fast"])
def test_a_server_that_takes_nothing_from_us_loses_no_mail(
    house: House, smtp: SmtpSettings, script: Script, answer: str
) -> None:
    """What it says of the sender says nothing about the mail: the next one would fare no better."""
    remind(house, 2)
    script.mail = [answer] * 6
    moment = DUE
    for _ in range(6):
        assert send_pending(house.db, smtp, moment) == 0
        moment += timedelta(minutes=31)
    assert {row.status for row in rows(house)} == {"waiting"}
    assert [incident.kind for incident in incidents.listing(house.db)] == ["mail_server_unreachable"]

    assert send_pending(house.db, smtp, moment) == 2
    assert incidents.listing(house.db) == []


@pytest.mark.filterwarnings("ignore:Requiring AUTH", "ignore:Session.login_data")  # of the test server
def test_a_server_may_ask_to_sign_in(house: House, script: Script) -> None:
    remind(house)
    options = {"auth_required": True, "auth_require_tls": False, "authenticator": accept("naam", "geheim")}
    with serving(script, **options) as smtp:
        assert send_pending(house.db, replace(smtp, username="naam", password="fout"), DUE) == 0
        assert rows(house)[0].status == "waiting"  # a wrong password is no reason to drop a mail
        later = DUE + timedelta(minutes=2)
        assert send_pending(house.db, replace(smtp, username="naam", password="geheim"), later) == 1
    assert len(script.taken) == 1


def test_a_mail_is_never_sent_in_clear_where_starttls_was_asked(
    house: House, smtp: SmtpSettings, script: Script
) -> None:
    remind(house)
    assert send_pending(house.db, replace(smtp, security="starttls"), DUE) == 0
    assert script.taken == []
    assert rows(house)[0].status == "waiting"
