"""The one door for answers: from a page, from the API and from examples they all pass `check`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from meldcode.form import sentences
from meldcode.form.conditions import Scope, settle
from meldcode.form.parts import Field, Gap, Group, Json, Part, Prose, Rows, joined, keyed
from meldcode.form.values import clean, complete, whole_unicode
from meldcode.messages import Text


@dataclass(frozen=True, slots=True)
class Checked:
    """Answers fit for the case document, and what is wrong by name (`kinderen.0.naam`; `""`: the whole form).

    `answers` has every top-level key of the form, with null for a question that is not asked or not
    answered. It may only be stored when `errors` is empty.
    """

    answers: dict[str, Json]
    errors: dict[str, Text]


def check(parts: Sequence[Part], answers: Json, document: Mapping[str, Json], today: date | None) -> Checked:
    """See `Form.check`."""
    if not isinstance(answers, Mapping):
        nothing, _ = complete(parts, {}, today, defaults=False)
        return Checked(nothing, {"": sentences.UNKNOWN_SHAPE})
    typed, wrong = complete(parts, answers, today, defaults=False)
    settled = settle(parts, typed, document, today)
    errors: dict[str, Text] = {}
    if names := sorted(_unknown(parts, answers)):
        errors[""] = sentences.unknown_questions(_listed(names))
    for name, part, value in asked(parts, settled, Scope(document, settled, today)):
        if name in wrong:
            errors[name] = wrong[name]
        elif isinstance(part, Field) and part.required and is_blank(value):
            errors[name] = sentences.missing(part)
        elif isinstance(part, Rows) and part.fixed and len(value) != part.start:
            errors[name] = sentences.wrong_number_of_rows(part.start)
    _drop_blank_rows(parts, settled, "", errors, wrong)
    return Checked(settled, errors)


def asked(
    parts: Sequence[Part], settled: Mapping[str, Json], scope: Scope, prefix: str = ""
) -> Iterator[tuple[str, Field | Group | Rows, Json]]:
    """Every question that is asked, in reading order: its name, itself, its answer."""
    for part in parts:
        if isinstance(part, Prose | Gap) or (isinstance(part, Field) and part.readonly) or scope.hides(part):
            continue
        if isinstance(part, Group) and not part.key:
            yield from asked(part.parts, settled, scope, prefix)
            continue
        name, value = joined(prefix, part.key), settled[part.key]
        yield name, part, value
        if isinstance(part, Group):
            yield from asked(part.parts, value, scope, name)
        elif isinstance(part, Rows):
            for index, row in enumerate(value):
                yield from asked(part.parts, row, scope.row(row, index), joined(name, index))


def is_blank(value: Json) -> bool:
    """Whether nothing was answered: null, no tick, no choice, no rows."""
    return value is None or value is False or value == [] or value == {}


def _unknown(parts: Sequence[Part], answers: Mapping[str, Json], prefix: str = "") -> Iterator[str]:
    known = {part.key: part for part in keyed(parts)}
    for key, value in answers.items():
        part, name = known.get(key), joined(prefix, key)
        if part is None:
            yield name
        elif isinstance(part, Group) and isinstance(value, Mapping):
            yield from _unknown(part.parts, value, name)
        elif isinstance(part, Rows) and isinstance(value, list):
            for index, row in enumerate(value):
                if isinstance(row, Mapping):
                    yield from _unknown(part.parts, row, joined(name, index))


def _listed(names: Sequence[str]) -> str:
    """A few names, short and printable: they come from outside."""
    shown = [
        "“" + clean(name[:40] if whole_unicode(name[:40]) else ascii(name[:40]), lines=False) + "”"
        for name in names[:5]
    ]
    return ", ".join(shown) + (" …" if len(names) > 5 else "")


def _drop_blank_rows(
    parts: Sequence[Part],
    answers: dict[str, Json],
    prefix: str,
    errors: dict[str, Text],
    wrong: Mapping[str, Text],
) -> None:
    """Drops rows in which nothing was filled in, with their errors, except from a list of a fixed length.

    One blank row remains when it is the only one and asks for something: that a list is empty is said by
    removing the row, not by overlooking it. A row with something unreadable (`wrong`) is never blank.
    """
    for part in keyed(parts):
        value, name = answers[part.key], joined(prefix, part.key)
        if isinstance(part, Group) and value is not None:
            _drop_blank_rows(part.parts, value, name, errors, wrong)
        if not isinstance(part, Rows) or value is None:
            continue
        for index, row in enumerate(value):
            _drop_blank_rows(part.parts, row, joined(name, index), errors, wrong)
        if part.fixed:
            continue
        kept = [
            index
            for index, row in enumerate(value)
            if not _untouched(part.parts, row) or _below(wrong, joined(name, index))
        ]
        if not kept and _below(errors, joined(name, 0)):
            kept = [0]
        for index in sorted(set(range(len(value))) - set(kept)):
            for mentioned in _below(errors, joined(name, index)):
                del errors[mentioned]
        answers[part.key] = [value[index] for index in kept]
        if part.required and not kept:
            errors.setdefault(name, sentences.missing(part))


def _untouched(parts: Sequence[Part], answers: Mapping[str, Json]) -> bool:
    """Whether every answer is blank or what the designer filled in beforehand."""
    for part in keyed(parts):
        value = answers[part.key]
        match part:
            case Field():
                if not is_blank(value) and value != part.default:
                    return False
            case Group():
                if value is not None and not _untouched(part.parts, value):
                    return False
            case Rows():
                if value and not all(_untouched(part.parts, row) for row in value):
                    return False
    return True


def _below(errors: Mapping[str, Text], name: str) -> list[str]:
    return [other for other in errors if other == name or other.startswith(f"{name}.")]
