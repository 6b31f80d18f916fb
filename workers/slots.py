"""How many of a worker's processes may do one kind of work at the same time."""

from __future__ import annotations

import fcntl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


class Slots:
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
