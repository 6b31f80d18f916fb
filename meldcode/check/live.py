"""What of a case's data can still make a difference: the part of a state that the proof remembers.

Two cases on the same elements go on in the same way when every expression that may still be evaluated
turns out the same, now and after any later form has overwritten some of its names. So a state keeps no
values but, for each expression that is still *live*, how it turns out: its *signature*. Where that would
take too many evaluations, the values themselves are kept, which is never wrong, only larger.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from meldcode.check.answers import Answers
from meldcode.check.documents import Document, as_text
from meldcode.check.meaning import PEOPLE, Meaning
from meldcode.decision import Decision
from meldcode.definition import Version
from meldcode.diagram.model import Node
from meldcode.feel import Expression, FeelError, Json, expression
from meldcode.form import Form
from meldcode.form.conditions import Scope
from meldcode.messages import MeldcodeError

MOST_EVALUATIONS = 3_000
REFUSES = -1


@dataclass(frozen=True, eq=False, slots=True)
class Behaviour:
    """Something that is evaluated on the document: `names` are what it reads, `turns_out` what it gives."""

    id: str
    names: tuple[str, ...]
    turns_out: Callable[[Mapping[str, Json]], Hashable]


@dataclass(frozen=True, eq=False, slots=True)
class Question:
    """A behaviour at some point of a case. `kept` are the names whose present values count, `unions` the
    sets of names that may be overwritten before it is evaluated (None: the values themselves count)."""

    behaviour: Behaviour
    kept: tuple[str, ...]
    unions: list[tuple[str, ...]] | None
    known: dict[tuple[str, ...], int] = field(default_factory=dict)


# Per behaviour that is still to come, the names that are overwritten before it on every way there.
Due = dict[str, frozenset[str]]


def joined(several: Iterable[Due]) -> Due:
    """What is live when any of several continuations may follow."""
    found: Due = {}
    for due in several:
        for name, overwritten in due.items():
            found[name] = found[name] & overwritten if name in found else overwritten
    return found


class Live:
    """Behaviours of a version, where each is still to come, and their signatures."""

    def __init__(self, version: Version, meaning: Meaning, answers: Answers, now: datetime) -> None:
        self.version, self.meaning, self.answers, self.now = version, meaning, answers, now
        self.reads: dict[str, list[Behaviour]] = {}
        for node in version.nodes.values():
            found = list(self._behaviours(node))
            if found:
                self.reads[node.id] = found
        self.by_id = {one.id: one for one in itertools.chain.from_iterable(self.reads.values())}
        self.writers = self._writers()
        self.after, self.before = self._flow_of_data()
        self.always = self._always()
        self._questions: dict[tuple[str, frozenset[str]], Question] = {}
        self._numbers: dict[Hashable, int] = {}
        self._unions: dict[tuple[str, frozenset[str]], list[tuple[str, ...]] | None] = {}
        self._domains: dict[str, list[Json]] = {}

    # --- what is read where --------------------------------------------------------------------------

    def _behaviours(self, node: Node) -> Iterable[Behaviour]:
        if node.kind in ("exclusiveGateway", "inclusiveGateway") and len(node.outgoing) > 1:
            yield self._gateway(node)
        if node.decision and node.decision in self.version.decisions:
            yield self._table(self.version.decisions[node.decision])
        texts = [node.timer.text] if node.timer and node.timer.text.startswith("=") else []
        if node.loop:
            loop = node.loop
            texts += [text for text in (loop.cardinality, loop.collection, loop.condition) if text]
        for text in texts:
            read = _readable(text)
            if read is not None and read.variables:
                yield _raw(f"{node.id}: {text}", read.variables)
        form = self.version.forms.get(node.form) if node.form else None
        if form is not None and self.answers.outside(form):
            yield self._form(form)

    def _form(self, form: Form) -> Behaviour:
        """Which questions a form asks, by what it reads of the case and of its own answers."""
        hides = self.answers.hides(form)
        names = frozenset[str]().union(*(hide.variables for hide in hides))

        def turns_out(document: Mapping[str, Json]) -> Hashable:
            scope = Scope(document, {}, self.now.date())
            return tuple(hide.evaluate(scope.context, scope.now) is True for hide in hides)

        return Behaviour(f"form {form.file}", tuple(sorted(names)), turns_out)

    def _gateway(self, node: Node) -> Behaviour:
        flows = [self.version.flows[key] for key in node.outgoing if key != node.default_flow]
        conditions = [_readable(flow.condition) if flow.condition else None for flow in flows]
        names = frozenset[str]().union(*(read.variables for read in conditions if read))
        only_first = node.kind == "exclusiveGateway"

        def turns_out(document: Mapping[str, Json]) -> Hashable:
            held = []
            for index, read in enumerate(conditions):
                try:
                    holds = read is None or read.evaluate(document, self.now) is True
                except FeelError:
                    holds = False
                if holds:
                    held.append(index)
                    if only_first:
                        break
            return tuple(held)

        return Behaviour(node.id, tuple(sorted(names)), turns_out)

    def _table(self, decision: Decision) -> Behaviour:
        parts = self._read_parts(decision)
        rows = rows_of(decision, self.now)
        known: dict[Hashable, Hashable] = {}

        def turns_out(document: Mapping[str, Json]) -> Hashable:
            hit = rows(document)
            if hit is None:
                return shown(document)
            if hit not in known:
                known[hit] = shown(document)
            return known[hit]

        def shown(document: Mapping[str, Json]) -> Hashable:
            try:
                result = decision.decide(document, self.now).result
            except MeldcodeError:
                return "incident"
            if isinstance(result, dict) and parts is not None:
                return tuple(as_text(result.get(part)) for part in parts)
            return as_text(result)

        return Behaviour(f"table {decision.id}", tuple(sorted(decision.variables)), turns_out)

    def _read_parts(self, decision: Decision) -> tuple[str, ...] | None:
        """The parts of a table's result that something reads; None when it is read as a whole."""
        found: set[str] = set()
        for path in self._paths():
            if path[0] == decision.id:
                if len(path) < 2:
                    return None
                found.add(path[1])
        return tuple(sorted(found))

    def _paths(self) -> set[tuple[str, ...]]:
        paths: set[tuple[str, ...]] = set()
        texts = [flow.condition for flow in self.version.flows.values() if flow.condition]
        for node in self.version.nodes.values():
            texts += [node.timer.text] if node.timer and node.timer.text.startswith("=") else []
            if node.loop:
                loop = node.loop
                texts += [text for text in (loop.cardinality, loop.collection, loop.condition) if text]
        for text in texts:
            read = _readable(text)
            paths |= read.paths if read else set()
        for other in self.version.decisions.values():
            paths |= other.paths
        for form in self.version.forms.values():
            outside = set(self.answers.outside(form))
            paths |= {path for path in _form_paths(form.parts) if path[0] in outside}
        return paths

    # --- where it is still to come --------------------------------------------------------------------

    def _writers(self) -> list[frozenset[str]]:
        written = [frozenset(form.fields) for form in self.version.forms.values()]
        return [*written, *(frozenset({decision}) for decision in self.version.decisions)]

    def writes(self, node: Node) -> frozenset[str]:
        """The names that finishing a node overwrites for certain."""
        if node.kind in PEOPLE and node.form in self.version.forms and not node.loop:
            return frozenset(self.version.forms[node.form or ""].fields)
        return frozenset({node.decision}) if node.decision else frozenset()

    def successors(self, node: Node) -> set[str]:
        """Where a token can go from a node: along flows, into and out of scopes, over its edge."""
        nodes, flows = self.version.nodes, self.version.flows
        found = {flows[key].target for key in node.outgoing}
        found |= {other.id for other in nodes.values() if other.attached_to == node.id}
        inside = node.called_element or (node.id if node.kind == "subProcess" else None)
        if inside:
            found |= {
                other.id
                for other in nodes.values()
                if other.parent == inside
                and not other.incoming
                and other.attached_to is None
                and not other.triggered_by_event
            }
        if not node.outgoing:
            found |= self._out_of(node.parent)
        return found

    def _out_of(self, scope: str) -> set[str]:
        nodes, flows = self.version.nodes, self.version.flows
        hosts = [other for other in nodes.values() if scope in (other.id, other.called_element)]
        found: set[str] = set()
        for host in hosts:
            found |= {flows[key].target for key in host.outgoing}
            if not host.outgoing and host.parent != scope:
                found |= self._out_of(host.parent)
        return found

    def _flow_of_data(self) -> tuple[dict[str, Due], dict[str, Due]]:
        """Per node what is live after it, and on it, before a person finishes it."""
        nodes = self.version.nodes
        follows = {key: self.successors(node) for key, node in nodes.items()}
        edges = {key: [other.id for other in nodes.values() if other.attached_to == key] for key in nodes}
        after: dict[str, Due] = {key: {} for key in nodes}
        before: dict[str, Due] = {key: {} for key in nodes}
        changed = True
        while changed:
            changed = False
            for key, node in reversed(list(nodes.items())):
                behind = joined(before[other] for other in follows[key])
                now = joined([self._through(node, behind), *(before[other] for other in edges[key])])
                if behind != after[key] or now != before[key]:
                    after[key], before[key] = behind, now
                    changed = True
        return after, before

    def _through(self, node: Node, behind: Due) -> Due:
        """What is live before a node is passed, from what is live behind it."""
        written = self.writes(node)
        live: Due = {}
        for name, overwritten in behind.items():
            names = frozenset(self.by_id[name].names)
            if not names <= overwritten | written:
                live[name] = overwritten | (names & written)
        for one in self.reads.get(node.id, ()):
            # A form asks by its own answers, not by what an earlier round left in the case.
            own = frozenset(one.names) & written if one.id.startswith("form ") else frozenset[str]()
            live[one.id] = own
        return live

    def _always(self) -> Due:
        """What routes that can begin at any moment read."""
        starts = [
            other.id
            for node in self.version.nodes.values()
            if node.triggered_by_event
            for other in self.version.nodes.values()
            if other.parent == node.id and other.kind == "startEvent"
        ]
        return joined(self.before[start] for start in starts)

    # --- signatures -----------------------------------------------------------------------------------

    def due(self, standing: Iterable[str]) -> list[Question]:
        """What may still be asked of a document when tokens stand on these nodes."""
        live = joined([self.always, *(self.before[node] for node in standing if node in self.before)])
        return [self.question(self.by_id[name], live[name]) for name in sorted(live)]

    def question(self, behaviour: Behaviour, overwritten: frozenset[str] = frozenset()) -> Question:
        """A behaviour that is evaluated after these names were written anew: their values do not count."""
        place = (behaviour.id, overwritten)
        if place not in self._questions:
            kept = tuple(name for name in behaviour.names if name not in overwritten)
            unions = None if behaviour.id.startswith("=") else self._overwritten(behaviour, overwritten)
            self._questions[place] = Question(behaviour, kept, unions)
        return self._questions[place]

    def key(self, due: Iterable[Question], document: Document) -> tuple[int, ...]:
        """What is worth remembering of a document: how it answers each of these."""
        return tuple([self.signature(question, document) for question in due])

    def signature(self, question: Question, document: Document) -> int:
        """How a behaviour turns out on a document, now and after any later writing: a number for each way."""
        shown = document.shown(question.kept)
        found = question.known.get(shown)
        if found is None:
            found = question.known[shown] = self._number(self._turns_out(question, shown, document))
        return found

    def _turns_out(self, question: Question, shown: tuple[str, ...], document: Document) -> Hashable:
        if question.unions is None:
            return shown
        behaviour = question.behaviour
        values = dict.fromkeys(behaviour.names) | {name: document.values.get(name) for name in question.kept}
        return tuple(
            behaviour.turns_out({**values, **dict(zip(union, given, strict=True))})
            for union in question.unions
            for given in itertools.product(*(self._domain(name) for name in union))
        )

    def _number(self, turned_out: Hashable) -> int:
        return self._numbers.setdefault(turned_out, len(self._numbers))

    def _overwritten(self, behaviour: Behaviour, at_least: frozenset[str]) -> list[tuple[str, ...]] | None:
        """The sets of names that later forms may overwrite together; None: too many to try."""
        place = (behaviour.id, at_least)
        if place not in self._unions:
            names = frozenset(behaviour.names)
            found: set[frozenset[str]] = {at_least}
            for writer in self.writers:
                overlap = names & writer
                if overlap:
                    found |= {one | overlap for one in found}
            if names:
                found.discard(names)
            work = sum(_product(len(self._domain(name)) for name in union) for union in found)
            ordered = sorted(found, key=lambda union: (len(union), sorted(union)))
            self._unions[place] = (
                None if work > MOST_EVALUATIONS else [tuple(sorted(union)) for union in ordered]
            )
        return self._unions[place]

    def _domain(self, name: str) -> list[Json]:
        if name not in self._domains:
            values: list[Json] = [None]
            decision = self.version.decisions.get(name)
            if decision is not None:
                values += _results(decision)
            for form in self.version.forms.values():
                if name in form.fields:
                    values += self.answers.domain(name, form.fields[name])
            self._domains[name] = list({as_text(value): value for value in values}.values())
        return self._domains[name]

    def mixed(self, node: Node) -> tuple[str, ...]:
        """The names a task's form does not write but that matter together with what it writes."""
        form = self.version.forms.get(node.form or "")
        own = frozenset(form.fields) if form else frozenset[str]()
        found = set(self.answers.outside(form)) if form else set()
        for question in self.touched(node):
            found |= set(question.kept) - own
        return tuple(sorted(found))

    def touched(self, node: Node) -> list[Question]:
        """The behaviours that finishing a task with one answer or another can change."""
        own = self.writes(node)
        live = joined([self.after[node.id], self.always])
        return [
            self.question(self.by_id[name], live[name])
            for name in sorted(live)
            if own & (set(self.by_id[name].names) - live[name])
        ]


def rows_of(decision: Decision, now: datetime) -> Callable[[Mapping[str, Json]], int | None]:
    """Which rows of a table fit a document, as a set of bits (`REFUSES`: a value is not allowed); None when
    that does not say all of its answer.

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

    def rows(document: Mapping[str, Json]) -> int | None:
        hit = everything
        for place, name in enumerate(names):
            value = document.get(name)
            text = as_text(value)
            if text not in known[place]:
                try:
                    known[place][text] = fitting(place, value)
                except FeelError:
                    return None
            if known[place][text] == REFUSES:
                return REFUSES
            hit &= known[place][text]
        return hit

    return rows


def _results(decision: Decision) -> list[Any]:
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


def _raw(name: str, names: Iterable[str]) -> Behaviour:
    ordered = tuple(sorted(names))
    return Behaviour(
        f"={name}", ordered, lambda document: as_text({name: document.get(name) for name in ordered})
    )


def _readable(text: str) -> Expression | None:
    try:
        return expression(text)
    except FeelError:
        return None


def _form_paths(parts: Iterable[Any]) -> set[tuple[str, ...]]:
    found: set[tuple[str, ...]] = set()
    for part in parts:
        hide = getattr(part, "hide", None)
        if hide is not None:
            found |= hide.paths
        found |= _form_paths(getattr(part, "parts", ()))
    return found


def _product(sizes: Iterable[int]) -> int:
    total = 1
    for size in sizes:
        total *= size
    return total
