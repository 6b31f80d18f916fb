"""Makes every picture of the README and of the guides from the real pages: `make pictures`.

Made-up cases are played into an empty demonstration whose clock stands still at fixed moments, the pages
are served, and Chromium walks through them (the walks themselves are in `tools/scenes.py` and
`tools/desk_scenes.py`). Run it again after a change that shows; look at the results before you commit them.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from meldcode import cases, clock, mails, people, timers
from meldcode.cases import TaskView
from meldcode.people import Actor
from meldcode.rehearse import read_example
from meldcode.settings import Settings, SmtpSettings
from meldcode.store import Database, scoped
from meldcode.store.tables import cases as case_table
from meldcode.store.tables import clock as clock_table
from tools import browser, desk_scenes, scenes
from workers.embedded.bootstrap import environment_of, prepare
from workers.embedded.catcher import Mailbox, catching

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
SCHOOL = ROOT / "processes" / "basisschool-het-voorbeeld"
PASSWORD = "alleen-voor-de-plaatjes"  # noqa: S105 - a demonstration that lives for a minute
#: Pages have a strip on top in a demonstration; whoever reads a guide works without it.
STYLE = ".demo { display: none }"
#: Sharp on the screens of today, and still a small file.
SCALE = 1.5
LARGEST_BYTES = 120_000


@dataclass(frozen=True, slots=True)
class Studio:
    """What the scenes work with: a school in a database of its own, its pages and a browser."""

    db: Database
    smtp: SmtpSettings
    chromium: Browser
    address: str
    organisation: UUID
    mailbox: Mailbox

    def at(self, moment: datetime) -> datetime:
        """It is now `moment`; what fell due before it has happened, each at its own moment."""
        while (due := timers.oldest_due(self.db)) is not None and due <= moment:
            self._tick(due)
        self._tick(moment)
        return moment

    def _tick(self, moment: datetime) -> None:
        set_clock(self.db, moment)
        timers.fire_due(self.db, moment)
        mails.send_pending(self.db, self.smtp, moment)

    def begin(self, username: str, reference: str, moment: datetime) -> UUID:
        """A case whose reference is chosen: pictures made again should be the same pictures."""
        case = cases.open_case(self.db, self._actor(username), key=reference, now=self.at(moment)).case
        with self.db.transaction(self.organisation) as tx:
            tx.execute(
                sa.update(case_table)
                .where(scoped(case_table), case_table.c.id == case.id)
                .values(reference=reference)
            )
        return case.id

    def complete(self, username: str, case: UUID, node: str, answers: Mapping[str, Any]) -> None:
        """Somebody finishes a task now, away from the camera."""
        task, now = self.task(username, case, node), clock.now(self.db)
        if task.pool:
            cases.claim(self.db, self._actor(username), case, task.id, key=f"{task.id}", now=now)
        cases.complete(self.db, self._actor(username), case, task.id, answers, key=f"{task.id}", now=now)

    def task(self, username: str, case: UUID, node: str) -> TaskView:
        """Her open task at this place of the diagram."""
        tasks = cases.my_tasks(self.db, self._actor(username))
        (found,) = [task for task in tasks if task.case == case and task.node == node]
        return found

    @contextmanager
    def visitor(self, username: str | None, width: int) -> Iterator[Page]:
        """Somebody at a screen of this width, signed in with a name and a password unless None."""
        context = self.chromium.new_context(
            base_url=self.address,
            locale="nl-NL",
            viewport={"width": width, "height": 844},
            device_scale_factor=SCALE if width < scenes.LAPTOP else 1,
            bypass_csp=True,  # for our own style sheet above
        )
        page = context.new_page()
        page.set_default_timeout(10_000)
        if username is not None:
            page.goto("/")
            page.get_by_label("Gebruikersnaam").fill(username)
            page.get_by_label("Wachtwoord", exact=True).fill(PASSWORD)
            page.get_by_role("button", name="Inloggen", exact=True).click()
            page.get_by_role("heading", name="Mijn taken", level=1).wait_for()
        yield page
        context.close()

    def take(self, page: Page, name: str, *, height: int = 844, top: Locator | None = None) -> None:
        """A picture of the page, from `top` downwards, as high as a screen of `height`."""
        width = page.viewport_size["width"] if page.viewport_size else 0
        page.set_viewport_size({"width": width, "height": height})
        page.add_style_tag(content=STYLE)
        # nobody's pointer and nobody's cursor on a picture
        page.mouse.move(0, 0)
        page.evaluate("document.activeElement.blur()")
        where = "window.scrollTo(0, 0)"
        page.evaluate(where) if top is None else top.evaluate(
            "e => window.scrollTo(0, e.getBoundingClientRect().top + window.scrollY - 16)"
        )
        _kept(page.screenshot(animations="disabled"), name)

    def take_part(self, part: Locator, name: str) -> None:
        """A picture of one part of a page."""
        _kept(part.screenshot(animations="disabled"), name)

    def person(self, username: str) -> UUID:
        """Who she is in the database."""
        return self._actor(username).person

    def _actor(self, username: str) -> Actor:
        return people.sign_in(self.db, username, PASSWORD, clock.now(self.db)).actor


def _kept(picture: bytes, name: str) -> None:
    path = IMAGES / f"{name}.png"
    if len(picture) > LARGEST_BYTES:
        sys.exit(f"{path.relative_to(ROOT)} would have {len(picture)} bytes: show less of the page")
    path.write_bytes(picture)
    print(f"{path.relative_to(ROOT)}  {len(picture) // 1000} kB")


def answers_of(example: str) -> dict[str, dict[str, Any]]:
    """What the people of an example fill in, by the task's place in the diagram (the last time counts)."""
    path = SCHOOL / "examples" / f"{example}.toml"
    moments = read_example(path.read_bytes(), path.name).moments
    return {told.complete: dict(told.answers) for told in moments if told.complete is not None}


def set_clock(db: Database, moment: datetime) -> None:
    """Makes it `moment` in a demonstration, also in the past: only pictures need that."""
    seconds = round((moment - clock.real()).total_seconds())
    with db.transaction(None) as tx:
        tx.execute(sa.delete(clock_table))
        tx.execute(sa.insert(clock_table), {"id": 1, "offset_seconds": seconds})


@contextmanager
def served(environment: Mapping[str, str], port: int) -> Iterator[str]:
    """The pages in a process of their own while the block runs: their address."""
    address = f"http://localhost:{port}"
    pages = subprocess.Popen([sys.executable, "-m", "web"], cwd=ROOT, env={**os.environ, **environment})
    try:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(address, timeout=5).close()
                break
            except OSError:
                time.sleep(0.2)
        yield address
    finally:
        pages.terminate()
        pages.wait()


def main() -> None:
    program = browser.find()
    if program is None:
        sys.exit(browser.MISSING)
    IMAGES.mkdir(parents=True, exist_ok=True)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with (
        tempfile.TemporaryDirectory() as name,
        catching(Path(name) / "mails") as (mailbox, smtp_port),
        sync_playwright() as playwright,
    ):
        folder = Path(name)
        given = {
            "MELDCODE_DEMO": "1",
            "MELDCODE_BASE_URL": f"http://localhost:{port}",
            "MELDCODE_BROKER_URL": "redis://127.0.0.1:1/0",  # nobody needs a nudge here
            "MELDCODE_SMTP_URL": f"smtp://127.0.0.1:{smtp_port}",
        }
        settings = Settings.from_environment(embedded=True, environment=given, home=folder)
        db = settings.database()
        db.migrate()
        set_clock(db, scenes.FIRST)
        shutil.copytree(SCHOOL, folder / "processes" / SCHOOL.name)
        prepare(settings, folder / "processes", PASSWORD)
        organisation = people.organisation_id(db, SCHOOL.name)
        assert organisation is not None  # noqa: S101 - prepared a line before
        more = {"MELDCODE_PORT": str(port), "MELDCODE_LOG": "console"}
        chromium = playwright.chromium.launch(executable_path=program, args=list(browser.ARGUMENTS))
        with served({**given, **environment_of(settings), **more}, port) as address:
            # links in mails are shown as a deployment would have them
            shown = replace(settings, base_url="https://taken.hetvoorbeeld.example").database()
            studio = Studio(shown, settings.smtp, chromium, address, organisation, mailbox)
            scenes.play(studio, answers_of("stap-4-blijft-liggen"))
            desk_scenes.play(studio)
            shown.close()
        chromium.close()
        db.close()


if __name__ == "__main__":
    main()
