"""Comparisons in expressions and tables that are never true: with a value of another kind, or never given."""

from __future__ import annotations

import re
from collections.abc import Iterator

from meldcode.decision import Decision
from meldcode.definition import Version
from meldcode.diagram.expressions import expressions_of
from meldcode.form.parts import Field, every
from meldcode.messages import Finding, Text

_COMPARED = re.compile(r'([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\s*(?:!=|=)\s*"((?:[^"\\]|\\.)*)"')
_LISTED = re.compile(r'([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\s+in\s*\(((?:\s*"[^"]*"\s*,?)+)\)')
_NAME = r"(?<![\w.\"])([A-Za-z_]\w*)"
_NUMBERED = re.compile(_NAME + r"\s*(?:!=|<=|>=|=|<|>)\s*-?\d+(?:\.\d+)?(?![\w.\"])")
_TOLD_TRUE = re.compile(_NAME + r"\s*(?:!=|=)\s*(?:true|false)\b")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')


def never_true(version: Version) -> Iterator[Finding]:
    for diagram in version.diagrams.values():
        for element, text in expressions_of(diagram):
            yield from _compared(version, diagram.file, element, text)
    for form in version.forms.values():
        for part in every(form.parts):
            if part.hide is not None:
                yield from _compared(
                    version, form.file, getattr(part, "key", form.id) or form.id, part.hide.text
                )
    for decision in version.decisions.values():
        file = version.decision_files.get(decision.id, decision.file)
        for rule in decision.rules:
            for column, test in zip(decision.inputs, rule.tests, strict=True):
                name = column.expression.text.strip().lstrip("=").strip()
                if not test.variables:
                    cells = re.sub(r"^(?![<>=])", "= ", test.text.strip())
                    yield from _mismatched(
                        version, file, f"{decision.id} regel {rule.number}", f"{name} {cells}"
                    )
                for value in _STRING.findall(test.text) if not test.variables else ():
                    yield from _odd(version, file, f"{decision.id} regel {rule.number}", name, value)


def _compared(version: Version, file: str, element: str, text: str) -> Iterator[Finding]:
    yield from _mismatched(version, file, element, text)
    for name, value in _COMPARED.findall(text):
        yield from _odd(version, file, element, name, value)
    for name, values in _LISTED.findall(text):
        for value in _STRING.findall(values):
            yield from _odd(version, file, element, name, value)


def _mismatched(version: Version, file: str, element: str, text: str) -> Iterator[Finding]:
    """A comparison of a question with a value of another kind than its answers."""
    kinds = (
        (_NUMBERED, "number", Text("een getal", "a number")),
        (_TOLD_TRUE, "checkbox", Text("waar of onwaar", "true or false")),
    )
    for pattern, kind, told in kinds:
        for name in pattern.findall(_STRING.sub('""', text)):
            fields = [form.fields[name] for form in version.forms.values() if name in form.fields]
            if fields and not any(isinstance(one, Field) and one.type == kind for one in fields):
                yield _mismatch(file, element, name, told)


def _mismatch(file: str, element: str, name: str, told: Text) -> Finding:
    return Finding(
        "comparison-of-kinds",
        file,
        element,
        Text(f"`{name}` is nooit {told.nl}.", f"`{name}` is never {told.en}."),
        Text(
            "Vergelijk met een waarde van het soort dat het veld vraagt.",
            "Compare with a value of the kind that the field asks for.",
        ),
    )


def _odd(version: Version, file: str, element: str, name: str, value: str) -> Iterator[Finding]:
    known = _values(version, name)
    if known is None or value in known:
        return
    if not known:
        yield _mismatch(file, element, name, Text("een tekst", "a text"))
        return
    listed = ", ".join(f"`{one}`" for one in sorted(known))
    yield Finding(
        "comparison-never-true",
        file,
        element,
        Text(f"`{name}` wordt nooit “{value}”.", f"`{name}` never becomes “{value}”."),
        Text(f"Kies een van: {listed}.", f"Choose one of: {listed}."),
    )


def _values(version: Version, name: str) -> set[str] | None:
    """The texts a name can hold; None when it can hold any."""
    top, _, part = name.partition(".")
    decision = version.decisions.get(top)
    if decision is not None:
        return _outputs(decision, part) if part and "." not in part else None
    found: set[str] = set()
    fields = [form.fields[name] for form in version.forms.values() if name in form.fields]
    for field in fields:
        if isinstance(field, Field) and field.type in ("number", "checkbox"):
            continue  # never a text
        if not isinstance(field, Field) or field.type not in ("radio", "select"):
            return None
        found |= {option.value for option in field.options}
    return found if fields else None


def _outputs(decision: Decision, part: str) -> set[str] | None:
    found: set[str] = set()
    for place, column in enumerate(decision.outputs):
        if column.name != part:
            continue
        for cell in [*(rule.answers[place] for rule in decision.rules), column.default]:
            if cell is None:
                continue
            if cell.variables:
                return None
            value = cell.evaluate({})
            if isinstance(value, str):
                found.add(value)
    return found or None
