"""The server of the tests ends as a whole: what it left behind would be held against another test."""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack

import pytest
from flask import Flask
from waitress.trigger import trigger

from tests.served import served

HELLO = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


def test_a_line_that_a_browser_keeps_open_is_closed_with_the_server() -> None:
    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: "dag")
    with ExitStack() as serving:
        port = serving.enter_context(served(app))
        with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
            for _ in range(2):  # the line stays open for a next question
                line.sendall(HELLO)
                answer = b""
                while not answer.endswith(b"dag"):  # head and body may come one after the other
                    piece = line.recv(65_536)
                    assert piece, f"the server hung up after {answer!r}"
                    answer += piece
            serving.close()
            assert line.recv(1) == b"", "the server hung up"


def test_a_server_that_is_busy_at_the_moment_it_is_stopped_ends_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A request that ends just then wakes it too: it acts on what it is told before the teller is done."""
    wake = trigger._physical_pull

    def wake_twice(self: trigger) -> None:
        wake(self)
        time.sleep(0.05)
        wake(self)

    with ExitStack() as serving:
        serving.enter_context(served(Flask(__name__)))
        monkeypatch.setattr(trigger, "_physical_pull", wake_twice)
