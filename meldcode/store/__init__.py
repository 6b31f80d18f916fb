"""Where things are kept: `Database` opens transactions, `Transaction` runs statements for one
organisation, `tables` says what there is. Nothing outside this package commits."""

from __future__ import annotations

from meldcode.store.backend import row_version
from meldcode.store.database import SCOPE, Database, Transaction, scoped
from meldcode.store.errors import ScopeError, StoreError, UnexpectedCountError, each_in_turn, insisting

__all__ = [
    "SCOPE",
    "Database",
    "ScopeError",
    "StoreError",
    "Transaction",
    "UnexpectedCountError",
    "each_in_turn",
    "insisting",
    "row_version",
    "scoped",
]
