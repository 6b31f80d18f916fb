"""Reading dmn-js XML into decision tables, and everything that can be wrong with it beforehand."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from meldcode.decision import texts
from meldcode.decision.table import (
    AGGREGATIONS,
    MULTIPLE_HIT,
    RULE_KEY,
    SINGLE_HIT,
    Decision,
    DecisionError,
    Input,
    Output,
    Rule,
)
from meldcode.diagram.xml import DiagramError, read_xml
from meldcode.feel import Expression, FeelError, UnaryTests, expression, unary_tests
from meldcode.messages import Finding, Text

_NAMESPACES: Final = frozenset(
    {
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",  # 1.1
        "http://www.omg.org/spec/DMN/20180521/MODEL/",  # 1.2
        "https://www.omg.org/spec/DMN/20191111/MODEL/",  # 1.3, what dmn-js writes
        "https://www.omg.org/spec/DMN/20211108/MODEL/",  # 1.4
        "https://www.omg.org/spec/DMN/20230324/MODEL/",  # 1.5
    }
)
_NAME: Final = re.compile(r"[^\W\d]\w*")
_NULL: Final = expression("null")


def read_decisions(xml: bytes, file: str) -> tuple[Decision, ...]:
    """Read every decision table of a DMN file, in the order of the file.

    `file` is the path shown to people. Raises DecisionError with all findings of all tables.
    """
    try:
        root = read_xml(xml, file)
    except DiagramError as error:
        raise DecisionError(error.findings) from error
    namespace = root.tag[1:].partition("}")[0]
    if root.tag.partition("}")[2] != "definitions" or namespace not in _NAMESPACES:
        raise DecisionError([Finding("decision-not-dmn", file, None, texts.NOT_DMN, texts.SAVE_AS_DMN)])
    reader = _Reader(file, f"{{{namespace}}}")
    decisions = [reader.decision(element) for element in root.iterchildren(reader.tag("decision"))]
    reader.ids(root)
    if not decisions:
        reader.add("no-table", ("", ""), texts.NO_DECISION, texts.DRAW_TABLE)
    if reader.findings:
        raise DecisionError(reader.findings)
    return tuple(decision for decision in decisions if decision is not None)


@dataclass(slots=True)
class _Reader:
    """Reads the elements of one file and collects everything that is wrong with them."""

    file: str
    namespace: str
    findings: list[Finding] = field(default_factory=list)

    def tag(self, name: str) -> str:
        return self.namespace + name

    def ids(self, root: Any) -> None:
        """An id names one thing: Spiff, the editor and the result all look things up by it."""
        seen: set[str] = set()
        for element in root.iter():
            found = element.get("id")
            if found in seen:
                self.add("duplicate-id", (found, found), texts.duplicate_id(found), texts.OTHER_ID)
            elif found:
                seen.add(found)

    def decision(self, element: Any) -> Decision | None:
        table_id = element.get("id") or ""
        table = (table_id, element.get("name") or table_id)
        if not _NAME.fullmatch(table_id):
            self.add("id", table, texts.BAD_ID, texts.PLAIN_ID)
        body = element.find(self.tag("decisionTable"))
        if body is None:
            self.add("no-table", table, texts.NO_TABLE, texts.DRAW_TABLE)
            return None
        policy, aggregation = self._policy(table, body)
        inputs = [self._input(table, place, child) for place, child in self._children(body, "input")]
        outputs = self._outputs(table, body)
        if aggregation and len(outputs) > 1:
            self.add("aggregation", table, texts.ONE_OUTPUT, texts.SPLIT_TABLE)
        rules = []
        for number, child in self._children(body, "rule"):
            rules.append(self._rule(table, number, child, inputs, outputs))
        return Decision(
            self.file,
            *table,
            policy,
            aggregation,
            tuple(inputs),
            tuple(outputs),
            tuple(rules),
        )

    def _policy(self, table: tuple[str, str], body: Any) -> tuple[str, str | None]:
        policy = body.get("hitPolicy") or "UNIQUE"
        if policy not in SINGLE_HIT | MULTIPLE_HIT:
            self.add("hit-policy", table, texts.no_such_policy(policy), texts.OTHER_POLICY)
        aggregation = body.get("aggregation")
        if aggregation and policy != "COLLECT":
            self.add("aggregation", table, texts.NO_AGGREGATION, texts.USE_COLLECT)
        if aggregation and aggregation not in AGGREGATIONS:
            self.add("aggregation", table, texts.no_such_policy(aggregation), texts.OTHER_AGGREGATION)
        return policy, aggregation

    def _input(self, table: tuple[str, str], place: int, element: Any) -> Input:
        body = element.find(self.tag("inputExpression"))
        label = element.get("label") or self._text(body) or f"{place}"
        self._language(table, body, None, label)
        found = self._expression(table, body, None, label)
        if found is None and not self._text(body):
            self.add("no-input", table, texts.NO_EXPRESSION, texts.NAME_FIELD, None, label)
        allowed = self._allowed(table, element.find(self.tag("inputValues")), label)
        kind = body.get("typeRef") if body is not None else None
        return Input(label, found or _NULL, _local(kind), allowed)

    def _outputs(self, table: tuple[str, str], body: Any) -> list[Output]:
        outputs: list[Output] = []
        for place, element in self._children(body, "output"):
            name = element.get("name") or ""
            label = element.get("label") or name or f"{place}"
            if not _NAME.fullmatch(name) or name == RULE_KEY:
                self.add("output-name", table, texts.BAD_OUTPUT, texts.PLAIN_OUTPUT, None, label)
            elif name in (output.name for output in outputs):
                self.add("output-name", table, texts.SAME_OUTPUT, texts.OTHER_OUTPUT, None, label)
            allowed = self._allowed(table, element.find(self.tag("outputValues")), label)
            default = self._expression(table, element.find(self.tag("defaultOutputEntry")), None, label)
            outputs.append(Output(name, label, allowed, default))
        if not outputs:
            self.add("no-output", table, texts.NO_OUTPUT, texts.ADD_OUTPUT)
        return outputs

    def _rule(
        self, table: tuple[str, str], number: int, element: Any, inputs: list[Input], outputs: list[Output]
    ) -> Rule:
        cells = [child for _, child in self._children(element, "inputEntry")]
        answers = [child for _, child in self._children(element, "outputEntry")]
        if len(cells) != len(inputs) or len(answers) != len(outputs):
            what = texts.wrong_cells(len(inputs), len(cells), len(outputs), len(answers))
            self.add("cells", table, what, texts.SAVE_AGAIN, number)
        tests = [
            self._tests(table, cell, number, column.label)
            for cell, column in zip(cells, inputs, strict=False)
        ]
        made = [
            self._output_cell(table, cell, number, column)
            for cell, column in zip(answers, outputs, strict=False)
        ]
        notes = [self._text(element, "description")]
        notes += [self._text(note) for _, note in self._children(element, "annotationEntry")]
        return Rule(number, tuple(tests), tuple(made), tuple(note for note in notes if note))

    def _tests(self, table: tuple[str, str], cell: Any, rule: int | None, column: str) -> UnaryTests:
        self._language(table, cell, rule, column)
        try:
            return unary_tests(self._text(cell))
        except FeelError as error:
            self._feel(table, error, rule, column)
            return unary_tests("-")

    def _output_cell(self, table: tuple[str, str], cell: Any, rule: int, column: Output) -> Expression | None:
        self._language(table, cell, rule, column.label)
        found = self._expression(table, cell, rule, column.label)
        if found is not None and column.allowed and not found.paths and not column.allowed.paths:
            try:
                value = found.evaluate({})
                fits = value is None or column.allowed.matches(value, {})
            except FeelError as error:
                self._feel(table, error, rule, column.label)
                return None
            if not fits:
                self.add("value-not-allowed", table, texts.NOT_ALLOWED, texts.ALLOW_IT, rule, column.label)
        return found

    def _expression(
        self, table: tuple[str, str], element: Any, rule: int | None, column: str
    ) -> Expression | None:
        text = self._text(element)
        if text in ("", "-"):
            return None
        try:
            return expression(text)
        except FeelError as error:
            self._feel(table, error, rule, column)
            return None

    def _allowed(self, table: tuple[str, str], element: Any, column: str) -> UnaryTests | None:
        return self._tests(table, element, None, column) if self._text(element) else None

    def _language(self, table: tuple[str, str], element: Any, rule: int | None, column: str) -> None:
        language = element.get("expressionLanguage") if element is not None else None
        if language and not language.rstrip("/").lower().endswith("feel"):
            self.add("language", table, texts.no_such_language(language), texts.USE_FEEL, rule, column)

    def _feel(self, table: tuple[str, str], error: FeelError, rule: int | None, column: str) -> None:
        what = Text(
            f"{error.text.nl} (regel {error.line}, teken {error.column} van de cel)",
            f"{error.text.en} (line {error.line}, character {error.column} of the cell)",
        )
        self.add("cell", table, what, texts.MEND_CELL, rule, column)

    def _children(self, element: Any, name: str) -> Iterable[tuple[int, Any]]:
        return enumerate(element.iterchildren(self.tag(name)), 1)

    def _text(self, element: Any, name: str = "text") -> str:
        found = element.findtext(self.tag(name)) if element is not None else None
        return (found or "").strip()

    def add(
        self,
        code: str,
        table: tuple[str, str],
        what: Text,
        remedy: Text,
        rule: int | None = None,
        column: str | None = None,
    ) -> None:
        self.findings.append(texts.finding(self.file, code, table, what, remedy, rule, column))


def _local(kind: str | None) -> str:
    """`feel:date` and `{…}date` are both `date`."""
    return re.split(r"[:}]", kind)[-1] if kind else ""
