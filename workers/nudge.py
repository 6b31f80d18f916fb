"""Tells the workers that there may be something to do, without ever waiting for them.

A nudge carries no data and nobody depends on it: what is due and what must be mailed are rows in the
database, and the next tick finds them. So a nudge that fails costs at most one tick, and it may never
cost the person at the page more than a moment, let alone an error.

This is the only module of `workers` that `web` may import.
"""

from __future__ import annotations

import threading
import time
from typing import Final

import structlog
from celery import Celery

TICK: Final = "meldcode.tick"
MAIL: Final = "meldcode.mail"
QUEUE: Final = "meldcode"

#: A nudge is only worth something now: one that waited longer in the broker is thrown away unread.
EXPIRES_SECONDS: Final = 60

#: How long one attempt may hold up the caller, for connecting and for an answer each.
PATIENCE_SECONDS: Final = 0.3

#: After a failure no attempt is made for this long, so that a dead broker does not slow down every page.
PAUSE_SECONDS: Final = 10.0

log = structlog.get_logger(__name__)


class Nudge:
    """Publishes nudges to one broker. One object per process is enough; threads may share it.

    `broker_url` is the address the workers use, such as `redis://localhost:6379/0`.
    """

    def __init__(self, broker_url: str) -> None:
        self._celery = Celery("nudge", broker=broker_url, set_as_current=False)
        self._celery.conf.update(
            task_default_queue=QUEUE,
            task_ignore_result=True,
            task_serializer="json",
            broker_connection_timeout=PATIENCE_SECONDS,
            broker_transport_options={
                "socket_connect_timeout": PATIENCE_SECONDS,
                "socket_timeout": PATIENCE_SECONDS,
                "max_retries": 0,
                "connect_retries_timeout": PATIENCE_SECONDS,
                "retry_on_timeout": False,
            },
        )
        self._lock = threading.Lock()
        self._quiet_until = 0.0
        self._failed = False

    def mail(self) -> bool:
        """There may be mail to send. Returns whether the broker took the nudge; never raises."""
        return self._send(MAIL)

    def tick(self) -> bool:
        """Something may be due. Returns whether the broker took the nudge; never raises."""
        return self._send(TICK)

    def reachable(self) -> bool:
        """Does the broker answer? Never raises, and takes no longer than a nudge."""
        try:
            with self._celery.connection_for_write() as connection:
                connection.channel().close()
        except Exception:
            return False
        return True

    def _send(self, task: str) -> bool:
        with self._lock:
            if time.monotonic() < self._quiet_until:
                return False
        try:
            self._celery.send_task(task, expires=EXPIRES_SECONDS, retry=False, ignore_result=True)
        except Exception as problem:
            # whatever the broker's client raises, the page goes on: the next tick does the work
            self._note_failure(task, problem)
            return False
        self._note_success()
        return True

    def _note_failure(self, task: str, problem: Exception) -> None:
        with self._lock:
            self._quiet_until = time.monotonic() + PAUSE_SECONDS
            first, self._failed = not self._failed, True
        if first:
            log.warning(
                "nudge_failed", task=task, problem=type(problem).__name__, remedy="the next tick does it"
            )

    def _note_success(self) -> None:
        with self._lock:
            recovered, self._failed = self._failed, False
        if recovered:
            log.info("nudge_works_again")
