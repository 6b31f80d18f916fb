"""Every case a version can lead to, played with the real engine: states, and the moves between them.

From the start, at each open task one answer of each class, each timer that does more than mail in every
order, acute danger at every moment. States are remembered by where the tokens stand, what of the data
can still matter and what the rules need of the past; so the number of states is finite and small. A
bound that is hit is said, never hidden.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from meldcode.check.answers import Answers
from meldcode.check.choices import Choices, Move
from meldcode.check.documents import EMPTY, Document, as_text
from meldcode.check.history import BEGIN, MAY_REFUSE, History, after, needed, opened, raised
from meldcode.check.live import Live, Pending
from meldcode.check.marking import NOW, Running, only_mails
from meldcode.check.meaning import ACUTE, Meaning
from meldcode.check.situations import Act, Place, Situations, Taken
from meldcode.check.tokens import Beside, Pair, reached_from
from meldcode.definition import Version
from meldcode.diagram.model import Node, StepKind
from meldcode.engine import Incident, OpenTask, Refused
from meldcode.messages import Text

MOST_STATES = 50_000
EVERY = 100  # states between two looks at progress and time
Progress = Callable[[int, int], None]  # states known, states looked at


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
    """A state of a case: where it stands, its document, what the rules remember. `by` is the move that
    first led to it."""

    number: int
    place: Place
    document: Document
    history: History
    by: Edge | None
    depth: int

    @property
    def state(self) -> dict[str, Any]:
        """The state as the engine takes it."""
        return self.place.state(self.document.values)

    @property
    def tasks(self) -> tuple[OpenTask, ...]:
        return self.place.tasks

    @property
    def finished(self) -> bool:
        return self.place.finished

    @property
    def outcome(self) -> str | None:
        return self.place.outcome

    @property
    def open(self) -> frozenset[str]:
        return self.place.open


@dataclass(eq=False)
class Exploration:
    """What came out: all states and moves, the elements reached, and why it may not be everything."""

    version: Version
    meaning: Meaning
    process: str  # in which the cases begin
    states: list[State] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    reached: set[str] = field(default_factory=set)
    limits: list[Text] = field(default_factory=list)
    reads: dict[str, frozenset[str]] = field(default_factory=dict)  # element → names it reads
    refused_acute: list[int] = field(default_factory=list)
    steps: int = 0  # that the engine itself took; the other moves were remembered

    @property
    def complete(self) -> bool:
        return not self.limits

    @cached_property
    def processes(self) -> frozenset[str]:
        """The process in which the cases begin, and all it calls."""
        return reached_from(self.version, self.process)

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
    process: str | None = None,
    *,
    most_states: int = MOST_STATES,
    enough: Callable[[], bool] | None = None,
    progress: Progress | None = None,
    situations: Situations | None = None,
) -> Exploration:
    """Play every case of a process (None: the main one), called processes included.

    A bound that is hit stands in `limits`: `most_states`, or the moment at which `enough` says so (whoever
    has a clock gives it). `progress` is called after every hundred states. `situations` is for tests.
    """
    situations = situations or Situations(version)
    begin = process or version.main_process
    learned: set[Pair] = set()
    while True:
        beside = Beside(version, learned)
        explorer = Explorer(version, begin, most_states, enough, progress, situations, beside)
        result = explorer.run()
        if not explorer.unforeseen:
            return result
        learned |= explorer.unforeseen


class Explorer:
    """One exploration: breadth first, so that the first way to a state is the shortest."""

    def __init__(
        self,
        version: Version,
        process: str,
        most_states: int,
        enough: Callable[[], bool] | None,
        progress: Progress | None,
        situations: Situations,
        beside: Beside,
    ) -> None:
        self.version, self.situations = version, situations
        self.most_states, self.enough, self.progress = most_states, enough, progress
        self.meaning = Meaning(version)
        self.answers = Answers(version, self.meaning, NOW.date())
        self.beside = beside
        self.unforeseen: set[Pair] = set()
        self.live = Live(version, self.meaning, self.answers, NOW, beside)
        self.choices = Choices(version, self.meaning, self.answers, self.live, self._limit)
        self.result = Exploration(version, self.meaning, process)
        self.result.reads = {
            key: frozenset().union(*(one.names for one in found)) for key, found in self.live.reads.items()
        }
        self.known: dict[Hashable, State] = {}
        self.todo: deque[State] = deque()
        self.mailing = {key for key, node in version.nodes.items() if only_mails(version, node)}
        self.mails_tried: set[str] = set()
        self.said: set[str] = set()
        self.words: dict[str, frozenset[frozenset[str]]] = {}
        self.in_route = beside.only_in_routes
        # Tasks that neither change nor need what the rules remember.
        self.aside = {
            key for key, node in self.meaning.people.items() if node.steps == {StepKind.ZIJROUTE}
        } | self.in_route
        self.apart = self._tasks_apart()
        self.acute_fields = self._only_acute()
        self.messages = self._messages()
        self.due: dict[int, Pending] = {}
        self.histories: dict[tuple[History, str, frozenset[str]], History] = {}
        self.shortened: dict[tuple[History, str], History] = {}
        self.seen: set[Taken] = set()

    def _messages(self) -> dict[str, str]:
        """The messages these cases can wait for, each with the node that catches it."""
        found: dict[str, str] = {}
        for node in self.version.nodes.values():
            catches = node.kind in ("receiveTask", "intermediateCatchEvent", "boundaryEvent") or (
                node.kind == "startEvent" and node.parent != node.process
            )
            catches = catches and node.process in self.result.processes
            if catches and node.event_name and (node.event == "message" or node.kind == "receiveTask"):
                found.setdefault(node.event_name, node.id)
        return found

    def run(self) -> Exploration:
        self._take(None, Move("start", ""), Act("start", name=self.result.process))
        looked_at = 0
        while self.todo:
            if len(self.result.states) > self.most_states:
                self._limit(
                    "states",
                    Text(
                        f"Er zijn meer dan {self.most_states} toestanden.",
                        f"There are more than {self.most_states} states.",
                    ),
                )
                break
            if looked_at % EVERY == 0 and looked_at:
                if self.progress:
                    self.progress(len(self.result.states), looked_at)
                if self.enough and self.enough():
                    self._limit(
                        "enough",
                        Text(
                            f"De tijd was op na {looked_at} van {len(self.result.states)} toestanden.",
                            f"Time ran out after {looked_at} of {len(self.result.states)} states.",
                        ),
                    )
                    break
            self._from(self.todo.popleft())
            looked_at += 1
        for key in sorted(self.answers.notes):
            self._limit(
                key,
                Text(
                    f"Van de vraag `{key}` zijn niet alle antwoorden te proberen: het zijn er te veel.",
                    f"Not every answer to `{key}` can be tried: there are too many.",
                ),
            )
        self.result.steps = self.situations.steps
        return self.result

    def _limit(self, key: str, why: Text) -> None:
        if key not in self.said:
            self.said.add(key)
            self.result.limits.append(why)

    # --- moves -----------------------------------------------------------------------------------------

    def _from(self, state: State) -> None:
        if state.finished:
            return
        place = state.place
        open_now = list(zip(place.tasks, place.numbers, strict=True))
        alone = next((one for one in open_now if one[0].node in self.apart), None)
        seen: set[str] = set()
        for task, number in [alone] if alone else open_now:
            what = f"{task.node} {as_text(task.item)}"
            if what not in seen:
                seen.add(what)
                act = Act("complete", number)
                for choice in self.choices.at(self.version.nodes[task.node], state.document):
                    self._take(state, choice.move, act, choice.written)
        self._timers(state, only_mails=alone is not None)
        if alone is None:
            self._raise(state)

    def _tasks_apart(self) -> frozenset[str]:
        """Tasks beside the ordinary steps that nothing else can notice: answers that nobody reads, in the
        route for acute danger or at the end of a side route.

        They commute with every other move, so it is enough to finish them at once (a partial-order
        reduction): whatever can happen before, can happen after.
        """
        nodes = self.version.nodes.values()
        if any(_takes_away(self.version, node) for node in nodes):
            return frozenset()
        read = frozenset[str]().union(*(one.names for one in self.live.by_id.values()))
        return frozenset(
            node.id
            for node in self.meaning.people.values()
            if ((node.id in self.in_route and node.steps == {StepKind.ACUUT}) or self._is_last_aside(node))
            and not self.live.writes(node) & read
            and not any(other.attached_to == node.id and other.id not in self.mailing for other in nodes)
        )

    def _is_last_aside(self, node: Node) -> bool:
        """Whether a task of a side route has only plain ends behind it, and fields of its own."""
        if node.steps != {StepKind.ZIJROUTE} or node.loop:
            return False
        version, own = self.version, self.live.writes(node)
        behind = self.beside.reach(version.flows[key].target for key in node.outgoing)
        ends = all(
            other.kind == "endEvent" and other.event is None and other.outcome is None
            for other in (version.nodes[key] for key in behind)
        )
        others = (other for other in version.nodes.values() if other.id != node.id)
        return ends and not any(own & self.live.writes(other) for other in others)

    def _timers(self, state: State, only_mails: bool) -> None:
        waiting = state.place.timers
        for timer in waiting:
            if timer.node in self.mailing:
                self._mail(state, timer)
            elif not (only_mails or self._comes_later(timer, waiting)):
                self._take(state, Move("timer", timer.node), Act("timer", timer.number, timer.option))

    def _mail(self, state: State, timer: Running) -> None:
        """Send a mail of a factored ladder once, to see that it can be sent and changes nothing else."""
        if timer.node in self.mails_tried:
            return
        self.mails_tried.add(timer.node)
        act = Act("timer", timer.number, timer.option)
        taken, _ = self.situations.take(state.place, state.document, act)
        move = Move("timer", timer.node)
        if taken.place is None:
            self._stuck(state, move, taken)
        elif taken.place.open != state.open:
            self._take(state, move, act)
        else:
            self.result.reached.update(taken.passed, [timer.node])

    def _comes_later(self, timer: Running, waiting: list[Running]) -> bool:
        """Whether a lower level of the same ladder, one that does more than mail, has not fired yet."""
        host = self.version.nodes[timer.node].attached_to
        return timer.level > 0 and any(
            0 < other.level < timer.level
            and other.node not in self.mailing
            and self.version.nodes[other.node].attached_to == host
            for other in waiting
        )

    def _only_acute(self) -> tuple[str, ...]:
        """The questions that only the route for acute danger asks: when one is answered, it was begun."""
        own = {name for key in self.in_route for name in self.live.writes(self.version.nodes[key])}
        others = (node for key, node in self.version.nodes.items() if key not in self.in_route)
        return tuple(sorted(own.difference(*(self.live.writes(node) for node in others))))

    def _was_acute(self, document: Document) -> bool:
        return any(document.values.get(name) for name in self.acute_fields)

    def _raise(self, state: State) -> None:
        for name, node in self.messages.items():
            route = self.version.nodes[self.version.nodes[node].parent] if self._is_route(node) else None
            if route is not None and route.id in state.place.standing:
                continue
            if name == ACUTE and self._was_acute(state.document):
                continue  # once in a case: a second time writes the same answers over the first
            place = route.id if route else node
            self._take(state, Move("raise", place, said=frozenset({name})), Act("raise", name=name))
        if ACUTE not in self.messages:
            self.result.refused_acute.append(state.number)

    def _is_route(self, node: str) -> bool:
        parent = self.version.nodes.get(self.version.nodes[node].parent)
        return parent is not None and parent.triggered_by_event

    # --- what came of a move -----------------------------------------------------------------------------

    def _take(self, state: State | None, move: Move, act: Act, written: Document = EMPTY) -> None:
        before, document = (state.place, state.document) if state else (None, EMPTY)
        taken, after_it = self.situations.take(before, document, act, written)
        if taken.place is None:
            self._stuck(state, move, taken)
            return
        history = opened(self._history(state, move), (self.version.nodes[key] for key in taken.opened))
        target = self._known(state, history, taken.place, after_it)
        edge = Edge(
            state.number if state else None,
            target.number,
            move,
            history=history,
            opened=taken.opened,
            cancelled=taken.cancelled,
            trail=taken.trail,
        )
        if target.by is None and (target.number or state is None):
            target.by = edge
        self.result.edges.append(edge)
        reached = self.result.reached
        reached.add(move.node)
        if taken not in self.seen:
            self.seen.add(taken)
            reached |= taken.passed
            self._look_beside(move, taken)

    def _look_beside(self, move: Move, taken: Taken) -> None:
        """Note what was written while a token stood where the drawing did not foresee it."""
        wrote = [move.node] if move.kind == "complete" else []
        wrote += [
            key for key in taken.trail if key in self.version.nodes and self.version.nodes[key].decision
        ]
        for standing in taken.stayed:
            self.unforeseen |= {(standing, one) for one in wrote if not self.beside.foreseen(standing, one)}

    def _stuck(self, state: State | None, move: Move, taken: Taken) -> None:
        if isinstance(taken.error, Incident):
            source = state.number if state else None
            self.result.edges.append(Edge(source, None, move, incident=taken.error))
        elif isinstance(taken.error, Refused):
            if move.kind == "raise" and ACUTE in move.said and state is not None:
                self.result.refused_acute.append(state.number)
        elif taken.error is not None:
            raise taken.error

    def _history(self, state: State | None, move: Move) -> History:
        before = state.history if state else BEGIN
        if move.kind == "complete":
            place = (before, move.node, move.said)
            if place not in self.histories:
                node = self.version.nodes[move.node]
                self.histories[place] = after(self.meaning, before, node, move.said)
            return self.histories[place]
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
            extra = ["skipped", "refused"] if node.steps & MAY_REFUSE else []
            extra += ["doctor"] if self.meaning.watched(node) & self.meaning.doctor_fields else []
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

    def _known(self, state: State | None, history: History, place: Place, document: Document) -> State:
        history = self._shortened(history, place)
        due = self.due.get(place.number)
        if due is None:
            due = Pending.of([]) if place.finished else self.live.due(place.standing)
            self.due[place.number] = due
        key = (
            place.marking,
            self.live.key(due, document),
            history,
            not place.finished and self._was_acute(document),
        )
        found = self.known.get(key)
        if found is None:
            number, depth = len(self.result.states), state.depth + 1 if state else 0
            found = self.known[key] = State(number, place, document, history, None, depth)
            self.result.states.append(found)
            self.todo.append(found)
        return found

    def _shortened(self, history: History, place: Place) -> History:
        ordinary = place.open - self.aside
        if len(ordinary) != 1:
            return history
        (only,) = ordinary
        short = self.shortened.get((history, only))
        if short is None:
            short = needed(self.meaning, history, self.version.nodes[only], self._possible(only))
            self.shortened[history, only] = short
        return short


def _takes_away(version: Version, node: Node) -> bool:
    """Whether an element can take away tasks that it does not stand on."""
    if node.kind == "boundaryEvent":
        host = version.nodes.get(node.attached_to or "")
        return node.interrupting and host is not None and host.kind in ("subProcess", "callActivity")
    if node.kind == "startEvent":
        return node.interrupting and node.parent != node.process and node.event is not None
    return node.event in ("terminate", "error")


def _subsets(*words: str) -> list[frozenset[str]]:
    found = [frozenset[str]()]
    for word in words:
        found += [one | {word} for one in found]
    return found
