"""What the pages work with: settings, database and the nudge to the workers, one set per application."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import current_app, g

from meldcode import clock
from meldcode.settings import Settings
from meldcode.store import Database
from workers.nudge import Nudge

EXTENSION = "meldcode"


@dataclass(frozen=True, slots=True)
class Services:
    """Made once by `create_app`; threads share it."""

    settings: Settings
    db: Database
    nudge: Nudge


def services() -> Services:
    """The services of the application that answers this request."""
    return cast(Services, current_app.extensions[EXTENSION])


def now() -> datetime:
    """The moment of this request, UTC: asked once, so that a page cannot contradict itself."""
    if "now" not in g:
        g.now = clock.now(services().db)
    return cast(datetime, g.now)
