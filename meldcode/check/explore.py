"""Every case a version can lead to, played with the real engine: states, and the moves between them.

From the start, at each open task one answer of each class, each timer that does more than mail in every
order, acute danger at every moment. States are remembered by where the tokens stand, what of the data
can still matter and what the rules need of the past; so the number of states is finite and small. A
bound that is hit is said, never hidden.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import replace

from meldcode.check.answers import Answers
from meldcode.check.choices import Choices, Move
from meldcode.check.commuting import Commuting
from meldcode.check.documents import EMPTY, Document, as_text
from meldcode.check.exploration import Edge, Exploration, State
from meldcode.check.history import BEGIN, History, after, needed, opened, possible, raised
from meldcode.check.live import Live, Pending
from meldcode.check.marking import NOW, Running, only_mails
from meldcode.check.meaning import ACUTE, Meaning
from meldcode.check.places import Place
from meldcode.check.situations import Act, Situations, Taken
from meldcode.check.tokens import Beside, Pair
from meldcode.definition import Version
from meldcode.diagram.model import StepKind
from meldcode.engine import Incident, Refused
from meldcode.messages import Text

MOST_STATES = 50_000
EVERY = 100  # states between two looks at progress and time
Progress = Callable[[int, int], None]  # states known, states looked at


def explore(
    version: Version,
    process: str | None = None,
    *,
    most_states: int = MOST_STATES,
    enough: Callable[[], bool] | None = None,
    progress: Progress | None = None,
    situations: Situations | None = None,
    all_orders: bool = False,
) -> Exploration:
    """Play every case of a process (None: the main one), called processes included.

    A bound that is hit stands in `limits`: `most_states`, or the moment at which `enough` says so (whoever
    has a clock gives it). `progress` is called after every hundred states. `situations` and `all_orders`
    (also of moves that commute) are for tests.
    """
    playing = Playing(version, process, situations, all_orders=all_orders)
    return playing.to(most_states, enough, progress)


class Playing:
    """An exploration that can be taken further: `to` goes on where the one before stopped."""

    def __init__(
        self,
        version: Version,
        process: str | None = None,
        situations: Situations | None = None,
        *,
        all_orders: bool = False,
    ) -> None:
        self.version, self.process = version, process or version.main_process
        self.situations, self.all_orders = situations or Situations(version), all_orders
        self._learned: set[Pair] = set()
        self._explorer = self._anew()

    def to(
        self, most_states: int, enough: Callable[[], bool] | None = None, progress: Progress | None = None
    ) -> Exploration:
        """What is known after this many states, as in `explore`."""
        while True:
            result = self._explorer.run(most_states, enough, progress)
            if not self._explorer.unforeseen:
                return result
            self._learned |= self._explorer.unforeseen
            self._explorer = self._anew()

    def _anew(self) -> Explorer:
        beside = Beside(self.version, self._learned)
        return Explorer(self.version, self.process, self.situations, beside, self.all_orders)


class Explorer:
    """One exploration: breadth first, so that the first way to a state is the shortest."""

    def __init__(
        self,
        version: Version,
        process: str,
        situations: Situations,
        beside: Beside,
        all_orders: bool,
    ) -> None:
        self.version, self.situations = version, situations
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
        self.looked_at = 0
        self.mails_tried: set[str] = set()
        self.said: set[str] = set()
        self.words: dict[str, frozenset[frozenset[str]]] = {}
        self.in_route = beside.only_in_routes
        # Tasks that neither change nor need what the rules remember.
        self.aside = {
            key for key, node in self.meaning.people.items() if node.steps == {StepKind.ZIJROUTE}
        } | self.in_route
        mailing = frozenset(self.mailing)
        commuting = Commuting(version, self.meaning, self.live, beside, self.result.processes, mailing)
        self.at_once = frozenset[str]() if all_orders else commuting.at_once
        self.late = None if all_orders else commuting.late
        self.acute_fields = self._only_acute()
        self.messages = self._messages()
        self.due: dict[int, Pending] = {}
        self.histories: dict[tuple[History, str, frozenset[str]], History] = {}
        self.shortened: dict[tuple[History, str], History] = {}
        self.seen: set[Taken] = set()
        self.tried: set[Taken] = set()

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

    def run(
        self, most_states: int, enough: Callable[[], bool] | None, progress: Progress | None
    ) -> Exploration:
        """Go on until all is known, or a bound is hit."""
        if not self.result.states:
            self._take(None, Move("start", ""), Act("start", name=self.result.process))
        stopped: list[Text] = []
        while self.todo:
            known = len(self.result.states)
            if known > most_states:
                nl, en = (
                    f"Er zijn meer dan {most_states} toestanden.",
                    f"There are more than {most_states} states.",
                )
                stopped.append(Text(nl, en))
                break
            if self.looked_at % EVERY == 0 and self.looked_at:
                if progress:
                    progress(known, self.looked_at)
                if enough and enough():
                    nl = f"De tijd was op na {self.looked_at} van {known} toestanden."
                    stopped.append(Text(nl, f"Time ran out after {self.looked_at} of {known} states."))
                    break
            self._from(self.todo.popleft())
            self.looked_at += 1
        for key in sorted(self.answers.notes):
            self._limit(
                key,
                Text(
                    f"Van de vraag `{key}` zijn niet alle antwoorden te proberen: het zijn er te veel.",
                    f"Not every answer to `{key}` can be tried: there are too many.",
                ),
            )
        self.result.steps = self.situations.steps
        return replace(self.result, limits=[*stopped, *self.result.limits])

    def _limit(self, key: str, why: Text) -> None:
        if key not in self.said:
            self.said.add(key)
            self.result.limits.append(why)

    # --- moves -----------------------------------------------------------------------------------------

    def _from(self, state: State) -> None:
        if state.finished:
            return
        place = state.place
        # The last task is not finished at once: after it the case is over and nothing can be raised.
        alone_left = len(place.tasks) == 1 or state.late
        at_once = self.at_once & self.in_route if alone_left else self.at_once
        alone = next((task for task in place.tasks if task.node in at_once), None)
        noticed = False
        seen: set[str] = set()
        for task in [alone] if alone else place.tasks:
            what = f"{task.node} {as_text(task.item)}"
            if what not in seen:
                seen.add(what)
                act = Act("complete", task.number)
                for choice in self.choices.at(self.version.nodes[task.node], state.document):
                    noticed |= self._take(state, choice.move, act, choice.written)
        noticed |= self._timers(state, only_mails=alone is not None)
        if alone is None:
            self._raise(state, noticed)

    def _timers(self, state: State, only_mails: bool) -> bool:
        waiting, noticed = state.place.timers, False
        for timer in waiting:
            if timer.node in self.mailing:
                self._mail(state, timer)
            elif not (only_mails or self._comes_later(timer, waiting)):
                act = Act("timer", timer.number, timer.option)
                noticed |= self._take(state, Move("timer", timer.node), act)
        return noticed

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

    def _comes_later(self, timer: Running, waiting: tuple[Running, ...]) -> bool:
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

    def _raise(self, state: State, noticed: bool) -> None:
        """Send every message that may come; `noticed`: some move from here notices acute danger."""
        for name, node in self.messages.items():
            route = self.version.nodes[self.version.nodes[node].parent] if self._is_route(node) else None
            if route is not None and route.id in state.place.standing:
                continue
            if name == ACUTE and self._was_acute(state.document):
                continue  # once in a case: a second time writes the same answers over the first
            move = Move("raise", route.id if route else node, said=frozenset({name}))
            act = Act("raise", name=name)
            if name == ACUTE and self.late and not noticed:
                self._try(state, move, act)
            else:
                self._take(state, move, act)
        if ACUTE not in self.messages:
            self.result.refused_acute.append(state.number)

    def _try(self, state: State, move: Move, act: Act) -> None:
        """See that acute danger can be raised; what comes of it is played where something notices it."""
        taken, _ = self.situations.take(state.place, state.document, act)
        if taken.place is None:
            self._stuck(state, move, taken)
        elif taken not in self.tried:
            self.tried.add(taken)
            self.result.tried.append(Edge(state.number, None, move, opened=taken.opened))

    def _is_route(self, node: str) -> bool:
        parent = self.version.nodes.get(self.version.nodes[node].parent)
        return parent is not None and parent.triggered_by_event

    # --- what came of a move -----------------------------------------------------------------------------

    def _take(self, state: State | None, move: Move, act: Act, written: Document = EMPTY) -> bool:
        """Make a move; whether it notices the route for acute danger."""
        before, document = (state.place, state.document) if state else (None, EMPTY)
        taken, after_it = self.situations.take(before, document, act, written)
        raising = move.kind == "raise" and ACUTE in move.said
        own = self.late is not None and (raising or move.node in self.late.nodes)
        noticed = self.late is not None and not own and self.late.noticed(taken)
        put_off = state is not None and state.late
        if put_off and not (own or noticed):
            return False  # the same was played before it was raised
        if taken.place is None:
            self._stuck(state, move, taken)
            return noticed
        history = opened(self._history(state, move), (self.version.nodes[key] for key in taken.opened))
        target = self._known(state, history, taken.place, after_it, own and (raising or put_off))
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
        return noticed

    def _look_beside(self, move: Move, taken: Taken) -> None:
        """Note what was written while a token stood where the drawing did not foresee it."""
        wrote = [move.node] if move.kind == "complete" else []
        wrote += [
            key for key in taken.trail if key in self.version.nodes and self.version.nodes[key].decision
        ]
        for stand in taken.stayed:
            spot = self.beside.spots.at(*stand)
            self.unforeseen |= {(spot, one) for one in wrote if not self.beside.foreseen(spot, one)}

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
        if key not in self.words:
            self.words[key] = possible(self.meaning, self.version.nodes[key])
        return self.words[key]

    def _known(
        self, state: State | None, history: History, place: Place, document: Document, late: bool
    ) -> State:
        history = self._shortened(history, place)
        due = self.due.get(place.number)
        if due is None:
            due = Pending.of([]) if place.finished else self.live.due(place.stands)
            self.due[place.number] = due
        key = (
            place.marking,
            self.live.key(due, document),
            history,
            not place.finished and self._was_acute(document),
            late and not place.finished,
        )
        found = self.known.get(key)
        if found is None:
            number, depth = len(self.result.states), state.depth + 1 if state else 0
            found = self.known[key] = State(number, place, document, history, None, depth, late)
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
