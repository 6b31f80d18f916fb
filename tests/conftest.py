"""What tests of every kind share: a clean environment, real servers of their own, published test data."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from _pytest.terminal import TerminalReporter
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, sync_playwright

from tests.databases import Kind, PostgresDatabases, SqliteFiles
from tests.postgres import PROGRAMS, PrivatePostgres
from tools import browser as browsers
from workers.embedded.broker import PrivateBroker
from workers.embedded.catcher import Mailbox, catching

ROOT = Path(__file__).resolve().parent.parent
TEST_DATA = "MELDCODE_TEST_DATA"
WAITING = ("processes", "browser", "slow")
MEMORY = Path("/dev/shm")
ROOMY = 4 * 2**30  # bytes

# What Hypothesis draws is the same in every run, and nothing it does may be too slow: on a busy computer a
# test that needs 1 ms may take 400. `--hypothesis-profile=default` draws anew.
settings.register_profile(
    "steady", derandomize=True, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")


def pytest_configure() -> None:
    # a person's own settings must not decide what a test does
    ours = (TEST_DATA, PROGRAMS)
    for name in [name for name in os.environ if name.startswith("MELDCODE_") and name not in ours]:
        del os.environ[name]
    # Node.js lies beside Python where the computer had none
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    _work_in_memory()


def _work_in_memory() -> None:
    """Put temporary folders in memory where the system has such a place with room enough, and nobody chose.

    Tests kill processes, never the machine, so a disk adds nothing; and a copy of a database is some 300
    small files, which on a disk cost sixteen times the processor time.
    """
    if "TMPDIR" in os.environ or not os.access(MEMORY, os.W_OK):
        return
    place = os.statvfs(MEMORY)
    if min(place.f_bavail * place.f_frsize, _memory_left()) >= ROOMY:
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None  # look again


def _memory_left() -> int:
    """In bytes; 0 where the system does not say."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")), 0)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that mostly wait come first, so that the many quick tests fill the time beside and after them."""
    waiting = {item.path for item in items for mark in WAITING if item.get_closest_marker(mark)}
    items.sort(key=lambda item: item.path not in waiting)


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    place = os.environ.get(TEST_DATA)
    said = (
        place or "not set, so no published DMN and BPMN cases were run: set it to the folder that holds them"
    )
    terminalreporter.write_line(f"{TEST_DATA}: {said}")
    # what a test wants to be read also when it passes: record_property("figure", "1 of 2 cases …")
    for report in terminalreporter.getreports("passed"):
        for name, figure in report.user_properties:
            if name == "figure":
                terminalreporter.write_line(str(figure))


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder with published test cases (`dmn-tck/`, `miwg/`); a test that needs it is skipped without."""
    place = os.environ.get(TEST_DATA)
    if not place:
        pytest.skip(f"{TEST_DATA} is not set: it names the folder with the published DMN and BPMN cases")
    if not Path(place).is_dir():
        pytest.fail(f"{TEST_DATA} is {place}, which is no folder")
    return Path(place)


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The program file of a real browser. Without one the test fails: pages are not proven by skipping."""
    found = browsers.find()
    if found is None:
        pytest.fail(browsers.MISSING)
    return found


@pytest.fixture(scope="session")
def browser(chromium: Path) -> Iterator[Browser]:
    """That browser, running; every test opens a fresh window in it."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=list(browsers.ARGUMENTS))
        yield running
        running.close()


@pytest.fixture(scope="session")
def session_broker() -> Iterator[PrivateBroker]:
    with PrivateBroker() as broker:
        yield broker


@pytest.fixture
def broker(session_broker: PrivateBroker) -> PrivateBroker:
    """A real Redis-protocol server of this test run, running and empty."""
    if session_broker.ask("PING") != "+PONG":
        session_broker.start()
    session_broker.ask("FLUSHALL")
    return session_broker


@pytest.fixture(scope="session")
def postgres() -> Iterator[PrivatePostgres]:
    """A real PostgreSQL server of this test run."""
    with PrivatePostgres() as server:
        yield server


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Kind:
    """Each kind of database the software runs on: a test that takes this, takes it on both."""
    if request.param == "sqlite":
        return SqliteFiles(tmp_path_factory.mktemp("sqlite"))
    return PostgresDatabases(request.getfixturevalue("postgres"))


@pytest.fixture
def mails(tmp_path: Path) -> Iterator[tuple[Mailbox, int]]:
    """A real SMTP server that keeps what it gets: the mailbox and the port."""
    with catching(tmp_path / "mails") as caught:
        yield caught
