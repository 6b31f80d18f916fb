"""FEEL expressions: what they mean, what they read, and what they refuse."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meldcode.feel import FeelError, Limits, expression, to_json, unary_tests
from meldcode.feel.functions import FUNCTIONS

CASE: dict[str, Any] = {
    "melden": "ja",
    "leeftijd": 11,
    "bedrag": 12.5,
    "acuut": True,
    "niets": None,
    "geboren": "2015-03-04",
    "weging": {"acuut": False, "score": 4},
    "kinderen": [{"naam": "Bo", "leeftijd": 4}, {"naam": "Kim", "leeftijd": 9}],
    "signalen": ["blauwe plek", "angst"],
}


def value(text: str, context: dict[str, Any] | None = None, now: datetime | None = None) -> Any:
    return to_json(expression(text).evaluate(CASE if context is None else context, now))


def error_of(text: str) -> FeelError:
    with pytest.raises(FeelError) as caught:
        expression(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('= melden = "ja"', True),
        ('melden = "ja" and leeftijd < 12', True),
        ("leeftijd between 4 and 12", True),
        ("leeftijd in [4..12)", True),
        ("leeftijd in (4, > 10)", True),
        ('"angst" in signalen', True),
        ("weging.score * 2 + 1", 9),
        ("2 ** 3 ** 2", 64),
        ("-5 ** 2", 25),
        ("10 - 2 - 3", 5),
        ("0.1 + 0.2 = 0.3", True),
        ("1 / 4", 0.25),
        ("1 / 0", None),
        ('if acuut then "bel 112" else "weeg"', "bel 112"),
        ('if niets then "a" else "b"', "b"),
        ("not(acuut) or weging.acuut", False),
        ("kinderen.naam", ["Bo", "Kim"]),
        ("kinderen[leeftijd > 5].naam", ["Kim"]),
        ("kinderen[item.leeftijd > weging.score].naam", ["Kim"]),
        ("kinderen[-1].naam", "Kim"),
        ("some k in kinderen satisfies k.leeftijd < 5", True),
        ("every k in kinderen satisfies k.leeftijd < 5", False),
        ("for k in kinderen, i in 1..2 return k.leeftijd * i", [4, 8, 9, 18]),
        ("{a: 1, b: a + 1}", {"a": 1, "b": 2}),
        ('"a" + "b"', "ab"),
        ('"regel\\neen \\u00e9 \\U01F600"', "regel\neen é 😀"),
        ("sum([1, 2.5])", 3.5),
        ("count(signalen)", 2),
        ("max(3, 8, 5)", 8),
        ('string length("é😀")', 2),
        ('substring("melden", 2, 3)', "eld"),
        ('upper case("ij")', "IJ"),
        ("round half up(2.5, 0)", 3),
        ("decimal(2.5, 0)", 2),
        ("string(12.50)", "12.5"),
        ('number("1.234,5", ".", ",")', 1234.5),
        ("is defined(weging.score) and not(is defined(weging.niets))", True),
        ("leeftijd // dit is een opmerking\n + 1", 12),
        ("list contains(signalen, null)", False),
        ("distinct values([1, 2, 1])", [1, 2]),
    ],
)
def test_an_expression_has_its_value(text: str, expected: Any) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "onbekend",
        "weging.onbekend.verder",
        "melden.lengte",
        "melden + 1",
        "leeftijd < melden",
        'leeftijd = "11"',
        'date("morgen")',
        'duration("5 dagen")',
        "10 ** 400",
        "not(leeftijd)",
        "niets and true",
        "sum(signalen)",
        "5 in [niets..9]",
        "now()",
    ],
)
def test_what_feel_cannot_tell_is_null_and_never_an_exception(text: str) -> None:
    assert value(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("true and null", None),
        ("false and null", False),
        ("true or null", True),
        ("false or null", None),
        ("not(null)", None),
        ("null = null", True),
        ("null != 1", True),
        ("some x in [1, null] satisfies x > 3", None),
        ("every x in [1, null] satisfies x > 3", False),
    ],
)
def test_logic_is_three_valued(text: str, expected: bool | None) -> None:
    assert value(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('date("2026-01-31") + duration("P1M")', "2026-02-28"),
        ('date("2024-02-29") + duration("P1Y")', "2025-02-28"),
        ('date("2026-03-01") - date("2026-02-01")', "P28D"),
        ('date(geboren) < date("2016-01-01")', True),
        ("date(geboren).year", 2015),
        ('date("2026-09-07").weekday', 1),
        ('years and months duration(date(geboren), date("2026-03-03")).years', 10),
        ('date and time("2026-09-07T10:00:00Z") + duration("PT36H")', "2026-09-08T22:00:00Z"),
        ('time("23:30:00") + duration("PT1H")', "00:30:00"),
        (
            'date and time("2026-03-29T01:30:00@Europe/Amsterdam") + duration("PT1H")',
            "2026-03-29T03:30:00+02:00",
        ),
        ('duration("P1DT2H").hours', 2),
        ('duration("P2D") * 1.5', "P3D"),
        ('duration("P13M") / 2', "P6M"),
        ('duration("P1D") = duration("PT24H")', True),
        ('@"2026-09-07" in [@"2026-01-01"..@"2026-12-31"]', True),
        ('date and time("2026-09-07T09:15")', "2026-09-07T09:15:00"),
        ('date and time("2026-12-31T24:00:00")', "2027-01-01T00:00:00"),
        ('date("9999-12-31") + duration("P1D")', None),
        ('duration("P1Y1D")', None),
        ('time("25:00:00")', None),
        ('date and time("2026-01-01T00:00:00@Mars/Olympus")', None),
        ('date and time("2026-01-01T00:00:00") < date and time("2026-01-01T00:00:00Z")', None),
        ('day of week(date("2026-09-07"))', "Monday"),
        ('week of year(date("2026-01-01"))', 1),
    ],
)
def test_dates_times_and_durations_are_reckoned(text: str, expected: Any) -> None:
    assert value(text) == expected


def test_now_and_today_are_the_moment_that_is_given() -> None:
    moment = datetime(2026, 9, 7, 23, 30, tzinfo=UTC).astimezone(ZoneInfo("Europe/Amsterdam"))

    assert expression("now()").evaluate({}, moment) == moment
    assert expression("today()").evaluate({}, moment) == date(2026, 9, 8)
    assert expression('today() - date("2026-09-01")').evaluate({}, moment) == timedelta(days=7)


def test_numbers_are_decimals_of_34_digits() -> None:
    third = expression("1 / 3").evaluate({})

    assert third == Decimal("0.3333333333333333333333333333333333")
    assert expression("a * 3").evaluate({"a": 0.1}) == Decimal("0.3")


def test_results_are_plain_json() -> None:
    found = expression(
        '{n: 3.0, f: 2.5, d: date("2026-01-02"), l: [duration("P1D"), null], r: [1..5), b: true}'
    ).evaluate({})

    assert to_json(found) == {
        "n": 3,
        "f": 2.5,
        "d": "2026-01-02",
        "l": ["P1D", None],
        "r": "[1..5)",
        "b": True,
    }
    assert type(to_json(Decimal("3.0"))) is int


def test_a_result_can_be_changed_without_changing_the_expression() -> None:
    compiled = expression("[1, 2]")

    compiled.evaluate({}).append("iets")

    assert to_json(compiled.evaluate({})) == [1, 2]


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ('melden = "ja"', {("melden",)}),
        ("weging.acuut and weging.score > 3", {("weging", "acuut"), ("weging", "score")}),
        ("some k in kinderen satisfies k.leeftijd < grens", {("kinderen",), ("grens",)}),
        ("for i in a, j in i return j + b", {("a",), ("b",)}),
        ("{x: a, y: x + 1}", {("a",)}),
        ("kinderen[item.leeftijd > 3]", {("kinderen",)}),
        ("kinderen[leeftijd > 3].naam", {("kinderen",), ("leeftijd",)}),
        ("(for k in lijst return k) = k", {("lijst",), ("k",)}),
        ('date(geboren).year + string length("x")', {("geboren",)}),
        ("1 + 1", set()),
    ],
)
def test_the_variables_and_paths_that_are_read_are_known(text: str, paths: set[tuple[str, ...]]) -> None:
    compiled = expression(text)

    assert compiled.paths == paths
    assert compiled.variables == {path[0] for path in paths}


@pytest.mark.parametrize(
    ("text", "kind", "position", "word"),
    [
        ("melden == 1", "syntax", 7, "één ="),
        ("melden = 'ja'", "syntax", 9, "aanhalingstekens"),
        ("melden = “ja”", "syntax", 9, "aanhalingstekens"),
        ("a && b", "syntax", 2, "and"),
        ("a en b", "unsupported", 2, "and"),
        ("leeftijd kind > 3", "unsupported", 9, "spatie"),
        ("leeftijd ≥ 3", "syntax", 9, ">="),
        ("leeftijd > 3 and < 5", "syntax", 17, "<"),
        ("if a then b", "syntax", 11, "te vroeg"),
        ('melden = "ja', "syntax", 9, "aanhalingsteken"),
        ("1 +\n  * 2", "syntax", 6, "*"),
        ("function(a) a", "unsupported", 0, "function"),
        ("a instance of number", "unsupported", 2, "instance of"),
        ("verstuur(a)", "unsupported", 0, "verstuur"),
        ("1 + begin datum(a)", "unsupported", 10, "spatie"),
        ("1 + get value(a, b)", "unsupported", 4, "get value"),
        ("[9..1]", "syntax", 0, "hoog naar laag"),
        ("substring(a)", "syntax", 0, "substring(string, start, length?)"),
        ("not a", "syntax", 0, "haakjes"),
        ("? > 3", "unsupported", 0, "vraagteken"),
        ("", "syntax", 0, "nog niets"),
        ("=  ", "syntax", 3, "nog niets"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name_at_its_place(
    text: str, kind: str, position: int, word: str
) -> None:
    error = error_of(text)

    assert (error.kind, error.position) == (kind, position)
    assert word in error.text.nl
    assert error.text.en


def test_an_error_says_line_and_column() -> None:
    error = error_of('= melden = "ja" and\n   leeftijd <> 3')

    assert (error.line, error.column) == (2, 14)


def test_limits_on_length_and_depth_are_kept() -> None:
    assert error_of("1" * 2001).kind == "limit"
    assert error_of("[" * 41 + "]" * 41).kind == "limit"
    assert error_of("-" * 500 + "1").kind == "limit"
    assert expression("(" * 900 + "1" + ")" * 900).evaluate({}) == 1
    assert expression(" or ".join(["a"] * 400)).evaluate({"a": True}) is True
    assert expression(" + ".join(["1"] * 490)).evaluate({}) == 490


@pytest.mark.parametrize(
    "text",
    [
        "for i in 1..1000000 return i",
        "for i in 1..200, j in 1..200 return i * j",
        "every x in lang satisfies (some y in lang satisfies y = x + 20000)",
        "{a0: lap, " + ", ".join(f"a{i}: a{i - 1} + a{i - 1}" for i in range(1, 40)) + "}",
        "{a0: lap, " + ", ".join(f"a{i}: [a{i - 1}, a{i - 1}]" for i in range(1, 60)) + "}",
        "distinct values(lang)",
        'string join(for i in 1..2000 return lap, "")',
        "count(distinct values(concatenate(lang, lang, lang, lang)))",
    ],
)
def test_too_much_work_is_stopped(text: str) -> None:
    context = {"lang": list(range(3000)), "lap": "x" * 5000}
    compiled = expression(text)
    start = time.process_time()

    with pytest.raises(FeelError) as caught:
        compiled.evaluate(context)

    assert caught.value.kind == "limit"
    assert time.process_time() - start < 2


def test_data_nested_without_end_is_refused_and_not_a_crash() -> None:
    deep: Any = []
    for _ in range(5000):
        deep = [deep]

    with pytest.raises(FeelError) as caught:
        expression("count(diep)").evaluate({"diep": deep})

    assert caught.value.kind == "limit"


def test_what_json_does_not_know_is_null() -> None:
    for number in (float("nan"), float("inf"), 10**5000, object(), b"x", {1, 2}):
        assert expression("x = null").evaluate({"x": number}) is True


def test_nothing_of_a_python_object_is_reachable() -> None:
    class Secret:
        key = "geheim"

    for text in (
        "x.key",
        "x.__class__",
        "x.__class__.__mro__",
        "[x][1].key",
        "melden.__class__",
        "x.__dict__",
    ):
        assert expression(text).evaluate({"x": Secret(), "melden": "ja"}) is None


def test_a_custom_limit_holds_for_the_evaluation() -> None:
    assert expression("count(for i in 1..100 return i)", Limits(steps=1000)).evaluate({}) == 100
    with pytest.raises(FeelError):
        expression("count(for i in 1..100 return i)", Limits(steps=50)).evaluate({})


def test_a_text_is_compiled_once() -> None:
    assert expression("leeftijd + 41") is expression("leeftijd + 41")


def test_a_gateway_condition_is_evaluated_in_less_than_20_microseconds() -> None:
    compiled = expression('melden = "ja" and (leeftijd < 18 or weging.acuut = true) and weging.score >= 3')
    best = min(_seconds(compiled, 500) for _ in range(10)) / 500

    assert best < 20e-6


def _seconds(compiled: Any, times: int) -> float:
    start = time.process_time()
    for _ in range(times):
        compiled.evaluate(CASE)
    return time.process_time() - start


# Whatever is typed

_WORDS = st.sampled_from(
    [
        *"()[]{},.:?-+*/<>=!@\"' \n",
        *("..", "<=", "!=", "**", "and", "or", "not", "in", "if", "then", "else", "for", "some", "every"),
        *("return", "satisfies", "between", "null", "true", "a", "weging.score", "1", "2.5", "1e99"),
        *("date(", "sum(", "string(", 'date("2026-01-01")', 'duration("P1M")', "[1,2]", "date and time("),
        *("1..9", '"ja"', "{a: 1}", "item", "kinderen", "count(", "999999999999", "** 99999", "é"),
    ]
)
_TEXTS = st.one_of(
    st.text(max_size=80),
    st.lists(_WORDS, max_size=25).map("".join),
    st.lists(_WORDS, max_size=25).map(" ".join),
)


def outcome(attempt: Callable[[], Any]) -> Any:
    """What the attempt gives, or the FeelError that it raises."""
    try:
        return attempt()
    except FeelError as error:
        return error


def assert_readable(error: FeelError, text: str) -> None:
    assert 0 <= error.position <= len(text)
    assert 1 <= error.line <= text.count("\n") + 1
    assert 1 <= error.column <= len(text) + 1
    assert error.text.nl
    assert error.text.en


@settings(max_examples=400, deadline=None)
@given(_TEXTS)
def test_any_text_gives_a_value_or_an_error_with_a_place_in_it(text: str) -> None:
    compiled = outcome(lambda: expression(text))
    if isinstance(compiled, FeelError):
        assert_readable(compiled, text)
        return

    found = outcome(lambda: compiled.evaluate(CASE, datetime(2026, 9, 7, tzinfo=UTC)))

    assert found.kind == "limit" if isinstance(found, FeelError) else json.dumps(to_json(found))


@settings(max_examples=400, deadline=None)
@given(_TEXTS, st.sampled_from([None, 1, 2.5, "ja", True, [1], {"a": 1}]))
def test_any_cell_matches_or_does_not_or_gives_an_error_with_a_place_in_it(text: str, found: Any) -> None:
    answer = outcome(lambda: unary_tests(text).matches(found, CASE))

    if isinstance(answer, FeelError):
        assert_readable(answer, text)
    else:
        assert answer in (True, False)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(_JSON, _JSON)
def test_any_data_can_be_compared_and_written(left: Any, right: Any) -> None:
    context = {"a": left, "b": right}
    for text in ("a = b", "a < b", "a in b", "[a, b]", "string(a)", "{x: a}.x", "a[b]", "a + b", "-a", "a.x"):
        assert json.dumps(to_json(expression(text).evaluate(context)), allow_nan=False)
    assert expression("a = a and [a] = [a] and {x: a} = {x: a}").evaluate(context) is True


def test_the_designers_page_names_every_function_and_no_other() -> None:
    page = (Path(__file__).parents[2] / "docs" / "feel.md").read_text("utf-8")
    part = page.partition("## Functies")[2].partition("## ")[0]

    assert set(re.findall(r"`([^`]+)`", part)) == {*FUNCTIONS, "not", "is defined"}
