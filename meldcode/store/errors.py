"""What can go wrong in the store: a fault of the deployment, or of the programmer."""

from __future__ import annotations

from meldcode.messages import MeldcodeError


class StoreError(MeldcodeError):
    """The database cannot be used as it is; the text says what to do."""


class ScopeError(Exception):
    """A programming error: a statement that does not stay inside one organisation."""
