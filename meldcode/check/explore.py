"""Every case a version can lead to, played with the real engine: states, and the moves between them.

From the start, at each open task one answer of each class, each timer that does more than mail in every
order, acute danger at every moment. States are remembered by where the tokens stand, what of the data
can still matter and what the rules need of the past; so the number of states is finite and small. A
bound that is hit is said, never hidden.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

from meldcode.check.answers import Answers, Leaf, TooMany
from meldcode.check.history import BEGIN, History, after, marks, needed, raised
from meldcode.check.live import Live, as_text
from meldcode.check.marking import NOW, Running, fall_due, freeze, marking, only_mails, standing, timers
from meldcode.check.meaning import ACUTE, Meaning
from meldcode.definition import Version
from meldcode.diagram.model import Node, StepKind
from meldcode.engine import (
    Command,
    Complete,
    Incident,
    OpenTask,
    RaiseEvent,
    Refused,
    Start,
    Step,
    Wake,
    step,
)
from meldcode.feel import Json
from meldcode.messages import Text

SEED = UUID(int=0)
Progress = Callable[[int, int], None]  # states known, states looked at


@dataclass(frozen=True, slots=True)
class Move:
    """What somebody or time did. `kind` is start, complete, timer or raise."""

    kind: str
    node: str
    answers: Mapping[str, Json] = field(default_factory=dict)
    leaf: Leaf = ()
    said: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Edge:
    """A move from one state to another. `opened` are the nodes of the tasks it opened."""

    source: int | None
    target: int | None  # None: the engine could not take the step (`incident`)
    move: Move
    opened: tuple[str, ...] = ()
    cancelled: tuple[str, ...] = ()
    trail: tuple[str, ...] = ()
    history: History = BEGIN  # after the move
    incident: Incident | None = None


@dataclass(eq=False, slots=True)
class State:
    """A state of a case. `by` is the move that first led to it."""

    number: int
    state: dict[str, Any]
    history: History
    tasks: tuple[OpenTask, ...]
    finished: bool
    outcome: str | None
    by: Edge | None
    depth: int

    @property
    def open(self) -> frozenset[str]:
        return frozenset(task.node for task in self.tasks)


@dataclass(eq=False)
class Exploration:
    """What came out: all states and moves, the elements reached, and why it may not be everything."""

    version: Version
    meaning: Meaning
    states: list[State] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    reached: set[str] = field(default_factory=set)
    limits: list[Text] = field(default_factory=list)
    reads: dict[str, frozenset[str]] = field(default_factory=dict)  # element → names it reads
    refused_acute: list[int] = field(default_factory=list)
    seconds: float = 0.0
    steps: int = 0

    @property
    def complete(self) -> bool:
        return not self.limits

    def out(self, state: int) -> list[Edge]:
        return self._outgoing.get(state, [])

    @property
    def _outgoing(self) -> dict[int, list[Edge]]:
        if not hasattr(self, "_by_source"):
            found: dict[int, list[Edge]] = {}
            for edge in self.edges:
                if edge.source is not None:
                    found.setdefault(edge.source, []).append(edge)
            self._by_source = found
        return self._by_source

    def path(self, edge: Edge) -> list[Edge]:
        """The shortest way to a move, that move included."""
        way = [edge]
        while way[0].source is not None:
            by = self.states[way[0].source].by
            if by is None:
                break
            way.insert(0, by)
        return way


def explore(
    version: Version,
    *,
    most_states: int = 20_000,
    most_seconds: float | None = None,
    progress: Progress | None = None,
) -> Exploration:
    """Play every case of the main process, called processes included.

    A bound that is hit stands in `limits`. `progress` is called now and then, past the first second.
    """
    return _Explorer(version, most_states, most_seconds, progress).run()


class _Explorer:
    def __init__(
        self, version: Version, most_states: int, most_seconds: float | None, progress: Progress | None
    ) -> None:
        self.version, self.most_states, self.most_seconds = version, most_states, most_seconds
        self.progress = progress
        self.meaning = Meaning(version)
        self.answers = Answers(version, self.meaning, NOW.date())
        self.live = Live(version, self.meaning, self.answers, NOW)
        self.calendar = version.organisation.calendar()
        self.result = Exploration(version, self.meaning)
        self.result.reads = {
            key: frozenset().union(*(one.names for one in found)) for key, found in self.live.reads.items()
        }
        self.known: dict[Hashable, State] = {}
        self.todo: deque[State] = deque()
        self.mailing = {key for key, node in version.nodes.items() if only_mails(version, node)}
        self.mails_tried: set[str] = set()
        self.classes: dict[tuple[str, str], list[tuple[Leaf, frozenset[str]]]] = {}
        self.said: set[str] = set()
        self.words: dict[str, frozenset[frozenset[str]]] = {}
        self.in_route = {
            key for key, node in self.meaning.people.items() if self.meaning.in_acute_route(node)
        }
        self.apart = self._tasks_apart()
        self.acute_fields = frozenset[str]().union(
            *(self.live.writes(node) for node in version.nodes.values() if self.meaning.in_acute_route(node))
        )
        self.messages = self._messages()

    def _messages(self) -> dict[str, str]:
        """The messages a case of the main process can wait for, each with the node that catches it."""
        found: dict[str, str] = {}
        for node in self.version.nodes.values():
            catches = node.kind in ("receiveTask", "intermediateCatchEvent", "boundaryEvent") or (
                node.kind == "startEvent" and node.parent != node.process
            )
            if catches and node.event_name and (node.event == "message" or node.kind == "receiveTask"):
                found.setdefault(node.event_name, node.id)
        return found

    def run(self) -> Exploration:
        began = told = time.monotonic()
        self._take(None, Move("start", ""), partial(self._step, None, Start(seed=SEED)))
        looked_at = 0
        while self.todo:
            now = time.monotonic()
            if len(self.result.states) > self.most_states:
                self._limit(
                    "states",
                    f"Er zijn meer dan {self.most_states} toestanden.",
                    f"There are more than {self.most_states} states.",
                )
                break
            if self.most_seconds is not None and now - began > self.most_seconds:
                self._limit(
                    "seconds",
                    f"Na {self.most_seconds:g} seconden was nog niet alles bekeken.",
                    f"After {self.most_seconds:g} seconds not everything had been looked at.",
                )
                break
            if self.progress and now - began > 1 and now - told > 0.5:
                told = now
                self.progress(len(self.result.states), looked_at)
            self._from(self.todo.popleft())
            looked_at += 1
        for key in sorted(self.answers.notes):
            self._limit(
                key,
                f"Van de vraag `{key}` zijn niet alle antwoorden te proberen: het zijn er te veel.",
                f"Not every answer to `{key}` can be tried: there are too many.",
            )
        self.result.seconds = time.monotonic() - began
        return self.result

    def _limit(self, key: str, nl: str, en: str) -> None:
        if key not in self.said:
            self.said.add(key)
            self.result.limits.append(Text(nl, en))

    # --- moves -----------------------------------------------------------------------------------------

    def _from(self, state: State) -> None:
        if state.finished:
            return
        seen: set[str] = set()
        alone = next((task for task in state.tasks if task.node in self.apart), None)
        for task in [alone] if alone else state.tasks:
            place = f"{task.node} {as_text(task.item)}"
            if place not in seen:
                seen.add(place)
                for move in self._answers(state, self.version.nodes[task.node]):
                    self._complete(state, task, move)
        self._timers(state, only_mails=alone is not None)
        if alone is None:
            self._raise(state)

    def _tasks_apart(self) -> frozenset[str]:
        """Tasks of a route beside the ordinary steps that nothing else can notice.

        They commute with every other move, so it is enough to finish them at once (a partial-order
        reduction): whatever can happen before, can happen after.
        """
        read = frozenset[str]().union(*(one.names for one in self.live.by_id.values()))
        return frozenset(
            node.id
            for node in self.meaning.people.values()
            if self.meaning.in_acute_route(node)
            and not any(route.interrupting for route in self._route_starts())
            and node.steps == {StepKind.ACUUT}
            and not self.live.writes(node) & read
            and not any(
                other.attached_to == node.id and other.id not in self.mailing
                for other in self.version.nodes.values()
            )
        )

    def _route_starts(self) -> list[Node]:
        routes = {route.id for route in self.meaning.acute_routes}
        return [
            node
            for node in self.version.nodes.values()
            if node.parent in routes and node.kind == "startEvent"
        ]

    def _answers(self, state: State, node: Node) -> Iterator[Move]:
        """One move for each class of answers that a person can really give here."""
        form = self.version.forms.get(node.form or "")
        document = state.state["document"]
        if form is None:
            yield Move("complete", node.id, said=marks(self.meaning, node, {}))
            return
        mixed = {name: document.get(name) for name in self.live.mixed(node)}
        place = (node.id, as_text(mixed))
        if place not in self.classes:
            try:
                self.classes[place] = list(self._divide(node, document))
            except TooMany:
                self.classes[place] = []
                self._limit(
                    form.file,
                    f"Het formulier {form.file} heeft te veel combinaties van antwoorden om alle te "
                    "proberen.",
                    f"The form {form.file} has too many combinations of answers to try them all.",
                )
        for leaf, said in self.classes[place]:
            answers = self.answers.complete(form, leaf, document)
            if answers is None:
                self._limit(
                    f"{form.file} cannot be filled in",
                    f"Voor het formulier {form.file} vond de controle geen antwoorden die mogen.",
                    f"For the form {form.file} no answers were found that are allowed.",
                )
                continue
            yield Move("complete", node.id, answers, leaf, said)

    def _divide(self, node: Node, document: Mapping[str, Json]) -> Iterator[tuple[Leaf, frozenset[str]]]:
        form = self.version.forms[node.form or ""]
        touched = self.live.touched(node)
        empty = dict.fromkeys(form.fields)
        seen: set[Hashable] = set()
        for leaf in self.answers.leaves(form, document):
            given = {**empty, **dict(leaf)}
            after_it = {**document, **given}
            said = marks(self.meaning, node, given)
            place = (said, tuple(self.live.signature(one, after_it, anew) for one, anew in touched))
            if place not in seen:
                seen.add(place)
                yield leaf, said

    def _complete(self, state: State, task: OpenTask, move: Move) -> None:
        self._take(state, move, partial(self._step, state.state, Complete(task.id, move.answers)))

    def _step(self, state: dict[str, Any] | None, command: Command) -> Step:
        return step(self.version, self.calendar, state, command, NOW)

    def _timers(self, state: State, only_mails: bool) -> None:
        waiting = timers(state.state, self.version)
        for timer in waiting:
            node = timer.node
            if node in self.mailing:
                self._mail(state, timer)
                continue
            if only_mails or self._comes_later(timer, waiting):
                continue
            self._take(state, Move("timer", node), partial(self._step, fall_due(state.state, timer), Wake()))

    def _mail(self, state: State, timer: Running) -> None:
        """Send a mail of a factored ladder once, to see that it can be sent and changes nothing else."""
        if timer.node in self.mails_tried:
            return
        self.mails_tried.add(timer.node)
        self.result.steps += 1
        move = Move("timer", timer.node)
        try:
            taken = step(self.version, self.calendar, fall_due(state.state, timer), Wake(), NOW)
        except Incident as incident:
            self.result.edges.append(Edge(state.number, None, move, incident=incident))
            return
        self.result.reached.update(taken.trail, [timer.node])
        if frozenset(task.node for task in taken.tasks) != state.open:
            self._take(state, move, lambda: taken)

    def _comes_later(self, timer: Running, waiting: list[Running]) -> bool:
        """Whether a lower level of the same ladder, one that does more than mail, has not fired yet."""
        host = self.version.nodes[timer.node].attached_to
        return timer.level > 0 and any(
            0 < other.level < timer.level
            and other.node not in self.mailing
            and self.version.nodes[other.node].attached_to == host
            for other in waiting
        )

    def _raise(self, state: State) -> None:
        stands = standing(state.state)
        for name, node in self.messages.items():
            route = self.version.nodes[self.version.nodes[node].parent] if self._is_route(node) else None
            if route is not None and route.id in stands:
                continue
            if name == ACUTE and any(state.state["document"].get(key) for key in self.acute_fields):
                continue  # once in a case: a second time writes the same answers over the first
            place = route.id if route else node
            move = Move("raise", place, said=frozenset({name}))
            self._take(state, move, partial(self._step, state.state, RaiseEvent(name)))
        if ACUTE not in self.messages:
            self.result.refused_acute.append(state.number)

    def _is_route(self, node: str) -> bool:
        parent = self.version.nodes.get(self.version.nodes[node].parent)
        return parent is not None and parent.triggered_by_event

    # --- what came of a move -----------------------------------------------------------------------------

    def _take(self, state: State | None, move: Move, run: Callable[[], Step]) -> None:
        source = state.number if state else None
        self.result.steps += 1
        try:
            taken = run()
        except Refused:
            if move.kind == "raise" and ACUTE in move.said and state is not None:
                self.result.refused_acute.append(state.number)
            return
        except Incident as incident:
            self.result.edges.append(Edge(source, None, move, incident=incident))
            return
        target = self._known(state, move, taken)
        edge = Edge(
            source,
            target.number,
            move,
            history=self._history(state, move),
            opened=tuple(fact.node for fact in taken.facts if fact.name == "task_opened" and fact.node),
            cancelled=tuple(fact.node for fact in taken.facts if fact.name == "task_cancelled" and fact.node),
            trail=taken.trail,
        )
        if target.by is None and target.number:
            target.by = edge
        elif target.by is None:
            target.by = edge if source is None else None
        self.result.edges.append(edge)
        self.result.reached.update(taken.trail, edge.opened, [move.node])
        self.result.reached.update(standing(taken.state))

    def _history(self, state: State | None, move: Move) -> History:
        before = state.history if state else BEGIN
        if move.kind == "complete":
            return after(self.meaning, before, self.version.nodes[move.node], move.said)
        return raised(before) if move.kind == "raise" and ACUTE in move.said else before

    def _possible(self, key: str) -> frozenset[frozenset[str]]:
        """What finishing a task can mean: every set of words of which some answer may consist."""
        node = self.version.nodes[key]
        if key not in self.words:
            words = set()
            if self.meaning.watched(node) & (self.meaning.doubt_fields | self.meaning.danger_fields):
                words |= {frozenset({"weighed", *some}) for some in _subsets("danger", "doubt", "negative")}
            else:
                words |= set(_subsets("negative"))
            extra = ["skipped", "refused"] if node.steps & {StepKind.GESPREK, StepKind.OVERSLAAN} else []
            if StepKind.MELDEN in node.steps:
                sent = self._always_sent(node)
                words = {one | {"sent"} for one in words} | (set() if sent else words)
            self.words[key] = frozenset(one | more for one in words for more in _subsets(*extra))
        return self.words[key]

    def _always_sent(self, node: Node) -> bool:
        form = self.meaning.form(node)
        dates = self.meaning.sending(node)
        return (
            form is None
            or not dates
            or any(form.fields[key].required and form.fields[key].hide is None for key in dates)
        )

    def _known(self, state: State | None, move: Move, taken: Step) -> State:
        frozen = freeze(taken.state)
        history = self._history(state, move)
        ordinary = {task.node for task in taken.tasks} - self.in_route
        if len(ordinary) == 1:
            (only,) = ordinary
            history = needed(self.meaning, history, self.version.nodes[only], self._possible(only))
        key = (
            marking(frozen),
            self.live.key(standing(frozen), frozen["document"]) if not taken.finished else (),
            history,
        )
        found = self.known.get(key)
        if found is None:
            found = State(
                len(self.result.states),
                frozen,
                history,
                taken.tasks,
                taken.finished,
                taken.outcome,
                None,
                state.depth + 1 if state else 0,
            )
            self.known[key] = found
            self.result.states.append(found)
            self.todo.append(found)
        return found


def _subsets(*words: str) -> list[frozenset[str]]:
    found = [frozenset[str]()]
    for word in words:
        found += [one | {word} for one in found]
    return found
