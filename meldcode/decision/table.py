"""Decision tables as they are decided: columns, rules, and what they say of a case."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from meldcode.decision import texts
from meldcode.feel import Expression, FeelError, Json, UnaryTests, Value, expression, to_json, together
from meldcode.feel.temporal import read_date, read_datetime, read_duration, read_time
from meldcode.messages import Finding, MeldcodeError, Text

RULE_KEY: Final = "regel"
"""Beside the outputs of a matched rule stands its number, so that a case shows why."""

SINGLE_HIT: Final = frozenset({"UNIQUE", "FIRST", "ANY"})
MULTIPLE_HIT: Final = frozenset({"RULE ORDER", "COLLECT"})
AGGREGATIONS: Final = frozenset({"SUM", "COUNT", "MIN", "MAX"})

_READERS: Final[dict[str, Callable[[str], Value]]] = {
    "date": read_date,
    "time": read_time,
    "dateTime": read_datetime,
    "date and time": read_datetime,
    "dayTimeDuration": read_duration,
    "days and time duration": read_duration,
    "yearMonthDuration": read_duration,
    "years and months duration": read_duration,
}


class DecisionError(MeldcodeError):
    """A table that cannot be used, or that gives no answer on a case; `findings` say where and why."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(findings[0].what)
        self.findings = tuple(findings)


@dataclass(frozen=True, slots=True)
class Input:
    """A column that is looked at: its expression, and the values it may have (None: any)."""

    label: str
    expression: Expression
    type: str
    allowed: UnaryTests | None

    def value(self, context: Mapping[str, Json], now: datetime | None) -> Value:
        """What the column holds on a case; a date or time is read from the text that JSON has for it."""
        value = self.expression.evaluate(context, now)
        reader = _READERS.get(self.type)
        return reader(value) if reader and isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class Output:
    """A column that is answered: the name of the answer, and the values it may have (None: any)."""

    name: str
    label: str
    allowed: UnaryTests | None
    default: Expression | None


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: a test per input, an expression per output (None: an empty cell, so no answer)."""

    number: int
    tests: tuple[UnaryTests, ...]
    answers: tuple[Expression | None, ...]
    annotations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a table says of a case: the result, the numbers of the rules that matched, and their notes."""

    result: Json
    rules: tuple[int, ...]
    annotations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision table that was read without a finding."""

    file: str
    id: str
    name: str
    hit_policy: str
    aggregation: str | None
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]

    @property
    def variables(self) -> frozenset[str]:
        """The names of the case document that some cell or column reads."""
        return frozenset(path[0] for path in self.paths)

    @property
    def paths(self) -> frozenset[tuple[str, ...]]:
        """The same with the properties behind them."""
        read: list[frozenset[tuple[str, ...]]] = [column.expression.paths for column in self.inputs]
        read += [column.allowed.paths for column in self.inputs if column.allowed]
        read += [column.allowed.paths for column in self.outputs if column.allowed]
        read += [column.default.paths for column in self.outputs if column.default]
        for rule in self.rules:
            read += [cell.paths for cell in rule.tests]
            read += [cell.paths for cell in rule.answers if cell]
        return frozenset().union(*read)

    @property
    def output_names(self) -> tuple[str, ...]:
        return tuple(output.name for output in self.outputs)

    def decide(self, context: Mapping[str, Json], now: datetime | None = None) -> Outcome:
        """Apply the table to a case document; `now` is what `now()` and `today()` mean in a cell.

        UNIQUE, FIRST and ANY give one context of outputs with `regel` beside them, or None when no
        rule matched; RULE ORDER and COLLECT a list of these; COLLECT with an aggregation a number
        (COUNT of nothing is 0, the others None). Raises DecisionError, naming table, rule and
        column, for two rules of a UNIQUE table, different answers of an ANY table, a value that is
        not allowed, an aggregation over something without order or number, and too much work.
        """
        with together():
            return self._decide(context, now)

    def _decide(self, context: Mapping[str, Json], now: datetime | None) -> Outcome:
        values = [self._input_value(column, context, now) for column in self.inputs]
        matched = []
        for rule in self.rules:
            if self._matches(rule, values, context, now):
                matched.append(rule)
                if self.hit_policy == "FIRST":
                    break
        if self.hit_policy == "UNIQUE" and len(matched) > 1:
            raise self._error(
                "two-rules", texts.two_rules(matched[0].number, matched[1].number), texts.ONE_RULE
            )
        answers = [self._answers(rule, context, now) for rule in matched]
        if self.hit_policy == "ANY" and any(answer != answers[0] for answer in answers):
            raise self._error(
                "different-answers",
                texts.different_answers(rule.number for rule in matched),
                texts.ONE_ANSWER,
            )
        return Outcome(
            self._result(matched, answers, context, now),
            tuple(rule.number for rule in matched),
            tuple(note for rule in matched for note in rule.annotations),
        )

    def _input_value(self, column: Input, context: Mapping[str, Json], now: datetime | None) -> Value:
        try:
            value = column.value(context, now)
            allowed = value is None or column.allowed is None or column.allowed.matches(value, context, now)
        except FeelError as error:
            raise self._error("cell", error.text, texts.SIMPLER, None, column.label) from error
        if not allowed:
            raise self._error("value-not-allowed", texts.NOT_ALLOWED, texts.ALLOW_IT, None, column.label)
        return value

    def _matches(
        self, rule: Rule, values: list[Value], context: Mapping[str, Json], now: datetime | None
    ) -> bool:
        for column, test, value in zip(self.inputs, rule.tests, values, strict=True):
            try:
                if not test.matches(value, context, now):
                    return False
            except FeelError as error:
                raise self._error("cell", error.text, texts.SIMPLER, rule.number, column.label) from error
        return True

    def _answers(self, rule: Rule, context: Mapping[str, Json], now: datetime | None) -> dict[str, Json]:
        made: dict[str, Json] = {}
        for column, cell in zip(self.outputs, rule.answers, strict=True):
            made[column.name] = self._answer(column, cell, rule.number, context, now)
        return made

    def _answer(
        self,
        column: Output,
        cell: Expression | None,
        rule: int | None,
        context: Mapping[str, Json],
        now: datetime | None,
    ) -> Json:
        if cell is None:
            return None
        try:
            value = cell.evaluate(context, now)
            allowed = value is None or column.allowed is None or column.allowed.matches(value, context, now)
        except FeelError as error:
            raise self._error("cell", error.text, texts.SIMPLER, rule, column.label) from error
        if not allowed:
            raise self._error("value-not-allowed", texts.NOT_ALLOWED, texts.ALLOW_IT, rule, column.label)
        return to_json(value)

    def _result(
        self,
        matched: list[Rule],
        answers: list[dict[str, Json]],
        context: Mapping[str, Json],
        now: datetime | None,
    ) -> Json:
        if self.aggregation:
            return self._aggregate([answer[self.outputs[0].name] for answer in answers], matched)
        numbered = [{**answer, RULE_KEY: rule.number} for rule, answer in zip(matched, answers, strict=True)]
        if self.hit_policy in MULTIPLE_HIT:
            return numbered
        if numbered:
            return numbered[0]
        if not any(column.default for column in self.outputs):
            return None
        defaults = {
            column.name: self._answer(column, column.default, None, context, now) for column in self.outputs
        }
        return {**defaults, RULE_KEY: None}

    def _aggregate(self, values: list[Json], matched: list[Rule]) -> Json:
        if self.aggregation == "COUNT":
            return len(values)
        found = {"SUM": "sum(values)", "MIN": "min(values)", "MAX": "max(values)"}[self.aggregation or ""]
        total = to_json(expression(found).evaluate({"values": values}))
        if total is None and values:
            raise self._error("no-aggregate", texts.NO_AGGREGATE, texts.NUMBERS_ONLY, matched[0].number)
        return total

    def _error(
        self, code: str, what: Text, remedy: Text, rule: int | None = None, column: str | None = None
    ) -> DecisionError:
        return DecisionError(
            [texts.finding(self.file, code, (self.id, self.name), what, remedy, rule, column)]
        )
