"""A whole deployment for a test: database, school, broker, mail server, real worker and beat processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID, uuid4

from meldcode import cases, clock, outbox, people
from meldcode.cases import CaseView
from meldcode.outbox import SentMail
from meldcode.settings import Settings
from tests.waiting import eventually
from workers.embedded.bootstrap import environment_of, prepare
from workers.embedded.catcher import Mailbox
from workers.nudge import Nudge

ROOT = Path(__file__).resolve().parents[2]
SCHOOL = "basisschool-het-voorbeeld"
PASSWORD = "een-lang-wachtwoord"
#: Longer ago than the summer holiday and a week: the reminder of the first task has long been due.
LONG_AGO = timedelta(days=60)


def children(pid: int) -> list[int]:
    """The process ids of a process's children."""
    listed = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    )
    return [int(line) for line in listed.stdout.split()]


def only_the_school(folder: Path) -> Path:
    """A folder of organisations with one in it: publishing them all takes a while."""
    folder.mkdir(exist_ok=True)
    (folder / SCHOOL).symlink_to(ROOT / "processes" / SCHOOL)
    return folder


class Deployment:
    """Every part on its own. `stop` ends every process that it started.

    `database` holds the variables that name another database than the SQLite file in `folder`.
    """

    def __init__(
        self,
        folder: Path,
        broker_url: str,
        mailbox: Mailbox,
        smtp_port: int,
        *,
        database: Mapping[str, str] | None = None,
    ) -> None:
        self.mailbox = mailbox
        given = {
            **(database or {}),
            "MELDCODE_BROKER_URL": broker_url,
            "MELDCODE_SMTP_URL": f"smtp://127.0.0.1:{smtp_port}",
            "MELDCODE_TICK_SECONDS": "1",
            "MELDCODE_DEMO": "1",
            "MELDCODE_LOG": "console",
        }
        settings = Settings.from_environment(embedded=True, environment=given, home=folder)
        self.environment = {**given, **environment_of(settings), "MELDCODE_BASE_URL": settings.base_url}
        prepare(settings, only_the_school(folder.parent / "processes"), PASSWORD)
        self.db = settings.database()
        self.nudge = Nudge(broker_url)
        organisation = people.organisation_id(self.db, SCHOOL)
        assert organisation is not None
        self.organisation: UUID = organisation
        self.teacher = people.sign_in(self.db, "sanne", PASSWORD, clock.now(self.db)).actor
        self.log = folder / "processes.log"
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self, part: str, **changed: str) -> subprocess.Popen[bytes]:
        """Starts a `worker`, a `beat` or the pages (`web`) as a deployment does."""
        command = ["web"] if part == "web" else ["workers", part]
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *command],
                env={**os.environ, **self.environment, **changed},
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._processes.append(process)
        return process

    def started(self, process: subprocess.Popen[bytes]) -> bool:
        """Whether a worker came up and takes nudges."""
        return eventually(lambda: f"worker-{process.pid}@" in self.log.read_text())

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """kill -9 for a process and all its children, as when a computer loses its power."""
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        for process in self._processes:
            self.kill(process)
        self.db.close()

    def overdue_case(self) -> CaseView:
        """A case whose first task should have been done weeks ago, and nobody has been reminded."""
        long_ago = clock.now(self.db) - LONG_AGO
        return cases.open_case(self.db, self.teacher, key=uuid4().hex, now=long_ago).case

    def rows(self, case: CaseView) -> list[SentMail]:
        """The mails of a case as the database has them."""
        return [row for row in outbox.listing(self.db, self.organisation) if row.case == case.id]

    def delivered(self, case: CaseView) -> list[EmailMessage]:
        """The mails of a case that arrived."""
        return [mail for mail in self.mailbox.messages() if case.reference in mail["Subject"]]

    def arrives(self, case: CaseView) -> bool:
        """Whether a mail of a case arrives in time."""
        return eventually(lambda: self.delivered(case))
