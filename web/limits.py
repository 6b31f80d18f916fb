"""How often somebody may try to sign in, per process: a lock on guessing, not on the door.

Counted per account *and* address, so that a stranger cannot lock a colleague out, and per address alone,
so that one machine cannot try every account. Several web processes each count for themselves.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Hashable
from dataclasses import dataclass, field


@dataclass
class Limit:
    """At most `most` failures per key within `seconds`; remembers at most `keys` keys."""

    most: int
    seconds: float
    keys: int = 10_000
    _failures: OrderedDict[Hashable, deque[float]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self, key: Hashable, now: float) -> float:
        """Seconds until this key may try again; 0.0 when it may try now."""
        with self._lock:
            recent = self._recent(key, now)
            return max(0.0, recent[0] + self.seconds - now) if len(recent) >= self.most else 0.0

    def failed(self, key: Hashable, now: float) -> None:
        """Count one failure."""
        with self._lock:
            recent = self._recent(key, now)
            recent.append(now)
            self._failures[key] = recent
            self._failures.move_to_end(key)
            while len(self._failures) > self.keys:
                self._failures.popitem(last=False)

    def forget(self, key: Hashable) -> None:
        """Start again for this key: it got in."""
        with self._lock:
            self._failures.pop(key, None)

    def _recent(self, key: Hashable, now: float) -> deque[float]:
        recent = self._failures.get(key, deque(maxlen=self.most))
        while recent and recent[0] <= now - self.seconds:
            recent.popleft()
        return recent


@dataclass
class SignInLimits:
    """The two limits of the sign-in page together. Moments are seconds of a monotonic clock."""

    account: Limit = field(default_factory=lambda: Limit(most=5, seconds=300))
    address: Limit = field(default_factory=lambda: Limit(most=50, seconds=300))

    def wait(self, username: str, address: str, now: float) -> float:
        """Seconds this visitor has to wait; 0.0 when not at all."""
        name = username.strip().lower()[:200]
        return max(self.account.wait((name, address), now), self.address.wait(address, now))

    def failed(self, username: str, address: str, now: float) -> None:
        """Count a failed attempt."""
        self.account.failed((username.strip().lower()[:200], address), now)
        self.address.failed(address, now)

    def succeeded(self, username: str, address: str) -> None:
        """Forget this account's failures from this address."""
        self.account.forget((username.strip().lower()[:200], address))
