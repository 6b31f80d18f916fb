"""One amount of work for everything that one page or one step of a case evaluates together.

Each evaluation has a limit of its own, but a form may hold hundreds of conditions, in fifty rows, looked at
in several rounds: together they could keep a computer busy for minutes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from meldcode.feel.errors import too_much_work

STEPS_TOGETHER = 1_000_000
"""Far more than any sensible form, table or diagram needs: about a third of a second."""

_CHARACTERS_PER_STEP = 10


@dataclass(slots=True)
class Work:
    """What may still be done; `used_up` once something had to be left out."""

    left: int
    used_up: bool = False

    def begin(self, text: str, limit: int) -> int:
        """The steps one evaluation of `text` may take. Raises FeelError when nothing is left."""
        self.left -= 1 + len(text) // _CHARACTERS_PER_STEP
        if self.left <= 0:
            self.used_up = True
            raise too_much_work()
        return min(limit, self.left)

    def end(self, given: int, left: int) -> None:
        """Take what an evaluation used of the steps it was given."""
        self.left -= given - left


_shared: ContextVar[Work | None] = ContextVar("meldcode_feel_work", default=None)


def shared() -> Work | None:
    """The work under way in this thread (or task), if it is limited together."""
    return _shared.get()


@contextmanager
def together(steps: int = STEPS_TOGETHER) -> Iterator[Work]:
    """Everything evaluated inside shares `steps`; inside another one, that one goes on."""
    found = _shared.get()
    if found is not None:
        yield found
        return
    work = Work(steps)
    token = _shared.set(work)
    try:
        yield work
    finally:
        _shared.reset(token)
