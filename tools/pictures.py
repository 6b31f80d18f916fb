"""Makes the picture of the README from the real pages: `make pictures`.

A made-up case is played into an empty demonstration, the pages are served, and Chromium takes the picture.
Run it again after a change that shows; look at the result before you commit it.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from playwright.sync_api import Page, ViewportSize, sync_playwright

from meldcode import cases, clock, people, timers
from meldcode.rehearse import read_example
from meldcode.settings import Settings
from tools import browser
from workers.embedded.bootstrap import environment_of, prepare

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "images" / "zaak.png"
EXAMPLE = ROOT / "processes" / "basisschool-het-voorbeeld" / "examples" / "stap-4-blijft-liggen.toml"
TEACHER = "sanne"
PASSWORD = "alleen-voor-de-plaatjes"  # noqa: S105 - a demonstration that lives for a minute
#: How long ago the case began, and how much later each finished task came: step 4 has been waiting since.
AGO, BETWEEN = timedelta(days=10), timedelta(days=1)
SIZE: ViewportSize = {"width": 1280, "height": 800}


def played_case(settings: Settings) -> UUID:
    """A case in which the teacher did what the example says, up to the step that stays."""
    db = settings.database()
    moment = clock.now(db) - AGO
    actor = people.sign_in(db, TEACHER, PASSWORD, clock.now(db)).actor
    case = cases.open_case(db, actor, key="pictures", now=moment).case
    for number, told in enumerate(read_example(EXAMPLE.read_bytes(), EXAMPLE.name).moments):
        if told.complete is None:
            break
        moment += BETWEEN
        (task,) = [task for task in cases.my_tasks(db, actor) if task.node == told.complete]
        cases.complete(db, actor, case.id, task.id, told.answers, key=f"pictures-{number}", now=moment)
    timers.fire_due(db, clock.now(db))
    db.close()
    return case.id


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


def take(page: Page, address: str, case: UUID) -> None:
    """Signs in and takes the picture of a case."""
    page.set_viewport_size(SIZE)
    page.goto(address)
    page.locator(f"button[name=naam][value={TEACHER}]").click()
    page.goto(f"{address}/zaken/{case}")
    page.screenshot(path=PICTURE)
    print(PICTURE.relative_to(ROOT))


def main() -> None:
    program = browser.find()
    if program is None:
        sys.exit(browser.MISSING)
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    given = {
        "MELDCODE_DEMO": "1",
        "MELDCODE_BASE_URL": f"http://localhost:{port}",
        "MELDCODE_BROKER_URL": "redis://127.0.0.1:1/0",  # nobody needs a nudge here
        "MELDCODE_SMTP_URL": "smtp://127.0.0.1:1",
    }
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        settings = Settings.from_environment(embedded=True, environment=given, home=Path(folder))
        prepare(settings, ROOT / "processes", PASSWORD)
        case = played_case(settings)
        more = {"MELDCODE_PORT": str(port), "MELDCODE_DEMO_PASSWORD": PASSWORD, "MELDCODE_LOG": "console"}
        chromium = playwright.chromium.launch(executable_path=program, args=list(browser.ARGUMENTS))
        with served({**given, **environment_of(settings), **more}, port) as address:
            take(chromium.new_page(locale="nl-NL"), address, case)
        chromium.close()


if __name__ == "__main__":
    main()
