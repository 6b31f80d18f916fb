"""Functions on lists (DMN 1.3, 10.3.4.4)."""

from __future__ import annotations

from decimal import (
    Decimal,
)
from typing import Any

from meldcode.feel.functions.registry import MISSING, function, part_of
from meldcode.feel.numbers import NUMBERS, finite
from meldcode.feel.values import Run, Value, equal, order


def _items(values: tuple[Value, ...]) -> list[Value]:
    """Functions such as `sum` take one list or the items themselves."""
    return values[0] if len(values) == 1 and type(values[0]) is list else list(values)


@function("count(list:list)")
def _count(run: Run, items: list[Value]) -> Value:
    return Decimal(len(items))


@function("list contains(list:list, element:any)")
def _list_contains(run: Run, items: list[Value], element: Value) -> Value:
    return any(equal(item, element, run) is True for item in items)


@function("min(list:any…)")
def _min(run: Run, *values: Value) -> Value:
    return _outermost(_items(values), -1)


@function("max(list:any…)")
def _max(run: Run, *values: Value) -> Value:
    return _outermost(_items(values), 1)


def _outermost(items: list[Value], side: int) -> Value:
    best = items[0] if items else None
    if order(best, best) is None:
        return None
    for item in items:
        place = order(item, best)
        if place is None:
            return None
        if place == side:
            best = item
    return best


def _numbers(values: tuple[Value, ...]) -> list[Decimal] | None:
    items = _items(values)
    return items if items and all(type(item) is Decimal for item in items) else None


def _total(numbers: list[Decimal]) -> Decimal:
    total = numbers[0]
    for number in numbers[1:]:
        total = NUMBERS.add(total, number)
    return total


@function("sum(list:any…)")
def _sum(run: Run, *values: Value) -> Value:
    numbers = _numbers(values)
    return finite(_total(numbers)) if numbers else None


@function("mean(list:any…)")
def _mean(run: Run, *values: Value) -> Value:
    numbers = _numbers(values)
    return finite(NUMBERS.divide(_total(numbers), Decimal(len(numbers)))) if numbers else None


@function("all(list:any…)")
def _all(run: Run, *values: Value) -> Value:
    items = _items(values)
    if any(item is False for item in items):
        return False
    return True if all(item is True for item in items) else None


@function("any(list:any…)")
def _any(run: Run, *values: Value) -> Value:
    items = _items(values)
    if any(item is True for item in items):
        return True
    return False if all(item is False for item in items) else None


@function("append(list:list, item:any, item:any…)")
def _append(run: Run, items: list[Value], *more: Value) -> Value:
    return _new_list(run, [*items, *more])


@function("concatenate(list:any…)")
def _concatenate(run: Run, *lists: Value) -> Value:
    return _new_list(run, [item for part in lists for item in (part if type(part) is list else [part])])


@function("reverse(list:list)")
def _reverse(run: Run, items: list[Value]) -> Value:
    return items[::-1]


@function("sublist(list:list, start:number, length:number?)")
def _sublist(run: Run, items: list[Value], start: Decimal, length: Value = MISSING) -> Value:
    part = part_of(len(items), start, length)
    return None if part is None else items[part]


@function("index of(list:list, match:any)")
def _index_of(run: Run, items: list[Value], match: Value) -> Value:
    return [Decimal(place) for place, item in enumerate(items, 1) if equal(item, match, run) is True]


@function("distinct values(list:list)")
def _distinct_values(run: Run, items: list[Value]) -> Value:
    seen: list[Value] = []
    for item in items:
        run.spend(1 + len(seen))
        if not any(equal(item, other, run) is True for other in seen):
            seen.append(item)
    return seen


@function("flatten(list:list)")
def _flatten(run: Run, items: list[Value]) -> Value:
    run.spend_value(items)
    flat: list[Value] = []
    waiting: list[Any] = list(reversed(items))
    while waiting:
        item = waiting.pop()
        if type(item) is list:
            waiting.extend(reversed(item))
        else:
            flat.append(item)
    return flat


def _new_list(run: Run, items: list[Value]) -> list[Value]:
    run.spend_value(items)
    return items
