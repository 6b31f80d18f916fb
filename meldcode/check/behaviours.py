"""What the elements of a version read of a case's data, and how each turns out.

A gateway turns out by which of its conditions hold, a table by what its result is used for, a form by the
questions it asks. Of anything else the values themselves count, which is never wrong, only larger.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from meldcode.check.answers import Answers
from meldcode.check.documents import Document, as_text
from meldcode.check.rows import results_of, rows_of
from meldcode.decision import Decision
from meldcode.definition import Version
from meldcode.diagram.model import Node
from meldcode.feel import Expression, FeelError, Json, expression
from meldcode.form import Form
from meldcode.form.conditions import Scope
from meldcode.messages import MeldcodeError

MOST_EVALUATIONS = 3_000
CHOOSING = frozenset({"exclusiveGateway", "inclusiveGateway"})
Told = tuple[Json, str]  # a value and its text


@dataclass(frozen=True, eq=False, slots=True)
class Behaviour:
    """Something that is evaluated on the document: `names` are what it reads, `turns_out` what it gives."""

    id: str
    names: tuple[str, ...]
    turns_out: Callable[[Document], Hashable]
    known: dict[tuple[str, ...], Hashable] = field(default_factory=dict)  # by the texts of the names

    def given(self, told: Sequence[Told]) -> Hashable:
        """How it turns out when its names have these values, in their order."""
        place = tuple([text for _, text in told])
        if place not in self.known:
            values = dict(zip(self.names, [value for value, _ in told], strict=True))
            self.known[place] = self.turns_out(Document(values, dict(zip(self.names, place, strict=True))))
        return self.known[place]


class Behaviours:
    """The behaviours of a version: `reads` by element, `by_id` all of them."""

    def __init__(self, version: Version, answers: Answers, now: datetime) -> None:
        self.version, self.answers, self.now = version, answers, now
        self.reads: dict[str, list[Behaviour]] = {}
        for node in version.nodes.values():
            found = list(self._of(node))
            if found:
                self.reads[node.id] = found
        self.by_id = {one.id: one for one in itertools.chain.from_iterable(self.reads.values())}
        self._results: dict[tuple[str, str], Hashable] = {}
        self._domains: dict[str, list[Json]] = {}
        self._texts: dict[str, list[Told]] = {}

    def _of(self, node: Node) -> Iterable[Behaviour]:
        if node.kind in CHOOSING and len(node.outgoing) > 1:
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

        def turns_out(document: Document) -> Hashable:
            scope = Scope(document.values, {}, self.now.date())
            return tuple(hide.evaluate(scope.context, scope.now) is True for hide in hides)

        return Behaviour(f"form {form.file}", tuple(sorted(names)), turns_out)

    def _gateway(self, node: Node) -> Behaviour:
        flows = [self.version.flows[key] for key in node.outgoing if key != node.default_flow]
        conditions = [_readable(flow.condition) if flow.condition else None for flow in flows]
        names = frozenset[str]().union(*(read.variables for read in conditions if read))
        only_first = node.kind == "exclusiveGateway"

        def turns_out(document: Document) -> Hashable:
            held = []
            for index, read in enumerate(conditions):
                try:
                    holds = read is None or read.evaluate(document.values, self.now) is True
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

        def turns_out(document: Document) -> Hashable:
            hit = rows(document)
            if hit is None:
                return shown(document.values)
            if hit not in known:
                known[hit] = shown(document.values)
            return known[hit]

        def shown(document: Mapping[str, Json]) -> Hashable:
            try:
                result = decision.decide(document, self.now).result
            except MeldcodeError:
                return "incident"
            if isinstance(result, dict) and parts is not None:
                result = {part: result.get(part) for part in parts}
            return self._taken_for(decision.id, result)

        return Behaviour(f"table {decision.id}", tuple(sorted(decision.variables)), turns_out)

    def _taken_for(self, name: str, result: Json) -> Hashable:
        """What makes a table's result differ from another: how everything turns out that reads it."""
        place = (name, as_text(result))
        if place not in self._results:
            self._results[place] = as_text(result)  # for a table that is read by what it reads
            readers = [one for one in self.by_id.values() if name in one.names]
            others = [[other for other in one.names if other != name] for one in readers]
            work = sum(math.prod(1 + len(self.domain(other)) for other in names) for names in others)
            if work <= MOST_EVALUATIONS and not any(one.id.startswith("=") for one in readers):
                self._results[place] = tuple(
                    reader.turns_out(Document.of({name: result, **dict(zip(names, given, strict=True))}))
                    for reader, names in zip(readers, others, strict=True)
                    for given in itertools.product(*([None, *self.domain(other)] for other in names))
                )
        return self._results[place]

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

    # --- what a name can be ---------------------------------------------------------------------------

    def domain(self, name: str) -> list[Json]:
        """What a name can be once it was written: null only where a question can be left out."""
        if name not in self._domains:
            values: list[Json] = []
            decision = self.version.decisions.get(name)
            if decision is not None:
                values += [None, *results_of(decision)]
            for form in self.version.forms.values():
                if name in form.fields:
                    values += self.answers.domain(name, form.fields[name])
                    values += [None] if self.answers.can_be_hidden(form, name) else []
            self._domains[name] = list({as_text(value): value for value in values}.values()) or [None]
        return self._domains[name]

    def told(self, name: str) -> list[Told]:
        """The values of `domain`, each with its text."""
        if name not in self._texts:
            self._texts[name] = [(value, as_text(value)) for value in self.domain(name)]
        return self._texts[name]


def _raw(name: str, names: Iterable[str]) -> Behaviour:
    ordered = tuple(sorted(names))
    return Behaviour(f"={name}", ordered, lambda document: document.shown(ordered))


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
