"""A decision table as a person reads it: a row for each rule, `als … dan …`, answers by their labels."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from meldcode.decision import Decision, Input, Output, Rule
from meldcode.definition import Version
from meldcode.describe.conditions import answer_in_words
from meldcode.feel import Expression, UnaryTests
from meldcode.messages import Text

ANYTHING = frozenset({"", "-"})
NOTHING = "null"
_STRING = r'"[^"]*"'
_LISTED = re.compile(rf"{_STRING}(?:\s*,\s*{_STRING})*")
_NOT = re.compile(rf"not\(\s*({_STRING}(?:\s*,\s*{_STRING})*)\s*\)")
_BARE = re.compile(rf"{_STRING}|true|false|-?\d+(?:\.\d+)?")
_POLICIES = {
    "FIRST": Text("De eerste regel die past, geldt.", "The first row that fits holds."),
    "UNIQUE": Text("Er past altijd hooguit één regel.", "At most one row fits."),
    "ANY": Text("Passen er meer regels, dan zeggen ze hetzelfde.", "Rows that fit together say the same."),
}
_ALL = Text("Elke regel die past, telt mee.", "Every row that fits counts.")


@dataclass(frozen=True, slots=True)
class Row:
    """One rule: what must hold (empty: always), what it answers, and the notes beside it."""

    number: int
    when: tuple[Text, ...]
    then: tuple[Text, ...]
    notes: tuple[str, ...]

    def sentence(self) -> Text:
        """`als Steeds door of terug? “Ja”, dan Advies: melden (Structurele onveiligheid)`"""
        return Text(self._said("nl", "als", "altijd", "dan"), self._said("en", "if", "always", "then"))

    def _said(self, language: str, when: str, always: str, then: str) -> str:
        conditions = ", ".join(one.of(language) for one in self.when)
        answers = ", ".join(one.of(language) for one in self.then)
        reason = f" ({'; '.join(self.notes)})" if self.notes else ""
        return f"{f'{when} {conditions}' if conditions else always}, {then} {answers}{reason}"


def rows_in_words(version: Version, decision: Decision) -> tuple[Row, ...]:
    """The rules of a table in their order; cells that accept anything or answer nothing are left out."""
    return tuple(
        Row(rule.number, tuple(_when(version, decision, rule)), tuple(_then(version, decision, rule)), notes)
        for rule in decision.rules
        for notes in [tuple(note for note in rule.annotations if note.strip())]
    )


def policy_in_words(decision: Decision) -> Text:
    """Which of several rules that fit is used."""
    return _POLICIES.get(decision.hit_policy, _ALL)


def condition_cell(version: Version, column: Input, test: UnaryTests) -> Text | None:
    """What one cell asks of its column, with the answers of the forms; None when anything will do."""
    text = test.text.strip()
    if text in ANYTHING:
        return None
    nl, en = _test(version, column.expression.text.strip(), text)
    return Text(nl, en)


def answer_cell(version: Version, column: Output, answer: Expression | None) -> Text | None:
    """What one cell answers; None when it answers nothing."""
    text = answer.text.strip() if answer else NOTHING
    if text == NOTHING:
        return None
    if text in {"true", "false"}:
        return answer_in_words(version, column.name, text)
    said = text.strip('"') if _BARE.fullmatch(text) else f"`{text}`"
    return Text(said, said)


def _when(version: Version, decision: Decision, rule: Rule) -> Iterator[Text]:
    for column, test in zip(decision.inputs, rule.tests, strict=True):
        said = condition_cell(version, column, test)
        if said is not None:
            label = column.label or column.expression.text
            yield Text(f"{label} {said.nl}", f"{label} {said.en}")


def _test(version: Version, name: str, text: str) -> tuple[str, str]:
    denied = _NOT.fullmatch(text)
    listed = denied.group(1) if denied else text
    if _LISTED.fullmatch(listed):
        answers = [answer_in_words(version, name, value) for value in re.findall(_STRING, listed)]
        nl, en = " of ".join(one.nl for one in answers), " or ".join(one.en for one in answers)
        return (f"niet {nl}", f"not {en}") if denied else (nl, en)
    if _BARE.fullmatch(text):
        answer = answer_in_words(version, name, text)
        return answer.nl, answer.en
    return f"`{text}`", f"`{text}`"


def _then(version: Version, decision: Decision, rule: Rule) -> Iterator[Text]:
    for column, answer in zip(decision.outputs, rule.answers, strict=True):
        said = answer_cell(version, column, answer)
        if said is not None:
            label = (column.label or column.name).rstrip(":")
            label += "" if label.endswith("?") else ":"
            yield Text(f"{label} {said.nl}", f"{label} {said.en}")
