"""Waiting for what other processes and threads do, on a computer that may be slow."""

from __future__ import annotations

import time
from collections.abc import Callable

#: Long enough on a busy computer; what is true sooner is seen sooner.
PATIENCE_SECONDS = 60


def eventually(true: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> bool:
    """Whether it became true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.05)
    return bool(true())
