"""Where a case stands: the tokens of the outermost scope, each a piece, and what is alike in all such places.

A piece is a token with everything in it: a task with the timers on its edge, a called process with all that
is under way there. Pieces are known by what they are, whatever the numbers of their tokens, so that what is
to be known of one is found out once, and a place is no more than some pieces and their numbers.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from meldcode.check.documents import as_text
from meldcode.check.marking import (
    Running,
    Stand,
    Token,
    drawn,
    freeze,
    has_ended,
    mark,
    numbered,
    standing,
    timers,
    within,
)
from meldcode.definition import Version
from meldcode.engine import OpenTask
from meldcode.feel import Json

SEED = UUID(int=0)


class Task(NamedTuple):
    """An open task: the number of its token and, of one that is done for each element, that element."""

    number: int
    node: str
    item: Json

    def on(self, number: int) -> Task:
        """The same task on the token with this number."""
        return Task(number, self.node, self.item)


@dataclass(eq=False, slots=True)
class Piece:
    """A token and all in it, numbered from 1 in their own order. `alike` is one number for all pieces that
    differ in nothing that makes a difference to how a case can go on; `stands` says of each token where it
    stands, its number, and whether it is finished."""

    number: int
    token: Token
    node: str
    alike: int
    ended: bool
    stands: tuple[tuple[Stand, int, bool], ...]
    timers: tuple[Running, ...]
    tasks: tuple[Task, ...]


class Placed(NamedTuple):
    """A piece in a case: the numbers that its tokens have there, the lowest first."""

    piece: Piece
    numbers: tuple[int, ...]

    @property
    def root(self) -> int:
        """The number of the token in which all others are."""
        number: int = self.piece.token["n"]
        return self.numbers[number - 1]

    @property
    def token(self) -> Token:
        """The token as the engine stores it."""
        return numbered(self.piece.token, self.numbers)


@dataclass(eq=False, slots=True)
class Place:
    """Where all tokens of a case stand, to the last detail that the engine looks at, but no document.

    Tokens are numbered anew from 1 and every moment is the same moment, so that two cases that stand
    alike stand in one place. `marking` is one number for all places that differ in nothing that makes a
    difference to how a case can go on.
    """

    number: int
    spec: str
    outcome: str | None
    pieces: tuple[Placed, ...]
    following: int
    finished: bool
    marking: int
    stands: frozenset[Stand]
    standing: frozenset[str]  # the nodes of these
    tasks: tuple[Task, ...]
    timers: tuple[Running, ...]
    open: frozenset[str]

    def state(self, document: Mapping[str, Json]) -> dict[str, Any]:
        """A case that stands here, as the engine takes it."""
        return {
            "format": 1,
            "spec": self.spec,
            "seed": SEED.hex,
            "next": self.following,
            "outcome": self.outcome,
            "document": dict(document),
            "tokens": [one.token for one in self.pieces],
        }


class Places:
    """The places of one version, and their pieces: each known once."""

    def __init__(self, version: Version) -> None:
        self.version = version
        self._places: dict[Hashable, Place] = {}
        self._pieces: dict[str, Piece] = {}
        self._marks: dict[Hashable, int] = {}
        self._markings: dict[Hashable, int] = {}

    def placed(self, token: Token, tasks: Mapping[int, OpenTask]) -> Placed:
        """The piece that a fresh token of the engine is. `tasks` are the open tasks, by their tokens."""
        numbers = tuple(sorted(one["n"] for one in within(token)))
        freeze(token, {old: new for new, old in enumerate(numbers, 1)})
        text = as_text(token)
        piece = self._pieces.get(text)
        if piece is None:
            open_in = ((new, tasks[old]) for new, old in enumerate(numbers, 1) if old in tasks)
            piece = self._pieces[text] = Piece(
                number=len(self._pieces),
                token=token,
                node=drawn(token),
                alike=self._marks.setdefault(mark(token), len(self._marks)),
                ended=has_ended(token),
                stands=tuple(standing(token, self.version)),
                timers=tuple(timers(token, self.version)),
                tasks=tuple(Task(number, task.node, task.item) for number, task in open_in),
            )
        return Placed(piece, numbers)

    def at(
        self,
        spec: str,
        outcome: str | None,
        finished: bool,
        pieces: Sequence[Placed],
        bare: Sequence[Placed] | None = None,
    ) -> Place:
        """The place of these pieces, their tokens numbered anew in their own order.

        `bare` are the pieces without what was finished long ago, where the others still hold it.
        """
        order = sorted([number for one in pieces for number in one.numbers])
        anew = {old: new for new, old in enumerate(order, 1)}
        placed = tuple([Placed(piece, tuple([anew[old] for old in numbers])) for piece, numbers in pieces])
        key = (spec, outcome, finished, tuple([(piece.number, numbers) for piece, numbers in placed]))
        found = self._places.get(key)
        if found is None:
            seen = [one.piece for one in (placed if bare is None else bare)]
            tasks = [one.on(at[one.number - 1]) for piece, at in placed for one in piece.tasks]
            stands = frozenset([stand for piece in seen for stand, _, _ in piece.stands])
            found = self._places[key] = Place(
                number=len(self._places),
                spec=spec,
                outcome=outcome,
                pieces=placed,
                following=len(order) + 1,
                finished=finished,
                marking=self._marking(spec, outcome, seen),
                stands=stands,
                standing=frozenset([key for _, key in stands]),
                tasks=tuple(tasks),
                timers=tuple([one.on(at[one.number - 1]) for piece, at in placed for one in piece.timers]),
                open=frozenset([task.node for task in tasks]),
            )
        return found

    def _marking(self, spec: str, outcome: str | None, pieces: Sequence[Piece]) -> int:
        """A branch that ended waits for the others, and makes no difference to them."""
        going = [one.alike for one in pieces if not one.ended]
        mark = (spec, outcome, tuple(sorted(going or [one.alike for one in pieces])))
        return self._markings.setdefault(mark, len(self._markings))
