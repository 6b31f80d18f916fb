"""The house of the store's tests, and what has to be true after every fault."""

from __future__ import annotations

from tests.store.conftest import _cheap_passwords, built, empty, house

__all__ = ["_cheap_passwords", "built", "empty", "house"]
