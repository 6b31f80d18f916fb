"""The closures that compiled expressions are made of: reading names, filters, loops and tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from meldcode.feel import temporal
from meldcode.feel.numbers import whole
from meldcode.feel.values import Range, Run, Test, Value, any_true, contains, equal, lift, order

Evaluate = Callable[[Run], Value]
Matches = Callable[[Run], bool | None]
Iterator = tuple[int, Callable[[Run], Any]]
"""The slot of a loop variable, and what gives its values: None when that is no list."""


def nothing(run: Run) -> Value:
    return None


def as_boolean(value: Value) -> bool | None:
    return value if type(value) is bool else None


def read_context(name: str, rest: tuple[str, ...]) -> Evaluate:
    def read(run: Run) -> Value:
        value = run.context.get(name)
        for place, key in enumerate(rest):
            if not isinstance(value, Mapping):
                return follow(lift(value, run), rest[place:], run)
            value = value.get(key)
        kind = type(value)
        return value if kind is str or kind is bool or value is None else lift(value, run)

    return read


def read_slot(slot: int, rest: tuple[str, ...]) -> Evaluate:
    if not rest:
        return lambda run: run.slots[slot]
    return lambda run: follow(run.slots[slot], rest, run)


def with_elements(name: str, rest: tuple[str, ...], elements: list[int], otherwise: Evaluate) -> Evaluate:
    """Inside filters a name is first sought in the elements, the innermost first."""
    if not elements:
        return otherwise
    item = elements[0] if name == "item" else None

    def read(run: Run) -> Value:
        for slot in elements:
            element = run.slots[slot]
            if type(element) is dict and name in element:
                return follow(element[name], rest, run)
        return follow(run.slots[item], rest, run) if item is not None else otherwise(run)

    return read


def follow(value: Value, path: tuple[str, ...], run: Run) -> Value:
    for name in path:
        value = get(value, name, run)
    return value


def read_property(target: Evaluate, name: str) -> Evaluate:
    return lambda run: get(target(run), name, run)


def get(value: Value, name: str, run: Run) -> Value:
    """`value.name`: of a context, of a date, time or duration, of every element of a list."""
    kind = type(value)
    if kind is dict:
        return value.get(name)
    if value is None or kind in (str, bool, Decimal, Test):
        return None
    if kind is list:
        run.spend(1 + len(value))
        return [get(item, name, run) for item in value]
    if kind is Range:
        return {"start": value.start, "end": value.end}.get(name)
    found = temporal.property_of(value, name)
    return Decimal(found) if type(found) is int else found


def filter_by_condition(target: Evaluate, condition: Evaluate, slot: int, cost: int) -> Evaluate:
    def evaluate(run: Run) -> Value:
        value = target(run)
        if value is None:
            return None
        kept = []
        for element in value if type(value) is list else [value]:
            run.spend(1 + cost)
            run.slots[slot] = element
            if condition(run) is True:
                kept.append(element)
        return kept

    return evaluate


def filter_by_any(target: Evaluate, key: Evaluate, slot: int, cost: int) -> Evaluate:
    """A number between the brackets is a place in the list (from 1, or from the end), else a condition."""
    by_condition = filter_by_condition(target, key, slot, cost)

    def evaluate(run: Run) -> Value:
        value = target(run)
        run.slots[slot] = None
        place = key(run)
        if type(place) is not Decimal:
            return by_condition(run)
        items = value if type(value) is list else [] if value is None else [value]
        index = whole(place)
        if not index or abs(index) > len(items):
            return None
        return items[index - 1 if index > 0 else index]

    return evaluate


def equality(left: Evaluate, right: Evaluate, same: bool) -> Matches:
    def evaluate(run: Run) -> bool | None:
        answer = equal(left(run), right(run), run)
        return answer if same or answer is None else not answer

    return evaluate


def side(value: Value, bound: Value, accepts: tuple[int, ...]) -> bool | None:
    place = order(value, bound)
    return None if place is None else place in accepts


def both(left: bool | None, right: bool | None) -> bool | None:
    if left is False or right is False:
        return False
    return None if left is None or right is None else True


def one_of(left: Evaluate, right: Evaluate) -> Matches:
    """`left in right`; in nothing at all is unknown."""

    def evaluate(run: Run) -> bool | None:
        value, test = left(run), right(run)
        return None if test is None else contains(test, value, run)

    return evaluate


def any_of(tests: list[Matches]) -> Matches:
    if len(tests) == 1:
        return tests[0]
    return lambda run: any_true(test(run) for test in tests)


def none_of(tests: list[Matches]) -> Matches:
    def matches(run: Run) -> bool | None:
        found = any_true(test(run) for test in tests)
        return None if found is None else not found

    return matches


def listed(source: Evaluate) -> Callable[[Run], Any]:
    def items(run: Run) -> Any:
        value = source(run)
        if type(value) is Range:
            return steps(value)
        return value if type(value) is list else None

    return items


def steps(within: Range) -> Any:
    """The whole numbers of a range such as `[1..5)`, None when it holds no such numbers."""
    if type(within.start) is not Decimal or type(within.end) is not Decimal:
        return None
    first, last = whole(within.start), whole(within.end)
    if first is None or last is None:
        return None
    return map(Decimal, range(first + (not within.start_included), last + within.end_included))


def counted(start: Evaluate, end: Evaluate) -> Callable[[Run], Any]:
    def items(run: Run) -> Any:
        low, high = start(run), end(run)
        if type(low) is not Decimal or type(high) is not Decimal:
            return None
        first, last = whole(low), whole(high)
        if first is None or last is None:
            return None
        step = 1 if first <= last else -1
        return map(Decimal, range(first, last + step, step))

    return items


def loop(
    run: Run,
    iterators: list[Iterator],
    cost: int,
    body: Callable[[], object],
    place: int = 0,
) -> bool:
    """Runs `body` for every combination; False when one of the sources is no list."""
    if place == len(iterators):
        run.spend(1 + cost)
        body()
        return True
    slot, source = iterators[place]
    items = source(run)
    if items is None:
        return False
    for item in items:
        run.spend(1)
        run.slots[slot] = item
        if not loop(run, iterators, cost, body, place + 1):
            return False
    return True
