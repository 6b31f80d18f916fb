"""What a form asks for certain: in every combination of answers that shows or hides its questions."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from meldcode.check.answers import conditions_of
from meldcode.check.marking import NOW
from meldcode.check.meaning import SKIP
from meldcode.check.meaning import is_date as is_date
from meldcode.definition import Version
from meldcode.feel import Expression, Json
from meldcode.form import Field, Form, Rows
from meldcode.form.conditions import Scope
from meldcode.form.parts import Keyed, keyed

MOST = 20_000
NOT_DONE = ("nee", "niet")
WORDS = frozenset({"textfield", "textarea"})
CHOICES = frozenset({"radio", "select", "checklist", "checkbox"})
Given = Mapping[str, Json]


def is_words(field: Field) -> bool:
    return field.type in WORDS


def is_choice(field: Field) -> bool:
    return field.type in CHOICES


@dataclass(frozen=True)
class Asking:
    """The questions of one form in one version."""

    version: Version
    form: Form

    def always(self, wanted: Callable[[Field], bool], when: Callable[[Given], bool] = lambda _: True) -> bool:
        """Whether some wanted question must be answered, whatever else is answered.

        `when`: only for answers like these. Conditions with more than `MOST` combinations are not judged:
        then it is not certain.
        """
        targets = [hides for _, hides in self._wanted(wanted)]
        if any(not hides for hides in targets):
            return True
        return bool(targets) and all(
            any(not _hidden(hides, scope) for hides in targets)
            for given, scope in self._cases(targets)
            if when(given)
        )

    def always_or_why_not(self, wanted: Callable[[Field], bool]) -> bool:
        """Whether some wanted question must be answered, or else words that are only asked instead of it."""
        targets = [hides for _, hides in self._wanted(wanted)]
        if any(not hides for hides in targets):
            return True
        reasons = [hides for _, hides in self._wanted(is_words)]
        beside: list[set[int]] = []
        instead: list[set[int]] = []
        for _, scope in self._cases([*targets, *reasons]):
            asked = any(not _hidden(hides, scope) for hides in targets)
            words = {place for place, hides in enumerate(reasons) if not _hidden(hides, scope)}
            (beside if asked else instead).append(words)
        everywhere = set.intersection(*beside) if beside else set[int]()
        return bool(beside) and all(words - everywhere for words in instead)

    def only(self, wanted: Callable[[Field], bool], when: Callable[[Given], bool]) -> list[str]:
        """The wanted questions that are always asked when `when`, and not always otherwise."""
        found = []
        targets = self._wanted(wanted)
        cases = list(self._cases([hides for _, hides in targets]))
        for key, hides in targets:
            inside = [not _hidden(hides, scope) for given, scope in cases if when(given)]
            outside = [not _hidden(hides, scope) for given, scope in cases if not when(given)]
            if inside and all(inside) and not all(outside):
                found.append(key)
        return found

    def _wanted(self, wanted: Callable[[Field], bool]) -> list[tuple[str, tuple[Expression, ...]]]:
        return [
            (key, hides)
            for key, hides in conditions_of(self.form.parts)
            if self._must(self.form.fields[key], wanted)
        ]

    def _must(self, part: Keyed, wanted: Callable[[Field], bool]) -> bool:
        if isinstance(part, Field):
            return part.required and wanted(part)
        if isinstance(part, Rows):
            return part.required and any(self._must(one, wanted) for one in keyed(part.parts))
        return any(self._must(one, wanted) for one in keyed(part.parts))

    def _cases(self, wanted: Sequence[Sequence[Expression]]) -> Iterator[tuple[Given, Scope]]:
        """Each combination of answers on which these conditions depend, and of those that refuse or skip."""
        conditions = dict(conditions_of(self.form.parts))
        names = {key for key in conditions if self._refuses(key)}
        names |= {name for hides in wanted for hide in hides for name in hide.variables}
        while True:
            more = {
                name for key in names & set(conditions) for hide in conditions[key] for name in hide.variables
            }
            if more <= names:
                break
            names |= more
        own = [key for key in conditions if key in names]
        others = sorted(names - set(self.form.fields))
        tried = 0
        for values in itertools.product(*(self._values(name) for name in others)):
            outside = dict(zip(others, values, strict=True))
            for given in self._given(own, conditions, outside):
                tried += 1
                if tried > MOST:
                    yield {}, Scope({}, {}, NOW.date())
                    return
                yield given, Scope(outside, {**dict.fromkeys(self.form.fields), **given}, NOW.date())

    def _refuses(self, key: str) -> bool:
        """Whether a question can be answered with skipping or with a no that `when` may ask for."""
        part = self.form.fields[key]
        return isinstance(part, Field) and any(
            option.value == SKIP or option.value.startswith(NOT_DONE) for option in part.options
        )

    def _given(
        self, own: Sequence[str], conditions: Mapping[str, Sequence[Expression]], outside: Given
    ) -> Iterator[dict[str, Json]]:
        def go(place: int, given: dict[str, Json]) -> Iterator[dict[str, Json]]:
            if place == len(own):
                yield given
                return
            key = own[place]
            scope = Scope(outside, {**dict.fromkeys(self.form.fields), **given}, NOW.date())
            if _hidden(conditions[key], scope):
                yield from go(place + 1, {**given, key: None})
                return
            for value in self._answers(self.form.fields[key]):
                yield from go(place + 1, {**given, key: value})

        yield from go(0, {})

    def _values(self, name: str) -> list[Json]:
        """What another form may have left under this name."""
        found: list[Json] = [None]
        for form in self.version.forms.values():
            if name in form.fields:
                found += [one for one in self._answers(form.fields[name]) if one not in found]
        return found if len(found) > 1 else [None, "iets"]

    def _answers(self, part: Keyed) -> list[Json]:
        if not isinstance(part, Field):
            return [[], [{}]]
        blank: list[Json] = [] if part.required else [None]
        if part.type == "checklist":
            picks = [option.value for option in part.options]
            return [[], *([pick] for pick in picks), list(picks)]
        if part.type == "checkbox":
            return [True, False]
        if part.options:
            return [*(option.value for option in part.options), *blank]
        if part.type == "datetime":
            return [NOW.date().isoformat(), *blank]
        return [*([1] if part.type == "number" else ["iets"]), *blank]


def _hidden(hides: Sequence[Expression], scope: Scope) -> bool:
    return any(hide.evaluate(scope.context, scope.now) is True for hide in hides)
