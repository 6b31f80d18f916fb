"""Forms as HTML: Python decides what there is to show, `templates/*.html` how it is marked up.

Class names are those of the Utrecht component library (NL Design System) and a few of our own
(`choice`, `optional`, `questions`, `question-row` …). No inline style or script. Optional questions
are marked, not the required ones: most questions are required, and NL Design System writes
“(niet verplicht)” in words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from markupsafe import Markup

from meldcode.form.conditions import ZONE, Scope, begun, settle
from meldcode.form.markup import WORDS, field_id, fill_template
from meldcode.form.parts import MOST_ROWS, Field, Gap, Group, Json, Part, Prose, Rows, context, every, joined
from meldcode.form.prose import fill
from meldcode.form.showing import Answer, answer
from meldcode.form.values import complete
from meldcode.form.wording import in_words
from meldcode.messages import Text

_FIRST_DAY, _LAST_DAY = "1900-01-01", "2100-12-31"


@dataclass(slots=True, kw_only=True)
class View:
    """One thing on the page. `kind` picks the macro; what it does not need stays empty."""

    kind: str
    name: str = ""
    label: str = ""
    mark: str = ""
    description: str = ""
    limit: str = ""
    error: str = ""
    required: bool = False
    conditional: bool = False
    value: Any = ""
    html: Markup = field(default_factory=Markup)
    choices: list[Choice] = field(default_factory=list)
    children: list[View] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)
    first: View | None = None
    second: View | None = None
    prefix: str = ""
    suffix: str = ""
    fixed: bool = False

    @property
    def id(self) -> str:
        """The id of the (first) control, which the error summary links to."""
        return field_id(self.name)

    @property
    def described_by(self) -> str:
        """Ids of what is said about the control, in the order in which it should be read out."""
        explained = self.description or self.limit
        said = {"uitleg": explained, "fout": self.error, "voor": self.prefix, "na": self.suffix}
        return " ".join(f"{self.id}-{suffix}" for suffix, text in said.items() if text)


@dataclass(frozen=True, slots=True)
class Choice:
    """One radio button, checkbox or option."""

    value: str
    label: str
    chosen: bool


def render(
    parts: Sequence[Part],
    values: Mapping[str, Json],
    document: Mapping[str, Json],
    errors: Mapping[str, Text],
    language: str,
    today: date | None,
) -> Markup:
    """See `Form.render`."""
    values = begun(parts, values, document, today)
    typed, _ = complete(parts, values, today, defaults=True)
    settled = settle(parts, typed, document, today)
    page = _Page(errors, language, today)
    views = page.views(parts, values, settled, Scope(document, settled, today), "", False)
    has_buttons = any(isinstance(part, Rows) and not part.fixed for part in every(parts))
    return fill_template("fields.html", language, views=views, has_buttons=has_buttons)


def conditional(
    parts: Sequence[Part], settled: Mapping[str, Json], scope: Scope, prefix: str = "", under: bool = False
) -> Iterator[str]:
    """The names of the questions that are asked because of a condition, theirs or one around them."""
    for part in parts:
        if isinstance(part, Prose | Gap) or (isinstance(part, Field) and part.readonly) or scope.hides(part):
            continue
        below = under or part.hide is not None
        name = joined(prefix, part.key) if part.key else prefix
        if isinstance(part, Field):
            if below:
                yield name
        elif isinstance(part, Group):
            yield from conditional(part.parts, settled[part.key] if part.key else settled, scope, name, below)
        else:
            for index, row in enumerate(settled[part.key]):
                yield from conditional(part.parts, row, scope.row(row, index), joined(name, index), below)


class _Page:
    """Builds the views of one page. `raw` is what people typed, `settled` what conditions read."""

    def __init__(self, errors: Mapping[str, Text], language: str, today: date | None) -> None:
        self.errors, self.language, self.today = errors, language, today

    def word(self, key: str) -> str:
        return WORDS[key].of(self.language)

    def views(
        self,
        parts: Sequence[Part],
        raw: Mapping[str, Json],
        settled: Mapping[str, Json],
        scope: Scope,
        prefix: str,
        under: bool,
    ) -> list[View]:
        """What is shown of these parts; `under`: because of a condition further out."""
        found: list[View] = []
        for part in parts:
            if scope.hides(part):
                continue
            below = under or part.hide is not None
            match part:
                case Gap():
                    found.append(View(kind="line" if part.line else "space"))
                case Prose():
                    found.append(View(kind="prose", html=fill(part, scope, self.language)))
                case Field():
                    found.append(self.field(part, raw, scope, prefix, below))
                case Group(key=""):
                    inside = self.views(part.parts, raw, settled, scope, prefix, below)
                    found.append(View(kind="group", label=part.label, children=inside))
                case Group():
                    name = joined(prefix, part.key)
                    inside = self.views(
                        part.parts, context(raw.get(part.key)), settled[part.key], scope, name, below
                    )
                    found.append(
                        View(
                            kind="group", name=name, label=part.label, children=inside, error=self.error(name)
                        )
                    )
                case Rows():
                    found.append(self.rows(part, raw, settled, scope, prefix, below))
        return found

    def rows(
        self,
        part: Rows,
        raw: Mapping[str, Json],
        settled: Mapping[str, Json],
        scope: Scope,
        prefix: str,
        under: bool,
    ) -> View:
        name, given = joined(prefix, part.key), raw.get(part.key)
        typed = [context(row) for row in given] if isinstance(given, list) else []
        rows = []
        for index, row in enumerate(settled[part.key]):
            shown = typed[index] if index < len(typed) else {}
            inside = self.views(part.parts, shown, row, scope.row(row, index), joined(name, index), under)
            rows.append(
                View(kind="row", name=joined(name, index), label=f"{part.label} {index + 1}", children=inside)
            )
        return View(
            kind="rows",
            name=name,
            label=part.label,
            children=rows,
            error=self.error(name),
            fixed=part.fixed,
            value=len(rows) < MOST_ROWS,
        )

    def error(self, name: str) -> str:
        text = self.errors.get(name)
        return text.of(self.language) if text else ""

    def field(self, part: Field, raw: Mapping[str, Json], scope: Scope, prefix: str, under: bool) -> View:
        """A question with what was typed or chosen, even when it cannot be read."""
        if part.readonly:
            given = scope.document.get(part.key, part.default)
            return View(kind="fixed", label=part.label, answers=[answer(part, given, self.language)])
        name = joined(prefix, part.key)
        value = raw.get(part.key, part.default)
        view = View(
            kind="line",
            name=name,
            label=part.label,
            mark=self.mark(part),
            description=part.description,
            limit=self.word("at_most") % part.longest if part.longest else "",
            error=self.error(name),
            required=part.required,
            conditional=under,
            prefix=part.prefix,
            suffix=part.suffix,
        )
        match part.type:
            case "textfield":
                view.kind, view.value = "text", _typed(value)
                view.attributes = _FORMATS.get(part.format, {"type": "text"})
            case "textarea":
                view.kind, view.value = "area", _typed(value)
            case "number":
                view.kind, view.value = "text", _typed_number(value, self.language)
                whole = part.decimals == 0 and part.minimum is not None and part.minimum >= 0
                # the numeric keyboard of a telephone has no minus and no comma
                view.attributes = {"type": "text", "inputmode": "numeric" if whole else "decimal"}
            case "checkbox":
                view.kind, view.value = "tick", value is True
            case "datetime":
                self.moment(part, view, value)
            case "select" | "radio" | "checklist":
                view.kind = {"select": "select", "radio": "radios", "checklist": "ticks"}[part.type]
                chosen = value if isinstance(value, list) else [value]
                view.choices = [
                    Choice(option.value, option.label, option.value in chosen) for option in part.options
                ]
                if part.type == "radio" and not part.required:
                    # a radio button cannot be unpressed, so an optional one needs a way back
                    view.choices.append(
                        Choice("", self.word("none"), not any(c.chosen for c in view.choices))
                    )
        return view

    def mark(self, part: Field) -> str:
        if part.type == "checkbox":  # not ticking is an answer, so here the required one is the exception
            return self.word("required") if part.required else ""
        return "" if part.required else self.word("optional")

    def moment(self, part: Field, view: View, value: Json) -> None:
        """Native date and time inputs; what such an input cannot show is shown in a text input."""
        typed = value if isinstance(value, str) else ""
        first_day = self.today.isoformat() if part.not_past and self.today else _FIRST_DAY
        days = {"min": first_day, "max": _LAST_DAY}
        if part.subtype == "date":
            view.kind, view.value = "text", typed
            view.attributes = {"type": "date", **days} if _is_day(typed) else {"type": "text"}
        elif part.subtype == "time":
            view.kind, view.value = "text", typed
            view.attributes = {"type": "time"} if _is_hour(typed) else {"type": "text"}
        else:
            day, hour = _split(typed)
            view.kind = "moment"
            view.first = View(
                kind="text",
                name=f"{view.name}.date",
                label=self.word("date"),
                value=day,
                attributes={"type": "date", **days} if _is_day(day) else {"type": "text"},
            )
            view.second = View(
                kind="text",
                name=f"{view.name}.time",
                label=part.time_label or self.word("time"),
                value=hour,
                attributes={"type": "time"} if _is_hour(hour) else {"type": "text"},
            )


_FORMATS = {
    "email": {"type": "email", "inputmode": "email", "autocapitalize": "none"},
    "phone": {"type": "tel", "inputmode": "tel"},
}


def _typed(value: Json) -> str:
    return value if isinstance(value, str) else ""


def _typed_number(value: Json, language: str) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _typed(value)
    return in_words(value, language)


def _is_day(text: str) -> bool:
    try:
        return not text or (len(text) == 10 and bool(date.fromisoformat(text)))
    except ValueError:
        return False


def _is_hour(text: str) -> bool:
    return not text or (len(text) == 5 and text[2] == ":" and text[:2].isdecimal() and text[3:].isdecimal())


def _split(typed: str) -> tuple[str, str]:
    """A stored moment, or what was typed of one, as the values of a date and a time input."""
    try:
        moment = datetime.fromisoformat(typed)
    except ValueError:
        day, _, hour = typed.partition("T")
        return day, hour
    if moment.tzinfo:
        moment = moment.astimezone(ZONE)
    return moment.date().isoformat(), f"{moment:%H:%M}"
