"""Starts processes, shows their lines with a name in front, restarts the ones that end, stops them all."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

#: A process that ends sooner than this after its start did not really start.
SETTLED_SECONDS = 5.0
#: Give up when one process ends this often in a row without having settled.
TRIES = 4
#: How long a process may take to finish its work before it is killed.
GRACE_SECONDS = 10.0

COLOURS = {"web": 36, "worker": 32, "beat": 33, "broker": 35, "mail": 34}


@dataclass(frozen=True, slots=True)
class Part:
    """One process to keep running: a short name for its lines, its command, its own environment."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


class GaveUp(Exception):  # noqa: N818 - it is an outcome, the sentence is its argument
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
        self._processes: dict[str, asyncio.subprocess.Process] = {}
        self._watchers: list[asyncio.Task[None]] = []
        self._order: list[str] = []
        self._stopping = False
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def start(self, part: Part) -> None:
        """Starts one part and watches it. Parts are stopped in the reverse order of their start."""
        self._order.append(part.name)
        await self._spawn(part)
        self._watchers.append(asyncio.create_task(self._watch(part)))

    def pid(self, name: str) -> int:
        """The process id of a part right now."""
        return self._processes[name].pid

    async def _spawn(self, part: Part) -> None:
        # `tied` ends the process when we are killed without a chance to stop it
        self._processes[part.name] = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "workers.embedded.tied", str(os.getpid()), *part.command),
            env={**os.environ, **part.environment},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            limit=1_000_000,
        )

    async def _watch(self, part: Part) -> None:
        quick_ends = 0
        while True:
            process = self._processes[part.name]
            started = time.monotonic()
            await self._show_lines(part.name, process)
            code = await process.wait()
            if self._ended():
                return
            quick_ends = quick_ends + 1 if time.monotonic() - started < SETTLED_SECONDS else 0
            if quick_ends >= TRIES:
                self._give_up(f"{part.name} does not stay up (exit code {code}); what it said is above.")
                return
            say(part.name, f"ended (exit code {code}), starting it again")
            await asyncio.sleep(0.5 * quick_ends)
            if self._ended():
                return
            _kill_group(process.pid)  # children that outlived it would work beside the new one
            await self._spawn(part)

    def _ended(self) -> bool:
        return self._stopping

    def _give_up(self, sentence: str) -> None:
        if not self.failed.done():
            self.failed.set_exception(GaveUp(sentence))

    async def _show_lines(self, name: str, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None  # noqa: S101 - it was asked for
        async for line in process.stdout:
            say(name, line.decode(errors="replace").rstrip())

    async def stop(self) -> None:
        """Asks every part to finish, last started first; kills what is still there after the grace period."""
        self._stopping = True
        for name in reversed(self._order):
            process = self._processes[name]
            if process.returncode is None:
                process.terminate()
                try:
                    await asyncio.wait_for(process.wait(), GRACE_SECONDS)
                except TimeoutError:
                    say(name, "did not finish in time and is killed")
            _kill_group(process.pid)
        await asyncio.gather(*self._watchers, return_exceptions=True)
        if not self.failed.done():
            self.failed.cancel()

    def kill(self) -> None:
        """Ends every part at once (a second Ctrl-C)."""
        for process in self._processes.values():
            _kill_group(process.pid)


def _kill_group(leader: int) -> None:
    with suppress(ProcessLookupError, PermissionError):  # nobody is left
        os.killpg(leader, signal.SIGKILL)
