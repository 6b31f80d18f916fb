"""How often somebody may try a password, or ask for a new one: a brake on guessing, not a lock on the door.

Counted in the database, so that all web processes count together. Three counts at once: of a name at one
address, of a name from anywhere, and of an address whatever the name. Each lets some tries go by; then every
further one doubles the wait, up to a longest that a person can sit out. From an address where this name got
in before, only its own count holds: a stranger far away cannot keep somebody out.

A try is counted before it is looked at, and taken back when it was right: many at once cannot slip through.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from meldcode.messages import MeldcodeError, Text
from meldcode.store import Database, Transaction
from meldcode.store.tables import attempts

_KNOWN_FOR = timedelta(days=60)  # so long an address where a name got in stays known
_KEPT_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """`free` tries cost nothing; after that each doubles the wait, from `first` up to `longest`.

    After `forgotten` without a try the count begins again.
    """

    free: int
    first: timedelta
    longest: timedelta
    forgotten: timedelta

    def wait(self, failures: int) -> timedelta | None:
        """How long after this many failures in a row; None when not at all."""
        if failures < self.free:
            return None
        doublings = min(failures - self.free, 20)
        return min(self.first * (1 << doublings), self.longest)


@dataclass(frozen=True, slots=True)
class Purpose:
    """What is tried, and the limits of a name at one address, a name anywhere, and an address."""

    name: str
    pair: Limit
    anywhere: Limit
    address: Limit


def _minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


SIGN_IN = Purpose(
    "sign-in",
    pair=Limit(5, _minutes(0.5), _minutes(15), _minutes(60)),
    anywhere=Limit(30, _minutes(0.25), _minutes(2), _minutes(60)),
    # a whole school may share one address
    address=Limit(50, _minutes(0.5), _minutes(5), _minutes(15)),
)
#: Asking for a mail: each name may have a few, so that nobody's post box is filled by somebody else.
RESET = Purpose(
    "reset",
    pair=Limit(3, _minutes(5), _minutes(60), _minutes(120)),
    anywhere=Limit(5, _minutes(10), _minutes(60), _minutes(120)),
    address=Limit(20, _minutes(0.5), _minutes(15), _minutes(60)),
)


class TooManyAttempts(MeldcodeError):
    """Not now; `wait` says how long."""

    def __init__(self, wait: timedelta) -> None:
        self.wait = wait
        seconds = max(1, round(wait.total_seconds()))
        minutes = -(-seconds // 60)
        nl = f"{seconds} seconden" if seconds < 60 else "1 minuut" if minutes == 1 else f"{minutes} minuten"
        en = f"{seconds} seconds" if seconds < 60 else "1 minute" if minutes == 1 else f"{minutes} minutes"
        super().__init__(
            Text(
                f"Er is te vaak achter elkaar geprobeerd. Wacht {nl} en probeer het dan opnieuw. "
                "Uw account blijft open.",
                f"There were too many tries in a row. Wait {en}, then try again. Your account stays open.",
            )
        )


@dataclass(frozen=True, slots=True)
class _Count:
    key: bytes
    limit: Limit


_BEGIN = insert(attempts).on_conflict_do_nothing()
_ROWS = (
    sa.select(attempts)
    .where(attempts.c.key.in_(sa.bindparam("which", expanding=True)))
    .order_by(attempts.c.key)
    .with_for_update()
)
_SET = (
    sa.update(attempts)
    .where(attempts.c.key == sa.bindparam("which"))
    .values(
        failures=sa.bindparam("new_failures"),
        last_at=sa.bindparam("moment"),
        until=sa.bindparam("new_until"),
        good_at=sa.bindparam("new_good_at"),
    )
)
_OLD = sa.delete(attempts).where(
    attempts.c.key.in_(
        sa.select(attempts.c.key)
        .where(
            sa.or_(
                sa.and_(attempts.c.last_at < sa.bindparam("kept"), attempts.c.good_at.is_(None)),
                attempts.c.last_at < sa.bindparam("known"),
            )
        )
        .with_for_update(skip_locked=True)
    )
)


def count(db: Database, purpose: Purpose, name: str, address: str, now: datetime) -> None:
    """Count one try of `name` from `address`. Raises `TooManyAttempts`, which counts nothing."""
    pair, anywhere, whole_address = _counts(db, purpose, name, address)
    counts = sorted((pair, anywhere, whole_address), key=lambda one: one.key)
    with db.transaction(None) as tx:
        rows = _locked(tx, counts, now)
        known = rows[pair.key].good_at is not None and rows[pair.key].good_at > now - _KNOWN_FOR
        holds = (pair, whole_address) if known else (pair, anywhere, whole_address)
        longest = max(_left(rows[one.key], one.limit, now) for one in holds)
        if longest > timedelta(0):
            raise TooManyAttempts(longest)
        tx.execute(_SET, [_one_more(rows[one.key], one.limit, now) for one in counts])


def succeeded(tx: Transaction, purpose: Purpose, name: str, address: str, now: datetime) -> None:
    """The try just counted was right: the name begins again at this address, the others lose this one."""
    pair, *others = _counts(tx.database, purpose, name, address)
    counts = sorted((pair, *others), key=lambda one: one.key)
    rows = _locked(tx, counts, now)
    changed = []
    for one in counts:
        row = rows[one.key]
        left = 0 if one is pair else max(0, row.failures - 1)
        changed.append(
            {
                "which": one.key,
                "new_failures": left,
                "moment": row.last_at,
                "new_until": row.until if one.limit.wait(left) else None,
                "new_good_at": now if one is pair else row.good_at,
            }
        )
    tx.execute(_SET, changed)
    tx.execute(_OLD, {"kept": now - _KEPT_FOR, "known": now - _KNOWN_FOR})


def _counts(db: Database, purpose: Purpose, name: str, address: str) -> tuple[_Count, _Count, _Count]:
    def key(*words: str) -> bytes:
        # the length of each word goes along, so that no two lists of words look alike
        return db.keyring.sign("|".join(f"{len(word)}:{word}" for word in ("attempt", *words)).encode())

    return (
        _Count(key(purpose.name, "pair", name, address), purpose.pair),
        _Count(key(purpose.name, "anywhere", name), purpose.anywhere),
        _Count(key(purpose.name, "address", address), purpose.address),
    )


def _locked(tx: Transaction, counts: Sequence[_Count], now: datetime) -> dict[bytes, Any]:
    """The rows of these counts, made first where there are none, so that there is something to lock."""
    tx.execute(
        _BEGIN,
        [{"key": one.key, "failures": 0, "last_at": now, "until": None, "good_at": None} for one in counts],
    )
    return {bytes(row.key): row for row in tx.execute(_ROWS, {"which": [one.key for one in counts]})}


def _left(row: Any, limit: Limit, now: datetime) -> timedelta:
    """How long this count has to be waited for."""
    left: timedelta = timedelta(0) if row.until is None else row.until - now
    # no wait is that long: the clock was ahead when it was written, and is right again
    return left if left <= limit.longest else timedelta(0)


def _one_more(row: Any, limit: Limit, now: datetime) -> dict[str, Any]:
    failures = 1 if now - row.last_at > limit.forgotten else row.failures + 1
    wait = limit.wait(failures)
    return {
        "which": bytes(row.key),
        "new_failures": failures,
        "moment": now,
        "new_until": None if wait is None else now + wait,
        "new_good_at": row.good_at,
    }
