"""`make run`: one command starts everything, Ctrl-C leaves nothing but the data."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from meldcode import clock, people
from meldcode.messages import MeldcodeError
from meldcode.settings import Settings
from tests.ports import free_port as any_port
from tests.waiting import eventually
from tests.workers.deployment import ROOT, SCHOOL, children, only_the_school
from workers.embedded.__main__ import FIRST_PORT, free_port

pytestmark = pytest.mark.processes


class Run:
    """One `make run` with its own data and port."""

    def __init__(self, folder: Path, processes: Path, log: Path, scratch: str) -> None:
        self.folder, self.log = folder, log
        self.port = any_port()
        command = [
            sys.executable,
            "-m",
            "workers.embedded",
            "--folder",
            str(folder),
            "--processes",
            str(processes),
            "--port",
            str(self.port),
        ]
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**os.environ, "TMPDIR": scratch},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def said(self) -> str:
        return self.log.read_text()

    def is_up(self) -> bool:
        return eventually(lambda: "Ctrl-C stops everything" in self.said)

    def family(self) -> list[int]:
        """The runner, its parts and theirs."""
        found = [self.process.pid]
        for pid in found:
            found += children(pid)
        return found

    def part(self, words: str) -> int:
        """The process id of the part whose command has these words."""
        lines = {pid: command_of(pid) for pid in children(self.process.pid)}
        return next(pid for pid, line in lines.items() if words in line)

    def page(self) -> str:
        with urllib.request.urlopen(f"http://localhost:{self.port}/", timeout=60) as answer:
            return str(answer.read().decode())

    def settings(self) -> Settings:
        return Settings.from_environment(embedded=True, environment={"MELDCODE_DEMO": "1"}, home=self.folder)

    def password(self) -> str:
        found = re.search(r"password: (\S+)\)", self.said)
        assert found is not None
        return found[1]


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def alive(pids: list[int]) -> list[str]:
    return [line for pid in pids if (line := command_of(pid))]


@pytest.fixture
def make_run(tmp_path: Path) -> Iterator[Callable[[], Run]]:
    runs: list[Run] = []
    processes = only_the_school(tmp_path / "processes")
    # not tmp_path: the broker's socket lies in it, and a socket's path has to be short
    with tempfile.TemporaryDirectory() as scratch:

        def start() -> Run:
            runs.append(Run(tmp_path / "var", processes, tmp_path / f"run-{len(runs)}.log", scratch))
            return runs[-1]

        yield start
        for run in runs:
            run.process.terminate()
            run.process.wait(60)
            print(run.said)


def test_one_command_starts_everything_and_ctrl_c_leaves_no_process(make_run: Callable[[], Run]) -> None:
    run = make_run()
    assert run.is_up()
    assert "wachtwoord" in run.page().lower()
    assert re.search(r"^    sanne +Sanne.*, Leerkracht, Basisschool Het Voorbeeld$", run.said, re.MULTILINE)
    assert eventually(lambda: len(run.family()) == 5), "runner, broker, web, worker, beat"
    family = run.family()

    run.process.send_signal(signal.SIGINT)

    assert run.process.wait(60) == 0
    assert alive(family) == []
    with pytest.raises(OSError, match=r"refused|Cannot assign"):
        run.page()


@pytest.mark.long
def test_the_printed_password_signs_in_and_a_second_run_keeps_the_data(make_run: Callable[[], Run]) -> None:
    first = make_run()
    assert first.is_up()
    first.process.terminate()
    assert first.process.wait(60) == 0

    second = make_run()
    assert second.is_up()

    assert second.password() == first.password()
    db = second.settings().database()
    actor = people.sign_in(db, "fatima", second.password(), clock.now(db)).actor
    assert "intern-begeleider" in actor.roles
    organisation = people.organisation_id(db, SCHOOL)
    assert organisation is not None
    names = [person.name for person in people.everybody(db, organisation)]
    assert len(names) == len(set(names))
    db.close()


def test_a_part_that_dies_comes_back_by_itself(make_run: Callable[[], Run]) -> None:
    run = make_run()
    assert run.is_up()
    web, broker = run.part("-m web"), run.part("-server")

    os.kill(web, signal.SIGKILL)
    os.kill(broker, signal.SIGKILL)

    assert eventually(lambda: "web    | ended (exit code -9), starting it again" in run.said)
    assert eventually(lambda: "broker | ended (exit code -9), starting it again" in run.said)

    def answers() -> bool:
        try:
            return "wachtwoord" in run.page().lower()
        except OSError:
            return False

    assert eventually(answers)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can tie a process to its parent")
def test_even_a_killed_run_leaves_no_process(make_run: Callable[[], Run]) -> None:
    run = make_run()
    assert run.is_up()
    family = run.family()

    run.process.kill()

    assert eventually(lambda: not alive(family[1:])), alive(family)


def test_a_port_that_is_taken_is_said_in_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(MeldcodeError, match=f"Port {port} is in use already.*make run PORT="):
            free_port(port)


def test_without_a_wish_the_first_free_port_is_taken() -> None:
    assert free_port(None) >= FIRST_PORT
    port = free_port(None)
    with socket.create_server(("127.0.0.1", port)):
        assert port < free_port(None) <= port + 10


@pytest.mark.long
def test_the_data_is_for_the_eyes_of_its_owner_only(make_run: Callable[[], Run]) -> None:
    run = make_run()
    assert run.is_up()

    assert run.folder.stat().st_mode & 0o777 == 0o700
    for secret in ("master.key", "secret.key", "demo-password"):
        assert (run.folder / secret).stat().st_mode & 0o077 == 0
