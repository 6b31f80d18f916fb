"""A nudge is worth nothing more than a moment: it arrives at once, or it costs nobody anything."""

from __future__ import annotations

import json
import os
import signal
import time
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path

import pytest
import structlog
from structlog.testing import capture_logs

from workers import nudge
from workers.embedded.broker import PrivateBroker
from workers.nudge import Nudge


@pytest.fixture(autouse=True)
def _fresh_logger(monkeypatch: pytest.MonkeyPatch) -> None:
    # capture_logs sees only loggers that have not kept their configuration
    monkeypatch.setattr(nudge, "log", structlog.get_logger())


def nudge_waiting_in(broker: PrivateBroker) -> dict:
    from redis import Redis

    path = broker.url.removeprefix("redis+socket://")
    with Redis(unix_socket_path=path) as client:
        return json.loads(client.lindex(nudge.QUEUE, 0))


def took(action: Callable[[], object]) -> tuple[object, float]:
    """What it said, and the seconds of the fastest of three attempts: a busy computer holds up some."""
    said, seconds = set(), []
    for _ in range(3):
        start = time.monotonic()
        said.add(action())
        seconds.append(time.monotonic() - start)
    (same,) = said
    return same, min(seconds)


def test_a_nudge_waits_for_the_workers_and_carries_no_data(broker: PrivateBroker) -> None:
    assert Nudge(broker.url).mail()

    message = nudge_waiting_in(broker)
    assert message["headers"]["task"] == "meldcode.mail"
    assert message["headers"]["eta"] is None
    assert message["headers"]["expires"] is not None
    arguments = json.loads(b64decode(message["body"]))
    assert arguments[:2] == [[], {}]


def test_a_nudge_is_published_in_milliseconds_once_connected(broker: PrivateBroker) -> None:
    to_broker = Nudge(broker.url)
    to_broker.tick()

    _, seconds = took(lambda: all(to_broker.tick() for _ in range(20)))

    assert seconds < 1


@pytest.mark.parametrize("address", ["redis://127.0.0.1:1/0", "redis+socket:///nowhere/broker.sock"])
def test_a_broker_that_is_not_there_costs_less_than_a_second_and_no_error(address: str) -> None:
    said, seconds = took(lambda: Nudge(address).mail())

    assert said is False
    assert seconds < 1


def test_a_frozen_broker_costs_less_than_a_second(
    broker: PrivateBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nudge, "PAUSE_SECONDS", 0.0)
    to_broker = Nudge(broker.url)
    assert to_broker.mail()
    os.kill(broker.pid, signal.SIGSTOP)
    try:
        said, seconds = took(to_broker.mail)
    finally:
        os.kill(broker.pid, signal.SIGCONT)

    assert said is False
    assert seconds < 1


def test_after_a_failure_pages_are_not_held_up_again_for_a_while(broker: PrivateBroker) -> None:
    to_broker = Nudge(broker.url)
    broker.kill()
    to_broker.mail()
    broker.start()

    said, seconds = took(to_broker.mail)

    assert said is False, "within the pause nothing is tried"
    assert seconds < 0.01


def test_nudges_work_again_when_the_broker_is_back(
    broker: PrivateBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nudge, "PAUSE_SECONDS", 0.0)
    to_broker = Nudge(broker.url)
    assert to_broker.mail()
    broker.kill()
    assert not to_broker.mail()
    broker.start()

    assert to_broker.mail()
    assert to_broker.mail()


def test_a_failure_is_logged_once_and_without_the_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nudge, "PAUSE_SECONDS", 0.0)
    to_broker = Nudge("redis://:secret-password@127.0.0.1:1/0")

    with capture_logs() as lines:
        for _ in range(3):
            to_broker.mail()

    assert [line["event"] for line in lines] == ["nudge_failed"]
    assert "secret-password" not in str(lines)
