"""Answers and rows of tables by number: the same as writing all of them out."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meldcode.check import combinations as module
from meldcode.check.answers import Answers
from meldcode.check.combinations import TooMany, combinations
from meldcode.check.documents import Document
from meldcode.check.meaning import Meaning
from meldcode.check.rows import rows_of
from meldcode.definition import read_folder
from meldcode.messages import MeldcodeError

PROCESSES = Path(__file__).resolve().parents[2] / "processes"
NOW = datetime(2026, 9, 7, 9, tzinfo=UTC)
VALUES = st.lists(st.sampled_from([None, True, False, "ja", "nee", 3, ["a"]]), max_size=3, unique_by=str)


@st.composite
def forms(draw: st.DrawFn) -> tuple[list[str], dict[str, Any], dict[str, list[str]], set[Any]]:
    """Questions in order, their answers, on which earlier ones each depends, and the answers that hide it."""
    order = list("edcba"[: draw(st.integers(0, 5))])
    domains = {key: draw(VALUES) for key in order}
    gates = {key: [one for one in order[:place] if draw(st.booleans())] for place, key in enumerate(order)}
    every = [
        (key, str(given))
        for key in order
        for given in itertools.product(*([*domains[gate], None] for gate in gates[key]))
    ]
    return order, domains, gates, {one for one in every if draw(st.integers(0, 3)) == 0}


def written_out(
    order: list[str], domains: Mapping[str, Any], gates: Mapping[str, list[str]], hidden: set[Any]
) -> Iterator[Any]:
    given: dict[str, Any] = {}

    def go(index: int) -> Iterator[Any]:
        if index == len(order):
            yield tuple(sorted(given.items()))
            return
        key = order[index]
        is_hidden = (key, str(tuple(given[gate] for gate in gates[key]))) in hidden
        for value in [None] if is_hidden else domains[key]:
            given[key] = value
            yield from go(index + 1)
        given.pop(key, None)

    return go(0)


@given(forms())
def test_combinations_are_those_that_are_written_out_in_their_order(drawn: Any) -> None:
    order, domains, gates, hidden = drawn

    def hides(key: str, before: Mapping[str, Any]) -> bool:
        return (key, str(tuple(before[gate] for gate in gates[key]))) in hidden

    found = combinations("x.form", order, domains, gates, hides)
    assert list(found) == list(written_out(*drawn))
    texts = [
        [told[at] for told, at in zip(found.texts, row, strict=True)] for row in found.rows
    ]  # two answers have one place in their list exactly when they are the same
    assert len({str(one) for one in texts}) == len(set(found.rows)) == len(found.rows)


def test_more_combinations_than_can_be_tried_are_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_COMBINATIONS", 8)
    domains = {key: [True, False] for key in "abc"}
    gates: dict[str, list[str]] = {key: [] for key in "abcd"}
    assert len(combinations("x.form", "abc", domains, gates, lambda *_: False).rows) == 8
    with pytest.raises(TooMany, match=r"x\.form"):
        combinations("x.form", "abcd", {**domains, "d": [True, False]}, gates, lambda *_: False)


@pytest.mark.parametrize("name", ["inrichting-de-windvaan", "kinderopvang-de-papieren-boot"])
def test_two_cases_that_fit_the_same_rows_get_the_same_answer_of_a_table(name: str) -> None:
    version = read_folder(PROCESSES / name)
    answers = Answers(version, Meaning(version), NOW.date())
    fitted = 0
    for decision in version.decisions.values():
        rows, known = rows_of(decision, NOW), dict[int, Any]()
        names = sorted(decision.variables)
        forms = version.forms.values()
        domains = [
            [
                None,
                "iets anders",
                *(v for f in forms if key in f.fields for v in answers.domain(key, f.fields[key])),
            ]
            for key in names
        ]
        for count, values in enumerate(itertools.product(*domains)):
            if count % 29 or count > 20_000:
                continue
            case = dict(zip(names, values, strict=True))
            hit = rows(Document.of(case))
            try:
                result = decision.decide(case, NOW).result
            except MeldcodeError:
                result = "refused"
            if hit is not None:
                fitted += 1
                assert known.setdefault(hit, result) == result
    assert fitted > 100
