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
from typing import Any
from uuid import UUID, uuid5

from meldcode.check.documents import EMPTY, Document, as_text
from meldcode.check.marking import NOW, Running, Stand, fall_due, freeze, marking, standing, timers
from meldcode.definition import Version
from meldcode.engine import (
    Asked,
    Command,
    Complete,
    EngineError,
    OpenTask,
    RaiseEvent,
    Start,
    Step,
    Wake,
    step,
)
from meldcode.feel import Json, expression, to_json
from meldcode.messages import MeldcodeError

SEED = UUID(int=0)
FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Act:
    """A move as the tokens see it: `kind` is start, complete, timer or raise; `token` the token it is
    about, `name` the process, the event behind an event-based gateway or the message."""

    kind: str
    token: int = 0
    name: str | None = None


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
    tokens: list[dict[str, Any]]
    following: int
    tasks: tuple[OpenTask, ...]
    finished: bool
    marking: int
    stands: frozenset[Stand]
    standing: frozenset[str]  # the nodes of these
    timers: list[Running]
    open: frozenset[str]
    numbers: tuple[int, ...]  # the token of each task

    def state(self, document: Mapping[str, Json]) -> dict[str, Any]:
        """A case that stands here, as the engine takes it."""
        return {
            "format": 1,
            "spec": self.spec,
            "seed": SEED.hex,
            "next": self.following,
            "outcome": self.outcome,
            "document": dict(document),
            "tokens": self.tokens,
        }


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


@dataclass(slots=True, eq=False)
class _Question:
    """What a step asks next, and by each answer what then happens."""

    asked: Asked
    ways: dict[Hashable, _Question | Taken] = field(default_factory=dict)


class Situations:
    """The steps of one version, taken on demand. `steps` counts those that the engine took itself.

    `remember` false takes every step with the engine: what the tests compare with.
    """

    def __init__(self, version: Version, *, remember: bool = True, keep_finished: bool = False) -> None:
        self.version = version
        self.calendar = version.organisation.calendar()
        self.moment = self.calendar.local(NOW)
        # What a repeated activity collects goes into the document without a question.
        collects = any(node.loop and node.loop.output_collection for node in version.nodes.values())
        self.remember = remember and not collects and not keep_finished
        self.keep_finished = keep_finished
        self.steps = 0
        self._places: dict[str, Place] = {}
        self._markings: dict[Hashable, int] = {}
        self._known: dict[tuple[int, Act], _Question | Taken] = {}
        self._answers: dict[Hashable, tuple[Hashable, Document | None]] = {}
        self._names: dict[tuple[str, bool], tuple[str, ...]] = {}

    def take(
        self, place: Place | None, document: Document, act: Act, answers: Document = EMPTY
    ) -> tuple[Taken, Document]:
        """Make a move; `answers` are those of a completion. Returns what came of it and the new document."""
        key = (place.number if place else -1, act)
        found = self._known.get(key) if self.remember else None
        if found is None:
            return self._play(key, place, document, act, answers)
        after = document.written(answers) if answers.values else document
        while isinstance(found, _Question):
            answer, result = self._answer(found.asked, after)
            if result is not None:
                after = after.written(result)
            found = found.ways.get(answer)
        if found is None:
            return self._play(key, place, document, act, answers)
        return found, after

    # --- with the engine ------------------------------------------------------------------------------

    def _play(
        self, key: tuple[int, Act], place: Place | None, document: Document, act: Act, answers: Document
    ) -> tuple[Taken, Document]:
        self.steps += 1
        asked: list[Asked] = []
        state = None if place is None else place.state(document.values)
        command: Command = Wake()
        if act.kind == "start":
            command = Start(process=act.name, document=document.values, seed=SEED)
        elif state is not None and act.kind == "timer":
            state = fall_due(state, act.token, act.name)
        elif act.kind == "complete":
            command = Complete(public_id(act.token), answers.values)
        elif act.kind == "raise":
            command = RaiseEvent(act.name or "")
        try:
            made = step(
                self.version,
                self.calendar,
                state,
                command,
                NOW,
                keep_finished=self.keep_finished,
                asked=asked,
            )
        except EngineError as error:
            taken, after = Taken(None, asked=self._names_in(asked), error=error), document
        else:
            taken, after = self._taken(place, made, asked), Document.of(made.state["document"])
        if self.remember:
            self._note(key, asked, taken)
        return taken, after

    def _taken(self, before: Place | None, made: Step, asked: list[Asked]) -> Taken:
        opened = tuple(fact.node for fact in made.facts if fact.name == "task_opened" and fact.node)
        cancelled = tuple(fact.node for fact in made.facts if fact.name == "task_cancelled" and fact.node)
        # A token that moves gets a new number.
        stayed = standing(made.state, self.version, before.following) if before else frozenset[Stand]()
        place = self._place(made)
        passed = frozenset({*made.trail, *opened}) | place.standing
        return Taken(place, made.trail, opened, cancelled, passed, stayed, self._names_in(asked))

    def _names_in(self, asked: list[Asked]) -> frozenset[str]:
        return frozenset(name for one in asked for name in self._names_of(one))

    def _place(self, made: Step) -> Place:
        state, anew = freeze(made.state)
        tokens = state["tokens"]
        key = as_text([state["spec"], state["outcome"], made.finished, tokens])
        found = self._places.get(key)
        if found is None:
            # What was finished long ago is no place where a case stands: only the tests keep it.
            bare = state if not self.keep_finished or made.finished else self._pruned(state)
            stands = standing(bare, self.version)
            numbers = {public_id(old): new for old, new in anew.items()}
            tasks = tuple(replace(task, id=public_id(numbers[task.id])) for task in made.tasks)
            found = Place(
                number=len(self._places),
                spec=state["spec"],
                outcome=state["outcome"],
                tokens=tokens,
                following=len(anew) + 1,
                tasks=tasks,
                finished=made.finished,
                marking=self._markings.setdefault(marking(bare), len(self._markings)),
                stands=stands,
                standing=frozenset(key for _, key in stands),
                timers=timers(state, self.version),
                open=frozenset(task.node for task in tasks),
                numbers=tuple(numbers[task.id] for task in made.tasks),
            )
            self._places[key] = found
        return found

    def _pruned(self, state: dict[str, Any]) -> dict[str, Any]:
        """The state as the engine stores it: waking it when nothing is due only forgets what is finished."""
        return freeze(step(self.version, self.calendar, state, Wake(), NOW).state)[0]

    def _note(self, key: tuple[int, Act], asked: list[Asked], taken: Taken) -> None:
        """Remember a step under what it asked and was answered."""
        if not asked:
            self._known[key] = taken
            return
        question = self._known.get(key)
        if question is None:
            question = self._known[key] = _Question(asked[0])
        for index, one in enumerate(asked):
            assert isinstance(question, _Question)  # noqa: S101  (the same answers ask the same)
            last = index == len(asked) - 1
            answer = _shown(one)
            if last:
                question.ways[answer] = taken
            else:
                question = question.ways.setdefault(answer, _Question(asked[index + 1]))

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
