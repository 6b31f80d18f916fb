"""What the form says to a caseworker when an answer is missing or unreadable: what to do, in B1 Dutch."""

from __future__ import annotations

from decimal import Decimal

from meldcode.form.parts import Field, Rows
from meldcode.messages import Text

UNKNOWN_SHAPE = Text(
    "De antwoorden kunnen niet gelezen worden. Laad de pagina opnieuw en probeer het nog eens.",
    "The answers cannot be read. Reload the page and try again.",
)
TOO_MUCH_WORK = Text(
    "Dit formulier kost te veel rekenwerk, daarom is er niets bewaard. Waarschuw wie de formulieren maakt.",
    "This form takes too much work, so nothing was saved. Tell whoever makes the forms.",
)
NEW_QUESTION = Text(
    "Deze vraag is er door uw antwoord bij gekomen. Vul hem nog aan, of laat hem leeg als dat mag.",
    "Your answer added this question. Answer it, or leave it empty where that is allowed.",
)
NOT_TEXT = Text("Schrijf hier gewone tekst.", "Write plain text here.")
ODD_CHARACTERS = Text(
    "Er staan tekens in die niet leesbaar zijn. Typ de tekst opnieuw in.",
    "The text contains unreadable characters. Type it again.",
)
NOT_AN_OPTION = Text("Kies een van de antwoorden uit de lijst.", "Choose one of the answers in the list.")
NOT_YES_NO = Text("Zet wel of geen vinkje.", "Tick the box or leave it empty.")
NOT_A_NUMBER = Text(
    "Vul een getal in cijfers in, zonder punten. Gebruik een komma voor decimalen: 2,5.",
    "Enter a number in digits, without thousands separators.",
)
NUMBER_TOO_LONG = Text("Vul een getal van hoogstens 15 cijfers in.", "Enter a number of at most 15 digits.")
NOT_A_DATE = Text(
    "Vul de datum in als dag-maand-jaar, bijvoorbeeld 24-12-2026.",
    "Enter the date as day-month-year, for example 24-12-2026.",
)
DATE_OUT_OF_RANGE = Text(
    "Kijk het jaar na: het moet tussen 1900 en 2100 liggen.", "Check the year: 1900 to 2100."
)
DATE_PASSED = Text("Kies vandaag of een latere dag.", "Choose today or a later day.")
NOT_A_TIME = Text(
    "Vul de tijd in als uren en minuten, bijvoorbeeld 14:30.",
    "Enter the time as hours and minutes, for example 14:30.",
)
NOT_A_MOMENT = Text(
    "Vul de datum en de tijd allebei in, bijvoorbeeld 24-12-2026 en 14:30.",
    "Enter both the date and the time, for example 24-12-2026 and 14:30.",
)
NO_SUCH_MOMENT = Text(
    "Deze tijd bestaat niet op deze dag: de klok gaat dan een uur vooruit. Kies een andere tijd.",
    "This time does not exist on this day: the clock goes forward one hour. Choose another time.",
)
NOT_AN_EMAIL = Text(
    "Vul een e-mailadres in, bijvoorbeeld naam@voorbeeld.nl.",
    "Enter an e-mail address, for example name@example.org.",
)
NOT_A_PHONE = Text(
    "Vul een telefoonnummer in met cijfers, bijvoorbeeld 06 12345678.",
    "Enter a telephone number in digits, for example 06 12345678.",
)
NOT_ROWS = Text("Vul hier een lijst in.", "Enter a list here.")
NOT_A_GROUP = Text("Vul de vragen in deze groep in.", "Answer the questions in this group.")


def too_many_rows(most: int) -> Text:
    return Text(f"Vul hoogstens {most} rijen in.", f"Enter at most {most} rows.")


def wrong_number_of_rows(number: int) -> Text:
    return Text(f"Deze lijst heeft precies {number} rijen.", f"This list has exactly {number} rows.")


def unknown_questions(names: str) -> Text:
    return Text(
        f"Dit formulier heeft geen vraag met de naam {names}. Laat die weg.",
        f"This form has no question named {names}. Leave it out.",
    )


def too_short(least: int) -> Text:
    return Text(f"Schrijf minstens {least} tekens.", f"Write at least {least} characters.")


def too_long(most: int, length: int) -> Text:
    return Text(
        f"Schrijf hoogstens {most} tekens. Het zijn er nu {length}.",
        f"Write at most {most} characters. There are {length} now.",
    )


def too_small(least: Decimal) -> Text:
    return Text(f"Vul {dutch(least)} of een hoger getal in.", f"Enter {least:f} or a higher number.")


def too_large(most: Decimal) -> Text:
    return Text(f"Vul {dutch(most)} of een lager getal in.", f"Enter {most:f} or a lower number.")


def too_precise(decimals: int) -> Text:
    if decimals == 0:
        return Text("Vul een heel getal in.", "Enter a whole number.")
    digits = "cijfer" if decimals == 1 else "cijfers"
    return Text(
        f"Vul hoogstens {decimals} {digits} na de komma in.",
        f"Enter at most {decimals} decimal {'digit' if decimals == 1 else 'digits'}.",
    )


def between_steps(step: Decimal) -> Text:
    return Text(
        f"Vul een veelvoud van {dutch(step)} in.",
        f"Enter a multiple of {step:f}.",
    )


def missing(field: Field | Rows) -> Text:
    """The sentence for a required question without an answer."""
    if isinstance(field, Rows):
        return Text("Vul minstens één rij in.", "Fill in at least one row.")
    match field.type:
        case "radio" | "select":
            return Text("Kies een antwoord.", "Choose an answer.")
        case "checklist":
            return Text("Kies minstens één antwoord.", "Choose at least one answer.")
        case "checkbox":
            return Text("Zet hier een vinkje om verder te gaan.", "Tick this box to continue.")
        case "number":
            return Text("Vul een getal in.", "Enter a number.")
        case "datetime":
            return {"time": NOT_A_TIME, "datetime": NOT_A_MOMENT}.get(field.subtype, NOT_A_DATE)
    return Text("Vul dit veld in.", "Fill in this field.")


def dutch(number: Decimal) -> str:
    """A number as it is written in Dutch: with a comma, without an exponent."""
    return f"{number:f}".replace(".", ",")
