"""How a decision table turns out, told by the rows that fit: without deciding it anew each time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from meldcode.check.documents import NOTHING, Document
from meldcode.decision import Decision
from meldcode.feel import FeelError, Json

REFUSES = -1


def rows_of(decision: Decision, now: datetime) -> Callable[[Document], int | None]:
    """Which rows of a table fit a document, as a set of bits (`REFUSES`: a value is not allowed); None when
    that does not say all of its answer. Where the first row that fits answers, it is told alone.

    Cells that read nothing but their column are matched once for each value; a table whose cells and
    outputs are constants answers alike when the same rows fit.
    """
    columns = decision.inputs
    allowances = [*(column.allowed for column in columns), *(output.allowed for output in decision.outputs)]
    constant = (
        not any(allowed.variables for allowed in allowances if allowed)
        and all(
            column.expression.text.strip().lstrip("= ") in column.expression.variables for column in columns
        )
        and not any(test.variables for rule in decision.rules for test in rule.tests)
        and not any(cell.variables for rule in decision.rules for cell in rule.answers if cell)
    )
    if not constant:
        return lambda document: None
    names = [column.expression.text.strip().lstrip("= ") for column in columns]
    known: list[dict[str, int]] = [{} for _ in columns]
    everything = (1 << len(decision.rules)) - 1

    def fitting(place: int, given: Json) -> int:
        value, found = columns[place].value({names[place]: given}, now), 0
        allowed = columns[place].allowed
        if value is not None and allowed is not None and not allowed.matches(value, {}, now):
            return REFUSES
        for index, rule in enumerate(decision.rules):
            if rule.tests[place].matches(value, {}, now):
                found |= 1 << index
        return found

    only_first = decision.hit_policy == "FIRST"

    def rows(document: Document) -> int | None:
        hit, texts = everything, document.texts
        for place, name in enumerate(names):
            text = texts.get(name, NOTHING)
            fits = known[place].get(text)
            if fits is None:
                try:
                    fits = known[place][text] = fitting(place, document.values.get(name))
                except FeelError:
                    return None
            if fits == REFUSES:
                return REFUSES
            hit &= fits
        return hit & -hit if only_first else hit

    return rows


def results_of(decision: Decision) -> list[Any]:
    """The results that a single-hit table can give, as far as its cells are constants."""
    found: list[Any] = []
    for rule in decision.rules:
        if any(cell is not None and cell.variables for cell in rule.answers):
            continue
        made = {
            column.name: None if cell is None else cell.evaluate({})
            for column, cell in zip(decision.outputs, rule.answers, strict=True)
        }
        found.append({**{name: _plain(value) for name, value in made.items()}, "regel": rule.number})
    return found


def _plain(value: Any) -> Json:
    return value if isinstance(value, str | bool | int | float | type(None)) else str(value)
