"""Runs the published DMN TCK cases on our FEEL and our decision tables.

Only here, for the tests, decisions call each other: the software itself reads one table at a time
from a case document. Inputs are handed over as typed values, as the TCK has them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from meldcode.decision import DecisionError, read_decisions
from meldcode.feel import FeelError, expression
from meldcode.feel.temporal import read_date, read_datetime, read_duration, read_time
from meldcode.feel.values import Run, Value, equal, lift

Element = ElementTree.Element
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"


_FINER = re.compile(r"\d\.\d{6}\d*[1-9]")
_YEARS = re.compile(r"(?<![\dT:])-\d{4,}-\d\d|\d{5,}-\d\d-\d\d|\(-?\d{9},|\(-\d{4},")

YEARS = "a year outside 1 to 9999"
FINER = "a fraction of a second finer than a microsecond"


class LeftOut(Exception):
    """The case needs something that is not in our subset; the text says what."""


@dataclass(frozen=True, slots=True)
class Case:
    """One expected result of the TCK."""

    name: str
    model: Path
    decision: str
    inputs: Mapping[str, Value]
    expected: Value
    text: str
    """The literal expression of the decision, empty for a table: to recognise the case by."""


@dataclass(slots=True)
class Model:
    """A DMN model with its decisions by name, evaluated on demand."""

    root: Element
    space: str
    decisions: dict[str, Element] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Model:
        root = ElementTree.parse(path).getroot()  # published test data
        model = cls(root, root.tag.partition("}")[0] + "}")
        for element in root.iterfind(f"{model.space}decision"):
            model.decisions[element.get("name") or ""] = element
            model.ids[element.get("id") or ""] = element.get("name") or ""
        return model

    def text_of(self, name: str) -> str:
        element = self.decisions.get(name)
        found = (
            element.findtext(f"{self.space}literalExpression/{self.space}text") if element is not None else ""
        )
        return " ".join((found or "").split())

    def result(self, name: str, inputs: Mapping[str, Value]) -> Value:
        """The value of a decision; raises LeftOut when something of it is not in the subset."""
        element = self.decisions.get(name)
        if element is None:
            raise LeftOut("a decision service or a business knowledge model")
        if element.find(f"{self.space}knowledgeRequirement") is not None:
            raise LeftOut("a decision service or a business knowledge model")
        context = dict(inputs)
        for required in element.iterfind(f"{self.space}informationRequirement/{self.space}requiredDecision"):
            other = self._by_id((required.get("href") or "").lstrip("#"))
            context[other] = self.result(other, inputs)
        if element.find(f"{self.space}decisionTable") is not None:
            return self._table(element, context)
        literal = element.find(f"{self.space}literalExpression/{self.space}text")
        if literal is None:
            raise LeftOut("a boxed expression: " + element[-1].tag.partition("}")[2])
        try:
            return expression(literal.text or "").evaluate(context)
        except FeelError as error:
            raise LeftOut(_reason(error.text.en)) from error

    def _by_id(self, found: str) -> str:
        return self.ids[found]

    def _table(self, element: Element, context: Mapping[str, Value]) -> Value:
        """The table on its own, with what dmn-js always writes: a plain id, a name for the only output."""
        outputs = element.findall(f"{self.space}decisionTable/{self.space}output")
        if len(outputs) == 1:
            outputs[0].set("name", "result")
        alone = ElementTree.Element(self.root.tag)
        alone.append(element)
        element.set("id", "tck")
        try:
            (decision,) = read_decisions(ElementTree.tostring(alone), "tck.dmn")
            result = decision.decide(context).result
        except DecisionError as error:
            raise LeftOut(_reason(error.text.en)) from error
        if decision.aggregation:
            return result
        if isinstance(result, list):
            return [_without_rule(item, len(outputs)) for item in result]
        return _without_rule(result, len(outputs)) if result is not None else None


_REASONS = {
    "function cannot be used here": "a function as a value",
    "A name cannot hold a blank": "a name with a blank",
    "PRIORITY cannot": "hit policy PRIORITY",
    "OUTPUT ORDER cannot": "hit policy OUTPUT ORDER",
    "the output has no name": "an output whose name holds a blank",
    "A range begins with": "a range with its brackets turned outwards",
    "The expression ends too early": "a range with its brackets turned outwards",
    "too many or too few values": "a call without arguments: refused when it is read, the norm says null",
}


def _reason(sentence: str) -> str:
    """What the subset lacks, from the sentence that a designer gets."""
    found = [reason for part, reason in _REASONS.items() if part in sentence]
    return found[0] if found else f"refused for an unknown reason: {sentence}"


def _without_rule(item: dict[str, Any], outputs: int) -> Value:
    return item["result"] if outputs == 1 else {key: value for key, value in item.items() if key != "regel"}


def cases(folder: Path) -> Iterator[tuple[Case, Model]]:
    """Every expected result under `folder`, with the model it is about, in order."""
    for path in sorted(folder.glob("*/*/*-test-*.xml")):
        root = ElementTree.parse(path).getroot()  # published test data
        space = root.tag.partition("}")[0] + "}"
        model_path = path.parent / (root.findtext(f"{space}modelName") or "")
        model = Model.read(model_path)
        for element in root.iterfind(f"{space}testCase"):
            inputs = {
                node.get("name") or "": _value(node, space) for node in element.iterfind(f"{space}inputNode")
            }
            for node in element.iterfind(f"{space}resultNode"):
                decision = node.get("name") or ""
                expected = node.find(f"{space}expected")
                yield (
                    Case(
                        f"{path.parent.name} {element.get('id')} {decision}",
                        model_path,
                        decision,
                        inputs,
                        _value(expected, space) if expected is not None else None,
                        model.text_of(decision),
                    ),
                    model,
                )


def _value(node: Element, space: str) -> Value:
    """The value in an input, an expected result, an item or a component."""
    items = node.find(f"{space}list")
    if items is not None:
        return [_value(item, space) for item in items.iterfind(f"{space}item")]
    parts = node.findall(f"{space}component")
    if parts:
        return {part.get("name"): _value(part, space) for part in parts}
    value = node.find(f"{space}value")
    if value is None or value.get(_NIL) == "true":
        return None
    return _typed(value.text or "", (value.get(_TYPE) or "string").rpartition(":")[2])


def beyond(text: str) -> str | None:
    """Why a text with a moment in it lies beyond what our values can hold."""
    if _YEARS.search(text):
        return YEARS
    return FINER if _FINER.search(text) else None


def _typed(text: str, kind: str) -> Value:
    if kind in ("decimal", "double", "integer", "float"):
        return Decimal(text)
    readers: dict[str, Any] = {
        "date": read_date,
        "time": read_time,
        "dateTime": read_datetime,
        "duration": read_duration,
        "boolean": lambda word: word.strip() in ("true", "1"),
    }
    if kind not in readers:
        return text
    value = readers[kind](text)
    return Unreadable(text) if value is None or _FINER.search(text) else value


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An expected moment that our values cannot hold: equal to nothing, so never passed by accident."""

    text: str


def agrees(found: Value, expected: Value) -> bool:
    """Is this the expected result? Numbers may differ beyond the ten digits that the TCK writes."""
    if isinstance(expected, Unreadable):
        return False
    run = Run({}, None, 100_000, [])
    found, expected = lift(found, run), lift(expected, run)
    if isinstance(found, Decimal) and isinstance(expected, Decimal):
        return abs(found - expected) <= max(Decimal("1e-10"), abs(expected) * Decimal("1e-10"))
    if isinstance(found, list) and isinstance(expected, list):
        return len(found) == len(expected) and all(map(agrees, found, expected))
    if isinstance(found, dict) and isinstance(expected, dict):
        return found.keys() == expected.keys() and all(agrees(found[key], expected[key]) for key in found)
    return equal(found, expected, run) is True
