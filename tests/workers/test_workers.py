"""Time and mail with real processes: whatever is killed, emptied or doubled, each reminder comes once."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from meldcode import clock, timers
from tests.waiting import eventually
from tests.workers.deployment import Deployment, children
from workers.embedded.broker import PrivateBroker
from workers.embedded.catcher import catching

pytestmark = pytest.mark.processes

Deploy = Callable[[], Deployment]


@pytest.fixture
def deploy(broker: PrivateBroker, tmp_path: Path) -> Iterator[Deploy]:
    """Makes a deployment without processes; ends what it started."""
    with catching(tmp_path / "mails") as (mailbox, port):
        made: list[Deployment] = []

        def make() -> Deployment:
            made.append(Deployment(tmp_path / "var", broker.url, mailbox, port))
            return made[-1]

        yield make
        for deployment in made:
            deployment.stop()
            print(deployment.log.read_text() if deployment.log.exists() else "")


@pytest.fixture
def deployment(deploy: Deploy) -> Deployment:
    """One with a worker that has started, and no beat."""
    it = deploy()
    assert it.started(it.start("worker"))
    return it


def test_a_nudge_has_an_overdue_reminder_mailed_at_once(deployment: Deployment) -> None:
    case = deployment.overdue_case()

    deployment.nudge.tick()

    assert deployment.arrives(case)
    (mail,) = deployment.delivered(case)
    assert mail["To"] == "sanne@hetvoorbeeld.example"
    (row,) = deployment.rows(case)
    assert eventually(lambda: deployment.rows(case)[0].status == "sent")
    assert row.attempts == 1


def test_a_mail_nudge_sends_what_waits_without_waiting_for_a_tick(deployment: Deployment) -> None:
    case = deployment.overdue_case()
    timers.fire_due(deployment.db, clock.now(deployment.db))
    assert deployment.delivered(case) == []

    deployment.nudge.mail()

    assert deployment.arrives(case)


def test_beat_alone_makes_the_reminder_come(deployment: Deployment) -> None:
    deployment.start("beat")

    assert deployment.arrives(deployment.overdue_case())


def test_two_workers_and_two_beats_send_each_reminder_once(deployment: Deployment) -> None:
    overdue = [deployment.overdue_case() for _ in range(12)]
    deployment.start("worker")
    deployment.start("beat")
    deployment.start("beat")

    assert all(deployment.arrives(case) for case in overdue)
    time.sleep(3)  # three more ticks of each beat
    assert [len(deployment.delivered(case)) for case in overdue] == [1] * 12
    assert [row.attempts for case in overdue for row in deployment.rows(case)] == [1] * 12


def test_an_emptied_broker_costs_a_tick_and_no_mail(deployment: Deployment, broker: PrivateBroker) -> None:
    deployment.start("beat")
    assert deployment.arrives(deployment.overdue_case())
    case = deployment.overdue_case()

    broker.ask("FLUSHALL")

    assert deployment.arrives(case)
    assert len(deployment.delivered(case)) == 1


def test_a_killed_broker_costs_its_absence_and_no_mail(deployment: Deployment, broker: PrivateBroker) -> None:
    deployment.start("beat")
    assert deployment.arrives(deployment.overdue_case())
    broker.kill()
    case = deployment.overdue_case()
    assert not deployment.nudge.tick()
    broker.start()

    assert deployment.arrives(case)
    assert len(deployment.delivered(case)) == 1


def test_a_broker_that_is_killed_while_a_nudge_is_worked_on_costs_no_worker(
    deploy: Deploy, broker: PrivateBroker
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:  # the mailing never ends by itself
        deployment = deploy()
        deployment.environment["MELDCODE_SMTP_URL"] = f"smtp://127.0.0.1:{mute.getsockname()[1]}"
        worker = deployment.start("worker")
        assert deployment.started(worker)
        waiting = deployment.overdue_case()
        deployment.nudge.tick()
        assert eventually(lambda: any(row.attempts for row in deployment.rows(waiting)))

        broker.kill()
        assert eventually(lambda: "Connection to broker lost" in deployment.log.read_text())
        case = deployment.overdue_case()
        broker.start()

        deployment.start("beat")
        assert eventually(lambda: deployment.rows(case))
        assert worker.poll() is None
        assert "Unrecoverable" not in deployment.log.read_text()


def test_a_beat_whose_broker_stays_away_goes_on_and_says_so_once(
    deploy: Deploy, broker: PrivateBroker
) -> None:
    deployment = deploy()
    beat = deployment.start("beat")
    assert eventually(lambda: broker.ask("LLEN", "meldcode") not in (":0", ""))
    broker.kill()

    def said() -> int:
        return deployment.log.read_text().count("tick_not_sent")

    assert eventually(said)
    broker.start()
    assert eventually(lambda: "ticks_are_sent_again" in deployment.log.read_text())
    assert eventually(lambda: broker.ask("LLEN", "meldcode") not in (":0", ""))
    assert said() == 1
    assert beat.poll() is None


def test_a_frozen_broker_stops_nothing_for_good(deployment: Deployment, broker: PrivateBroker) -> None:
    deployment.start("beat")
    assert deployment.arrives(deployment.overdue_case())
    os.kill(broker.pid, signal.SIGSTOP)
    try:
        case = deployment.overdue_case()
        time.sleep(8)  # longer than beat waits for an answer
        assert deployment.delivered(case) == []
    finally:
        os.kill(broker.pid, signal.SIGCONT)

    assert deployment.arrives(case)
    assert len(deployment.delivered(case)) == 1


def test_what_a_killed_worker_left_is_done_by_the_next(deploy: Deploy) -> None:
    deployment = deploy()
    overdue = [deployment.overdue_case() for _ in range(30)]
    deployment.start("beat")
    first = deployment.start("worker")
    assert eventually(lambda: len(deployment.mailbox.messages()) >= 3)

    deployment.kill(first)
    half_way = len(deployment.mailbox.messages())
    clock.move(deployment.db, 1)  # past the lease of the mail it was sending
    deployment.start("worker")

    assert half_way < 30, "the worker was killed too late for this test to say anything"
    assert all(deployment.arrives(case) for case in overdue)
    rows = {case.id: [row for row in deployment.rows(case) if row.level == 1] for case in overdue}
    assert {len(row) for row in rows.values()} == {1}
    for case in overdue:
        first_level = [
            mail for mail in deployment.delivered(case) if mail["To"] == "sanne@hetvoorbeeld.example"
        ]
        assert 1 <= len(first_level) <= sum(row.attempts for row in deployment.rows(case))


def test_a_killed_process_of_a_worker_is_replaced_and_its_nudge_done_again(deploy: Deploy) -> None:
    deployment = deploy()
    worker = deployment.start("worker")
    assert deployment.started(worker)
    for child in children(worker.pid):
        os.kill(child, signal.SIGKILL)
    case = deployment.overdue_case()

    deployment.nudge.tick()

    assert deployment.arrives(case)
    assert worker.poll() is None


def test_a_mail_server_that_hangs_does_not_stop_the_timers(deploy: Deploy) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:  # accepts, and never says a word
        deployment = deploy()
        deployment.environment["MELDCODE_SMTP_URL"] = f"smtp://127.0.0.1:{mute.getsockname()[1]}"
        deployment.start("beat")
        assert deployment.started(deployment.start("worker"))
        waiting = [deployment.overdue_case() for _ in range(4)]
        assert eventually(lambda: any(row.attempts for case in waiting for row in deployment.rows(case)))
        time.sleep(2)  # time enough for a second process to get stuck as well, if it may

        another = deployment.overdue_case()

        assert eventually(lambda: deployment.rows(another), seconds=8), "mailing holds up the timers"


def test_asked_to_stop_a_worker_and_a_beat_leave_no_process(deployment: Deployment) -> None:
    worker, beat = deployment.start("worker"), deployment.start("beat")
    assert deployment.started(worker)
    family = [worker.pid, beat.pid, *children(worker.pid)]
    assert len(family) >= 4

    worker.terminate()
    beat.terminate()

    assert worker.wait(60) == 0
    assert beat.wait(60) == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in family)


def test_no_log_line_holds_a_word_of_a_case(deployment: Deployment) -> None:
    case = deployment.overdue_case()
    deployment.nudge.tick()
    assert deployment.arrives(case)
    assert eventually(lambda: "mails_sent" in deployment.log.read_text())

    log = deployment.log.read_text()

    assert "timers_fired" in log
    for word in (case.reference, str(case.id), "sanne@", "Taak wacht", "signalen"):
        assert word not in log


def test_a_worker_without_settings_says_what_to_set(deploy: Deploy) -> None:
    deployment = deploy()

    worker = deployment.start("worker", MELDCODE_BROKER_URL="", MELDCODE_SMTP_URL="mail.example.nl")

    assert worker.wait(60) == 2
    said = deployment.log.read_text()
    assert "MELDCODE_BROKER_URL is not set. Set, for example, MELDCODE_BROKER_URL=redis://" in said
    assert "MELDCODE_SMTP_URL cannot be used." in said
    assert "Traceback" not in said
