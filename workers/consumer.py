"""The part of a Celery worker that listens to the broker, made to outlive a broker that goes away.

Celery 5.7 closes a lost connection twice. The second time kombu's Redis transport wants to hand back what was
being worked on, no longer knows where the broker is, and ends the whole worker with an AttributeError; an
acknowledgement that was still waiting does the same. A nudge that is not handed back costs at most one tick.
"""

from __future__ import annotations

from celery.worker.consumer import Consumer
from kombu.connection import Connection


class PatientConsumer(Consumer):
    """Celery's own, for which nothing that is owed to a lost connection is worth ending the worker."""

    def on_connection_error_after_connected(self, exc: Exception) -> None:
        """Lets go of the connection, before Celery cleans up and connects again."""
        _let_go(self.connection)
        super().on_connection_error_after_connected(exc)


def _let_go(connection: Connection) -> None:
    for channel in tuple(getattr(connection.transport, "channels", ())):
        channel.do_restore = False
        channel.basic_ack = channel.basic_reject = _nobody_listens


def _nobody_listens(*_said: object, **_more: object) -> None:
    """What is said over a lost connection: the broker hands out again what it still has."""
