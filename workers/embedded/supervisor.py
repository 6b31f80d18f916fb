"""Starts processes, shows their lines with a name in front, restarts the ones that end, stops them all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

#: A process that ends sooner than this after its start did not really start.
SETTLED_SECONDS = 5.0
#: Give up when one process ends this often in a row without having settled.
TRIES = 4
#: How long a process may take to finish its work before it is killed.
GRACE_SECONDS = 10.0
#: How often the parts are looked at.
LOOK_SECONDS = 0.25

COLOURS = {"web": 36, "worker": 32, "beat": 33, "broker": 35, "mail": 34}


@dataclass(frozen=True, slots=True)
class Part:
    """One process to keep running: a short name for its lines, its command, its own environment.

    The lines of a `quiet` part are shown only when it ends without having been asked to.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    quiet: bool = False


class GaveUp(Exception):
    """A part does not stay up."""


def say(name: str, line: str) -> None:
    """Prints one line of one part."""
    label = f"{name:<7}|"
    if sys.stdout.isatty():
        label = f"\033[{COLOURS.get(name, 0)}m{label}\033[0m"
    print(label, line, flush=True)


class Supervisor:
    """Keeps parts running until `stop`. All parts run in sessions of their own, so Ctrl-C reaches only us."""

    def __init__(self) -> None:
        self._running: dict[str, _Running] = {}

    def start(self, part: Part) -> None:
        """Starts one part. Parts are stopped in the reverse order of their start."""
        self._running[part.name] = _Running(part)

    def watch(self, stop: threading.Event) -> None:
        """Starts again what ends, until `stop` is set. Raises GaveUp when a part does not stay up."""
        while not stop.wait(LOOK_SECONDS):
            for running in self._running.values():
                running.look()

    def stop(self) -> None:
        """Asks every part to finish, last started first; kills what is still there after the grace period."""
        for running in reversed(self._running.values()):
            running.stop()

    def kill(self) -> None:
        """Ends every part at once (a second Ctrl-C)."""
        for running in self._running.values():
            _kill_group(running.process.pid)


class _Running:
    """One part with its process of the moment."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self._quick_ends = 0
        self._not_before = 0.0
        self._ended = False
        self._spawn()

    def _spawn(self) -> None:
        self._started = time.monotonic()
        # `tied` ends the process when we are killed without a chance to stop it
        self.process = subprocess.Popen(
            [sys.executable, "-m", "workers.embedded.tied", str(os.getpid()), *self.part.command],
            env={**os.environ, **self.part.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._kept: deque[str] = deque(maxlen=20)
        self._reader = threading.Thread(target=self._read_lines, args=(self.process,), daemon=True)
        self._reader.start()

    def _read_lines(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None  # noqa: S101 - it was asked for
        with process.stdout as lines:
            for line in lines:
                if text := line.decode(errors="replace").rstrip():
                    self._kept.append(text) if self.part.quiet else say(self.part.name, text)

    def look(self) -> None:
        """Notes an end, and starts the part again after a pause that grows when it does not stay up."""
        code = self.process.poll()
        if code is None:
            return
        now = time.monotonic()
        if not self._ended:
            self._ended = True
            self._finish()
            for line in self._kept:
                say(self.part.name, line)
            self._quick_ends = self._quick_ends + 1 if now - self._started < SETTLED_SECONDS else 0
            if self._quick_ends >= TRIES:
                raise GaveUp(f"{self.part.name} does not stay up (exit code {code}); what it said is above.")
            say(self.part.name, f"ended (exit code {code}), starting it again")
            self._not_before = now + 0.5 * self._quick_ends
        if now >= self._not_before:
            self._ended = False
            self._spawn()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                say(self.part.name, "did not finish in time and is killed")
        self._finish()

    def _finish(self) -> None:
        _kill_group(self.process.pid)  # children that outlived it would work beside the next one
        self.process.wait()
        self._reader.join()


def _kill_group(leader: int) -> None:
    with suppress(ProcessLookupError, PermissionError):  # nobody is left
        os.killpg(leader, signal.SIGKILL)
