"""The whole house, as `make run` or as a deployment has it: pages, workers, broker and a real mailbox."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import datetime
from datetime import time as time_of_day
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from meldcode import clock
from meldcode.settings import Settings
from meldcode.store import Database
from meldcode.store.tables import due, outbox
from tests.organisations import SCHOOL, version_of
from tests.ports import free_port
from tests.workers.deployment import PASSWORD, Deployment
from workers.embedded.catcher import Mailbox

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 90
SETTLE_SECONDS = 60
TELLING_DAYS = 25  # working days that the stories of a file let pass together, and those before a holiday


class House:
    """Pages, workers and a mailbox that people can walk into. `log` holds all its processes printed."""

    address: str
    folder: Path
    log: Path
    db: Database
    mailbox: Mailbox

    def mails(self, reference: str) -> list[EmailMessage]:
        """What was delivered about one case, oldest first, once nothing is due or waiting any more."""
        self.settle()
        return [mail for mail in self.mailbox.messages() if reference in str(mail["Subject"])]

    def leave_holidays_behind(self) -> None:
        """Move the clock until no school holiday comes while stories are told, whatever day it really is.

        Before a holiday the school asks who keeps watch, and in it fewer days count.
        """
        calendar = version_of(SCHOOL).organisation.calendar()
        while True:
            now = clock.now(self.db)
            holiday = calendar.holiday_from(calendar.local(now).date())
            if holiday is None:
                return
            begins = datetime.combine(holiday[0], time_of_day(12), ZoneInfo(calendar.zone))
            left = calendar.working_days_between(now, begins)
            if left > TELLING_DAYS:
                return
            clock.move(self.db, max(left, 0) + 1, calendar=calendar)

    def settle(self) -> None:
        """Wait until the workers have fired what is due and sent what is queued."""
        deadline = time.monotonic() + SETTLE_SECONDS
        while self._busy():
            if time.monotonic() > deadline:
                raise AssertionError(f"the workers did not finish\n{self.log.read_text()[-4000:]}")
            time.sleep(0.1)

    def close(self) -> None:
        """Stop everything."""
        raise NotImplementedError

    def _busy(self) -> bool:
        now = clock.now(self.db)
        with self.db.reading(None) as tx:
            fires = tx.execute(sa.select(sa.func.count()).where(due.c.at <= now)).scalar_one()
            waits = tx.execute(sa.select(sa.func.count()).select_from(outbox)).scalar_one()
        return bool(fires or waits)

    def _wait_for_pages(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                urllib.request.urlopen(self.address, timeout=30).close()
                return
            except (OSError, urllib.error.URLError):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise AssertionError(f"the pages did not start\n{self.log.read_text()[-4000:]}") from None
                time.sleep(0.2)


class EmbeddedHouse(House):
    """What `make run` starts: everything in a folder, watched by one process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder.parent / f"{folder.name}.log"
        port = free_port()
        self.address = f"http://localhost:{port}"
        self._output = self.log.open("wb")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "workers.embedded", "--folder", str(folder), "--port", str(port)],
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            self._wait_for_pages(self._process)
        except BaseException:
            self.close()
            raise
        settings = Settings.from_environment(True, environment={"MELDCODE_DEMO": "1"}, home=folder)
        self.db = settings.database()
        self.mailbox = Mailbox(folder / "mails")

    def close(self) -> None:
        """Stop it as Ctrl-C does, and see that it stops."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(60)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
        self._output.close()
        if hasattr(self, "db"):
            self.db.close()


class DeployedHouse(House):
    """Separate processes as a deployment has them: the pages, two workers and two beats."""

    def __init__(self, deployment: Deployment, folder: Path) -> None:
        self.folder = folder
        self.log = deployment.log
        self.db = deployment.db
        self.mailbox = deployment.mailbox
        self._deployment = deployment
        port = str(free_port())
        self.address = f"http://localhost:{port}"
        where = {"MELDCODE_HOST": "127.0.0.1", "MELDCODE_PORT": port, "MELDCODE_BASE_URL": self.address}
        pages = deployment.start("web", **where, MELDCODE_DEMO_PASSWORD=PASSWORD)
        self.workers = [deployment.start("worker", **where) for _ in range(2)]
        self.beats = [deployment.start("beat", **where) for _ in range(2)]
        try:
            self._wait_for_pages(pages)
        except BaseException:
            self.close()
            raise

    def replace_worker(self) -> None:
        """kill -9 for one of the two workers, and start another as whoever watches them does."""
        self._deployment.kill(self.workers.pop(0))
        self.workers.append(self._deployment.start("worker"))

    def close(self) -> None:
        """End every process."""
        self._deployment.stop()


def recipients(mails: list[EmailMessage]) -> list[str]:
    """To whom the mails went, by the name before the @."""
    return [re.sub(r"@.*", "", str(mail["X-Envelope-To"])) for mail in mails]
