"""The 21 rules of a meldcode, in one table. Each is one function from what was played to a verdict.

Levels: L law, P professional norm (comply or explain, recorded by two), Q quality (asks one reason).
Rules 13 and 21 know no exception.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from meldcode.check import drawn, rules_on_danger, rules_on_deciding, rules_on_routes, rules_on_steps
from meldcode.check.verdict import Evidence, Says, Verdict
from meldcode.messages import Text

WORST_FIRST = (Says.BROKEN, Says.UNPROVEN, Says.HOLDS, Says.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class Rule:
    """`begins`: whether it judges the cases of every process in which one can begin, not of the main one
    only. `aside`: what it asks of tasks tagged `zijroute`, or why nothing."""

    number: int
    level: str
    title: Text
    of_one: Callable[[Evidence], Verdict]
    begins: bool
    aside: Text
    exception: bool = True  # whether a broken rule may be published with reasons

    def judge(self, evidence: Evidence) -> Verdict:
        """What the rule says of a version: the worst of what it says of the cases that it judges."""
        judged = [evidence, *evidence.sides] if self.begins else [evidence]
        return min((self.of_one(one) for one in judged), key=lambda said: WORST_FIRST.index(said.says))


OWN_STEPS = Text(
    "Nee: een zijroute heeft haar eigen stappen, niet die van de meldcode.",
    "No: a side route has steps of its own, not those of the meldcode.",
)
ALL_DRAWN = Text("Ja: zij kijkt naar alles wat is getekend.", "Yes: it looks at all that is drawn.")


RULES = (
    Rule(
        1,
        "L",
        Text(
            "De vijf stappen zijn er, en leggen vast wie, wanneer en wat",
            "The five steps are there and record who, when and what",
        ),
        drawn.five_steps,
        begins=False,
        aside=Text(
            "Ja: ook daar vraagt elke taak van een stap een bevinding.",
            "Yes: there too each task of a step asks for a finding.",
        ),
    ),
    Rule(
        2,
        "L",
        Text("Elk besluit komt na alle vijf stappen", "Every decision comes after all five steps"),
        rules_on_steps.all_steps_before_decision,
        begins=True,
        aside=OWN_STEPS,
    ),
    Rule(
        3,
        "P",
        Text(
            "Wie stopt, legt eerst een bevinding en een reden vast",
            "Whoever stops first records a finding and a reason",
        ),
        rules_on_steps.closing_is_recorded,
        begins=True,
        aside=Text(
            "Ja: ook een zijroute eindigt met afsluiten en vastleggen.",
            "Yes: a side route too ends with closing and recording.",
        ),
    ),
    Rule(
        4,
        "L",
        Text(
            "Bij stap 2 zijn advies van Veilig Thuis en letselduiding bereikbaar",
            "Step 2 can reach advice and an injury assessment",
        ),
        rules_on_steps.advice_in_reach,
        begins=True,
        aside=Text(
            "Nee, op de FPKM na: daar geeft de vertrouwensinspecteur of de inspectie raad.",
            "No, but for the FPKM: there the confidential inspector or the inspectorate advises.",
        ),
    ),
    Rule(
        5,
        "L",
        Text(
            "Twijfel leidt naar Veilig Thuis en dan opnieuw naar wegen, of direct naar melden",
            "Doubt leads to Veilig Thuis and back to weighing, or straight to a report",
        ),
        rules_on_danger.doubt,
        begins=True,
        aside=Text(
            "Alleen wie bij wegen twijfelt: die krijgt het advies dat een ander antwoord ook krijgt.",
            "Only who doubts at a weighing: that person gets the advice that another answer gets too.",
        ),
    ),
    Rule(
        6,
        "P",
        Text(
            "Acute of structurele onveiligheid eindigt niet zonder melding",
            "Acute or structural unsafety does not end without a report",
        ),
        rules_on_danger.danger_is_reported,
        begins=True,
        aside=Text(
            "Ja, wat een melding vastlegt. Gevaar zelf gaat er langs de spoedroute.",
            "Yes, what a report records. Danger itself takes the acute route there.",
        ),
    ),
    Rule(
        7,
        "P",
        Text(
            "De spoedroute is altijd open en begint met bellen, zonder wachttijd",
            "The acute route is always open and begins with a call, without waiting",
        ),
        rules_on_danger.acute_is_open,
        begins=True,
        aside=Text(
            "Ja: de spoedroute is ook daar altijd open.", "Yes: the acute route is always open there too."
        ),
    ),
    Rule(
        8,
        "P",
        Text(
            "Stap 5 is twee besluiten: melden, en daarna hulp; allebei kan",
            "Step 5 is two decisions: reporting, then help; both is possible",
        ),
        rules_on_deciding.two_decisions,
        begins=False,
        aside=OWN_STEPS,
    ),
    Rule(
        9,
        "L",
        Text("Het besluit hoort bij één rol tegelijk", "The decision belongs to one role at a time"),
        rules_on_deciding.one_decider,
        begins=True,
        aside=Text(
            "Nee: daar besluit wie voor die route is aangewezen.",
            "No: there decides whoever that route names.",
        ),
    ),
    Rule(
        10,
        "P",
        Text(
            "Het gesprek overslaan vraagt een reden en een tweede persoon",
            "Skipping the conversation takes a reason and a second person",
        ),
        rules_on_steps.skip_with_second_person,
        begins=True,
        aside=Text(
            "Nee: een zijroute slaat het gesprek van stap 3 niet over, zij heeft het niet.",
            "No: a side route does not skip the conversation of step 3, it has none.",
        ),
    ),
    Rule(
        11,
        "P",
        Text(
            "Na een melding horen de betrokkenen het, of staat vast waarom niet",
            "After a report those involved are told, or it is recorded why not",
        ),
        rules_on_steps.people_are_told,
        begins=True,
        aside=Text(
            "Nee: wie het hoort na een aangifte of melding daar, zegt de politie of de inspectie.",
            "No: who is told after a report there is for the police or the inspectorate to say.",
        ),
    ),
    Rule(
        12,
        "Q",
        Text(
            "Stap 4 heeft een herinnering en daarna een escalatie naar iemand anders",
            "Step 4 has a reminder and then an escalation to somebody else",
        ),
        drawn.ladder,
        begins=False,
        aside=Text("Nee: een ladder hoort bij stap 4.", "No: the ladder belongs to step 4."),
    ),
    Rule(
        13,
        "Q",
        Text(
            "Geen tijd, tabelregel of standaarduitgang besluit of sluit: dat doet een mens",
            "No timer, table row or default flow decides or closes: a person does",
        ),
        rules_on_deciding.people_decide,
        begins=True,
        aside=Text(
            "Ja: ook daar neemt de tijd niemand een taak af en sluit niets vanzelf.",
            "Yes: there too time takes no task away and nothing closes by itself.",
        ),
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
        begins=False,
        aside=ALL_DRAWN,
    ),
    Rule(
        15,
        "Q",
        Text(
            "Mails zeggen niets over de zaak; een kenmerk typt niemand",
            "Mails say nothing about the case; nobody types a reference",
        ),
        drawn.mails,
        begins=False,
        aside=ALL_DRAWN,
    ),
    Rule(
        16,
        "P",
        Text(
            "Hulp wordt gevolgd; werkt zij niet, dan volgt een nieuw besluit of een melding",
            "Help is monitored; if it does not work a new decision or a report follows",
        ),
        rules_on_deciding.help_is_followed,
        begins=True,
        aside=Text(
            "Alleen de overdracht: zij sluit het volgen af. Andere hulp daar is niet die van stap 5.",
            "The transfer only: it ends the monitoring. Other help there is not that of step 5.",
        ),
    ),
    Rule(
        17,
        "L",
        Text("Kindcheck waar volwassen cliënten zijn", "Kindcheck where there are adult clients"),
        rules_on_steps.kindcheck,
        begins=True,
        aside=Text(
            "Nee: de kindcheck hoort bij de stappen voor het besluit.",
            "No: the kindcheck belongs to the steps before the decision.",
        ),
    ),
    Rule(
        18,
        "L",
        Text(
            "Er is een vraag of uitleg over bijzondere vormen van geweld",
            "There is a question or guidance on special forms of violence",
        ),
        drawn.special_forms,
        begins=False,
        aside=Text(
            "Nee: bijzondere vormen horen bij stap 1, 2 of 4.", "No: special forms belong to steps 1, 2 or 4."
        ),
    ),
    Rule(
        19,
        "L",
        Text(
            "Geweld door een collega gaat een eigen weg",
            "Violence by a colleague leaves for a route of its own",
        ),
        rules_on_routes.colleague,
        begins=False,
        aside=Text(
            "Ja: de taken met `collega`, of wat een activiteit met `collega` aanroept.",
            "Yes: the tasks tagged `collega`, or called by an activity that is.",
        ),
    ),
    Rule(
        20,
        "Q",
        Text(
            "Alles is bereikbaar, elke taak heeft een rol, een arts vraagt eerst advies",
            "All is reachable, every task has a role, a doctor asks advice first",
        ),
        rules_on_routes.sound,
        begins=False,
        aside=Text(
            "Ja: alles is bereikbaar, kan eindigen en heeft een rol.",
            "Yes: all can be reached, can end and has a role.",
        ),
    ),
    Rule(
        21,
        "L",
        Text(
            "Niemand kan advies van Veilig Thuis of een eigen melding tegenhouden",
            "Nobody can block advice of Veilig Thuis or one's own report",
        ),
        rules_on_deciding.nobody_blocks,
        begins=True,
        aside=Text(
            "Nee: wie de route leidt, beslist daarover. Advies en een eigen melding staan daar los van.",
            "No: whoever leads the route decides on it. Advice and one's own report stand apart from it.",
        ),
        exception=False,
    ),
)
