"""The 21 rules of a meldcode, in one table. Each is one function from what was played to a verdict.

Levels: L law, P professional norm (comply or explain, recorded by two), Q quality (asks one reason).
Rules 13 and 21 know no exception.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from meldcode.check import drawn, played
from meldcode.check.verdict import Evidence, Verdict
from meldcode.messages import Text


@dataclass(frozen=True, slots=True)
class Rule:
    number: int
    level: str
    title: Text
    judge: Callable[[Evidence], Verdict]
    exception: bool = True  # whether a broken rule may be published with reasons


RULES = (
    Rule(
        1,
        "L",
        Text(
            "De vijf stappen zijn er, en leggen vast wie, wanneer en wat",
            "The five steps are there and record who, when and what",
        ),
        drawn.five_steps,
    ),
    Rule(
        2,
        "L",
        Text("Elk besluit komt na alle vijf stappen", "Every decision comes after all five steps"),
        played.all_steps_before_decision,
    ),
    Rule(
        3,
        "P",
        Text(
            "Wie stopt, legt eerst een bevinding en een reden vast",
            "Whoever stops first records a finding and a reason",
        ),
        played.closing_is_recorded,
    ),
    Rule(
        4,
        "L",
        Text(
            "Bij stap 2 zijn advies van Veilig Thuis en letselduiding bereikbaar",
            "Step 2 can reach advice and an injury assessment",
        ),
        played.advice_in_reach,
    ),
    Rule(
        5,
        "L",
        Text(
            "Twijfel leidt naar Veilig Thuis en dan opnieuw naar wegen, of direct naar melden",
            "Doubt leads to Veilig Thuis and back to weighing, or straight to a report",
        ),
        played.doubt,
    ),
    Rule(
        6,
        "P",
        Text(
            "Acute of structurele onveiligheid eindigt niet zonder melding",
            "Acute or structural unsafety does not end without a report",
        ),
        played.danger_is_reported,
    ),
    Rule(
        7,
        "P",
        Text(
            "De spoedroute is altijd open en begint met bellen, zonder wachttijd",
            "The acute route is always open and begins with a call, without waiting",
        ),
        played.acute_is_open,
    ),
    Rule(
        8,
        "P",
        Text(
            "Stap 5 is twee besluiten: melden, en daarna hulp; allebei kan",
            "Step 5 is two decisions: reporting, then help; both is possible",
        ),
        played.two_decisions,
    ),
    Rule(
        9,
        "L",
        Text("Het besluit hoort bij één rol tegelijk", "The decision belongs to one role at a time"),
        played.one_decider,
    ),
    Rule(
        10,
        "P",
        Text(
            "Het gesprek overslaan vraagt een reden en een tweede persoon",
            "Skipping the conversation takes a reason and a second person",
        ),
        played.skip_with_second_person,
    ),
    Rule(
        11,
        "P",
        Text(
            "Na een melding horen de betrokkenen het, of staat vast waarom niet",
            "After a report those involved are told, or it is recorded why not",
        ),
        played.people_are_told,
    ),
    Rule(
        12,
        "Q",
        Text(
            "Stap 4 heeft een herinnering en daarna een escalatie naar iemand anders",
            "Step 4 has a reminder and then an escalation to somebody else",
        ),
        drawn.ladder,
    ),
    Rule(
        13,
        "Q",
        Text(
            "Geen tijd, tabelregel of standaarduitgang besluit of sluit: dat doet een mens",
            "No timer, table row or default flow decides or closes: a person does",
        ),
        played.people_decide,
        exception=False,
    ),
    Rule(
        14,
        "Q",
        Text(
            "Elke termijn is te lezen, heeft een kalender, en spoed telt op de klok",
            "Every term can be read, has a calendar, and acute terms use the clock",
        ),
        drawn.terms,
    ),
    Rule(
        15,
        "Q",
        Text(
            "Mails zeggen niets over de zaak; een kenmerk typt niemand",
            "Mails say nothing about the case; nobody types a reference",
        ),
        drawn.mails,
    ),
    Rule(
        16,
        "P",
        Text(
            "Hulp wordt gevolgd; werkt zij niet, dan volgt een nieuw besluit of een melding",
            "Help is monitored; if it does not work a new decision or a report follows",
        ),
        played.help_is_followed,
    ),
    Rule(
        17,
        "L",
        Text("Kindcheck waar volwassen cliënten zijn", "Kindcheck where there are adult clients"),
        played.kindcheck,
    ),
    Rule(
        18,
        "L",
        Text(
            "Er is een vraag of uitleg over bijzondere vormen van geweld",
            "There is a question or guidance on special forms of violence",
        ),
        drawn.special_forms,
    ),
    Rule(
        19,
        "L",
        Text(
            "Geweld door een collega gaat een eigen weg",
            "Violence by a colleague leaves for a route of its own",
        ),
        played.colleague,
    ),
    Rule(
        20,
        "Q",
        Text(
            "Alles is bereikbaar, elke taak heeft een rol, een arts vraagt eerst advies",
            "All is reachable, every task has a role, a doctor asks advice first",
        ),
        played.sound,
    ),
    Rule(
        21,
        "L",
        Text(
            "Niemand kan advies van Veilig Thuis of een eigen melding tegenhouden",
            "Nobody can block advice of Veilig Thuis or one's own report",
        ),
        played.nobody_blocks,
        exception=False,
    ),
)
