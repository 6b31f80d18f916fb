"""Functions on strings (DMN 1.3, 10.3.4.3), without regular expressions."""

from __future__ import annotations

from decimal import (
    Decimal,
)

from meldcode.feel.functions.registry import MISSING, function, part_of
from meldcode.feel.values import Run, Value


@function("string length(string:string)")
def _string_length(run: Run, text: str) -> Value:
    return Decimal(len(text))


@function("upper case(string:string)")
def _upper_case(run: Run, text: str) -> Value:
    return text.upper()


@function("lower case(string:string)")
def _lower_case(run: Run, text: str) -> Value:
    return text.lower()


@function("contains(string:string, match:string)")
def _contains(run: Run, text: str, match: str) -> Value:
    return match in text


@function("starts with(string:string, match:string)")
def _starts_with(run: Run, text: str, match: str) -> Value:
    return text.startswith(match)


@function("ends with(string:string, match:string)")
def _ends_with(run: Run, text: str, match: str) -> Value:
    return text.endswith(match)


@function("substring before(string:string, match:string)")
def _substring_before(run: Run, text: str, match: str) -> Value:
    before, found, _ = text.partition(match) if match else ("", "", "")
    return before if found else ""


@function("substring after(string:string, match:string)")
def _substring_after(run: Run, text: str, match: str) -> Value:
    return text.partition(match)[2] if match else text


@function("substring(string:string, start:number, length:number?)")
def _substring(run: Run, text: str, start: Decimal, length: Value = MISSING) -> Value:
    part = part_of(len(text), start, length)
    return None if part is None else text[part]


@function("string join(list:list, delimiter:string?)")
def _string_join(run: Run, items: list[Value], delimiter: Value = MISSING) -> Value:
    if any(type(item) is not str and item is not None for item in items):
        return None
    glue = delimiter if type(delimiter) is str else ""
    texts = [item for item in items if item is not None]
    run.spend((sum(map(len, texts)) + len(glue) * len(texts)) // 100)
    return glue.join(texts)
