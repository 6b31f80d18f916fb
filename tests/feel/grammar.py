"""Writes random well-typed FEEL of our subset: the material of the differential test.

Numbers are whole or end in quarters and are divided by powers of two only: those are exact in
binary, so that a difference with feelin is never just a difference between decimals and doubles.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

CONTEXT: dict[str, Any] = {
    "leeftijd": 11,
    "aantal": 3,
    "bedrag": 12.5,
    "nul": 0,
    "min_twee": -2,
    "melden": "ja",
    "naam": "Sam",
    "leeg": "",
    "acuut": True,
    "twijfel": False,
    "niets": None,
    "scores": [1, 2, 3, 5, 8],
    "namen": ["ja", "nee", "onbekend"],
    "antwoorden": [True, False],
    "geen": [],
    "weging": {"acuut": False, "score": 4, "advies": "hulp"},
    "kinderen": [{"leeftijd": 4, "naam": "Bo"}, {"leeftijd": 9, "naam": "Kim"}],
    "datum": "2026-09-07",
}

_NAMES = {
    "number": ["leeftijd", "aantal", "bedrag", "nul", "min_twee", "weging.score"],
    "string": ["melden", "naam", "leeg", "weging.advies"],
    "boolean": ["acuut", "twijfel", "weging.acuut"],
    "numbers": ["scores", "geen"],
    "strings": ["namen"],
}
_DATES = ["2026-01-31", "2026-02-28", "2024-02-29", "2026-09-07", "2025-12-31", "2026-03-29"]
_TIMES = ["00:00:00", "09:30:00", "12:00:00", "23:59:59"]
_DAYS = ["P1D", "P10D", "PT1H", "P2DT3H", "-P1D", "PT90M", "PT36H"]
_MONTHS = ["P1Y", "P1M", "P18M", "-P1M", "P1Y2M"]
_WORDS = ["ja", "nee", "onbekend", "", "Sam", "a b", "é", "aap", "noot", "melden"]


class Writer:
    """Writes expressions of a wanted kind; the same seed gives the same texts."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # repeatable on purpose
        self.bound: dict[str, list[str]] = {}

    def expression(self) -> str:
        return self.write(self.random.choice(list(_KINDS)), self.random.choice([2, 3, 4]))

    def cell(self, depth: int = 1) -> tuple[str, Any]:
        """A cell of a decision table, with a value to hold against it."""
        kind = self.random.choice(["number", "string", "boolean", "number", "string"])
        tests = [self._test(kind, depth) for _ in range(self.random.choice([1, 1, 1, 2, 3]))]
        text = ", ".join(tests)
        if self.random.random() < 0.15:
            text = f"not({text})"
        return text, self._value(kind)

    def write(self, kind: str, depth: int) -> str:
        """An expression of `kind`."""
        return self.random.choice(_LEAVES[kind] if depth <= 0 else _KINDS[kind])(self, depth - 1)

    def _pick(self, *options: str) -> str:
        return self.random.choice(options)

    def _name(self, kind: str) -> str:
        return self.random.choice(_NAMES[kind] + self.bound.get(kind, []))

    def _value(self, kind: str) -> Any:
        values: dict[str, list[Any]] = {
            "number": [0, 1, 3, 5, 11, 12.5, -2, None],
            "string": ["ja", "nee", "", "Sam", "onbekend", None],
            "boolean": [True, False, None],
        }
        return self.random.choice(values[kind])

    def _test(self, kind: str, depth: int) -> str:
        if kind == "boolean":
            return self._pick("true", "false")
        value = self.write(kind, depth)
        other = self.write(kind, depth)
        simple = self._pick(value, f"{self._pick('<', '<=', '>', '>=', '=', '!=')} {self._part(value)}")
        if self.random.random() < 0.2:
            return self._ordered(kind)
        if self.random.random() < 0.1:
            return f"? {self._pick('<', '>', '=', '!=')} {self._part(other)}"
        return simple

    def _ordered(self, kind: str) -> str:
        """A range with constant bounds in the right order."""
        bounds: list[Any] = [0, 1, 3, 5, 11, 12.5] if kind == "number" else ["a", "ja", "nee", "z"]
        low, high = sorted(self.random.sample(range(len(bounds)), 2))
        first, last = (
            (str(bounds[place]) if kind == "number" else f'"{bounds[place]}"') for place in (low, high)
        )
        return f"{self._pick('[', '(')}{first}..{last}{self._pick(']', ')')}"

    # number

    def number_literal(self, depth: int) -> str:
        return self._pick("0", "1", "2", "3", "7", "10", "0.5", "2.25", ".75", "100", "-1", "-2.5")

    def number_name(self, depth: int) -> str:
        return self._name("number")

    def arithmetic(self, depth: int) -> str:
        left, right = self.write("number", depth), self.write("number", depth)
        return f"{self._part(left)} {self._pick('+', '-', '*')} {self._part(right)}"

    def division(self, depth: int) -> str:
        return f"{self._part(self.write('number', depth))} / {self._pick('2', '4', '0.5', '0')}"

    def power(self, depth: int) -> str:
        return f"{self._pick('2', '3', 'aantal', '-2')} ** {self._pick('0', '1', '2', '3')}"

    def number_function(self, depth: int) -> str:
        name = self._pick("abs", "floor", "ceiling")
        return f"{name}({self.write('number', depth)})"

    def rounding(self, depth: int) -> str:
        name = self._pick("decimal", "round up", "round down", "round half up", "round half down")
        return f"{name}({self._pick('2.25', '-2.5', '7', 'bedrag', '0.75')}, {self._pick('0', '1')})"

    def modulo(self, depth: int) -> str:
        return f"modulo({self.write('number', depth)}, {self._pick('2', '3', '-4')})"

    def of_list(self, depth: int) -> str:
        return f"{self._pick('sum', 'min', 'max', 'count')}({self.write('numbers', depth)})"

    def length(self, depth: int) -> str:
        return f"string length({self.write('string', depth)})"

    def property_number(self, depth: int) -> str:
        kind, names = self.random.choice(
            [
                ("date", ["year", "month", "day", "weekday"]),
                ("days", ["days", "hours", "minutes", "seconds"]),
                ("months", ["years", "months"]),
                ("moment", ["year", "hour", "minute", "second"]),
            ]
        )
        return f"({self.write(kind, depth)}).{self.random.choice(names)}"

    def number_choice(self, depth: int) -> str:
        return self._choice("number", depth)

    def index(self, depth: int) -> str:
        return (
            f"{self._pick('scores', '[1, 2, 3]', 'geen')}[{self._pick('1', '2', '-1', '-3', '9', 'aantal')}]"
        )

    # string

    def string_literal(self, depth: int) -> str:
        return f'"{self.random.choice(_WORDS)}"'

    def string_name(self, depth: int) -> str:
        return self._name("string")

    def concatenation(self, depth: int) -> str:
        return f"{self._part(self.write('string', depth))} + {self._part(self.write('string', depth))}"

    def cased(self, depth: int) -> str:
        return f"{self._pick('upper case', 'lower case')}({self.write('string', depth)})"

    def substring(self, depth: int) -> str:
        text, match = self.write("string", depth), self._pick('"a"', '"e"', '"m"', '"aa"')
        return self._pick(
            f"substring before({text}, {match})",
            f"substring after({text}, {match})",
            f'substring("melden", {self._pick("1", "2", "-2", "6")})',
            f'substring("melden", {self._pick("1", "2", "-3")}, {self._pick("1", "2", "9")})',
        )

    def written(self, depth: int) -> str:
        kind = self._pick("number", "boolean", "date", "days", "months", "string", "numbers", "strings")
        return f"string({self.write(kind, depth)})"

    def joined(self, depth: int) -> str:
        glue = self._pick("", ', "-"')
        return f"string join({self.write('strings', depth)}{glue})"

    def string_choice(self, depth: int) -> str:
        return self._choice("string", depth)

    # boolean

    def boolean_literal(self, depth: int) -> str:
        return self._pick("true", "false")

    def boolean_name(self, depth: int) -> str:
        return self._name("boolean")

    def comparison(self, depth: int) -> str:
        kind = self._pick("number", "string", "date", "number", "days", "months", "moment", "time")
        sign = self._pick("<", "<=", ">", ">=", "=", "!=")
        return f"{self._part(self.write(kind, depth))} {sign} {self._part(self.write(kind, depth))}"

    def equality(self, depth: int) -> str:
        """Equality of booleans, of contexts and of lists of more than one (feelin unwraps shorter ones)."""
        sign = self._pick("=", "!=")
        if self.random.random() < 0.4:
            kind = self._pick("boolean", "context", "string")
            return f"{self._part(self.write(kind, depth))} {sign} {self._part(self.write(kind, depth))}"
        left = self._pick("scores", "namen", "[1, 2]", "niets", "naam")
        return f"{left} {sign} {self._pick('scores', '[1, 2]', 'null')}"

    def logic(self, depth: int) -> str:
        parts = [self._part(self.write("boolean", depth)) for _ in range(self.random.choice([2, 2, 3]))]
        return f" {self._pick('and', 'or')} ".join(parts)

    def negation(self, depth: int) -> str:
        return f"not({self.write('boolean', depth)})"

    def between(self, depth: int) -> str:
        low, high = self.random.choice([("0", "10"), ("1", "aantal"), ("-5", "leeftijd")])
        return f"{self._part(self.write('number', depth))} between {low} and {high}"

    def contained(self, depth: int) -> str:
        kind = self._pick("number", "string")
        value = self._part(self.write(kind, depth))
        several = ", ".join(self.write(kind, depth) for _ in range(2))
        listed = self.write(f"{kind}s", depth)
        return f"{value} in {self._pick(self._ordered(kind), f'({several})', self._part(listed))}"

    def text_test(self, depth: int) -> str:
        name = self._pick("contains", "starts with", "ends with")
        return f"{name}({self.write('string', depth)}, {self.write('string', depth)})"

    def list_test(self, depth: int) -> str:
        kind = self._pick("number", "string")
        return f"list contains({self.write(f'{kind}s', depth)}, {self.write(kind, depth)})"

    def whole_list(self, depth: int) -> str:
        parts = ", ".join(self.write("boolean", depth) for _ in range(2))
        return f"{self._pick('all', 'any')}({self._pick('antwoorden', f'[{parts}]')})"

    def quantified(self, depth: int) -> str:
        """With a condition that is never null: feelin counts null as false inside some and every."""
        source = self._pick("scores", "geen", "[2, 4]", "1..4", "kinderen.leeftijd", self.filtered(depth))
        sign = self._pick("<", ">", "=", "!=", "<=")
        condition = f"x {sign} {self._pick('0', '2', '3', '5', 'aantal', 'leeftijd')}"
        return f"{self._pick('some', 'every')} x in {source} satisfies {condition}"

    def boolean_choice(self, depth: int) -> str:
        return self._choice("boolean", depth)

    # lists and contexts

    def numbers_literal(self, depth: int) -> str:
        return f"[{', '.join(self.write('number', depth) for _ in range(self.random.choice([0, 2, 3])))}]"

    def numbers_name(self, depth: int) -> str:
        return self._name("numbers")

    def loop(self, depth: int) -> str:
        source = self._pick("scores", "1..4", "3..1", "[2, 4]", "kinderen.leeftijd")
        body = self._within("number", "x", lambda: self.write("number", depth))
        return f"for x in {source} return {body}"

    def filtered(self, depth: int) -> str:
        return f"scores[item {self._pick('<', '>', '=', '!=')} {self._pick('1', '3', '5', 'aantal')}]"

    def of_elements(self, depth: int) -> str:
        return self._pick(
            "kinderen.leeftijd", "kinderen[leeftijd > 5].leeftijd", 'kinderen[naam = "Bo"].leeftijd'
        )

    def list_function(self, depth: int) -> str:
        items = self.write("numbers", depth)
        return self._pick(
            f"append({items}, {self.write('number', depth)})",
            f"concatenate({items}, scores)",
            f"reverse({items})",
            f"distinct values({items})",
            f"flatten([{items}, [1]])",
            "index of(scores, 3)",
            "sublist(scores, 2)",
            "sublist(scores, 2, 2)",
            "sublist(scores, -2)",
        )

    def strings_literal(self, depth: int) -> str:
        return f"[{', '.join(self.write('string', depth) for _ in range(self.random.choice([0, 2, 3])))}]"

    def strings_name(self, depth: int) -> str:
        return self._name("strings")

    def context_literal(self, depth: int) -> str:
        first, second = self.write("number", depth), self.write("string", depth)
        return f"{{a: {first}, b: {second}}}"

    def context_name(self, depth: int) -> str:
        return "weging"

    # moments

    def date_literal(self, depth: int) -> str:
        text = self.random.choice(_DATES)
        return self._pick(f'date("{text}")', f'@"{text}"', "date(2026, 9, 7)", "date(datum)")

    def later_date(self, depth: int) -> str:
        length = self.random.choice(["P1D", "P10D", "-P1D", *_MONTHS])
        return f'{self._part(self.write("date", depth))} {self._pick("+", "-")} duration("{length}")'

    def time_literal(self, depth: int) -> str:
        return f'time("{self.random.choice(_TIMES)}")'

    def moment_literal(self, depth: int) -> str:
        return f'date and time("{self.random.choice(_DATES)}T{self.random.choice(_TIMES)}")'

    def later_moment(self, depth: int) -> str:
        length = self.random.choice(_DAYS + _MONTHS)
        return f'{self.moment_literal(depth)} {self._pick("+", "-")} duration("{length}")'

    def days_literal(self, depth: int) -> str:
        return f'duration("{self.random.choice(_DAYS)}")'

    def difference(self, depth: int) -> str:
        kind = self._pick("date", "moment")
        return f"{self._part(self.write(kind, depth))} - {self._part(self.write(kind, depth))}"

    def days_sum(self, depth: int) -> str:
        return f"{self.days_literal(depth)} {self._pick('+', '-')} {self.days_literal(depth)}"

    def months_literal(self, depth: int) -> str:
        return f'duration("{self.random.choice(_MONTHS)}")'

    def months_sum(self, depth: int) -> str:
        return f"{self.months_literal(depth)} {self._pick('+', '-')} {self.months_literal(depth)}"

    # help

    def _choice(self, kind: str, depth: int) -> str:
        yes, no = self.write(kind, depth), self.write(kind, depth)
        return f"if {self.write('boolean', depth)} then {yes} else {no}"

    def _within(self, kind: str, name: str, write: Callable[[], str]) -> str:
        self.bound.setdefault(kind, []).append(name)
        try:
            return write()
        finally:
            self.bound[kind].pop()

    def _part(self, text: str) -> str:
        """An operand, between brackets unless it is a single word or literal."""
        return text if text.replace("_", "").replace(".", "").isalnum() else f"({text})"


_KINDS: dict[str, list[Callable[[Writer, int], str]]] = {
    "number": [
        Writer.number_literal,
        Writer.number_name,
        Writer.arithmetic,
        Writer.division,
        Writer.power,
        Writer.number_function,
        Writer.rounding,
        Writer.modulo,
        Writer.of_list,
        Writer.length,
        Writer.property_number,
        Writer.number_choice,
        Writer.index,
    ],
    "string": [
        Writer.string_literal,
        Writer.string_name,
        Writer.concatenation,
        Writer.cased,
        Writer.substring,
        Writer.written,
        Writer.joined,
        Writer.string_choice,
    ],
    "boolean": [
        Writer.boolean_literal,
        Writer.boolean_name,
        Writer.comparison,
        Writer.comparison,
        Writer.equality,
        Writer.logic,
        Writer.logic,
        Writer.negation,
        Writer.between,
        Writer.contained,
        Writer.text_test,
        Writer.list_test,
        Writer.whole_list,
        Writer.quantified,
        Writer.boolean_choice,
    ],
    "numbers": [
        Writer.numbers_literal,
        Writer.numbers_name,
        Writer.loop,
        Writer.filtered,
        Writer.of_elements,
        Writer.list_function,
    ],
    "strings": [Writer.strings_literal, Writer.strings_name],
    "context": [Writer.context_literal, Writer.context_name],
    "date": [Writer.date_literal, Writer.later_date],
    "time": [Writer.time_literal],
    "moment": [Writer.moment_literal, Writer.later_moment],
    "days": [Writer.days_literal, Writer.days_sum, Writer.difference],
    "months": [Writer.months_literal, Writer.months_sum],
}
_LEAVES: dict[str, list[Callable[[Writer, int], str]]] = {
    "number": [Writer.number_literal, Writer.number_name],
    "string": [Writer.string_literal, Writer.string_name],
    "boolean": [Writer.boolean_literal, Writer.boolean_name],
    "numbers": [Writer.numbers_name],
    "strings": [Writer.strings_name],
    "context": [Writer.context_name],
    "date": [Writer.date_literal],
    "time": [Writer.time_literal],
    "moment": [Writer.moment_literal],
    "days": [Writer.days_literal],
    "months": [Writer.months_literal],
}
