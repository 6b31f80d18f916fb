"""`make run` keeps its parts running, and when it ends nothing of it is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.waiting import eventually
from workers.embedded import supervisor as supervising
from workers.embedded.supervisor import GaveUp, Part, Supervisor

pytestmark = pytest.mark.processes

#: Starts a child of its own, writes both process ids into the file, and waits.
PARENT_AND_CHILD = """
import subprocess, sys, os, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
with open(sys.argv[1], "a") as file:
    file.write(f"{os.getpid()} {child.pid}\\n")
print("ready", flush=True)
time.sleep(300)
"""


def lives(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def pids(file: Path) -> list[list[int]]:
    lines = file.read_text().splitlines() if file.exists() else []
    return [[int(pid) for pid in line.split()] for line in lines]


def part(file: Path) -> Part:
    return Part("part", [sys.executable, "-c", PARENT_AND_CHILD, str(file)])


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    """One that watches in a thread, as it would in the runner."""
    it, stop = Supervisor(), threading.Event()
    watching = threading.Thread(target=it.watch, args=(stop,))
    watching.start()
    yield it
    stop.set()
    watching.join()
    it.stop()


def test_the_lines_of_a_part_are_shown_with_its_name(
    supervisor: Supervisor, capfd: pytest.CaptureFixture[str]
) -> None:
    said = ""
    supervisor.start(Part("worker", [sys.executable, "-c", "print('hallo'); import time; time.sleep(300)"]))

    def shown() -> bool:
        nonlocal said
        said += capfd.readouterr().out
        return "worker | hallo\n" in said

    assert eventually(shown)


def test_a_part_that_is_killed_is_started_again_and_its_children_do_not_stay(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    file = tmp_path / "pids"
    supervisor.start(part(file))
    assert eventually(lambda: len(pids(file)) == 1)
    (leader, child), *_ = pids(file)

    os.kill(leader, signal.SIGKILL)

    assert eventually(lambda: len(pids(file)) == 2)
    assert eventually(lambda: not lives(child))
    assert lives(pids(file)[1][0])


def test_stopping_leaves_no_process_not_even_a_stubborn_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervising, "GRACE_SECONDS", 0.5)
    file = tmp_path / "pids"
    stubborn = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + PARENT_AND_CHILD
    supervisor = Supervisor()
    supervisor.start(Part("stubborn", [sys.executable, "-c", stubborn, str(file)]))
    supervisor.start(part(file))
    assert eventually(lambda: len(pids(file)) == 2)

    supervisor.stop()

    everyone = [pid for line in pids(file) for pid in line]
    assert len(everyone) == 4
    assert eventually(lambda: not any(lives(pid) for pid in everyone))


def test_a_part_that_never_stays_up_ends_it_all_with_a_sentence() -> None:
    supervisor = Supervisor()
    supervisor.start(Part("web", [sys.executable, "-c", "raise SystemExit(3)"]))

    with pytest.raises(GaveUp, match=r"web does not stay up \(exit code 3\)"):
        supervisor.watch(threading.Event())


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can tie a process to its parent")
def test_parts_end_when_the_runner_itself_is_killed(tmp_path: Path) -> None:
    file = tmp_path / "pids"
    runner = f"""
import sys, threading
from workers.embedded.supervisor import Part, Supervisor

supervisor = Supervisor()
supervisor.start(Part("part", [sys.executable, "-c", {PARENT_AND_CHILD!r}, {str(file)!r}]))
supervisor.watch(threading.Event())
"""
    process = subprocess.Popen([sys.executable, "-c", runner], stdout=subprocess.DEVNULL)
    try:
        assert eventually(lambda: len(pids(file)) == 1)
        leader, child = pids(file)[0]
    finally:
        process.kill()
        process.wait()

    assert eventually(lambda: not lives(leader))
    os.kill(child, signal.SIGKILL)  # the kernel ends our child; a grandchild is our child's duty
