"""What of a case's data can still make a difference: the part of a state that the proof remembers.

Two cases on the same elements go on in the same way when every expression that may still be evaluated
turns out the same, now and after any later form has overwritten some of its names. So a state keeps no
values but, for each expression that is still *live*, how it turns out: its *signature*. Where that would
take too many evaluations, the values themselves are kept, which is never wrong, only larger.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from meldcode.check.answers import Answers
from meldcode.check.behaviours import CHOOSING, MOST_EVALUATIONS, Behaviour, Behaviours, Told
from meldcode.check.documents import NOTHING, Document
from meldcode.check.marking import Stand
from meldcode.check.meaning import Meaning
from meldcode.check.tokens import Beside, written
from meldcode.definition import Version
from meldcode.diagram.model import Node

MOST_WAYS = 60
BLANK: Told = (None, NOTHING)


@dataclass(frozen=True, eq=False, slots=True)
class Question:
    """A behaviour at some point of a case. `kept` are the names whose present values count, `trials` the ways
    to where it is evaluated (None: the values themselves count)."""

    behaviour: Behaviour
    kept: tuple[str, ...]
    trials: list[Trial] | None
    known: dict[tuple[str, ...], int] = field(default_factory=dict)


class Trial(NamedTuple):
    """How a way is tried. `choices` has, for each name of the behaviour, the values it can have there (None:
    its present one); `guards` what must turn out how, and the places of its names among those."""

    choices: list[list[Told] | None]
    guards: list[tuple[Behaviour, list[int], Hashable]]


class Way(NamedTuple):
    """A way to where a behaviour is evaluated: the names that are overwritten on it, and the gateways at
    which it can only go on in one manner, by what no step after them overwrites."""

    names: frozenset[str]
    guards: frozenset[tuple[str, Hashable]] = frozenset()


@dataclass(frozen=True, eq=False, slots=True)
class Pending:
    """Everything that may still be asked of a document at some point; `names` are all that it reads."""

    questions: list[Question]
    names: tuple[str, ...]
    known: dict[tuple[str, ...], tuple[int, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, questions: list[Question]) -> Pending:
        return cls(questions, tuple(sorted({name for one in questions for name in one.kept})))


# Per behaviour that is still to come the ways there.
Ways = frozenset[Way]
Due = dict[str, Ways]


def joined(several: Iterable[Due]) -> Due:
    """What is live when any of several continuations may follow."""
    found: Due = {}
    for due in several:
        for name, ways in due.items():
            found[name] = found[name] | ways if name in found else ways
    return found


class Live:
    """Where each behaviour of a version is still to come, and what a document says to it: its signature."""

    def __init__(
        self, version: Version, meaning: Meaning, answers: Answers, now: datetime, beside: Beside
    ) -> None:
        self.version, self.meaning, self.answers, self.beside = version, meaning, answers, beside
        self.behaviours = Behaviours(version, answers, now)
        self.reads, self.by_id = self.behaviours.reads, self.behaviours.by_id
        self.crude: set[str] = set()
        self.after, self.before = self._flow_of_data()
        self.always = self._always()
        self._questions: dict[tuple[str, Ways], Question] = {}
        self._met_before: dict[str, Due] = {}
        self._touched: dict[str, Pending] = {}
        self._numbers: dict[Hashable, int] = {}

    # --- where it is still to come --------------------------------------------------------------------

    def writes(self, node: Node) -> frozenset[str]:
        """The names that finishing a node overwrites: for certain, unless it is done several times."""
        return written(self.version, node)

    def _flow_of_data(self) -> tuple[dict[str, Due], dict[str, Due]]:
        """Per spot what is live after it, and on it, before a person finishes it."""
        spots, follows = self.beside.spots, self.beside.next
        nodes = spots.node
        edges = {spot: spots.on_edge(spot) for spot in nodes}
        above: dict[str, set[str]] = {spot: set() for spot in nodes}
        for spot in nodes:
            for other in (*follows[spot], *edges[spot]):
                above[other].add(spot)
        after: dict[str, Due] = {spot: {} for spot in nodes}
        before: dict[str, Due] = {spot: {} for spot in nodes}
        todo = dict.fromkeys(nodes)  # as a stack without doubles: the last first
        crude = 0
        while todo:
            spot, _ = todo.popitem()
            node = nodes[spot]
            behind = joined(self._behind(node, nodes[one].id, before[one]) for one in follows[spot])
            now = joined([self._through(node, behind), *(before[one] for one in edges[spot])])
            after[spot] = behind
            if now != before[spot]:
                before[spot] = now
                todo |= dict.fromkeys(above[spot])
            if len(self.crude) > crude:  # what was told apart until now is no longer
                crude = len(self.crude)
                todo = dict.fromkeys(nodes)
        return after, before

    def _through(self, node: Node, behind: Due) -> Due:
        """What is live before a node is passed, from what is live behind it."""
        writes = self.writes(node)
        live: Due = {}
        for name, ways in behind.items():
            names = frozenset(self.by_id[name].names)
            more = frozenset(Way(way.names | (names & writes), way.guards) for way in ways)
            if node.loop:
                more |= ways  # done no times at all it writes nothing
            more = frozenset(way for way in more if not names <= way.names)
            if more:
                live[name] = self._few(name, more)
        for one in self.reads.get(node.id, ()):
            # A form asks by its own answers, not by what an earlier round left in the case.
            own = frozenset(one.names) & writes if one.id.startswith("form ") else frozenset[str]()
            live[one.id] = self._few(one.id, live.get(one.id, frozenset()) | {Way(own)})
        return live

    def _few(self, name: str, ways: Ways) -> Ways:
        """The ways; if there are too many to tell apart, what all have in common, and any more after it."""
        if name in self.crude or len(ways) > MOST_WAYS:
            self.crude.add(name)
            return frozenset({Way(frozenset.intersection(*(way.names for way in ways)))})
        return ways

    def _behind(self, node: Node, following: str, due: Due) -> Due:
        """What is live behind a node when the token goes on to this one: a gateway says why it does."""
        if node.kind not in CHOOSING or len(node.outgoing) < 2:
            return due
        gateway = self.by_id[node.id]
        asked = frozenset(gateway.names)
        outcomes = self._outcomes(node, following)
        found: Due = {}
        for name, ways in due.items():
            if not asked or not asked <= frozenset(self.by_id[name].names) or len(outcomes) != 1:
                found[name] = ways
                continue
            guard = (node.id, outcomes[0])
            found[name] = frozenset(
                way if asked & way.names else Way(way.names, way.guards | {guard}) for way in ways
            )
        return found

    def _outcomes(self, node: Node, following: str) -> list[tuple[int, ...]]:
        """What an exclusive gateway says when it goes on here; of an inclusive one only the default."""
        conditional = [key for key in node.outgoing if key != node.default_flow]
        found: list[tuple[int, ...]] = []
        for key in node.outgoing:
            if self.version.flows[key].target == following:
                found.append(() if key == node.default_flow else (conditional.index(key),))
        if node.kind == "inclusiveGateway" and found != [()]:
            return []
        return found

    def _always(self) -> Due:
        """What routes that can begin at any moment read, after anything else was written."""
        starts = [
            spot
            for node in self.version.nodes.values()
            if node.triggered_by_event
            for other in self.version.nodes.values()
            if other.parent == node.id and other.kind == "startEvent"
            for spot in self.beside.spots.of[other.id]
        ]
        return joined(self._met(start, self.before[start]) for start in starts)

    def _met(self, key: str, due: Due) -> Due:
        """What is live for a token on a node, counting what others write beside it on its way."""
        others = {self.writes(self.version.nodes[one]) for one in self.beside.on_the_way(key)}
        return {name: self._mixed_with(name, ways, others) for name, ways in due.items()}

    def _mixed_with(self, name: str, ways: Ways, others: set[frozenset[str]]) -> Ways:
        names = frozenset(self.by_id[name].names)
        if name in self.crude:
            others = {self.writes(node) for node in self.version.nodes.values()}
        found = set(ways)
        for overlap in {names & other for other in others} - {frozenset()}:
            found |= {Way(way.names | overlap, self._unguarded(way.guards, overlap)) for way in found}
        return frozenset(way for way in found if not names <= way.names)

    def _unguarded(
        self, guards: frozenset[tuple[str, Hashable]], overlap: frozenset[str]
    ) -> frozenset[tuple[str, Hashable]]:
        """The guards that say something although these names are written beside them, before or after."""
        return frozenset(guard for guard in guards if not overlap & set(self.by_id[guard[0]].names))

    # --- signatures -----------------------------------------------------------------------------------

    def due(self, stands: Iterable[Stand]) -> Pending:
        """What may still be asked of a document when tokens stand there."""
        spots = (self.beside.spots.at(*stand) for stand in stands)
        live = joined([self.always, *(self._here(spot) for spot in spots if spot in self.before)])
        return Pending.of(
            [self.question(self.by_id[name], live[name]) for name in sorted(live) if live[name]]
        )

    def _here(self, key: str) -> Due:
        if key not in self._met_before:
            self._met_before[key] = self._met(key, self.before[key])
        return self._met_before[key]

    def question(self, behaviour: Behaviour, ways: Ways) -> Question:
        """A behaviour that is evaluated after the names of one of these ways were written anew: on that way
        their present values do not count."""
        place = (behaviour.id, ways)
        if place not in self._questions:
            never = frozenset.intersection(*(way.names for way in ways))
            kept = tuple(name for name in behaviour.names if name not in never)
            work = sum(math.prod(len(self.behaviours.domain(name)) for name in way.names) for way in ways)
            told: list[Trial] | None = None
            if not behaviour.id.startswith("=") and work <= MOST_EVALUATIONS:
                told = [self._trial(behaviour, way) for way in sorted(ways, key=_order)]
            self._questions[place] = Question(behaviour, kept, told)
        return self._questions[place]

    def key(self, due: Pending, document: Document) -> tuple[int, ...]:
        """What is worth remembering of a document: how it answers each of these."""
        shown = document.shown(due.names)
        found = due.known.get(shown)
        if found is None:
            found = due.known[shown] = tuple([self.signature(one, document) for one in due.questions])
        return found

    def signature(self, question: Question, document: Document) -> int:
        """How a behaviour turns out on a document, now and after any later writing: a number for each way."""
        shown = document.shown(question.kept)
        found = question.known.get(shown)
        if found is None:
            found = question.known[shown] = self._number(self._turns_out(question, shown, document))
        return found

    def _trial(self, behaviour: Behaviour, way: Way) -> Trial:
        names = behaviour.names
        gateways = ((self.by_id[gateway], said) for gateway, said in way.guards)
        return Trial(
            [self.behaviours.told(name) if name in way.names else None for name in names],
            [(one, [names.index(name) for name in one.names], said) for one, said in gateways],
        )

    def _turns_out(self, question: Question, shown: tuple[str, ...], document: Document) -> Hashable:
        if question.trials is None:
            return shown
        behaviour, values = question.behaviour, document.values
        texts = dict(zip(question.kept, shown, strict=True))
        present = [(values.get(name), texts[name]) if name in texts else BLANK for name in behaviour.names]
        found: list[Hashable] = []
        for choices, guards in question.trials:
            # The names in their order, each with the values it can have there.
            several = [told or [now] for told, now in zip(choices, present, strict=True)]
            for given in itertools.product(*several):
                gone = all(
                    [one.given([given[place] for place in places]) == said for one, places, said in guards]
                )
                found.append(behaviour.given(given) if gone else None)
        return tuple(found)

    def _number(self, turned_out: Hashable) -> int:
        return self._numbers.setdefault(turned_out, len(self._numbers))

    def mixed(self, node: Node) -> tuple[str, ...]:
        """The names a task's form does not write but that matter together with what it writes."""
        form = self.version.forms.get(node.form or "")
        own = frozenset(form.fields) if form else frozenset[str]()
        found = set(self.answers.outside(form)) if form else set()
        for question in self.touched(node).questions:
            found |= set(question.kept) - own
        return tuple(sorted(found))

    def touched(self, node: Node) -> Pending:
        """The behaviours that finishing a task with one answer or another can change."""
        if node.id not in self._touched:
            own = self.writes(node)
            beside = [self._here(key) for key in self.beside.of_writer(node.id) if key in self.before]
            here = [self._met(spot, self.after[spot]) for spot in self.beside.spots.of[node.id]]
            live = joined([*here, self.always, *beside])
            questions = [self.question(self.by_id[name], live[name]) for name in sorted(live) if live[name]]
            self._touched[node.id] = Pending.of([one for one in questions if own & set(one.kept)])
        return self._touched[node.id]


def _order(way: Way) -> Any:
    return len(way.names), sorted(way.names), repr(sorted(way.guards))
