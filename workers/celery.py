"""How Celery is set here: under these settings nothing can be lost, because nothing is kept in the broker.

What is due and what must be mailed are rows in the database. The broker carries only nudges, so it may be
emptied, killed or frozen at any moment, any number of workers and beats may run, and the next tick finds
what is left. There is no ETA, no countdown, no result and no retry in the broker: on Redis an ETA longer
than the visibility timeout runs several times, and one that waits in a killed worker runs late or never.
"""

from __future__ import annotations

from typing import Any, Final

import structlog
from celery import Celery, signals
from celery.beat import ScheduleEntry, Scheduler

from meldcode.settings import Settings
from workers.nudge import QUEUE, TICK

#: A task that takes longer is killed and its nudge dropped: whatever it did not do is still a row.
TIME_LIMIT_SECONDS: Final = 120


log = structlog.get_logger(__name__)


class TickScheduler(Scheduler):
    """Celery's scheduler without its memory on disk; a broker that is away is one line in the log.

    Nor does it wait for a clock that was set back to come by again: Celery's own would send nothing for a
    day when somebody put the date right by a day.
    """

    _failed = False
    _heap: Any

    def tick(self, *given: Any, **named: Any) -> float:
        """Sends what is due; gives how many seconds to wait."""
        heap: list[Any] = self._heap or []
        if heap and heap[0].time - self._when(heap[0].entry, 0) > 2 * self.max_interval:
            for entry in self.schedule.values():
                entry.last_run_at = entry.default_now()
            self._heap = None
        seconds: float = super().tick(*given, **named)
        return seconds

    def apply_entry(self, entry: ScheduleEntry, producer: Any = None) -> None:
        """Sends the tick; one that cannot be sent is left to the next."""
        try:
            self.apply_async(entry, producer=producer, advance=False)
        except Exception as problem:
            # whatever the broker's client raises, the schedule goes on
            if not self._failed:
                log.warning("tick_not_sent", problem=type(problem).__name__, remedy="the next one is tried")
            self._failed = True
            return
        if self._failed:
            log.info("ticks_are_sent_again")
        self._failed = False


def make_beat(settings: Settings) -> Celery:
    """The application of a beat, which sends ticks and nothing else."""
    celery = make_celery(settings)
    # a broker that hangs may not stop the clock (a worker waits longer on purpose: it listens)
    celery.conf.broker_transport_options["socket_timeout"] = 5
    return celery


def make_celery(settings: Settings) -> Celery:
    """What a worker and a beat have in common."""
    celery = Celery("meldcode", broker=settings.broker_url, set_as_current=False)
    celery.conf.update(
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
        # the broker hands out again what was not acknowledged: later than any task can still be running
        task_time_limit=TIME_LIMIT_SECONDS,
        broker_transport_options={"visibility_timeout": 5 * TIME_LIMIT_SECONDS, "socket_connect_timeout": 5},
        # a worker that is asked to stop finishes what it can; what it cannot goes back at once
        worker_soft_shutdown_timeout=30,
        worker_cancel_long_running_tasks_on_connection_loss=True,
        # a broker that is away is waited for, however long
        broker_connection_retry=True,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        task_publish_retry=False,
        task_default_queue=QUEUE,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        # one line, which needs no memory: how many beats run, or ran before, does not matter
        beat_scheduler=TickScheduler,
        beat_schedule={
            "tick": {
                "task": TICK,
                "schedule": float(settings.tick_seconds),
                # ticks that pile up while no worker runs are worth nothing; clocks may differ a little
                "options": {"expires": max(60, 3 * settings.tick_seconds), "ignore_result": True},
            }
        },
        # beat wakes to see whether the schedule changed; ours never does
        beat_max_loop_interval=float(settings.tick_seconds),
    )
    return celery


@signals.setup_logging.connect
def _leave_logging_alone(**_given: Any) -> None:
    """With a receiver for this signal Celery does not configure logging: meldcode.logs has done it."""
