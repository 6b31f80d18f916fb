"""The server of the tests ends as a whole: what it left behind would be held against another test."""

from __future__ import annotations

import socket
from contextlib import ExitStack

from flask import Flask

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
                assert line.recv(65_536).endswith(b"dag")
            serving.close()
            assert line.recv(1) == b"", "the server hung up"
