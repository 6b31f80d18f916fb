"""What a designer is told about a FEEL text that cannot be used: Dutch first, what to do included."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from meldcode.messages import Text

if TYPE_CHECKING:
    from meldcode.feel.functions import Function

TOO_DEEP = Text(
    "Deze uitdrukking zit te diep in elkaar. Verdeel haar over meer velden of regels.",
    "This expression is nested too deeply. Divide it over more fields or rules.",
)
NO_NUL = Text(
    "Het teken \\u0000 kan niet in een tekst staan. Haal het weg.",
    "The character \\u0000 cannot be part of a text. Take it out.",
)
QUESTION_MARK = Text(
    "Een vraagteken staat voor de waarde van de kolom en kan alleen in een cel van een beslistabel. "
    "Noem hier het veld.",
    "A question mark stands for the value of the column and only works in a cell of a decision table. "
    "Name the field here.",
)
SAME_KEY = Text(
    "In deze context staat twee keer dezelfde naam. Geef elke waarde een eigen naam.",
    "This context holds the same name twice. Give each value a name of its own.",
)
BACKWARDS = Text(
    "Dit bereik loopt van hoog naar laag. Zet de laagste waarde voorop.",
    "This range runs from high to low. Put the lowest value first.",
)
IS_DEFINED = Text(
    "is defined( … ) vraagt precies één waarde.",
    "is defined( … ) takes exactly one value.",
)
EMPTY = Text(
    "Hier staat nog niets. Vul een uitdrukking in.", "There is nothing here yet. Fill in an expression."
)
UNFINISHED = Text(
    "De uitdrukking houdt te vroeg op. Maak haar af, en kijk of elk haakje gesloten is.",
    "The expression ends too early. Finish it, and check that every bracket is closed.",
)
OPEN_TEXT = Text(
    'Een tekst begint en eindigt met een recht aanhalingsteken ("). Hier ontbreekt er een.',
    'A text begins and ends with a straight quotation mark ("). One is missing here.',
)
_STRAIGHT = Text(
    'Schrijf een tekst tussen rechte dubbele aanhalingstekens: "ja".',
    'Write a text between straight double quotation marks: "yes".',
)
_TOKENS = {
    "“": _STRAIGHT,
    "”": _STRAIGHT,
    "„": _STRAIGHT,
    "\u2018": _STRAIGHT,
    "\u2019": _STRAIGHT,
    "'": _STRAIGHT,
    "==": Text("Schrijf één = om te vergelijken.", "Write one = to compare."),
    "&": Text("Schrijf and in plaats van &.", "Write and instead of &."),
    "|": Text("Schrijf or in plaats van |.", "Write or instead of |."),
    "!": Text(
        "Schrijf not( … ) voor niet, en != voor ongelijk.", "Write not( … ) for not, and != for unequal."
    ),
    "≥": Text("Schrijf >= in plaats van ≥.", "Write >= instead of ≥."),
    "≤": Text("Schrijf <= in plaats van ≤.", "Write <= instead of ≤."),
    "≠": Text("Schrijf != in plaats van ≠.", "Write != instead of ≠."),
    "<>": Text("Schrijf != voor ongelijk.", "Write != for unequal."),
    "%": Text("Schrijf modulo(a, b) in plaats van %.", "Write modulo(a, b) instead of %."),
    "^": Text("Schrijf ** voor een macht.", "Write ** for a power."),
    ";": Text("Schrijf een komma in plaats van een puntkomma.", "Write a comma instead of a semicolon."),
    "]": Text(
        "Een bereik begint met [ (grens telt mee) of ( (grens telt niet mee).",
        "A range begins with [ (bound included) or ( (bound excluded).",
    ),
    "not": Text("Zet haakjes achter not: not( … ).", "Put brackets behind not: not( … )."),
}
_WORDS = {
    "en": Text("Schrijf and in plaats van en.", "Write and instead of en."),
    "of": Text("Schrijf or in plaats van of.", "Write or instead of of."),
    "is": Text("Schrijf = in plaats van is.", "Write = instead of is."),
    "dan": Text("Schrijf if … then … else … .", "Write if … then … else … ."),
    "instance": Text("instance of kan hier niet gebruikt worden.", "instance of cannot be used here."),
}
NAME_WITH_BLANK = Text(
    "Een naam kan hier geen spatie hebben. Gebruik de sleutel van het veld, of zet er and, or of een "
    "ander teken tussen.",
    "A name cannot hold a blank here. Use the key of the field, or put and, or or another sign in between.",
)


def too_long(limit: int) -> Text:
    return Text(
        f"Deze uitdrukking is te lang: er passen {limit} tekens. Verdeel haar over meer velden of regels.",
        f"This expression is too long: it may have {limit} characters. Divide it over more fields or rules.",
    )


def refused(word: str) -> Text:
    """A construct of the norm that the subset leaves out."""
    return Text(f"{word} kan hier niet gebruikt worden.", f"{word} cannot be used here.")


def unexpected(text: str, after_name: bool) -> Text:
    """A sign or word that cannot stand where it stands, with the likely mistake when there is one."""
    if after_name and text.isidentifier():
        return _WORDS.get(text, NAME_WITH_BLANK)
    for start, sentence in _TOKENS.items():
        if text.startswith(start):
            return sentence
    return Text(
        f"„{text}” kan hier niet staan. Kijk wat ervoor of erna ontbreekt.",
        f"“{text}” cannot stand here. See what is missing before or after it.",
    )


def unknown_function(name: str, known: Iterable[str]) -> Text:
    near = difflib.get_close_matches(name, [*known, "not", "is defined"], 1)
    dutch, english = (f" Bedoelt u {near[0]}?", f" Do you mean {near[0]}?") if near else ("", "")
    return Text(
        f"De functie {name} kan hier niet gebruikt worden.{dutch}",
        f"The function {name} cannot be used here.{english}",
    )


def wrong_count(function: Function) -> Text:
    shape = _shape(function)
    return Text(
        f"Schrijf {shape}: hier staan te veel of te weinig waarden.",
        f"Write {shape}: there are too many or too few values here.",
    )


def wrong_argument(function: Function, name: str) -> Text:
    shape = _shape(function)
    return Text(f"{name} hoort hier niet. Schrijf {shape}.", f"{name} does not belong here. Write {shape}.")


def _shape(function: Function) -> str:
    names = [name for name, _ in function.parameters]
    shown = names[: function.required] + [f"{name}?" for name in names[function.required :]]
    if function.variadic:
        shown[-1] = f"{names[-1]}, …"
    return f"{function.name}({', '.join(shown)})"
