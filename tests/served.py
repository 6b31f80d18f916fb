"""Pages served in this process by the production server, and taken down again with every line it held."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from waitress.server import create_server

#: How long the server may take to end, in seconds: much longer than it ever needs.
PATIENCE = 30


@contextmanager
def served(app: Flask, **settings: object) -> Iterator[int]:
    """Serves `app` on a free port of this machine for as long as the block lasts; gives the port.

    A browser keeps its lines open for a next question. Whoever closes only the door leaves those lines to
    the garbage collector, which complains about them in whatever test runs next; so the server's own thread
    closes them all, after the last answer has left.
    """
    lines: dict[int, object] = {}
    server = create_server(
        app,
        map=lines,
        host="127.0.0.1",
        port=0,
        threads=4,
        ident=None,
        clear_untrusted_proxy_headers=True,
        **settings,
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    pulled = threading.Event()

    def hang_up() -> None:
        pulled.wait(PATIENCE)  # the trigger is one of the lines: not closed under the hand that pulls it
        server.asyncore.close_all(lines, ignore_all=True)

    try:
        yield int(server.effective_port)
    finally:
        server.task_dispatcher.shutdown(timeout=PATIENCE)
        server.trigger.pull_trigger(hang_up)
        pulled.set()
        thread.join(PATIENCE)
        assert not thread.is_alive(), "the server goes on after it was told to stop"
