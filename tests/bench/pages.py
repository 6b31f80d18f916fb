"""Completions over HTTP through the real application: signed in, with CSRF token, form key and audit.

The median is taken with Flask's own client, so that no network is in it, and once more over the line; the
rate and the weights with the production server and clients over real connections, each a person of her own
with a case of her own.
"""

from __future__ import annotations

import base64
import gzip
import http.client
import os
import re
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Flask

from meldcode import cases, people, publishing
from meldcode.people import Actor
from meldcode.settings import Settings, SmtpSettings
from meldcode.store import Database
from tests.bench.crowd import fill
from tests.bench.rows import Row, at_least, at_most, shown
from tests.bench.school import ANSWERS, FOLDER, KEY
from tests.databases import MASTER_KEY, Kind, SqliteFiles, again
from web.app import create_app

PASSWORD = "een-lang-wachtwoord"
ROUNDS = 200
MOST_ROUNDS = 8
CLIENTS = 4
EACH = 110  # completions of each client, the first of them to warm up
WARM = 10
MANY = 10_000
FLAT = 1.25
ORIGIN = "http://localhost"
FIRST_VISIT_KB, LATER_KB = 100, 12
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_OUR_FILES = re.compile(r'(?:href|src)="(/static/[^"]+)"')


class Pages:
    """The application on a fresh database with one organisation and a few people."""

    def __init__(self, db: Database) -> None:
        self.settings = settings = Settings(
            database_url=db.engine.url.render_as_string(hide_password=False),
            broker_url="redis://127.0.0.1:1/0",  # nobody there: pages do not depend on it
            smtp=SmtpSettings("127.0.0.1", 1),
            secret_key="s" * 40,
            master_key=MASTER_KEY,
            base_url=ORIGIN,
            demo=False,
        )
        db.migrate()
        self.db = again(db, demo=False)  # a deployment's clock cannot be moved, so nobody asks for it
        self.app: Flask = create_app(settings, self.db)
        now = datetime.now(UTC)
        self.organisation = people.create_organisation(self.db, KEY, "Basisschool", now=now)
        publishing.publish(self.db, KEY, FOLDER, now=now)
        self._names = count()

    def visitor(self) -> Visitor:
        """Somebody signed in, whose case waits at the weighing."""
        name, now = f"bench{next(self._names)}", datetime.now(UTC)
        roles = frozenset({"leerkracht"})
        person = people.create_person(
            self.db,
            self.organisation,
            username=name,
            name="Leerkracht",
            email=f"{name}@hetvoorbeeld.example",
            roles=roles,
            password=PASSWORD,
            now=now,
        )
        return Visitor(self, name, Actor(person, self.organisation, roles, "Leerkracht"))


class Visitor:
    """One person with her cookies and a case of her own at *4 Wegen*, which she takes round its doubt loop.

    After a few rounds she begins another case: one with hundreds of finished tasks would be no measure.
    """

    def __init__(self, pages: Pages, name: str, actor: Actor) -> None:
        self.pages, self.actor = pages, actor
        self._keys = count()
        self.client = pages.app.test_client()
        signin = self.client.get("/inloggen").text
        self.client.post(
            "/inloggen", data={"csrf_token": token_of(signin), "naam": name, "wachtwoord": PASSWORD}
        )
        self.token = token_of(self.client.get("/").text)
        self.begin()

    def begin(self) -> None:
        """Another case, at the weighing."""
        db, now = self.pages.db, datetime.now(UTC)
        outcome = cases.open_case(db, self.actor, key=self._key(), now=now)
        for node in ("signalen", "overleg", "gesprek"):
            task = outcome.next_tasks[0]
            outcome = cases.complete(
                db, self.actor, task.case, task.id, ANSWERS[node], key=self._key(), now=now
            )
        self.case, self.rounds = outcome.case.id, 0
        self.look()

    def look(self) -> None:
        """See what is open now."""
        self.rounds += 1
        if self.rounds > MOST_ROUNDS:
            self.begin()
            return
        views = cases.my_tasks(self.pages.db, self.actor)
        view = next(view for view in views if view.case == self.case)
        self.task: UUID = view.id
        self.node = view.node

    def prepare(self, number: int) -> list[str]:
        """Open that many cases; the addresses of their first tasks."""
        db, now = self.pages.db, datetime.now(UTC)
        outcomes = [cases.open_case(db, self.actor, key=self._key(), now=now) for _ in range(number)]
        return [f"/taken/{one.case.id}/{one.next_tasks[0].id}" for one in outcomes]

    def _key(self) -> str:
        return f"bench-key-{next(self._keys)}"

    @property
    def address(self) -> str:
        return f"/taken/{self.case}/{self.task}"

    def body(self, node: str | None = None) -> dict[str, Any]:
        """What the browser would send for the open task, or for one at `node`."""
        answers = ANSWERS[node or self.node]
        plain = {name: value for name, value in answers.items() if name != "feiten"}
        for index, fact in enumerate(answers.get("feiten", ())):
            plain |= {f"feiten.{index}.{name}": value for name, value in fact.items()}
            plain["_rows:feiten"] = str(index + 1)
        return {
            "csrf_token": self.token,
            "_sleutel": self._key(),
            "_shown": list(answers),
            **plain,
        }

    def cookies(self) -> str:
        """Her cookies, for another client of the same pages."""
        return "; ".join(
            f"{cookie.key}={cookie.value}"
            for name in ("session", "visit")
            if (cookie := self.client.get_cookie(name)) is not None
        )

    def complete(self, *, look: bool = True) -> float:
        """Send the open task; the milliseconds until the answer is there. Then see what is open next."""
        body = self.body()
        begin = time.perf_counter()
        answer = self.client.post(self.address, data=body)
        taken = (time.perf_counter() - begin) * 1_000
        if answer.status_code != 303:
            raise RuntimeError(f"{self.node} was not finished: {answer.status_code}")
        if look:
            self.look()
        return taken

    def open(self) -> float:
        """Open the page of the task; the milliseconds."""
        begin = time.perf_counter()
        answer = self.client.get(self.address)
        taken = (time.perf_counter() - begin) * 1_000
        if answer.status_code != 200:
            raise RuntimeError(f"{self.node} did not open: {answer.status_code}")
        return taken


def token_of(page: str) -> str:
    found = _TOKEN.search(page)
    if found is None:
        raise RuntimeError("no token on the page")
    return found[1]


def rows(kind: Kind) -> Iterator[Row]:
    """The figures of the pages on one kind of database."""
    db = kind.fresh()
    try:
        pages = Pages(db)
        yield from _rows(pages, "SQLite" if isinstance(kind, SqliteFiles) else "PostgreSQL")
        pages.db.close()
    finally:
        kind.drop(db)


def _rows(pages: Pages, name: str) -> Iterator[Row]:
    visitor = pages.visitor()
    alone = _taken(visitor, ROUNDS)
    yield at_most(f"{name}: HTTP completion, median", alone.median, "ms", 10)
    yield shown(f"{name}: HTTP completion, 95th of 100", alone.late, "ms")
    yield shown(f"{name}: processor time of a completion in the web process", alone.processor, "ms")
    yield shown(f"{name}: opening a task's page, median", alone.opening, "ms")
    rate, over_the_line = _rate(pages)
    yield shown(f"{name}: HTTP completion over a real connection, median", over_the_line, "ms")
    figure = f"{name}: HTTP completions with {CLIENTS} clients"
    # SQLite has one writer at a time: a deployment of that size is on PostgreSQL
    yield shown(figure, rate, "/s") if name == "SQLite" else at_least(figure, rate, "/s", 100)
    if name == "SQLite":
        yield from _weights(pages.app, visitor)
    yield from _flatness(pages, name, visitor)


def _flatness(pages: Pages, name: str, visitor: Visitor) -> Iterator[Row]:
    """Somebody with a case of her own, before and after colleagues opened ten thousand. Who only looks is
    somebody else: the list of who goes on working grows with what she leaves open herself."""
    onlooker = pages.visitor()
    few, few_mine = _taken(visitor, ROUNDS // 2), _seen(onlooker, "/")
    fill(pages.db, pages.organisation, visitor.case, MANY, owner=pages.visitor().actor.person)
    many, many_mine = _taken(visitor, ROUNDS // 2), _seen(onlooker, "/")
    what = f"{name}: HTTP completion with {MANY:,} open cases"
    yield at_most(what, many.median, "ms", 10)
    # compared in processor time, which a busy computer changes least
    yield at_most(f"{what} / with few, processor time", many.processor / few.processor, "x", FLAT)
    yield at_most(f"{name}: my tasks with {MANY:,} open cases / with few", many_mine / few_mine, "x", FLAT)


@dataclass(frozen=True, slots=True)
class _Taken:
    """Milliseconds: completing (median, 95th of 100, processor time), and opening the page before it."""

    median: float
    late: float
    processor: float
    opening: float


def _taken(visitor: Visitor, rounds: int) -> _Taken:
    for _ in range(10):
        visitor.open()
        visitor.complete()
    opened, completed, busy = [], [], []
    for _ in range(rounds):
        opened.append(visitor.open())
        before = time.process_time()
        completed.append(visitor.complete(look=False))
        busy.append((time.process_time() - before) * 1_000)
        visitor.look()
    return _Taken(
        statistics.median(completed),
        statistics.quantiles(completed, n=20)[-1],
        statistics.median(busy),
        statistics.median(opened),
    )


def _seen(visitor: Visitor, path: str) -> float:
    """Processor milliseconds of showing a page, median."""
    taken = []
    for _ in range(20):
        before = time.process_time()
        answer = visitor.client.get(path)
        taken.append((time.process_time() - before) * 1_000)
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.status_code}")
    return statistics.median(taken)


def _rate(pages: Pages) -> tuple[float, float]:
    """Over real connections to the production server in a process of its own: completions a second by people
    at the same time, and the median milliseconds of somebody who is alone."""
    work = [(visitor, visitor.prepare(EACH)) for visitor in (pages.visitor() for _ in range(CLIENTS))]
    failed: list[str] = []

    def send(port: int, visitor: Visitor, addresses: list[str]) -> list[float]:
        milliseconds = []
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        headers = {
            "Cookie": visitor.cookies(),
            "Host": "localhost",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        for address in addresses:
            body = urlencode(visitor.body("signalen"), doseq=True)
            begin = time.perf_counter()
            connection.request("POST", address, body, headers)
            answer = connection.getresponse()
            answer.read()
            milliseconds.append((time.perf_counter() - begin) * 1_000)
            if answer.status != 303:
                failed.append(f"{address}: {answer.status}")
        connection.close()
        return milliseconds

    with served(pages) as port:
        for visitor, addresses in work:  # every thread of the server has seen a page before it counts
            send(port, visitor, [addresses.pop() for _ in range(WARM)])
        alone = pages.visitor()
        median = statistics.median(send(port, alone, alone.prepare(EACH)))
        clients = [threading.Thread(target=send, args=(port, *one)) for one in work]
        begin = time.monotonic()
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        taken = time.monotonic() - begin
    if failed:
        raise RuntimeError(f"{len(failed)} were not finished, the first: {failed[0]}")
    return CLIENTS * (EACH - WARM) / taken, median


@contextmanager
def served(pages: Pages) -> Iterator[int]:
    """The same pages as `meldcode serve` serves them; the port."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    settings = pages.settings
    environment = {
        "MELDCODE_DATABASE_URL": settings.database_url,
        "MELDCODE_BROKER_URL": settings.broker_url,
        "MELDCODE_SMTP_URL": f"smtp://{settings.smtp.host}:{settings.smtp.port}",
        "MELDCODE_SECRET_KEY": settings.secret_key,
        "MELDCODE_MASTER_KEY": base64.urlsafe_b64encode(settings.master_key).decode(),
        "MELDCODE_BASE_URL": settings.base_url,
        "MELDCODE_PORT": str(port),
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MELDCODE_")}
    server = subprocess.Popen(
        [sys.executable, "-m", "web"],
        env={**kept, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and server.poll() is None:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                yield port
                return
            time.sleep(0.05)
        raise RuntimeError("the pages are not served")
    finally:
        server.terminate()
        server.wait(20)


def _weights(app: Flask, visitor: Visitor) -> Iterator[Row]:
    """What goes over the line, compressed: a first visit with its files, and pages after that."""
    stranger = app.test_client()
    page = _page(stranger.get("/inloggen", headers=_GZIP))
    files = sum(_size(stranger.get(file, headers=_GZIP)) for file in set(_OUR_FILES.findall(page)))
    first = (_size(stranger.get("/inloggen", headers=_GZIP)) + files) / 1_000
    yield at_most("first visit with styles, script and fonts", first, "kB", FIRST_VISIT_KB)
    case = f"/zaken/{visitor.case}"
    for what, addresses in (
        ("my tasks", ("/",)),
        ("a task with its form", (visitor.address,)),
        ("a case with its picture", (case, f"{case}/plek.svg")),
    ):
        weight = sum(_size(visitor.client.get(address, headers=_GZIP)) for address in addresses) / 1_000
        yield at_most(f"page: {what}", weight, "kB", LATER_KB)


_GZIP: Mapping[str, str] = {"Accept-Encoding": "gzip"}


def _size(answer: Any) -> int:
    if answer.status_code != 200:
        raise RuntimeError(f"{answer.request.path}: {answer.status_code}")
    return len(answer.get_data()) + sum(len(name) + len(value) + 4 for name, value in answer.headers)


def _page(answer: Any) -> str:
    body: bytes = answer.get_data()
    if answer.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    return body.decode()
