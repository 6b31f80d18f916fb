"""Where feelin 8.2.0 and this software differ, and why: the whole list.

A difference that no row explains fails the test; so does a row that explains nothing any more.
"Norm" is DMN 1.3, chapter 10; "TCK" its published test cases.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from tests.feel.pairs import Pair

_MOMENTS = {"date", "time", "local", "zoned"}
_LENGTHS = {"days", "months"}
_SHORT = {"single", "empty"}
_ORDERING = {"<", "<=", ">", ">="}


class Difference(NamedTuple):
    """A reason, and the pairs (with our answer and feelin's) that it explains."""

    reason: str
    explains: Callable[[Pair, Any, Any], bool]


KNOWN = (
    Difference(
        "Norm: only durations go with numbers in * and /, and nothing temporal in **. "
        "feelin multiplies any two temporal values to NaN, and knows no duration times a number "
        "(TCK: P1D * 10 is P10D).",
        lambda pair, ours, theirs: (
            pair.operator in {"*", "/", "**"} and bool({pair.left, pair.right} & (_MOMENTS | _LENGTHS))
        ),
    ),
    Difference(
        "Norm: a duration minus a moment is null; feelin gives NaN.",
        lambda pair, ours, theirs: pair.operator == "-" and pair.left in _LENGTHS and pair.right in _MOMENTS,
    ),
    Difference(
        "TCK: a date plus or minus hours stays a date; feelin makes it a moment in UTC.",
        lambda pair, ours, theirs: (
            pair.operator in {"+", "-"} and {pair.left, pair.right} == {"date", "days"}
        ),
    ),
    Difference(
        "Norm: a time has no months; feelin leaves the time as it is.",
        lambda pair, ours, theirs: (
            pair.operator in {"+", "-"} and {pair.left, pair.right} == {"time", "months"}
        ),
    ),
    Difference(
        "TCK: two moments have a distance only when both are zoned or both local (a date counts as UTC), "
        "and a time has none with another kind; feelin takes the wall clock.",
        lambda pair, ours, theirs: (
            pair.operator == "-" and {pair.left, pair.right} <= _MOMENTS and pair.left != pair.right
        ),
    ),
    Difference(
        "Norm: values of different kinds have no order, nor have lists, contexts, booleans and ranges: null. "
        "feelin compares them as JavaScript does, or throws.",
        lambda pair, ours, theirs: (
            ours is None
            and (pair.operator in _ORDERING or pair.operator == "between" or pair.right == "range")
        ),
    ),
    Difference(
        "Norm: `x between a and b` is `x >= a and x <= b`, so false as soon as one side is false; "
        "feelin gives null when a bound is null.",
        lambda pair, ours, theirs: pair.operator == "between" and pair.right.endswith("null"),
    ),
    Difference(
        "TCK: durations of the two kinds are not comparable, so = gives null; feelin says they differ.",
        lambda pair, ours, theirs: (
            pair.operator in {"=", "!="} and {pair.left, pair.right} == {"days", "months"} and ours is None
        ),
    ),
    Difference(
        "Norm: a list equals only a list. feelin takes the item out of a list of one, "
        "and null out of an empty one.",
        lambda pair, ours, theirs: (
            pair.operator in {"=", "!=", "in"} and bool({pair.left, pair.right} & _SHORT)
        ),
    ),
    Difference(
        "Norm: `list in list` also holds when the two are equal; "
        "feelin only looks for the list among the items.",
        lambda pair, ours, theirs: pair.operator == "in" and pair.left == pair.right == "list",
    ),
    Difference(
        "Norm: a condition is true or it is not; feelin takes every value but false and null for true.",
        lambda pair, ours, theirs: pair.operator == "if",
    ),
    Difference(
        "Norm: some and every are chains of or and and, so what is neither true nor false makes them null; "
        "feelin takes null for false and the rest for true.",
        lambda pair, ours, theirs: pair.operator in {"some", "every", "some in", "every in"} and ours is None,
    ),
    Difference(
        "Norm: min and max order strings, dates, times and durations too; feelin only numbers.",
        lambda pair, ours, theirs: pair.operator in {"min", "max"} and theirs is None,
    ),
    Difference(
        "Norm: a duration has a negative; feelin gives null.",
        lambda pair, ours, theirs: pair.operator == "negative" and pair.left in _LENGTHS,
    ),
    Difference(
        'A number is its own number(), and number("") is null; feelin: null and 0.',
        lambda pair, ours, theirs: pair.operator == "number",
    ),
    Difference(
        "A date or moment is its own date and time(); feelin gives null.",
        lambda pair, ours, theirs: pair.operator == "date and time" and theirs is None,
    ),
    Difference(
        "Norm: places in texts and lists count from 1, so there is no place 0; feelin takes the last one.",
        lambda pair, ours, theirs: (
            pair.operator in {"substring", "sublist"} and pair.right == "number" and ours is None
        ),
    ),
    Difference(
        "A range is written as it is read; feelin writes <range>.",
        lambda pair, ours, theirs: pair.operator == "string" and pair.left == "range",
    ),
)

CELLS = (
    Difference(
        "Norm: not( … ) of what is unknown is unknown, so a blank matches no such cell; "
        "feelin lets it match.",
        lambda pair, ours, theirs: pair.text.startswith("not(") and not ours,
    ),
    Difference(
        "A blank is not less or more than anything; feelin lets `? < 5` match a blank.",
        lambda pair, ours, theirs: "?" in pair.text and pair.left == "blank" and not ours,
    ),
)
