"""The two tasks. They carry no data and hold no rules: they have the core do what is in the database."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from celery import Celery

from meldcode.settings import Settings
from workers.celery import make_celery
from workers.consumer import PatientConsumer
from workers.nudge import MAIL, TICK
from workers.slots import Slots

if TYPE_CHECKING:
    from workers.work import Work


def make_worker(settings: Settings, *, processes: int = 2) -> Celery:
    """The application of a worker that runs `processes` tasks at a time.

    Its processes are forked from one that never opens the database, nor needs the core: what does the
    work is imported by the first task of each, so that each has its own.
    """
    celery = make_celery(settings)
    celery.conf.worker_concurrency = processes
    celery.conf.worker_consumer = PatientConsumer
    slots = Slots(max(1, processes - 1))

    @cache
    def work() -> Work:
        from workers.work import Work

        return Work(settings, slots)

    @celery.task(name=TICK)
    def tick() -> None:
        work().tick()

    @celery.task(name=MAIL)
    def mail() -> None:
        work().mail()

    return celery
