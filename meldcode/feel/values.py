"""The values of FEEL and how they compare (DMN 1.3, tables 42, 45 and 53).

null is None; numbers are `Decimal`; strings, booleans, lists and contexts are Python's own; dates,
times and durations are those of `temporal`. Plain JSON comes in through `lift` and goes out through
`to_json`: nothing else is ever reachable from an expression.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from meldcode.feel.errors import too_much_work
from meldcode.feel.numbers import from_number, to_plain, write_number
from meldcode.feel.temporal import Months, instant, local, write

Value = Any
"""None, bool, Decimal, str, date, time, datetime, timedelta, Months, list, dict, Range or Test."""

Json = Any
"""None, bool, int, float, str, list of Json or dict of str to Json."""

_CHARACTERS_PER_STEP: Final = 100


@dataclass(slots=True)
class Run:
    """One evaluation: what it reads, the moment it takes for now, and the work it may still do."""

    context: Mapping[str, Json]
    now: datetime | None
    steps: int
    slots: list[Value]
    input: Value = None

    def spend(self, work: int) -> None:
        """Take `work` from what is left; raises FeelError when nothing is left."""
        self.steps -= work
        if self.steps < 0:
            raise too_much_work()

    def spend_text(self, text: str) -> str:
        self.spend(1 + len(text) // _CHARACTERS_PER_STEP)
        return text

    def spend_value(self, value: Value) -> None:
        """Pay for everything inside `value`: shared parts count every time they are seen.

        Without this, `{a: [x, x], b: [a, a], c: [b, b], …}` is small in memory and endless to read.
        """
        if type(value) is str:
            self.spend_text(value)
        elif type(value) is list:
            self.spend(1 + len(value))
            for item in value:
                if type(item) in _CONTAINERS:
                    self.spend_value(item)
        elif type(value) is dict:
            self.spend(1 + len(value))
            for item in value.values():
                if type(item) in _CONTAINERS:
                    self.spend_value(item)


@dataclass(frozen=True, slots=True)
class Range:
    """`[start..end]`; an end that is not given (`< 5`) is None."""

    start: Value
    end: Value
    start_included: bool
    end_included: bool

    def includes(self, value: Value) -> bool | None:
        """Does `value` lie in the range? None when the two cannot be compared."""
        if self.start is None and self.end is None:
            return None
        if isinstance(value, Range):
            return self._includes_range(value)
        after = before = True
        if self.start is not None:
            side = order(value, self.start)
            if side is None:
                return None
            after = side > 0 or (side == 0 and self.start_included)
        if self.end is not None:
            side = order(value, self.end)
            if side is None:
                return None
            before = side < 0 or (side == 0 and self.end_included)
        return after and before

    def _includes_range(self, inner: Range) -> bool | None:
        if self.start is not None:
            if inner.start is None:
                return False
            side = order(inner.start, self.start)
            if side is None:
                return None
            if side < 0 or (side == 0 and inner.start_included and not self.start_included):
                return False
        if self.end is not None:
            if inner.end is None:
                return False
            side = order(inner.end, self.end)
            if side is None:
                return None
            if side > 0 or (side == 0 and inner.end_included and not self.end_included):
                return False
        return True


NOWHERE: Final = Range(None, None, False, False)
"""A range with a bound that is null, or whose bounds do not go together: nothing is known to lie in it."""


@dataclass(frozen=True, slots=True)
class Test:
    """`= value` or `!= value` used as a value; the other comparisons are ranges."""

    __test__ = False

    equal: bool
    value: Value


_SAME = (Decimal, str, bool, date, timedelta, Months)
_CONTAINERS = (str, list, dict)
_PASSED = (date, datetime, time, timedelta, Months, Range)


def lift(value: Json, run: Run) -> Value:
    """A JSON value as a FEEL value; whatever JSON does not know is None."""
    kind = type(value)
    if value is None or kind is str or kind is bool:
        return value
    if kind is int or kind is float:
        return from_number(value)
    if isinstance(value, Mapping):
        run.spend(1 + len(value))
        return {key: lift(item, run) for key, item in value.items() if type(key) is str}
    if isinstance(value, (list, tuple)):
        run.spend(1 + len(value))
        return [lift(item, run) for item in value]
    if kind is Decimal:
        return from_number(value)
    return value if kind in _PASSED else None


def equal(left: Value, right: Value, run: Run) -> bool | None:
    """`left = right`: null equals only null, values of different kinds give null."""
    kind = type(left)
    if left is None or right is None:
        return left is right
    if kind is not type(right):
        return False if {kind, type(right)} == {Range, Test} else None
    if kind in _SAME:
        return bool(left == right)
    if kind is list:
        run.spend(1 + len(left))
        return len(left) == len(right) and all(
            equal(a, b, run) is True for a, b in zip(left, right, strict=True)
        )
    if kind is dict:
        run.spend(1 + len(left))
        return left.keys() == right.keys() and all(equal(left[key], right[key], run) is True for key in left)
    if kind is datetime or kind is time:
        return order(left, right) == 0
    if kind is Range:
        return (
            (left.start_included, left.end_included) == (right.start_included, right.end_included)
            and equal(left.start, right.start, run) is True
            and equal(left.end, right.end, run) is True
        )
    return left.equal == right.equal and equal(left.value, right.value, run) is True


def order(left: Value, right: Value) -> int | None:
    """-1, 0 or 1 as `left` comes before, with or after `right`; None when they have no order.

    Numbers, strings (by code point), dates, times, moments and durations have one, each among
    themselves. A local and a zoned moment have none: nobody knows which is the earlier.
    """
    kind = type(left)
    if kind is not type(right):
        return None
    if kind in (Decimal, str, date, timedelta, Months):
        return int(left > right) - int(left < right)
    if kind is datetime or kind is time:
        if local(left) != local(right):
            return None
        try:
            first, second = instant(left), instant(right)
        except OverflowError:
            return None
        return (first > second) - (first < second)
    return None


def contains(test: Value, value: Value, run: Run) -> bool | None:
    """`value in test`: in a range, one of a list, or equal."""
    kind = type(test)
    if kind is Range:
        return None if value is None else test.includes(value)
    if kind is Test:
        same = equal(value, test.value, run)
        return same if test.equal or same is None else not same
    if kind is list:
        if type(value) is list and equal(test, value, run):
            return True
        return any_true(_one_of(item, value, run) for item in test)
    return equal(test, value, run) is True


def _one_of(item: Value, value: Value, run: Run) -> bool | None:
    run.spend(1)
    if type(item) in (Range, Test):
        return contains(item, value, run)
    return equal(item, value, run) is True


def any_true(answers: Any) -> bool | None:
    """Three-valued or: true wins, then unknown, then false."""
    unknown = False
    for answer in answers:
        if answer is True:
            return True
        unknown = unknown or answer is None
    return None if unknown else False


def text_of(value: Value, run: Run, quoted: bool = False) -> str:
    """What `string(value)` writes."""
    if value is None:
        return "null"
    if type(value) is bool:
        return "true" if value else "false"
    if type(value) is str:
        run.spend_text(value)
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' if quoted else value
    if type(value) is Decimal:
        return write_number(value)
    if type(value) is list:
        run.spend(1 + len(value))
        return "[" + ", ".join(text_of(item, run, True) for item in value) + "]"
    if type(value) is dict:
        run.spend(1 + len(value))
        pairs = (f"{_key(key)}: {text_of(item, run, True)}" for key, item in value.items())
        return "{" + ", ".join(pairs) + "}"
    if type(value) is Range:
        left, right = "[" if value.start_included else "(", "]" if value.end_included else ")"
        return f"{left}{text_of(value.start, run, True)}..{text_of(value.end, run, True)}{right}"
    if type(value) is Test:
        return f"{'=' if value.equal else '!='} {text_of(value.value, run, True)}"
    return write(value, names=True)


def _key(key: str) -> str:
    if key.isidentifier():
        return key
    return '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'


def to_json(value: Value) -> Json:
    """A FEEL value as plain JSON.

    Numbers become int when whole, else float; dates, times and durations ISO 8601 text (a named zone
    as its offset); ranges and tests their FEEL text. Plain JSON stays what it is.
    """
    kind = type(value)
    if value is None or kind in (bool, str, int, float):
        return value
    if kind is Decimal:
        return to_plain(value)
    if kind is list:
        return [to_json(item) for item in value]
    if kind is dict:
        return {key: to_json(item) for key, item in value.items()}
    if kind is Range or kind is Test:
        return text_of(value, Run({}, None, _CHARACTERS_PER_STEP**3, []))
    return write(value, names=False)
