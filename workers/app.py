"""The Celery application: two tasks without data, on settings under which nothing can be lost.

What is due and what must be mailed are rows in the database. The broker carries only nudges, so it may be
emptied, killed or frozen at any moment, any number of workers and beats may run, and the next tick finds
what is left. There is no ETA, no countdown, no result and no retry in the broker: on Redis an ETA longer
than the visibility timeout runs several times, and one that waits in a killed worker runs late or never.
"""

from __future__ import annotations

import fcntl
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any, Final

import structlog
from celery import Celery, signals

from meldcode import clock, outbox, timers
from meldcode.settings import Settings
from meldcode.store import Database
from workers.nudge import MAIL, QUEUE, TICK, Nudge

#: A task that takes longer is killed and its nudge dropped: whatever it did not do is still a row.
TIME_LIMIT_SECONDS: Final = 120

#: A task stops taking on more work after this long, well within its limit; the next tick goes on.
WORKING_SECONDS: Final = 60

log = structlog.get_logger(__name__)


def make_app(settings: Settings, *, processes: int = 2) -> Celery:
    """The application for one deployment. `processes` is how many tasks one worker runs at a time."""
    app = Celery("meldcode", broker=settings.broker_url, set_as_current=False)
    app.conf.update(
        # a nudge is acknowledged when its work is done, also when the process doing it was killed
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        # a worker takes one nudge at a time and leaves the others to its neighbours
        worker_prefetch_multiplier=1,
        worker_disable_prefetch=True,
        # nothing is kept in the broker, and nothing but plain JSON is ever read from it
        task_ignore_result=True,
        task_serializer="json",
        result_serializer="json",
        accept_content=["json"],
        # longer than any task: nothing that is still running is handed out again
        task_time_limit=TIME_LIMIT_SECONDS,
        broker_transport_options={"visibility_timeout": 600, "socket_connect_timeout": 5},
        # a worker that is asked to stop finishes what it can; what it cannot goes back at once
        worker_soft_shutdown_timeout=30,
        worker_enable_soft_shutdown_on_idle=False,
        worker_cancel_long_running_tasks_on_connection_loss=True,
        # a broker that is away is waited for, however long
        broker_connection_retry=True,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        task_publish_retry=False,
        worker_concurrency=processes,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        task_default_queue=QUEUE,
        # the schedule is one line and needs no memory: how many beats run, or ran before, does not matter
        beat_scheduler="celery.beat:Scheduler",
        beat_schedule={
            "tick": {
                "task": TICK,
                "schedule": float(settings.tick_seconds),
                "options": {"expires": max(60, 3 * settings.tick_seconds), "ignore_result": True},
            }
        },
        # beat wakes to see whether the schedule changed; ours never does
        beat_max_loop_interval=max(1.0, float(settings.tick_seconds)),
    )
    work = Work(settings, mailers=max(1, processes - 1))
    app.task(name=TICK, shared=False)(work.tick)
    app.task(name=MAIL, shared=False)(work.mail)
    return app


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
        with _failures_are_logged("tick"):
            fired = _until_done(lambda: timers.fire_due(self._database, clock.now(self._database)))
            if fired:
                log.info("timers_fired", count=fired)
        self._nudge.mail()

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


@signals.setup_logging.connect
def _leave_logging_alone(**_given: Any) -> None:
    """With a receiver for this signal Celery does not configure logging: meldcode.logs has done it."""
