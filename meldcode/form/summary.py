"""What is wrong with the answers, as a list of links for the top of the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from meldcode.form.markup import field_id, fill_template
from meldcode.form.parts import Field, Part, Rows, keyed
from meldcode.messages import Text


def error_summary(parts: Sequence[Part], errors: Mapping[str, Text], language: str) -> Markup:
    """See `Form.error_summary`."""
    if not errors:
        return Markup()
    order = {name: number for number, name in enumerate(errors)}
    items = [
        (label, text.of(language), target)
        for name, text in sorted(errors.items(), key=lambda item: (item[0] != "", order[item[0]]))
        for label, target in [_about(parts, name)]
    ]
    return fill_template("summary.html", language, items=items)


def _about(parts: Sequence[Part], name: str) -> tuple[str, str]:
    """The label of the question with this name, row number included, and the id to jump to."""
    labels: list[str] = []
    steps = name.split(".")
    target = field_id(name) if name else ""
    level = parts
    for position, step in enumerate(steps):
        if step.isdecimal() and labels:
            labels[-1] += f" {int(step) + 1}"
            continue
        part = next((part for part in keyed(level) if part.key == step), None)
        if part is None:
            return "", ""
        if isinstance(part, Rows) or position == len(steps) - 1:
            labels.append(part.label)
        if isinstance(part, Field) and part.subtype == "datetime":
            target = field_id(f"{name}.date")
        level = () if isinstance(part, Field) else part.parts
    return ", ".join(label for label in labels if label), target
