"""Our FEEL against feelin, the JavaScript reference: thousands of texts, one Node process per batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from meldcode.feel import FeelError, expression, unary_tests
from tests.feel.differences import CELLS, KNOWN, Difference
from tests.feel.feelin import ask, plain, same
from tests.feel.grammar import CONTEXT, Writer
from tests.feel.pairs import Pair, pairs

EXPRESSIONS = 3000
TESTS = 3000
SEED = 20260907

Record = Callable[[str, object], None]


def _ask(items: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    try:
        return ask(items)
    except LookupError as error:
        pytest.fail(str(error))


def _ours(text: str) -> Any:
    try:
        return plain(expression(text).evaluate(CONTEXT))
    except FeelError as error:
        return {"refused": error.text.en}


def _explained(
    found: Sequence[tuple[Pair, Any, Any]], table: Sequence[Difference]
) -> tuple[Counter[str], list[str]]:
    """How often each row of the table explains a difference, and the differences that none does."""
    used: Counter[str] = Counter()
    unknown = []
    for pair, ours, theirs in found:
        rows = [row.reason for row in table if row.explains(pair, ours, theirs)]
        used[rows[0] if rows else ""] += 1
        if not rows:
            unknown.append(f"{pair.text}: ours {ours!r}, feelin {theirs!r}")
    return used, unknown


def test_well_typed_expressions_mean_what_they_mean_in_feelin(record_property: Record) -> None:
    writer = Writer(SEED)
    texts: dict[str, None] = {}
    while len(texts) < EXPRESSIONS:
        texts[writer.expression()] = None

    answers = _ask([{"kind": "expression", "text": text, "context": CONTEXT} for text in texts])

    different = [
        f"{text}: ours {ours!r}, feelin {answer!r}"
        for text, answer in zip(texts, answers, strict=True)
        if not same(ours := _ours(text), answer.get("value", answer))
    ]
    record_property("figure", f"feelin: {len(texts)} well-typed expressions, {len(different)} different")
    assert not different, "\n".join(different[:20])


def test_operators_and_functions_on_every_kind_differ_only_where_the_norm_says_so(
    record_property: Record,
) -> None:
    everything = list(pairs())

    answers = _ask([{"kind": "expression", "text": pair.text, "context": {}} for pair in everything])

    found = [
        (pair, ours, theirs)
        for pair, answer in zip(everything, answers, strict=True)
        if not same(ours := _ours(pair.text), theirs := answer.get("value", answer))
    ]
    used, unknown = _explained(found, KNOWN)
    record_property(
        "figure", f"feelin: {len(everything)} pairs, {len(found)} different for {len(used)} reasons"
    )
    assert not unknown, "\n".join(unknown[:20])
    assert set(used) == {row.reason for row in KNOWN}, "a row of the table explains nothing any more"


def test_cells_of_decision_tables_match_as_in_feelin(record_property: Record) -> None:
    writer = Writer(SEED)
    cells = [writer.cell() for _ in range(TESTS)]

    answers = _ask(
        [{"kind": "cell", "text": text, "context": CONTEXT, "value": value} for text, value in cells]
    )

    found = []
    for (text, value), answer in zip(cells, answers, strict=True):
        ours = unary_tests(text).matches(value, CONTEXT)
        theirs = answer.get("value") is True if "value" in answer else answer
        if ours is not theirs:
            found.append((Pair("cell", "blank" if value is None else "", "", text), ours, theirs))
    used, unknown = _explained(found, CELLS)
    record_property("figure", f"feelin: {len(cells)} cells, {len(found)} different for {len(used)} reasons")
    assert not unknown, "\n".join(unknown[:20])
    assert set(used) == {row.reason for row in CELLS}, "a row of the table explains nothing any more"
    assert len(found) < 0.05 * len(cells)
