"""What is wrong with the answers, as a list of links for the top of the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from meldcode.form.markup import field_id, fill_template
from meldcode.form.parts import Field, Part, Rows, keyed
from meldcode.messages import Text


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a question stands: `order` sorts as the page reads, `target` is the id to jump to."""

    order: tuple[int, ...]
    label: str = ""
    target: str = ""


def error_summary(parts: Sequence[Part], errors: Mapping[str, Text], language: str) -> Markup:
    """See `Form.error_summary`."""
    if not errors:
        return Markup()
    items = [(_sentence(place.label, text), place.target) for place, text in _found(parts, errors, language)]
    return fill_template("summary.html", language, items=items)


def errors_in_words(parts: Sequence[Part], errors: Mapping[str, Text]) -> Text:
    """See `Form.errors_in_words`."""
    nl, en = (
        " ".join(_sentence(place.label, text) for place, text in _found(parts, errors, language))
        for language in ("nl", "en")
    )
    return Text(nl, en)


def _found(parts: Sequence[Part], errors: Mapping[str, Text], language: str) -> list[tuple[_Place, str]]:
    """Where each error belongs and what it says, as the page reads."""
    found = [(_place(parts, name), text.of(language)) for name, text in errors.items()]
    return sorted(found, key=lambda item: item[0].order)


def _sentence(label: str, text: str) -> str:
    if not label:
        return text
    return f"{label} {text}" if label.endswith(("?", "!", ".", ":")) else f"{label}: {text}"


def _place(parts: Sequence[Part], name: str) -> _Place:
    """The question with this name; an error about the whole form comes first and leads nowhere."""
    labels: list[str] = []
    order: list[int] = []
    target = field_id(name)
    level = parts
    steps = name.split(".")
    for position, step in enumerate(steps):
        if step.isdecimal() and labels:
            labels[-1] += f" {int(step) + 1}"
            order.append(int(step))
            continue
        here = list(keyed(level))
        number = next((number for number, part in enumerate(here) if part.key == step), None)
        if number is None:
            return _Place((-1,))
        part = here[number]
        order.append(number)
        if isinstance(part, Rows) or position == len(steps) - 1:
            labels.append(part.label)
        if isinstance(part, Field) and part.subtype == "datetime":
            target = field_id(f"{name}.date")
        level = () if isinstance(part, Field) else part.parts
    return _Place(tuple(order), ", ".join(label for label in labels if label), target)
