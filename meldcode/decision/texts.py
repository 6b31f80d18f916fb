"""What people are told about a decision table: what is wrong, and what to do."""

from __future__ import annotations

from collections.abc import Iterable

from meldcode.messages import Finding, Text


def finding(
    file: str,
    code: str,
    table: tuple[str, str],
    what: Text,
    remedy: Text,
    rule: int | None = None,
    column: str | None = None,
) -> Finding:
    """A finding that names the table, the rule (1-based) and the column, as far as they are known."""
    table_id, name = table
    element = "/".join(str(part) for part in (table_id, rule, column) if part)
    dutch = [f"Tabel {name}"] if name else []
    english = [f"Table {name}"] if name else []
    dutch += [f"regel {rule}"] if rule else []
    english += [f"rule {rule}"] if rule else []
    dutch += [f"kolom {column}"] if column else []
    english += [f"column {column}"] if column else []
    said = Text(
        ": ".join(filter(None, (", ".join(dutch), what.nl))),
        ": ".join(filter(None, (", ".join(english), what.en))),
    )
    return Finding(f"decision-{code}", file, element or None, said, remedy)


def two_rules(first: int, second: int) -> Text:
    return Text(
        f"regel {first} en regel {second} gelden allebei, en in deze tabel mag er maar één gelden.",
        f"rule {first} and rule {second} both apply, and in this table only one may.",
    )


def different_answers(rules: Iterable[int]) -> Text:
    numbers = [str(rule) for rule in rules]
    return Text(
        f"de regels {', '.join(numbers)} gelden allemaal maar geven niet hetzelfde antwoord.",
        f"rules {', '.join(numbers)} all apply but do not give the same answer.",
    )


def duplicate_id(found: str) -> Text:
    return Text(f"het id {found} komt twee keer voor.", f"the id {found} occurs twice.")


def no_such_policy(name: str) -> Text:
    return Text(f"{name} kan hier niet gebruikt worden.", f"{name} cannot be used here.")


def no_such_language(name: str) -> Text:
    return Text(f"de taal {name} kan hier niet gebruikt worden.", f"the language {name} cannot be used here.")


def wrong_cells(inputs: int, tests: int, outputs: int, answers: int) -> Text:
    return Text(
        f"er zijn {tests} invoercellen voor {inputs} kolommen en {answers} uitkomstcellen voor {outputs}.",
        f"there are {tests} input cells for {inputs} columns and {answers} output cells for {outputs}.",
    )


ONE_RULE = Text(
    "Maak de regels zo dat er altijd hooguit één geldt, of kies FIRST: dan telt de bovenste.",
    "Make the rules so that at most one applies, or choose FIRST: then the upper one counts.",
)
ONE_ANSWER = Text(
    "Geef deze regels hetzelfde antwoord, of kies FIRST: dan telt de bovenste.",
    "Give these rules the same answer, or choose FIRST: then the upper one counts.",
)
NOT_ALLOWED = Text(
    "deze waarde staat niet in de lijst van de kolom.", "this value is not in the list of the column."
)
ALLOW_IT = Text(
    "Zet de waarde in de lijst van de kolom, of gebruik een waarde die erin staat.",
    "Add the value to the list of the column, or use one that is in it.",
)
SIMPLER = Text("Maak de cel of de kolom eenvoudiger.", "Make the cell or the column simpler.")
NO_AGGREGATE = Text(
    "van deze antwoorden is geen som, minimum of maximum te maken.",
    "there is no sum, minimum or maximum of these answers.",
)
NUMBERS_ONLY = Text("Laat elke regel een getal antwoorden.", "Let every rule answer a number.")
NOT_DMN = Text("Dit is geen DMN-bestand.", "This is not a DMN file.")
SAVE_AS_DMN = Text(
    "Maak de beslistabel in de editor en sla hem op als DMN 1.3.",
    "Make the decision table in the editor and save it as DMN 1.3.",
)
NO_DECISION = Text("In dit bestand staat geen beslistabel.", "There is no decision table in this file.")
NO_TABLE = Text("hier staat geen beslistabel.", "there is no decision table here.")
DRAW_TABLE = Text(
    "Maak van de beslissing een beslistabel (decision table).",
    "Make the decision a decision table.",
)
BAD_ID = Text(
    "het id is geen naam, en de uitkomst komt onder dat id in de zaak.",
    "the id is no name, and the result is kept in the case under it.",
)
PLAIN_ID = Text(
    "Gebruik alleen letters, cijfers en _, en begin met een letter: afweging.",
    "Use letters, digits and _ only, and begin with a letter: afweging.",
)
OTHER_ID = Text("Geef een van de twee een ander id.", "Give one of the two another id.")
OTHER_POLICY = Text(
    "Kies UNIQUE, FIRST, ANY, RULE ORDER of COLLECT.",
    "Choose UNIQUE, FIRST, ANY, RULE ORDER or COLLECT.",
)
NO_AGGREGATION = Text("alleen COLLECT kan optellen of tellen.", "only COLLECT can add up or count.")
USE_COLLECT = Text("Kies COLLECT, of haal de bewerking weg.", "Choose COLLECT, or take the aggregation out.")
OTHER_AGGREGATION = Text("Kies SUM, COUNT, MIN of MAX.", "Choose SUM, COUNT, MIN or MAX.")
ONE_OUTPUT = Text(
    "optellen of tellen kan met één uitkomstkolom.",
    "adding up or counting works with one output column.",
)
SPLIT_TABLE = Text(
    "Maak voor elke uitkomst een eigen tabel.",
    "Make a table of its own for each output.",
)
NO_EXPRESSION = Text("deze kolom kijkt nergens naar.", "this column looks at nothing.")
NAME_FIELD = Text(
    "Zet er de sleutel van een veld in, of een uitdrukking.",
    "Put the key of a field in it, or an expression.",
)
BAD_OUTPUT = Text(
    "de uitkomst heeft geen naam die te gebruiken is.",
    "the output has no name that can be used.",
)
PLAIN_OUTPUT = Text(
    "Gebruik letters, cijfers en _, begin met een letter, en neem niet regel: dat is het regelnummer.",
    "Use letters, digits and _, begin with a letter, and not regel: that is the number of the rule.",
)
SAME_OUTPUT = Text("deze naam heeft al een andere uitkomst.", "another output has this name already.")
OTHER_OUTPUT = Text("Geef elke uitkomst een eigen naam.", "Give every output a name of its own.")
NO_OUTPUT = Text("de tabel heeft geen uitkomst.", "the table has no output.")
ADD_OUTPUT = Text("Voeg een uitkomstkolom toe.", "Add an output column.")
SAVE_AGAIN = Text(
    "Open de tabel in de editor, vul de regel aan en sla hem opnieuw op.",
    "Open the table in the editor, complete the rule and save it again.",
)
USE_FEEL = Text("Kies FEEL als taal van de cel.", "Choose FEEL as the language of the cell.")
MEND_CELL = Text(
    'Verbeter de cel. Zo kan het: "ja" voor een antwoord, >= 3 voor een getal, - als het niet uitmaakt.',
    'Mend the cell. For example: "ja" for an answer, >= 3 for a number, - when it does not matter.',
)
