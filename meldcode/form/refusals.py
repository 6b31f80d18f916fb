"""What a designer reads when a form cannot be used: what is wrong, and what to do about it.

Each is a pair (what, remedy) for a `Finding`.
"""

from __future__ import annotations

from meldcode.feel import FeelError
from meldcode.messages import Text

Refusal = tuple[Text, Text]

_SAVE_AGAIN = Text(
    "Open het formulier in de formulierontwerper en sla het opnieuw op.",
    "Open the form in the form editor and save it again.",
)

NOT_JSON: Refusal = (
    Text("Dit bestand is geen leesbare JSON.", "This file is not readable JSON."),
    _SAVE_AGAIN,
)
NOT_A_FORM: Refusal = (
    Text("Dit bestand is geen formulier uit de formulierontwerper.", "This file is not a form-js form."),
    _SAVE_AGAIN,
)
TOO_LARGE: Refusal = (
    Text("Dit formulier is groter dan 512 kB.", "This form is larger than 512 kB."),
    Text("Verdeel de vragen over meer taken.", "Spread the questions over more tasks."),
)
TOO_MANY_PARTS: Refusal = (
    Text("Dit formulier heeft meer dan 400 onderdelen.", "This form has more than 400 components."),
    Text("Verdeel de vragen over meer taken.", "Spread the questions over more tasks."),
)
TOO_MANY_QUESTIONS: Refusal = (
    Text(
        "Met volle lijsten heeft dit formulier te veel vragen voor één pagina.",
        "With full lists this form has too many questions for one page.",
    ),
    Text(
        "Zet minder vragen in een lijst, en liever geen lijst in een lijst.",
        "Put fewer questions in a list, and rather no list inside a list.",
    ),
)
TOO_DEEP: Refusal = (
    Text("Er zitten te veel groepen in elkaar.", "Too many groups are nested."),
    Text("Gebruik hoogstens zes lagen.", "Use at most six levels."),
)
TYPENAME: Refusal = (
    Text("Het woord “typename” mag geen sleutel zijn.", "The word “typename” may not be a key."),
    Text("Geef de sleutel een andere naam.", "Give the key another name."),
)
NO_TYPE: Refusal = (
    Text("Een onderdeel heeft geen soort.", "A component has no type."),
    _SAVE_AGAIN,
)
CIRCLE: Refusal = (
    Text(
        "De voorwaarde van deze vraag hangt, misschien via andere vragen, van de vraag zelf af.",
        "The condition of this question depends on the question itself, perhaps through others.",
    ),
    Text(
        "Laat de voorwaarde alleen kijken naar vragen die niet op hun beurt van deze vraag afhangen.",
        "Let the condition look only at questions that do not depend on this one.",
    ),
)
DOTTED_KEY: Refusal = (
    Text("De sleutel bevat een punt.", "The key contains a dot."),
    Text(
        "Gebruik een sleutel zonder punt. Zet vragen die bij elkaar horen in een groep met een pad.",
        "Use a key without a dot. Put questions that belong together in a group with a path.",
    ),
)
BAD_KEY: Refusal = (
    Text("De sleutel (key of path) kan niet gebruikt worden.", "The key or path cannot be used."),
    Text(
        "Begin met een kleine letter en gebruik alleen kleine letters, cijfers en _ (hoogstens 60 tekens).",
        "Start with a lower-case letter; use lower-case letters, digits and _ only (at most 60 characters).",
    ),
)
RESERVED_KEY: Refusal = (
    Text(
        "Deze sleutel is een woord met een vaste betekenis in voorwaarden.",
        "This key is a word with a fixed meaning in conditions.",
    ),
    Text("Geef de vraag een andere sleutel.", "Give the question another key."),
)
DOUBLE_KEY: Refusal = (
    Text("Deze sleutel komt twee keer voor.", "This key occurs twice."),
    Text("Geef elke vraag een eigen sleutel.", "Give each question a key of its own."),
)
NO_LABEL: Refusal = (
    Text("Dit onderdeel heeft geen label.", "This component has no label."),
    Text(
        "Schrijf een label: wie de pagina laat voorlezen, hoort anders niet wat er gevraagd wordt.",
        "Write a label: without one a screen reader cannot say what is asked.",
    ),
)
BAD_LABEL: Refusal = (
    Text(
        "Een label of toelichting is te lang of bevat een uitdrukking.",
        "A label or description is too long or contains an expression.",
    ),
    Text(
        "Schrijf een korte, vaste tekst. Wisselende tekst past in een tekstonderdeel boven de vraag.",
        "Write a short, fixed text. Text that changes fits in a text component above the question.",
    ),
)
EMPTY_GROUP: Refusal = (
    Text("Deze groep of lijst is leeg.", "This group or list is empty."),
    Text("Zet er vragen in of haal hem weg.", "Put questions in it or remove it."),
)
BAD_ROWS: Refusal = (
    Text("Het aantal rijen om mee te beginnen klopt niet.", "The default number of items is wrong."),
    Text("Kies een getal van 0 tot en met 20.", "Choose a number from 0 to 20."),
)
NO_OPTIONS: Refusal = (
    Text("Deze vraag heeft geen of te veel antwoorden.", "This question has no options, or too many."),
    Text("Geef 1 tot 200 antwoorden (static options).", "Give 1 to 200 static options."),
)
COMPUTED_OPTIONS: Refusal = (
    Text("De antwoorden van deze vraag worden berekend.", "The options of this question are computed."),
    Text(
        "Zet de antwoorden in het formulier zelf (Options source: Static). Voor wisselende antwoorden: "
        "maak twee vragen met elk een voorwaarde.",
        "Put the options in the form itself (options source: static). For options that vary, make two "
        "questions with a condition each.",
    ),
)
BAD_OPTION: Refusal = (
    Text(
        "Een antwoord heeft geen bruikbaar label of geen bruikbare waarde.",
        "An option has no usable label or value.",
    ),
    Text(
        "Geef elk antwoord een label en een waarde: een tekst van hoogstens 100 tekens zonder blanco's "
        "vooraan of achteraan.",
        "Give each option a label and a value: a text of at most 100 characters without blanks around it.",
    ),
)
DOUBLE_OPTION: Refusal = (
    Text("Twee antwoorden hebben dezelfde waarde.", "Two options have the same value."),
    Text("Geef elk antwoord een eigen waarde.", "Give each option a value of its own."),
)
NOT_A_CONDITION: Refusal = (
    Text("De voorwaarde (Hide if) is geen uitdrukking.", "The condition (hide if) is not an expression."),
    Text('Begin met =, bijvoorbeeld = melden = "nee".', 'Start with =, for example = melden = "nee".'),
)
BEGINS_NOT: Refusal = (
    Text(
        "Alleen een lijst of een dag kan met iets beginnen (de eigenschap begin).",
        "Only a list or a day can begin with something (the property begin).",
    ),
    Text("Haal de eigenschap begin weg.", "Remove the property begin."),
)
NOT_AN_EXPRESSION: Refusal = (
    Text(
        "De eigenschap begin is geen uitdrukking.",
        "The property begin is not an expression.",
    ),
    Text(
        "Begin met =, bijvoorbeeld = for k in kinderen return {kind: k.voornaam}, of = today().",
        "Start with =, for example = for k in kinderen return {kind: k.voornaam}, or = today().",
    ),
)
ODD_TEXT: Refusal = (
    Text("Deze tekst kan niet gelezen worden.", "This text cannot be read."),
    _SAVE_AGAIN,
)
LONG_TEXT: Refusal = (
    Text("Deze tekst is langer dan 20.000 tekens.", "This text is longer than 20,000 characters."),
    Text("Kort de tekst in of verdeel hem.", "Shorten or divide the text."),
)
PATTERN: Refusal = (
    Text(
        "Een eigen patroon (regular expression) kan niet: een ongelukkig patroon legt de server stil.",
        "A custom regular expression is not possible: an unlucky one can hang the server.",
    ),
    Text(
        "Kies “Email” of “Phone” bij Validation pattern, een kleinste en grootste lengte, of een keuzelijst.",
        "Choose “Email” or “Phone” as validation pattern, a minimum and maximum length, or a select.",
    ),
)
BAD_LIMIT: Refusal = (
    Text("Een grens bij Validation kan niet gelezen worden.", "A validation limit cannot be read."),
    Text("Vul een vast getal in, geen uitdrukking.", "Enter a fixed number, not an expression."),
)
IMPOSSIBLE: Refusal = (
    Text("De ondergrens ligt boven de bovengrens.", "The minimum is above the maximum."),
    Text("Draai de twee grenzen om.", "Swap the two limits."),
)
NUMBER_AS_TEXT: Refusal = (
    Text("Dit getal wordt als tekst bewaard.", "This number is stored as text."),
    Text(
        "Zet “Output as string” uit, anders kan een voorwaarde er niet mee rekenen.",
        "Switch off “Output as string”, or no condition can calculate with it.",
    ),
)
BAD_SUBTYPE: Refusal = (
    Text("De soort datum of tijd is onbekend.", "The kind of date or time is unknown."),
    Text("Kies Date, Time of Date & Time.", "Choose date, time or date & time."),
)
COMPUTED_READONLY: Refusal = (
    Text("Of deze vraag alleen-lezen is, wordt berekend.", "Whether this field is read-only is computed."),
    Text(
        "Maak twee vragen met elk een voorwaarde: een om in te vullen en een om te lezen.",
        "Make two fields with a condition each: one to fill in, one to read.",
    ),
)
READONLY_INSIDE: Refusal = (
    Text(
        "Een alleen-lezen vraag kan niet in een lijst of in een groep met een pad.",
        "A read-only field cannot stand in a list or in a group with a path.",
    ),
    Text(
        "Laat het antwoord zien met een tekstonderdeel, bijvoorbeeld {{weging.reden}}.",
        "Show the answer with a text component, for example {{weging.reden}}.",
    ),
)

_INSTEAD = {
    "html": Text("een tekstonderdeel (Text view)", "a text view"),
    "iframe": Text("een tekstonderdeel met een link", "a text view with a link"),
    "image": Text(
        "een tekstonderdeel dat zegt wat er te zien is", "a text view that says what there is to see"
    ),
    "table": Text(
        "een tekstonderdeel, of een lijst (Dynamic list) om in te vullen",
        "a text view, or a dynamic list to fill in",
    ),
    "documentPreview": Text(
        "een tekstonderdeel dat naar het stuk verwijst", "a text view that refers to the document"
    ),
    "filepicker": Text(
        "een tekstveld waarin staat waar het stuk te vinden is",
        "a text field that says where the document is kept",
    ),
    "expression": Text(
        "een beslistabel in het diagram, of {{ … }} in een tekstonderdeel",
        "a decision table in the diagram, or {{ … }} in a text view",
    ),
    "taglist": Text("een lijst met vinkjes (Checkbox group)", "a checkbox group"),
    "button": Text("niets: de pagina heeft haar eigen knoppen", "nothing: the page has its own buttons"),
}
_ANYTHING = Text(
    "een tekstveld, keuze, vinkjes, getal, datum, groep, lijst of tekst",
    "a text field, choice, checkboxes, number, date, group, list or text",
)


def component(kind: str) -> Refusal:
    """The refusal of a component that is not on the white list."""
    instead = _INSTEAD.get(kind, _ANYTHING)
    return (
        Text(
            f"Het onderdeel “{kind}” kan niet in een formulier.",
            f"The component “{kind}” cannot be used in a form.",
        ),
        Text(f"Gebruik {instead.nl}.", f"Use {instead.en}."),
    )


def newer(version: int) -> Refusal:
    return (
        Text(
            f"Dit formulier is gemaakt met een nieuwere ontwerper (schema {version}).",
            f"This form was made with a newer editor (schema {version}).",
        ),
        Text("Kijk na of alle vragen er goed uitzien.", "Check that every question looks right."),
    )


def condition(error: FeelError) -> Refusal:
    return (
        Text(
            f"De voorwaarde (Hide if) kan niet gelezen worden: {error.text.nl}",
            f"The condition (hide if) cannot be read: {error.text.en}",
        ),
        Text(
            'Verbeter de uitdrukking, bijvoorbeeld = melden = "nee".',
            'Correct the expression, for example = melden = "nee".',
        ),
    )


def begin(error: FeelError) -> Refusal:
    return (
        Text(
            f"De eigenschap begin kan niet gelezen worden: {error.text.nl}",
            f"The property begin cannot be read: {error.text.en}",
        ),
        NOT_AN_EXPRESSION[1],
    )


def prose(reason: str, error: FeelError | None) -> Refusal:
    """The refusal of a text component, by the reason of its `ProseError`."""
    if error is not None:
        return (
            Text(
                f"Een uitdrukking in deze tekst kan niet gelezen worden: {error.text.nl}",
                f"An expression in this text cannot be read: {error.text.en}",
            ),
            Text("Verbeter de uitdrukking tussen {{ en }}.", "Correct the expression between {{ and }}."),
        )
    if reason == "place":
        return (
            Text(
                "Een uitdrukking staat in het adres van een link of in een afbeelding.",
                "An expression stands in the address of a link or in an image.",
            ),
            Text("Zet de uitdrukking in gewone tekst.", "Put the expression in plain text."),
        )
    return (
        Text(
            "Herhalen en kiezen in een tekst ({{#loop}}, {{#if}}) kan niet.",
            "Loops and conditions in a text ({{#loop}}, {{#if}}) are not possible.",
        ),
        Text(
            "Maak meer tekstonderdelen met elk een voorwaarde (Hide if), of gebruik if … then … else.",
            "Make several text components with a condition each (hide if), or use if … then … else.",
        ),
    )


def bad_default(error: Text) -> Refusal:
    return (
        Text(
            f"Het antwoord dat vooraf is ingevuld, past niet bij de vraag. {error.nl}",
            f"The default value does not fit the question. {error.en}",
        ),
        Text("Pas het aan of laat het leeg.", "Change it or leave it empty."),
    )


def whole_limit(most: int) -> Refusal:
    return (
        Text("Een grens is geen heel getal of is te groot.", "A limit is not a whole number or too large."),
        Text(f"Vul een heel getal van 0 tot en met {most} in.", f"Enter a whole number from 0 to {most}."),
    )
