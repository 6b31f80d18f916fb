"""`make run` on this computer: how soon its first page is there, and what it costs while nothing happens."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.bench.rows import Row, at_most, shown
from tests.workers.deployment import children

SETTLING_SECONDS = 10
WATCHED_SECONDS = 30
PATIENCE_SECONDS = 120
_JIFFY = os.sysconf("SC_CLK_TCK")


def rows(folder: Path) -> Iterator[Row]:
    """The first time fills the folder; the second is what somebody meets every day."""
    folder.mkdir()
    with _run(folder) as (_, first):
        pass
    yield shown("first page after `make run`, with the example organisations to publish", first, "s")
    with _run(folder) as (process, again):
        yield at_most("first page after `make run`, once set up", again, "s", 5)
        time.sleep(SETTLING_SECONDS)
        family = _family(process.pid)
        before, begin = _processor(family), time.monotonic()
        time.sleep(WATCHED_SECONDS)
        share = (_processor(family) - before) / (time.monotonic() - begin)
        yield at_most(f"all {len(family)} embedded processes, idle: memory", _memory(family), "MB", 300)
        yield at_most(f"all {len(family)} embedded processes, idle: processor", share * 100, "%", 2)


@contextmanager
def _run(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    """What `make run` runs when everything is installed, and the seconds until its first page."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "workers.embedded", "--folder", str(folder / "var"), "--port", str(port)]
    environment = {**os.environ, "PYTHONPATH": str(_without_developers_packages(folder))}
    begin = time.monotonic()
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment)
    try:
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > begin + PATIENCE_SECONDS:
                raise RuntimeError((folder / "log").read_text()[-2_000:])
            time.sleep(0.05)
        yield process, time.monotonic() - begin
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def _without_developers_packages(folder: Path) -> Path:
    """A folder that hides what only an environment for developing has, and a library would load unasked:
    `rich`, some 4 MB in each process. `requirements/embedded.txt` does not install it."""
    lean = folder / "lean"
    lean.mkdir(exist_ok=True)
    (lean / "rich.py").write_text('raise ImportError("not installed by make run")')
    return lean


def _answers(port: int) -> bool:
    address = f"http://localhost:{port}/"
    with suppress(OSError), urllib.request.urlopen(address, timeout=5) as answer:
        return int(answer.status) == 200
    return False


def _family(pid: int) -> list[int]:
    found = [pid]
    for one in found:
        found += children(one)
    return found


def _processor(pids: list[int]) -> float:
    """Seconds of processor time that these processes have had."""
    seconds = 0.0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        seconds += (int(fields[11]) + int(fields[12])) / _JIFFY
    return seconds


def _memory(pids: list[int]) -> float:
    """MB they hold together; what they share counts once."""
    kilobytes = 0
    for pid in pids:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                kilobytes += int(line.split()[1])
    return kilobytes * 1_024 / 1_000_000
