"""The cells of a decision table: which values they match."""

from __future__ import annotations

from typing import Any

import pytest

from meldcode.feel import FeelError, expression, unary_tests

CASE: dict[str, Any] = {"grens": 12, "lijst": ["a", "b"], "acuut": True}


@pytest.mark.parametrize(
    ("cell", "matching", "other"),
    [
        ("-", [1, "ja", None, True], []),
        ("", [1, None], []),
        ("  ", [1, None], []),
        ('"ja"', ["ja"], ["nee", None, 1]),
        ('"ja","nee"', ["ja", "nee"], ["onbekend", None]),
        ("9,10", [9, 10], [11, "9"]),
        ("< 5", [4, 4.9, -1], [5, 6, "4", None, True]),
        (">= grens", [12, 13], [11, None]),
        ("[5..8]", [5, 6.5, 8], [4, 9, None]),
        ("(5..8)", [6], [5, 8]),
        ("< 5, > 8", [4, 9], [5, 8, None]),
        ("not(5)", [4, "x", None], [5]),
        ('not("a","b")', ["c", None], ["a", "b"]),
        ("not(< 5)", [5, 6], [4, None]),
        ("not(-1)", [1], [-1]),
        ("true", [True], [False, None, 1, "true"]),
        ("false", [False], [True, None, 0]),
        ("acuut", [True], [False, None]),
        ("null", [None], [0, "", False]),
        ("-5", [-5], [5]),
        ("= 5", [5], [4]),
        ("!= 5", [4, None], [5]),
        ("lijst", ["a", "b"], ["c", None]),
        ("list contains(lijst, ?)", ["a"], ["c"]),
        ('contains(?, "kind")', ["kinderen", "kind"], ["ouder", None]),
        ("? > grens and ? < 18", [15], [12, 18, None]),
        ("grens * 2", [24], [12]),
        ("onbekend", [None], [1]),
        ("[1..onbekend]", [], [1, None]),
        ('if acuut then "x" else "y"', ["x"], ["y"]),
    ],
)
def test_a_cell_matches_what_it_says(cell: str, matching: list[Any], other: list[Any]) -> None:
    tests = unary_tests(cell)

    assert [value for value in matching if not tests.matches(value, CASE)] == []
    assert [value for value in other if tests.matches(value, CASE)] == []


def test_a_date_in_a_cell_is_held_against_a_date() -> None:
    tests = unary_tests('< date("2010-01-01")')

    assert tests.matches(expression('date("2009-12-31")').evaluate({}), {})
    assert not tests.matches(expression('date("2010-01-01")').evaluate({}), {})
    assert not tests.matches("2009-12-31", {})


def test_a_cell_knows_what_it_reads_beside_its_column() -> None:
    assert unary_tests("< grens, [a.b..9], ? = c").paths == {("grens",), ("a", "b"), ("c",)}
    assert unary_tests("-").variables == frozenset()


@pytest.mark.parametrize(
    ("cell", "position"),
    [("5..8", 1), ("< 5 >", 4), ('"ja" of "nee"', 5), ("not 5", 0), ("[5..8", 5), ("ja, ", 4), ("- , 5", 2)],
)
def test_a_cell_that_cannot_be_read_is_refused_at_its_place(cell: str, position: int) -> None:
    with pytest.raises(FeelError) as caught:
        unary_tests(cell)

    assert caught.value.position == position
