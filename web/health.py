"""Is this process alive, and can it work? For whoever watches over it: a container, a proxy, a person.

Answered before Flask sees the request: no session, no cookie, no look at the name in `Host` (a container asks
itself by number), nothing about anybody. Plain words, without addresses or versions.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask

from meldcode.messages import MeldcodeError
from meldcode.store import Database
from web.services import EXTENSION, Services
from workers.nudge import Nudge

LIVE, READY = "/health/live", "/health/ready"
KEPT_SECONDS = 2.0  # everybody may ask, so the database is asked at most this often

Start = Callable[..., Any]
Answer = tuple[bool, str]


class Health:
    """WSGI: answers these two paths and leaves the rest to the application."""

    def __init__(self, application: Callable[..., Iterable[bytes]], db: Database, nudge: Nudge) -> None:
        self._application = application
        self._db, self._nudge = db, nudge
        self._lock = threading.Lock()
        self._kept: tuple[float, Answer] | None = None

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path not in (LIVE, READY):
            return self._application(environ, start)
        method = environ.get("REQUEST_METHOD", "GET")
        if method not in ("GET", "HEAD"):
            return _say(start, "405 Method Not Allowed", "only GET\n", method, ("Allow", "GET, HEAD"))
        if path == LIVE:
            return _say(start, "200 OK", "alive\n", method)
        good, words = self._ready()
        return _say(start, "200 OK" if good else "503 Service Unavailable", words, method)

    def _ready(self) -> Answer:
        with self._lock:
            if self._kept is None or time.monotonic() - self._kept[0] > KEPT_SECONDS:
                self._kept = (time.monotonic(), self._look())
            return self._kept[1]

    def _look(self) -> Answer:
        good, tables = _database(self._db)
        broker = "reachable" if self._nudge.reachable() else "not reachable (mails wait for it; pages do not)"
        return good, f"{'ready' if good else 'not ready'}\ndatabase: {tables}\nbroker: {broker}\n"


def _database(db: Database) -> Answer:
    try:
        current = db.is_current()
    except MeldcodeError:
        return False, "not reachable"
    if not current:
        return False, "reachable, its tables are not of this version: run `meldcode migrate`"
    return True, "reachable, tables up to date"


def _say(start: Start, status: str, words: str, method: str, *more: tuple[str, str]) -> Iterable[bytes]:
    body = words.encode()
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
        *more,
    ]
    start(status, headers)
    return [] if method == "HEAD" else [body]


def init_app(app: Flask) -> None:
    """Puts the two addresses in front of the pages."""
    services: Services = app.extensions[EXTENSION]
    app.wsgi_app = Health(app.wsgi_app, services.db, services.nudge)  # type: ignore[assignment,method-assign]
