"""Earlier answers to read: labels instead of stored values, dates in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from meldcode.form.conditions import Scope, settle
from meldcode.form.markup import fill_template
from meldcode.form.parts import Field, Gap, Group, Json, Part, Prose, Rows, context
from meldcode.form.values import complete
from meldcode.form.wording import NO, NOT_ANSWERED, YES, in_words


@dataclass(frozen=True, slots=True)
class Answer:
    """One line of a summary: a question and its answer, or answers with lines of their own.

    `theirs`: the answer is in words of the organisation's or of who answered, not in ours.
    """

    label: str
    text: str = ""
    lines: bool = False
    missing: bool = False
    theirs: bool = False
    inside: tuple[tuple[Answer, ...], ...] = ()


def answer(part: Field, value: Json, language: str) -> Answer:
    """A stored answer in words; whatever shape an older version of the form left behind."""
    if part.type == "checkbox" and (value is None or isinstance(value, bool)):
        return Answer(part.label, (YES if value else NO).of(language))
    if isinstance(value, list):
        text = "\n".join(
            part.label_of(one) if isinstance(one, str) else in_words(one, language) for one in value
        )
        return Answer(part.label, text, lines=True, theirs=True) if text else _missing(part, language)
    if value is None or value == "":
        return _missing(part, language)
    if isinstance(value, str) and part.options:
        return Answer(part.label, part.label_of(value), theirs=True)
    if isinstance(value, str) and part.type in ("textfield", "textarea"):
        return Answer(part.label, value, lines=part.type == "textarea", theirs=True)
    text = in_words(value, language)
    return Answer(part.label, " ".join(filter(None, (part.prefix, text, part.suffix))))


def _missing(part: Field | Rows, language: str) -> Answer:
    return Answer(part.label, NOT_ANSWERED.of(language), missing=True)


def show(parts: Sequence[Part], document: Mapping[str, Json], language: str, today: date | None) -> Markup:
    """See `Form.show`."""
    typed, _ = complete(parts, document, None, defaults=False)  # a day in the past was no mistake then
    settled = settle(parts, typed, document, today)
    answers = _answers(parts, document, settled, Scope(document, settled, today), language)
    return fill_template("answers.html", language, answers=answers)


def _answers(
    parts: Sequence[Part],
    document: Mapping[str, Json],
    settled: Mapping[str, Json],
    scope: Scope,
    language: str,
) -> list[Answer]:
    found: list[Answer] = []
    for part in parts:
        if isinstance(part, Prose | Gap) or (isinstance(part, Field) and part.readonly) or scope.hides(part):
            continue
        if isinstance(part, Field):
            found.append(answer(part, document.get(part.key), language))
            continue
        if isinstance(part, Group):
            kept = settled[part.key] if part.key else settled
            stored = context(document.get(part.key)) if part.key else document
            inside = _answers(part.parts, stored, kept, scope, language)
            found.extend([Answer(part.label, inside=(tuple(inside),))] if part.label else inside)
            continue
        given = document.get(part.key)
        stored_rows = given if isinstance(given, list) else []
        rows = tuple(
            tuple(_answers(part.parts, context(stored_rows[i]), row, scope.row(row, i), language))
            for i, row in enumerate(settled[part.key])
        )
        found.append(Answer(part.label, inside=rows) if rows else _missing(part, language))
    return found
