"""docker-compose.yml, without containers: each service's own command and settings, on private servers.

Only where things are is changed: the names of the containers become sockets and ports of this test.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from meldcode.store import Database
from tests.ports import free_port
from tests.postgres import PrivatePostgres, programs
from tests.waiting import eventually
from tests.workers.deployment import children
from workers.embedded import broker as private
from workers.embedded.broker import PrivateBroker

pytestmark = pytest.mark.processes

ROOT = Path(__file__).resolve().parents[2]
FILE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, Any] = FILE["services"]
OURS = ("migrate", "web", "worker", "beat")
SECRETS = {
    "MELDCODE_SECRET_KEY": "s" * 64,
    "MELDCODE_MASTER_KEY": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    "MELDCODE_APP_PASSWORD": "a" * 64,
    "MELDCODE_OWNER_PASSWORD": "o" * 64,
    "POSTGRES_PASSWORD": "p" * 64,
}
_VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


def filled(text: str, given: Mapping[str, str]) -> str:
    """As compose fills in `${NAME:-otherwise}` and `${NAME:?sentence}`."""

    def one(found: re.Match[str]) -> str:
        name, kind, rest = found.groups()
        if given.get(name):
            return given[name]
        assert kind == "-", f"{name}: {rest}"
        return str(rest)

    return _VARIABLE.sub(one, text)


def _hear_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Computer:
    """The services of the file as processes of this computer."""

    def __init__(self, folder: Path, postgres: PrivatePostgres, broker: PrivateBroker) -> None:
        self.log = folder / "log"
        self.port, self.mail_port = free_port(), free_port()
        self._places = {
            "@postgres/meldcode": f"@/{postgres.create()}?host={postgres.folder}",
            "redis://redis:6379/0": broker.url,
            "smtp://mails:1025": f"smtp://127.0.0.1:{self.mail_port}",
            "1025": str(self.mail_port),
            "/data": str(folder),
        }
        self._running: list[subprocess.Popen[bytes]] = []

    def environment(self, service: str) -> dict[str, str]:
        given = SERVICES[service].get("environment", {})
        values = {name: self._placed(filled(str(value), SECRETS)) for name, value in given.items()}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return {**values, "PATH": path, "MELDCODE_PORT": str(self.port), "MELDCODE_LOG": "json"}

    def command(self, service: str) -> list[str]:
        return [self._placed(word) for word in SERVICES[service]["command"]]

    def start(self, service: str) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                self.command(service),
                env=self.environment(service),
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # a test run in the background ignores Ctrl-C, and what it starts would inherit that
                preexec_fn=_hear_interrupts,
                start_new_session=True,
            )
        self._running.append(process)
        return process

    def is_healthy(self, service: str) -> bool:
        kind, *words = SERVICES[service]["healthcheck"]["test"]
        assert kind == "CMD"
        asked = subprocess.run(
            [self._placed(word) for word in words],
            env=self.environment(service),
            cwd=ROOT,
            capture_output=True,
            timeout=60,
            check=False,
        )
        return asked.returncode == 0

    def database(self) -> Database:
        return Database(
            self.environment("web")["MELDCODE_DATABASE_URL"], bytes(range(32)), base_url="http://x"
        )

    def stop(self) -> None:
        for process in self._running:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def _placed(self, text: str) -> str:
        for name, place in self._places.items():
            text = text.replace(name, place)
        return text


@pytest.fixture
def computer(tmp_path: Path, postgres: PrivatePostgres, broker: PrivateBroker) -> Iterator[Computer]:
    it = Computer(tmp_path, postgres, broker)
    yield it
    it.stop()
    print(it.log.read_text() if it.log.exists() else "")


def listens(port: int) -> bool:
    """Whether somebody is there at all: asking a service for its health starts a process each time."""
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


def migrated(computer: Computer) -> None:
    assert computer.start("migrate").wait(60) == 0, computer.log.read_text()


@pytest.mark.parametrize(
    "how",
    [pytest.param(signal.SIGTERM, marks=pytest.mark.long), signal.SIGINT],
    ids=["SIGTERM", "Ctrl-C"],
)
def test_web_worker_and_beat_become_healthy_and_leave_no_process(
    computer: Computer, how: signal.Signals
) -> None:
    migrated(computer)
    db = computer.database()
    assert db.is_current()
    db.close()
    web, worker, beat = (computer.start(service) for service in ("web", "worker", "beat"))

    assert eventually(lambda: listens(computer.port)), computer.log.read_text()
    assert eventually(lambda: computer.is_healthy("web")), computer.log.read_text()
    assert eventually(lambda: f"worker-{worker.pid}@" in computer.log.read_text())
    assert computer.is_healthy("worker")
    assert beat.poll() is None

    family = [one.pid for one in (web, worker, beat)]
    family += [child for pid in family for child in children(pid)]
    for process in (web, worker, beat):
        if how is signal.SIGINT:
            os.killpg(process.pid, how)  # a terminal tells every process in front of it
        else:
            process.send_signal(how)
    for process in (web, worker, beat):
        process.wait(60)
    assert eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in family))
    assert "Traceback" not in computer.log.read_text()


def test_the_software_works_as_a_role_that_may_not_change_tables(computer: Computer) -> None:
    for service in ("web", "worker", "beat"):
        environment = computer.environment(service)
        assert "MELDCODE_MIGRATION_URL" not in environment
        assert "meldcode_app:" in environment["MELDCODE_DATABASE_URL"]
        assert SECRETS["MELDCODE_OWNER_PASSWORD"] not in str(environment)


def test_the_mail_catcher_becomes_healthy_and_stops(computer: Computer) -> None:
    process = computer.start("mails")
    assert eventually(lambda: listens(computer.mail_port)), computer.log.read_text()
    assert eventually(lambda: computer.is_healthy("mails")), computer.log.read_text()
    process.terminate()
    process.wait(60)


def test_redis_starts_with_these_settings_and_forgets_nothing_when_full(tmp_path: Path) -> None:
    program, *words = SERVICES["redis"]["command"]
    assert program == "redis-server"
    settings = dict(zip(words[::2], words[1::2], strict=True))
    assert settings["--appendonly"] == "yes"
    assert settings["--maxmemory-policy"] == "noeviction"
    port = free_port()
    server = subprocess.Popen(
        [private.program(), *words, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(tmp_path)],
        stdout=subprocess.DEVNULL,
    )
    try:

        def answers() -> bool:
            try:
                with socket.create_connection(("127.0.0.1", port), 1) as line:
                    line.sendall(b"PING\r\n")
                    return line.recv(16).startswith(b"+PONG")
            except OSError:
                return False

        assert eventually(answers)
        server.terminate()
        assert server.wait(60) == 0
    finally:
        server.kill()
        server.wait()


def test_the_postgres_image_is_given_an_owner_who_is_no_superuser(postgres: PrivatePostgres) -> None:
    (mounted,) = [volume for volume in SERVICES["postgres"]["volumes"] if volume.startswith("./")]
    script = (ROOT / mounted.split(":")[0]).read_text(encoding="utf-8")
    # this server has an owner already, for the other tests
    words = script.replace("meldcode_owner", "composed_owner").replace("meldcode OWNER", "composed OWNER")
    environment = {
        "PATH": f"{programs()}{os.pathsep}{os.environ['PATH']}",
        "PGHOST": str(postgres.folder),
        "MELDCODE_OWNER_PASSWORD": "een' wachtwoord",
    }

    subprocess.run(["sh", "-c", words], env=environment, check=True, capture_output=True, timeout=60)

    asked = (
        "SELECT rolcanlogin, rolcreaterole, rolsuper, rolbypassrls, rolpassword LIKE 'SCRAM%' FROM pg_authid"
    )
    assert postgres.execute(f"{asked} WHERE rolname = 'composed_owner'") == [(True, True, False, False, True)]
    owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'composed'"
    assert postgres.execute(owner) == [("composed_owner",)]
    database = SERVICES["migrate"]["environment"]["MELDCODE_MIGRATION_URL"]
    assert database.startswith("postgresql://meldcode_owner:")
    assert database.endswith("@postgres/meldcode")


def test_every_service_has_a_health_check_or_ends_by_itself() -> None:
    without = {name for name, one in SERVICES.items() if "healthcheck" not in one}
    assert without == {"migrate", "beat"}  # a beat that is away costs time only; its process is watched


def test_no_secret_stands_in_the_file() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    for name in SECRETS:
        assert re.search(rf"\$\{{{name}:\?", text), f"{name} is not asked for"


@pytest.mark.parametrize("service", ["web", "worker", "beat"])
def test_without_settings_a_service_says_what_to_set(computer: Computer, service: str) -> None:
    environment = {**computer.environment(service), "MELDCODE_SECRET_KEY": ""}
    done = subprocess.run(
        computer.command(service),
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "MELDCODE_SECRET_KEY" in done.stderr
    assert "Traceback" not in done.stderr
