"""How Celery is set: each of these was measured to lose or repeat work when it is otherwise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib.metadata import version

import pytest

from meldcode.settings import Settings, SmtpSettings
from workers.celery import TickScheduler, make_beat, make_celery
from workers.consumer import PatientConsumer
from workers.tasks import make_worker

SETTINGS = Settings(
    database_url="sqlite://",
    broker_url="redis://127.0.0.1:1/0",
    smtp=SmtpSettings("127.0.0.1", 1),
    secret_key="s" * 40,
    master_key=bytes(32),
    base_url="http://localhost",
    tick_seconds=30,
)


def test_a_nudge_outlives_the_process_that_works_on_it_and_no_worker_hoards_them() -> None:
    set_as = make_celery(SETTINGS).conf

    assert set_as.task_acks_late
    assert set_as.task_reject_on_worker_lost
    assert set_as.worker_prefetch_multiplier == 1
    assert set_as.worker_disable_prefetch
    assert set_as.worker_soft_shutdown_timeout == 30
    assert set_as.worker_cancel_long_running_tasks_on_connection_loss


def test_the_broker_hands_out_again_only_what_can_no_longer_be_running() -> None:
    set_as = make_celery(SETTINGS).conf

    assert set_as.task_time_limit == 120
    assert set_as.broker_transport_options["visibility_timeout"] == 600


def test_nothing_is_kept_in_the_broker_and_only_json_is_read_from_it() -> None:
    set_as = make_celery(SETTINGS).conf

    assert set_as.task_ignore_result
    assert not set_as.result_backend
    assert (set_as.task_serializer, set_as.accept_content) == ("json", ["json"])


def test_a_beat_only_sends_a_tick_that_expires_and_waits_for_nothing() -> None:
    (entry,) = make_beat(SETTINGS).conf.beat_schedule.values()

    assert entry["task"] == "meldcode.tick"
    assert entry["schedule"] == 30
    assert entry["options"]["expires"] == 90
    assert not {"args", "kwargs"} & set(entry)
    assert not {"eta", "countdown"} & set(entry["options"])


def test_a_clock_that_is_set_back_stops_no_beat(monkeypatch: pytest.MonkeyPatch) -> None:
    beat = make_beat(SETTINGS)
    clock = [datetime(2026, 9, 7, 10, 0, tzinfo=UTC)]
    monkeypatch.setattr(beat, "now", lambda: clock[0])
    monkeypatch.setattr(TickScheduler, "producer", None)  # nobody listens there
    scheduler = TickScheduler(beat)
    sent: list[datetime] = []
    monkeypatch.setattr(scheduler, "apply_async", lambda entry, **_: sent.append(clock[0]))

    def a_minute() -> None:
        for _ in range(60):
            scheduler.tick()
            clock[0] += timedelta(seconds=1)

    a_minute()
    before = len(sent)
    clock[0] -= timedelta(days=1)
    a_minute()
    a_minute()
    assert before in (1, 2)
    assert len(sent) - before in (3, 4)


def test_a_worker_knows_a_tick_and_a_mail_and_outlives_its_broker() -> None:
    worker = make_worker(SETTINGS, processes=1)

    ours = {name for name in worker.tasks if not name.startswith("celery.")}
    assert ours == {"meldcode.tick", "meldcode.mail"}
    assert worker.conf.worker_consumer is PatientConsumer


def test_a_kombu_in_which_a_worker_hangs_when_its_broker_comes_back_is_not_installed() -> None:
    assert tuple(int(part) for part in version("kombu").split(".")[:2]) >= (5, 7)
    assert version("packaging"), "kombu's redis transport imports it without declaring it"
