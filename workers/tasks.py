"""The two tasks. They carry no data and hold no rules: they have the core do what is in the database."""

from __future__ import annotations

import fcntl
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Final

import structlog
from celery import Celery

from meldcode import chores, clock, desk, outbox, timers
from meldcode.settings import Settings
from meldcode.store import Database
from workers.celery import make_celery
from workers.consumer import PatientConsumer
from workers.nudge import MAIL, TICK, Nudge

#: A task stops taking on more work after this long, well within its limit; the next tick goes on.
WORKING_SECONDS: Final = 60

#: The proofs of drafts that a tick works on end this long after it began.
PROVING_SECONDS: Final = 90

log = structlog.get_logger(__name__)


def make_worker(settings: Settings, *, processes: int = 2) -> Celery:
    """The application of a worker that runs `processes` tasks at a time."""
    celery = make_celery(settings)
    celery.conf.worker_concurrency = processes
    celery.conf.worker_consumer = PatientConsumer
    work = Work(settings, mailers=max(1, processes - 1))

    @celery.task(name=TICK)
    def tick() -> None:
        work.tick()

    @celery.task(name=MAIL)
    def mail() -> None:
        work.mail()

    return celery


class Work:
    """What the tasks do, with this process's own database connections.

    The worker's processes are forked from one that never opens the database, so each has its own.
    """

    def __init__(self, settings: Settings, *, mailers: int) -> None:
        self._settings = settings
        self._slots = _Slots(mailers)

    @cached_property
    def _database(self) -> Database:
        return self._settings.database()

    @cached_property
    def _nudge(self) -> Nudge:
        return Nudge(self._settings.broker_url)

    def tick(self) -> None:
        """Fires every timer that is due, and has the mails sent that it caused or that were left."""
        began = time.monotonic()
        with _failures_are_logged("tick"):
            fired = _until_done(lambda: timers.fire_due(self._database, clock.now(self._database)))
            if fired:
                log.info("timers_fired", count=fired)
        with _failures_are_logged("chores"):
            done = _until_done(lambda: chores.do_due(self._database, clock.now(self._database)))
            if done:
                log.info("chores_done", count=done)
        with _failures_are_logged("desk"):
            published = desk.do_due(self._database, clock.now(self._database))
            if published:
                log.info("desk_done", count=published)
        self._nudge.mail()
        # last, and within what is left of this task's time: playing every case of a draft takes a while
        with _failures_are_logged("proof"):
            seconds = PROVING_SECONDS - (time.monotonic() - began)
            proven = desk.prove_waiting(self._database, clock.now(self._database), seconds)
            if proven:
                log.info("drafts_proven", count=proven)

    def mail(self) -> None:
        """Sends the mails that wait in the outbox."""
        with self._slots.one() as free, _failures_are_logged("mail"):
            if free:
                sent = _until_done(self._send_some)
                if sent:
                    log.info("mails_sent", count=sent)

    def _send_some(self) -> int:
        return outbox.send_pending(self._database, self._settings.smtp, clock.now(self._database))


def _until_done(do_some: Callable[[], int]) -> int:
    """Repeats until there is nothing left or the time is up; gives how much was done."""
    done, stop = 0, time.monotonic() + WORKING_SECONDS
    while time.monotonic() < stop and (some := do_some()):
        done += some
    return done


@contextmanager
def _failures_are_logged(task: str) -> Iterator[None]:
    """A failed task is over: its work is still in the database, for the next tick.

    Celery would log the words of the error, which may quote a row; ours logs its kind and place.
    """
    try:
        yield
    except Exception:
        log.exception("task_failed", task=task, remedy="the next tick tries again")


class _Slots:
    """Lets only so many of a worker's processes mail at once.

    Were they all waiting for a mail server that hangs, no timer would fire. A slot is a lock on one byte of
    a nameless file that the processes share; the kernel gives it back when a process is killed.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the worker lives

    @contextmanager
    def one(self) -> Iterator[bool]:
        """Whether a slot was free; it is held until the block ends."""
        for slot in range(self._count):
            try:
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, slot)
            except OSError:
                continue  # a neighbour has this one
            try:
                yield True
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN, 1, slot)
            return
        yield False
