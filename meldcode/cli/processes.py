"""`meldcode serve | worker | beat`: the processes of a deployment."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

import click


@click.command()
def serve() -> None:
    """Serve the pages."""
    _become("web")


@click.command()
@click.option(
    "--processes", type=click.IntRange(1, 64), default=2, show_default=True, help="Tasks at a time."
)
def worker(processes: int) -> None:
    """Fire timers and send mails."""
    _become("workers", "worker", "--processes", str(processes))


@click.command()
def beat() -> None:
    """Tell the workers what time it is."""
    _become("workers", "beat")


def _become(module: str, *words: str) -> NoReturn:
    # Replacing this process, so that a service manager's signals reach the right one, and so that
    # the core never imports Flask or Celery.
    os.execv(sys.executable, [sys.executable, "-m", module, *words])  # noqa: S606  # our own words only
