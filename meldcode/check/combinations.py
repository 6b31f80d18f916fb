"""Every combination of answers to a form's questions, kept as the places of the answers in their lists.

A form with ten questions has thousands of combinations; two of them are compared by numbers, and the answers
themselves are only written out for those that stand for others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from meldcode.check.documents import NOTHING, as_text
from meldcode.feel import Json

MOST_COMBINATIONS = 20_000

Leaf = tuple[tuple[str, Json], ...]
Row = tuple[int, ...]


class TooMany(Exception):
    """A form has more combinations of answers that matter than can be tried."""


@dataclass(frozen=True, eq=False, slots=True)
class Combinations:
    """The combinations of a form. A row holds, for each of the `keys` in their order, the place of the answer
    among the `values` of that question; `texts` are these as text."""

    keys: tuple[str, ...]
    values: list[list[Json]]
    texts: list[list[str]]
    rows: list[Row]

    def __iter__(self) -> Iterator[Leaf]:
        return (self.leaf(row) for row in self.rows)

    def leaf(self, row: Row) -> Leaf:
        """The answers themselves, by question."""
        return tuple([(key, told[at]) for key, told, at in zip(self.keys, self.values, row, strict=True)])


def combinations(
    file: str,
    order: Sequence[str],
    domains: Mapping[str, Sequence[Json]],
    gates: Mapping[str, Sequence[str]],
    hides: Callable[[str, Mapping[str, Json]], bool],
) -> Combinations:
    """The combinations of one form. `order` has each question after those on which it depends (`gates`);
    `hides` says whether answers to those hide it, and then its answer is null. Raises `TooMany`, with `file`.
    """
    values = {key: [*domains[key], None] for key in order}
    texts = {key: [as_text(value) for value in values[key]] for key in order}
    rows: list[Row] = [()]
    for place, key in enumerate(order):
        nothing = texts[key].index(NOTHING)
        every = range(len(domains[key]))
        before = [order.index(gate) for gate in gates[key] if gate in order[:place]]
        known: dict[Row, bool] = {}
        made: list[Row] = []
        for row in rows:
            given = tuple([row[at] for at in before])
            if given not in known:
                known[given] = hides(key, {order[at]: values[order[at]][row[at]] for at in before})
            if known[given]:
                made.append((*row, nothing))
            else:
                made += [(*row, at) for at in every]
        rows = made
        if len(rows) > MOST_COMBINATIONS:
            raise TooMany(file)
    keys = sorted(order)
    places = [order.index(key) for key in keys]
    ordered = [tuple([row[at] for at in places]) for row in rows]
    return Combinations(tuple(keys), [values[key] for key in keys], [texts[key] for key in keys], ordered)
