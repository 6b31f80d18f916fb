"""Which answers to a form matter, one of each kind: the partition over which the proof branches.

A field matters when an expression, a table, a timer or a rule reads it, or when it decides whether such
a field is asked. Its values fall into classes: each option, yes and no, each number an expression
compares with and its neighbours, each text an expression names and one other, a date. A class stands
for all its members because nothing can tell them apart.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from meldcode.check.combinations import MOST_COMBINATIONS, Combinations, Leaf, combinations
from meldcode.check.meaning import Meaning
from meldcode.definition import Version
from meldcode.diagram.expressions import expressions_of
from meldcode.diagram.model import Node
from meldcode.feel import Expression, Json, expression
from meldcode.form import Form
from meldcode.form.conditions import Scope
from meldcode.form.parts import Field, Group, Keyed, Part, Rows, keyed
from meldcode.form.values import read

OTHER_TEXT = "…"
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?")


@dataclass(eq=False)
class Answers:
    """The answers that matter, per form. `today` is the day on which everything is answered."""

    version: Version
    meaning: Meaning
    today: date
    notes: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.texts = _texts_by_name(self.version)
        self.relevant = self._relevant()
        self._leaves: dict[tuple[str, str], Combinations] = {}
        self._complete: dict[tuple[str, str, str], dict[str, Json] | None] = {}

    def _relevant(self) -> frozenset[str]:
        """The names that matter: read somewhere, watched by a rule, or gating such a field."""
        names = set(self.texts)
        for node in self.meaning.people.values():
            names |= self.meaning.watched(node)
        while True:
            more = set(names)
            for form in self.version.forms.values():
                for key, hides in _conditions(form.parts):
                    if key in names:
                        for hide in hides:
                            more |= hide.variables
            if more == names:
                return frozenset(names)
            names = more

    def fields(self, form: Form) -> dict[str, Keyed]:
        """The fields of a form that matter, by key."""
        return {key: part for key, part in form.fields.items() if key in self.relevant}

    def outside(self, form: Form) -> tuple[str, ...]:
        """The names that this form's conditions read but that it does not write itself."""
        own = self.fields(form)
        read_by = {
            name
            for key, hides in _conditions(form.parts)
            if key in own
            for hide in hides
            for name in hide.variables
        }
        return tuple(sorted(read_by - set(form.fields)))

    def hides(self, form: Form) -> tuple[Expression, ...]:
        """The conditions on the fields that matter which read something outside the form."""
        own, outside = self.fields(form), set(self.outside(form))
        found = {
            hide.text: hide
            for key, hides in _conditions(form.parts)
            if key in own
            for hide in hides
            if hide.variables & outside
        }
        return tuple(found.values())

    def can_be_hidden(self, form: Form, key: str) -> bool:
        """Whether a condition can leave a question out."""
        return any(one == key and hides for one, hides in _conditions(form.parts))

    def hidden_elsewhere(self, form: Form) -> frozenset[str]:
        """The fields that answers in another form can hide."""
        return frozenset(
            key
            for key, hides in _conditions(form.parts)
            if any(hide.variables - set(form.fields) for hide in hides)
        )

    def leaves(self, form: Form, document: Mapping[str, Json]) -> Combinations:
        """Every combination of answers that matter which this form asks for in this case.

        Raises `TooMany`.
        """
        outside = {name: document.get(name) for name in self.outside(form)}
        place = (form.file, json.dumps(outside, sort_keys=True))
        if place not in self._leaves:
            self._leaves[place] = self._combinations(form, outside)
        return self._leaves[place]

    def _combinations(self, form: Form, outside: Mapping[str, Json]) -> Combinations:
        own = self.fields(form)
        conditions = {key: hides for key, hides in _conditions(form.parts) if key in own}
        domains = {key: self.domain(key, part) for key, part in own.items()}
        blank = dict.fromkeys(own)
        order = _in_order(own, conditions)
        # A question of which no answer will do leaves nothing to combine, so it comes as early as it can.
        order.sort(key=lambda key: bool(conditions[key]) or bool(domains[key]))

        def hides(key: str, given: Mapping[str, Json]) -> bool:
            scope = Scope(outside, {**blank, **given}, self.today)
            return any(_true(hide, scope) for hide in conditions[key])

        gates = {
            key: sorted({name for hide in conditions[key] for name in hide.variables} & set(own))
            for key in order
        }
        return combinations(form.file, order, domains, gates, hides)

    def domain(self, key: str, part: Keyed) -> list[Json]:
        """One value of each class of answers to a question."""
        texts = self.texts.get(key, [])
        match part:
            case Field():
                values = self._values(part, texts)
            case Group():
                values = self._groups(part, texts)
            case Rows():
                self.notes.add(key)
                values = self._rows(part, texts)
        return _unique(values)

    def _values(self, part: Field, texts: Sequence[str]) -> list[Json]:
        blank: list[Json] = [] if part.required else [None]
        strings = [found for text in texts for found in _STRING.findall(text)]
        match part.type:
            case "radio" | "select":
                return [*(option.value for option in part.options), *blank]
            case "checkbox":
                return [True] if part.required else [True, False]
            case "checklist":
                named = [option.value for option in part.options if option.value in strings]
                rest = [option.value for option in part.options if option.value not in strings][:1]
                if len(named) > 5:
                    self.notes.add(part.key)
                    named = named[:5]
                picks = [*named, *rest]
                sets: list[Json] = [
                    list(chosen)
                    for size in range(len(picks) + 1)
                    for chosen in itertools.combinations(picks, size)
                ]
                return [chosen for chosen in sets if chosen or not part.required]
            case "number":
                return [
                    value for value in self._numbers(part, texts) if _fits(part, value, self.today)
                ] + blank
            case "datetime":
                return [*self._moments(part, texts), *blank]
        values: list[Json] = [*strings, OTHER_TEXT]
        return [value for value in values if _fits(part, value, self.today)] + blank or [
            filler(part, self.today)
        ]

    def _numbers(self, part: Field, texts: Sequence[str]) -> list[Json]:
        step = float(part.increment or (10**-part.decimals if part.decimals is not None else 1))
        found = [float(number) for text in texts for number in _NUMBER.findall(_STRING.sub("", text))]
        near = [value + beside for value in found for beside in (-step, 0.0, step)]
        near.append(float(filler(part, self.today) or 0))
        return [int(value) if value.is_integer() else value for value in sorted(set(near))]

    def _moments(self, part: Field, texts: Sequence[str]) -> list[Json]:
        days = {self.today + timedelta(days=200)}
        joined = " ".join(texts)
        if re.search(r"\b(today|now)\s*\(|[<>]|\bbetween\b|\bin\b", joined):
            self.notes.add(part.key)
            days |= {self.today + timedelta(days=shift) for shift in (-400, -1, 0, 1)}
        for found in re.findall(r"\d{4}-\d{2}-\d{2}", joined):
            days |= {date.fromisoformat(found) + timedelta(days=shift) for shift in (-1, 0, 1)}
        shown = [_moment(part, day) for day in sorted(days)]
        return [value for value in shown if _fits(part, value, self.today)]

    def _groups(self, part: Group, texts: Sequence[str]) -> list[Json]:
        inner = list(keyed(part.parts))
        domains = [
            _unique(self._values(one, texts)) if isinstance(one, Field) else self.domain(one.key, one)
            for one in inner
        ]
        combined = itertools.islice(itertools.product(*domains), MOST_COMBINATIONS)
        return [{one.key: value for one, value in zip(inner, values, strict=True)} for values in combined]

    def _rows(self, part: Rows, texts: Sequence[str]) -> list[Json]:
        rows = [self._filled_row(part)]
        for one in keyed(part.parts):
            if isinstance(one, Field) and (one.options or one.type in ("number", "checkbox")):
                rows += [{**rows[0], one.key: value} for value in self._values(one, texts)]
        lists: list[Json] = [[row] for row in rows] + [[rows[0], rows[0]]]
        if part.fixed:
            return [[row] * part.start for row in rows]
        return lists if part.required else [[], *lists]

    def _filled_row(self, part: Rows) -> dict[str, Json]:
        return {one.key: filler(one, self.today) for one in keyed(part.parts)}

    def complete(self, form: Form, leaf: Leaf, document: Mapping[str, Json]) -> dict[str, Json] | None:
        """A whole set of answers with these that matter, as `form.check` lets through; None if none does."""
        read = {name: document.get(name) for name in form.variables}
        place = (form.file, leaf_text(leaf), leaf_text(read))
        if place not in self._complete:
            self._complete[place] = self._completed(form, leaf, document)
        return self._complete[place]

    def _completed(self, form: Form, leaf: Leaf, document: Mapping[str, Json]) -> dict[str, Json] | None:
        given = {key: value for key, value in leaf if value is not None}
        for part in keyed(form.parts):
            if part.key not in dict(leaf):
                given[part.key] = filler(part, self.today)
        checked = form.check(given, document, self.today)
        if checked.errors:
            return None
        if any(checked.answers.get(key) != value for key, value in leaf if value is not None):
            return None
        return checked.answers


def leaf_text(values: Any) -> str:
    return json.dumps(values, sort_keys=True)


def filler(part: Keyed, today: date) -> Json:
    """Some answer that a question accepts."""
    match part:
        case Group():
            return {one.key: filler(one, today) for one in keyed(part.parts)}
        case Rows():
            row = {one.key: filler(one, today) for one in keyed(part.parts)}
            return [row] * max(1, part.start) if part.fixed else [row]
    match part.type:
        case "radio" | "select":
            return part.options[0].value if part.options else None
        case "checklist":
            return [part.options[0].value] if part.options else []
        case "checkbox":
            return True
        case "number":
            low = part.minimum if part.minimum is not None else min(part.maximum or 0, 0)
            return int(low) if low == int(low) else float(low)
        case "datetime":
            return _moment(part, today)
    text = {"email": "naam@voorbeeld.example", "phone": "0800 2000"}.get(part.format, OTHER_TEXT)
    return text if len(text) >= part.shortest else OTHER_TEXT * part.shortest


def _moment(part: Field, day: date) -> str:
    if part.subtype == "time":
        return "10:00"
    return f"{day.isoformat()}T12:00" if part.subtype == "datetime" else day.isoformat()


def _fits(part: Field, value: Json, today: date) -> bool:
    return read(part, value, today).error is None


def _true(hide: Expression, scope: Scope) -> bool:
    return hide.evaluate(scope.context, scope.now) is True


def _unique(values: Sequence[Json]) -> list[Json]:
    seen: dict[str, Json] = {}
    for value in values:
        seen.setdefault(json.dumps(value, sort_keys=True), value)
    return list(seen.values())


def _in_order(own: Mapping[str, Any], conditions: Mapping[str, Sequence[Expression]]) -> list[str]:
    """The keys with each after those its conditions read; forms have no circles."""
    order: list[str] = []

    def visit(key: str) -> None:
        if key in order:
            return
        for hide in conditions[key]:
            for name in sorted(hide.variables & set(own) - {key}):
                visit(name)
        if key not in order:
            order.append(key)

    for key in own:
        visit(key)
    return order


def _conditions(
    parts: Sequence[Part], above: tuple[Expression, ...] = ()
) -> Iterator[tuple[str, tuple[Expression, ...]]]:
    """Each top-level key of a form with the conditions that hide it."""
    for part in parts:
        hides = (*above, part.hide) if part.hide else above
        if isinstance(part, Group) and not part.key:
            yield from _conditions(part.parts, hides)
        elif isinstance(part, Field | Group | Rows) and not (isinstance(part, Field) and part.readonly):
            yield part.key, hides


def _texts_by_name(version: Version) -> dict[str, list[str]]:
    """What the diagrams and tables read: name → the expressions and cells in which it occurs.

    A cell is about the names of its column.
    """
    found: dict[str, list[str]] = {}
    for diagram in version.diagrams.values():
        for _, text in expressions_of(diagram):
            for name in expression(text).variables:
                found.setdefault(name, []).append(text)
    for decision in version.decisions.values():
        for rule in decision.rules:
            for column, test in zip(decision.inputs, rule.tests, strict=True):
                for name in column.expression.variables | test.variables:
                    found.setdefault(name, []).extend([column.expression.text, test.text])
            for answer in rule.answers:
                for name in answer.variables if answer else ():
                    found.setdefault(name, []).append(answer.text if answer else "")
        for name in decision.variables:
            found.setdefault(name, [])
    return found


def labels(node: Node, form: Form | None, leaf: Leaf) -> list[tuple[str, str]]:
    """Question and answer in people's words, for a story."""
    told = []
    for key, value in leaf:
        part = form.fields.get(key) if form else None
        if part is None or value is None or value == []:
            continue
        told.append((part.label or key, shown(part, value)))
    return told


def shown(part: Keyed, value: Json) -> str:
    """An answer in people's words."""
    if isinstance(part, Field):
        if isinstance(value, list):
            return ", ".join(part.label_of(one) for one in value)
        if isinstance(value, bool):
            return "ja" if value else "nee"
        if part.options:
            return part.label_of(str(value))
        if part.type == "datetime":
            return "een datum"
        return str(value)
    return "ingevuld" if value else "leeg"


conditions_of = _conditions
