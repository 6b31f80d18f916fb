"""What a worker does, in the process that does it: the core with that process's own database."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Final

import structlog

from meldcode import chores, clock, desk, mails, timers
from meldcode.settings import Settings
from meldcode.store import Database
from workers.nudge import Nudge
from workers.slots import Slots

#: A task stops taking on more work after this long, well within its limit; the next tick goes on.
WORKING_SECONDS: Final = 60

#: The proofs of drafts that a tick works on end this long after it began.
PROVING_SECONDS: Final = 90

log = structlog.get_logger(__name__)


class Work:
    """What the tasks do, with this process's own database connections."""

    def __init__(self, settings: Settings, slots: Slots) -> None:
        self._settings = settings
        self._slots = slots

    @cached_property
    def _database(self) -> Database:
        return self._settings.database()

    @cached_property
    def _nudge(self) -> Nudge:
        return Nudge(self._settings.broker_url)

    def tick(self) -> None:
        """Fires every timer that is due, goes on with what is to be done for whole organisations, and has
        the mails sent that came of it or that were left."""
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
        return mails.send_pending(self._database, self._settings.smtp, clock.now(self._database))


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
