"""What can go wrong in the store: a fault of the deployment, or of the programmer."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

from meldcode.messages import MeldcodeError, Text

R = TypeVar("R")


class StoreError(MeldcodeError):
    """The database cannot be used as it is; the text says what to do.

    `passing`: the same command may well go through at once. A deadlock was broken, or the connection was
    cut; in the second case it may have been carried out already, so only what is done once may be repeated.
    """

    def __init__(self, text: Text, *, passing: bool = False) -> None:
        super().__init__(text)
        self.passing = passing


class UnstorableError(MeldcodeError):
    """Somebody sent what no database can hold: a NUL in a text, a number beyond every count."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Hierin staat een teken of een getal dat niet bewaard kan worden. Haal het weg en probeer "
                "het opnieuw.",
                "This holds a sign or a number that cannot be kept. Remove it and try again.",
            )
        )


class ScopeError(Exception):
    """A programming error: a statement that does not stay inside one organisation."""


class UnexpectedCountError(Exception):
    """A write changed more or fewer rows than it had to: somebody else had them after all."""


def insisting(work: Callable[[], R], times: int = 3) -> R:
    """`work`, up to so many times as long as what goes wrong may pass: a broken deadlock, a cut connection.

    It may have been carried out before the connection was cut, so only for what is done once however often
    it is begun. Before each new attempt a short pause of no fixed length: whoever waited for the same row
    takes it in that time, where an attempt at once could pass her in the queue and meet her again.
    Raises what `work` raises.
    """
    for _ in range(times - 1):
        try:
            return work()
        except StoreError as error:
            if not error.passing:
                raise
        time.sleep((20 + secrets.randbelow(60)) / 1000)
    return work()


def each_in_turn(work: Iterable[Callable[[], int]]) -> int:
    """Do all of `work`, the parts of different organisations for instance; how much was done together.

    One is never in the way of another: what goes wrong in one is raised when the others have had their turn.
    Only a database that is away (`StoreError`) is away for all, and raised at once.
    """
    done, failed = 0, None
    for do in work:
        try:
            done += do()
        except StoreError:
            raise
        except Exception as error:
            failed = failed or error
    if failed is not None:
        raise failed
    return done
