"""What can go wrong in the store: a fault of the deployment, or of the programmer."""

from __future__ import annotations

from meldcode.messages import MeldcodeError, Text


class StoreError(MeldcodeError):
    """The database cannot be used as it is; the text says what to do.

    `passing`: the same command may well go through at once. A deadlock was broken, or the connection was
    cut; in the second case it may have been carried out already, so only what is done once may be repeated.
    """

    def __init__(self, text: Text, *, passing: bool = False) -> None:
        super().__init__(text)
        self.passing = passing


class ScopeError(Exception):
    """A programming error: a statement that does not stay inside one organisation."""
