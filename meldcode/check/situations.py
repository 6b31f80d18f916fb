"""The real engine's steps, each taken once: a memory of what a move leads to in a situation.

What a step does depends on where the tokens stand and on what it asks of the case document: a gateway's
condition, a table, a duration. The engine notes all it asks (`step(asked=…)`). So when the same move is
made from the same tokens on another document, the same questions are put to that document; if each has
an answer that was met before, the step leads to the same tokens, and need not be taken again. If one has
a new answer, the engine takes the step. There is no second semantics here, only a memory; the tests hold
every remembered step to the engine's own.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import NamedTuple
from uuid import uuid5

from meldcode.check.bystanders import Bystanders
from meldcode.check.documents import EMPTY, Document, as_text
from meldcode.check.marking import NOW, Stand, fall_due
from meldcode.check.places import SEED, Piece, Place, Placed, Places
from meldcode.definition import Version
from meldcode.engine import (
    Asked,
    Command,
    Complete,
    EngineError,
    OpenTask,
    RaiseEvent,
    Start,
    State,
    Step,
    Wake,
    step,
)
from meldcode.feel import Json, expression, to_json
from meldcode.messages import MeldcodeError

FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Act:
    """A move as the tokens see it: `kind` is start, complete, timer or raise; `token` the token it is
    about, `name` the process, the event behind an event-based gateway or the message."""

    kind: str
    token: int = 0
    name: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Taken:
    """What a move led to; `error` instead of `place` when the engine could not take it."""

    place: Place | None
    trail: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()
    cancelled: tuple[str, ...] = ()
    passed: frozenset[str] = frozenset()  # every element that a token passed or stands on
    stayed: frozenset[Stand] = frozenset()  # where tokens stand that did not move
    asked: frozenset[str] = frozenset()  # the names that it asked about on its way
    error: EngineError | None = None


class _Left(NamedTuple):
    """A piece that a step left. Its numbers: below 0 those of new tokens, the first of them -1; else their
    places among the numbers that moved."""

    piece: Piece
    numbers: tuple[int, ...]


@dataclass(slots=True, eq=False)
class _Outcome:
    """What a step led to, beside any bystanders: where they are, `left` holds their place among them.

    `taken` is what it came to in each place where it was made, by their numbers.
    """

    shown: Taken  # all but where the tokens stand
    spec: str = ""
    said: str | None = None  # the outcome, when it said one
    finished: bool = False
    left: tuple[_Left | int, ...] = ()
    bare: list[Placed] | None = None
    taken: dict[int, Taken] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class _Question:
    """What a step asks next, and by each answer what then happens."""

    asked: Asked
    ways: dict[Hashable, _Question | _Outcome] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class _Alike:
    """Moves of which the engine takes the same steps: what the first of these steps asks, or leads to."""

    begin: _Question | _Outcome | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Made:
    """A move in one place: the pieces that stand by, the numbers of all others, and the moves like it."""

    place: Place | None
    act: Act
    beside: tuple[Placed, ...]
    moved: tuple[int, ...]
    alike: _Alike

    @property
    def number(self) -> int:
        return self.place.number if self.place else -1

    @property
    def following(self) -> int:
        """The number of the first new token."""
        return self.place.following if self.place else 1


class Situations:
    """The steps of one version, taken on demand. `steps` counts those that the engine took itself.

    `remember` false takes every step with the engine: what the tests compare with; `together` takes it for
    all tokens of a case, bystanders too.
    """

    def __init__(
        self,
        version: Version,
        *,
        remember: bool = True,
        together: bool = False,
        keep_finished: bool = False,
    ) -> None:
        self.version = version
        self.calendar = version.organisation.calendar()
        self.moment = self.calendar.local(NOW)
        # What a repeated activity collects goes into the document without a question.
        collects = any(node.loop and node.loop.output_collection for node in version.nodes.values())
        self.remember = remember and not collects and not keep_finished
        self.together = together or not self.remember
        self.keep_finished = keep_finished
        self.steps = 0
        self.places = Places(version)
        self._bystanders: dict[str, Bystanders] = {}
        self._made: dict[tuple[int, Act], _Made] = {}
        self._alike: dict[Hashable, _Alike] = {}
        self._answers: dict[Hashable, tuple[Hashable, Document | None]] = {}
        self._names: dict[tuple[str, bool], tuple[str, ...]] = {}

    def take(
        self, place: Place | None, document: Document, act: Act, answers: Document = EMPTY
    ) -> tuple[Taken, Document]:
        """Make a move; `answers` are those of a completion. Returns what came of it and the new document."""
        key = (place.number if place else -1, act)
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = self._move(place, act)
        found = made.alike.begin if self.remember else None
        if found is None:
            return self._play(made, document, answers)
        after = document.written(answers) if answers.values else document
        while isinstance(found, _Question):
            answer, result = self._answer(found.asked, after)
            if result is not None:
                after = after.written(result)
            found = found.ways.get(answer)
        if found is None:
            return self._play(made, document, answers)
        return self._taken(made, found), after

    def _move(self, place: Place | None, act: Act) -> _Made:
        if place is None:
            return _Made(None, act, (), (), self._alike.setdefault(act, _Alike()))
        by, told_apart = self._bystanders_of(place, act)
        moving = [one for index, one in enumerate(place.pieces) if index not in by]
        moved = tuple(sorted([number for one in moving for number in one.numbers]))
        order = {number: index for index, number in enumerate(moved)}
        # All that the engine looks at: the pieces as they lie, with those that stand by between them.
        seen = [
            (piece.number if told_apart else None,)
            if index in by
            else (piece.number, *[order[number] for number in numbers])
            for index, (piece, numbers) in enumerate(place.pieces)
        ]
        # No step asks what the outcome was; one for all tokens is taken with it all the same.
        outcome = place.outcome if self.together else None
        key = (place.spec, outcome, act.kind, order.get(act.token), act.name, tuple(seen))
        beside = tuple([place.pieces[index] for index in sorted(by)])
        return _Made(place, act, beside, moved, self._alike.setdefault(key, _Alike()))

    def _bystanders_of(self, place: Place, act: Act) -> tuple[frozenset[int], bool]:
        """Which pieces stand by, and whether it matters what they are."""
        if self.together:
            return frozenset(), False
        if place.spec not in self._bystanders:
            self._bystanders[place.spec] = Bystanders(self.version, place.spec)
        bystanders = self._bystanders[place.spec]
        raised = act.name if act.kind == "raise" else None
        return bystanders.of(place.pieces, act.token, raised), bystanders.looks_around

    # --- with the engine ------------------------------------------------------------------------------

    def _play(self, made: _Made, document: Document, answers: Document) -> tuple[Taken, Document]:
        self.steps += 1
        asked: list[Asked] = []
        place, act = made.place, made.act
        state = None if place is None else place.state(document.values)
        if state is not None and not self.together:
            state["outcome"] = None  # no step asks what it was: so a step tells whether it said another
        command: Command = Wake()
        if act.kind == "start":
            command = Start(process=act.name, document=document.values, seed=SEED)
        elif state is not None and act.kind == "timer":
            fall_due(state["tokens"], act.token, act.name)
        elif act.kind == "complete":
            command = Complete(public_id(act.token), answers.values)
        elif act.kind == "raise":
            command = RaiseEvent(act.name or "")
        try:
            came = step(
                self.version,
                self.calendar,
                state,
                command,
                NOW,
                keep_finished=self.keep_finished,
                asked=asked,
            )
        except EngineError as error:
            outcome, after = _Outcome(Taken(None, asked=self._names_in(asked), error=error)), document
        else:
            outcome, after = self._outcome(made, came, asked), Document.of(came.state["document"])
        if self.remember:
            self._note(made.alike, asked, outcome)
        return self._taken(made, outcome), after

    def _outcome(self, made: _Made, came: Step, asked: list[Asked]) -> _Outcome:
        opened = tuple(fact.node for fact in came.facts if fact.name == "task_opened" and fact.node)
        cancelled = tuple(fact.node for fact in came.facts if fact.name == "task_cancelled" and fact.node)
        passed = frozenset({*came.trail, *opened})
        shown = Taken(None, came.trail, opened, cancelled, passed, asked=self._names_in(asked))
        pieces = self._pieces(came.state, came.tasks)
        bare = None
        if self.keep_finished and not came.finished:
            bare = self._bare(came.state, pieces)
        left = tuple([self._left(made, one) for one in pieces])
        assert [one for one in left if isinstance(one, int)] == [*range(len(made.beside))]  # noqa: S101
        return _Outcome(shown, came.state["spec"], came.outcome, came.finished, left, bare)

    def _pieces(self, state: State, tasks: tuple[OpenTask, ...]) -> list[Placed]:
        by_id = {task.id: task for task in tasks}
        every = range(1, state["next"])
        open_now = {number: by_id[public_id(number)] for number in every if public_id(number) in by_id}
        return [self.places.placed(token, open_now) for token in state["tokens"]]

    def _bare(self, state: State, pieces: list[Placed]) -> list[Placed]:
        """The pieces as the engine stores them: waking a case when nothing is due only forgets what is
        finished. What was finished long ago is no place where a case stands: only the tests keep it."""
        tokens = [one.token for one in pieces]
        woken = step(self.version, self.calendar, {**state, "tokens": tokens}, Wake(), NOW)
        return self._pieces(woken.state, woken.tasks)

    def _left(self, made: _Made, one: Placed) -> _Left | int:
        root = one.root
        for index, other in enumerate(made.beside):
            if other.root == root:
                # Nothing that stands by was touched, or it did not stand by.
                assert other == one  # noqa: S101
                return index
        first, order = made.following, {number: index for index, number in enumerate(made.moved)}
        numbers = [first - 1 - number if number >= first else order[number] for number in one.numbers]
        return _Left(one.piece, tuple(numbers))

    def _note(self, alike: _Alike, asked: list[Asked], outcome: _Outcome) -> None:
        """Remember a step under what it asked and was answered."""
        if not asked:
            alike.begin = outcome
            return
        if alike.begin is None:
            alike.begin = _Question(asked[0])
        question = alike.begin
        for index, one in enumerate(asked):
            assert isinstance(question, _Question)  # noqa: S101  (the same answers ask the same)
            last = index == len(asked) - 1
            answer = _shown(one)
            if last:
                question.ways[answer] = outcome
            else:
                question = question.ways.setdefault(answer, _Question(asked[index + 1]))

    # --- where the tokens then stand -------------------------------------------------------------------

    def _taken(self, made: _Made, outcome: _Outcome) -> Taken:
        """What a step led to here: beside these bystanders, with these numbers."""
        found = outcome.taken.get(made.number)
        if found is None:
            found = outcome.taken[made.number] = self._stood(made, outcome)
        return found

    def _stood(self, made: _Made, outcome: _Outcome) -> Taken:
        shown = outcome.shown
        if shown.error is not None:
            return shown
        new = made.following - 1
        pieces = [
            made.beside[one]
            if isinstance(one, int)
            else Placed(one.piece, tuple([made.moved[n] if n >= 0 else new - n for n in one.numbers]))
            for one in outcome.left
        ]
        said = outcome.said or (made.place.outcome if made.place else None)
        place = self.places.at(outcome.spec, said, outcome.finished, pieces, outcome.bare)
        # A token that moves gets a new number.
        stayed = [
            stand
            for piece, numbers in (outcome.bare or pieces)
            for stand, number, finished in piece.stands
            if numbers[number - 1] <= new and not finished
        ]
        passed = shown.passed | place.standing
        return Taken(
            place, shown.trail, shown.opened, shown.cancelled, passed, frozenset(stayed), shown.asked
        )

    def _names_in(self, asked: list[Asked]) -> frozenset[str]:
        return frozenset(name for one in asked for name in self._names_of(one))

    # --- from memory ----------------------------------------------------------------------------------

    def _answer(self, asked: Asked, document: Document) -> tuple[Hashable, Document | None]:
        """How a document answers a question, as `_shown` shows it, and what a table then writes."""
        names = self._names_of(asked)
        extra = as_text(asked.extra) if asked.extra else ""
        place = (asked.text, asked.table, extra, document.shown(names))
        found = self._answers.get(place)
        if found is None:
            found = self._answers[place] = self._asked_anew(asked, {**document.values, **asked.extra})
        return found

    def _names_of(self, asked: Asked) -> tuple[str, ...]:
        place = (asked.text, asked.table)
        if place not in self._names:
            read = self.version.decisions[asked.text] if asked.table else expression(asked.text)
            self._names[place] = tuple(sorted(read.variables))
        return self._names[place]

    def _asked_anew(self, asked: Asked, context: Mapping[str, Json]) -> tuple[Hashable, Document | None]:
        try:
            if asked.table:
                result = self.version.decisions[asked.text].decide(context, self.moment).result
                return as_text(result), Document.of({asked.text: result})
            value = expression(asked.text).evaluate(context, self.moment)
        except MeldcodeError:
            return FAILED, None
        return _shown(replace(asked, value=value, failed=False)), None


@lru_cache(maxsize=4096)
def public_id(number: int) -> str:
    """The id by which the engine names a token's task, in a case with our seed."""
    return str(uuid5(SEED, str(number)))


def _shown(asked: Asked) -> Hashable:
    """An answer, so that the engine can only do the same with two that are shown alike."""
    if asked.failed:
        return FAILED
    if asked.table:
        return as_text(asked.value)
    if isinstance(asked.value, bool):
        return asked.value
    return type(asked.value).__name__, as_text(to_json(asked.value))
