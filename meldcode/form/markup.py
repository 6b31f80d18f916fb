"""The templates of this package, and the words of ours that stand in them."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from meldcode.messages import Text

WORDS: dict[str, Text] = {
    "optional": Text("(niet verplicht)", "(optional)"),
    "required": Text("(verplicht)", "(required)"),
    "choose": Text("Maak een keuze", "Make a choice"),
    "none": Text("Geen antwoord", "No answer"),
    "date": Text("Datum", "Date"),
    "time": Text("Tijd", "Time"),
    "add": Text("Nog een %s toevoegen", "Add another %s"),
    "remove": Text("%s weghalen", "Remove %s"),
    "send": Text("Verder", "Continue"),
    "empty": Text("Er staat nog niets in deze lijst.", "This list is still empty."),
    "summary": Text("Kijk uw antwoorden na", "Check your answers"),
    "at_most": Text("Hoogstens %s tekens.", "At most %s characters."),
}
_ENVIRONMENT = Environment(
    loader=PackageLoader("meldcode.form"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


#: Whatever an organisation writes, it writes in this language; so do the people who fill it in.
THEIRS = "nl"


def within(label: str) -> str:
    """A label as a word in a sentence: `Kind` → `kind`, and `VO-school` stays."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


_ENVIRONMENT.filters["within"] = within


def field_id(name: str) -> str:
    """The id of a question's first control. Keys hold no dash, so this cannot clash."""
    return "veld-" + name.replace(".", "-")


def fill_template(name: str, language: str, **context: object) -> Markup:
    """One of `templates/`, with everything escaped that is not `Markup`.

    `theirs` is the language of the organisation's own words, empty where it is that of the page (WCAG 3.1.2).
    """
    theirs = "" if language == THEIRS else THEIRS
    words = {key: text.of(language) for key, text in WORDS.items()}
    return Markup(_ENVIRONMENT.get_template(name).render(words=words, theirs=theirs, **context))  # noqa: S704 - autoescaped
