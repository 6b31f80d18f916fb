"""The sentences for BPMN elements that do not run here: what it is, and how to draw it instead.

`{}` is the element's label or id. `REFUSED` stops publishing; `REFUSED_ADVICE` only tells that the
element is picture, not behaviour.
"""

from __future__ import annotations

from meldcode.messages import Text

_SCRIPTS = Text(
    "Gebruik een gebruikerstaak, een beslistaak of een voorwaarde bij een gateway.",
    "Use a user task, a business rule task or a condition at a gateway.",
)
_PLAIN = Text(
    "Teken het met gewone taken en gateways.",
    "Draw it with plain tasks and gateways.",
)
_ONE_CASE = Text(
    "Een zaak heeft één set gegevens; laat formulieren de velden vullen.",
    "A case has one set of data; let forms fill its fields.",
)
_LANES = Text("Zet de taak in de baan van de rol.", "Put the task in the role's lane.")

REFUSED: dict[str, tuple[Text, Text]] = {
    "task": (
        Text(
            "De taak {} heeft geen soort: onduidelijk is of een mens haar doet.",
            "The task {} has no type: it is unclear whether a person does it.",
        ),
        Text(
            "Kies een soort: gebruikerstaak (met formulier), beslistaak of verzendtaak.",
            "Choose a type: user task (with a form), business rule task or send task.",
        ),
    ),
    "serviceTask": (
        Text(
            "De servicetaak {} roept een ander systeem aan. Dat kan hier niet.",
            "The service task {} calls another system, which is not possible here.",
        ),
        Text(
            "Gebruik een verzendtaak voor een mail, of een gebruikerstaak.",
            "Use a send task for a mail, or a user task.",
        ),
    ),
    "scriptTask": (
        Text(
            "De scripttaak {} bevat een programma. Scripts uit een diagram worden nooit uitgevoerd.",
            "The script task {} holds a program. Scripts from a diagram are never run.",
        ),
        _SCRIPTS,
    ),
    "script": (
        Text("Bij {} staat een script.", "A script stands with {}."),
        _SCRIPTS,
    ),
    "complexGateway": (
        Text(
            "De complexe gateway {} kan hier niet worden uitgevoerd.",
            "The complex gateway {} cannot run here.",
        ),
        Text(
            "Gebruik een exclusieve, inclusieve of parallelle gateway.",
            "Use an exclusive, inclusive or parallel gateway.",
        ),
    ),
    "adHocSubProcess": (
        Text("Het ad-hoc-subproces {} heeft geen volgorde.", "The ad-hoc subprocess {} has no order."),
        _PLAIN,
    ),
    "transaction": (
        Text(
            "De transactie {} kan hier niet worden teruggedraaid.",
            "The transaction {} cannot be rolled back here.",
        ),
        Text("Maak er een gewoon subproces van.", "Make it a plain subprocess."),
    ),
    "compensateEventDefinition": (
        Text(
            "{} gebruikt compensatie: werk ongedaan maken kan hier niet.",
            "{} uses compensation: undoing work is not possible here.",
        ),
        Text("Teken het herstel als gewone taken.", "Draw the repair as plain tasks."),
    ),
    "cancelEventDefinition": (
        Text(
            "{} gebruikt een annulering van een transactie.",
            "{} uses the cancellation of a transaction.",
        ),
        Text("Gebruik een fout of een escalatie.", "Use an error or an escalation."),
    ),
    "conditionalEventDefinition": (
        Text(
            "{} wacht tot een voorwaarde waar wordt. Dat wordt hier niet bewaakt.",
            "{} waits until a condition becomes true, which nobody watches here.",
        ),
        Text("Gebruik een timer, een bericht of een gateway.", "Use a timer, a message or a gateway."),
    ),
    "linkEventDefinition": (
        Text("{} is een sprong (link). Die wordt niet gevolgd.", "{} is a link, which is not followed."),
        Text("Teken een gewone pijl.", "Draw a plain sequence flow."),
    ),
    "eventDefinitionRef": (
        Text(
            "{} verwijst naar een gebeurtenis elders in het bestand.",
            "{} refers to an event definition elsewhere in the file.",
        ),
        Text("Leg de gebeurtenis bij het element zelf vast.", "Define the event on the element itself."),
    ),
    "choreography": (
        Text("De choreografie {} kan niet worden uitgevoerd.", "The choreography {} cannot be executed."),
        _PLAIN,
    ),
    "globalConversation": (
        Text(
            "Het gesprek {} (conversatie) kan niet worden uitgevoerd.",
            "The conversation {} cannot be executed.",
        ),
        _PLAIN,
    ),
    "dataStore": (
        Text("Een gegevensopslag ({}) is er niet.", "There is no data store ({})."),
        _ONE_CASE,
    ),
    "dataStoreReference": (
        Text("De gegevensopslag {} is er niet.", "The data store {} does not exist."),
        _ONE_CASE,
    ),
    "correlationKey": (
        Text(
            "{} koppelt berichten aan zaken met een sleutel (correlatie). Dat kan hier niet.",
            "{} ties messages to cases with a key (correlation), which is not possible here.",
        ),
        Text("Haal de correlatie weg.", "Remove the correlation."),
    ),
    "complexBehaviorDefinition": (
        Text("{} heeft ingewikkeld herhaalgedrag.", "{} has complex loop behaviour."),
        Text("Gebruik een gewone herhaling over een lijst.", "Use a plain loop over a list."),
    ),
}
for _same, _as in (
    ("correlationProperty", "correlationKey"),
    ("correlationSubscription", "correlationKey"),
    ("globalChoreographyTask", "choreography"),
    ("globalTask", "task"),
    ("globalUserTask", "task"),
    ("globalManualTask", "task"),
    ("globalScriptTask", "scriptTask"),
    ("globalBusinessRuleTask", "task"),
):
    REFUSED[_same] = REFUSED[_as]

REFUSED_ADVICE: dict[str, tuple[Text, Text]] = {
    "dataObjectReference": (
        Text(
            "Het gegevensobject {} is alleen uitleg; het bewaart niets.",
            "The data object {} is explanation only; it keeps nothing.",
        ),
        _ONE_CASE,
    ),
    "ioSpecification": (
        Text(
            "De in- en uitvoer van {} wordt niet gebruikt.",
            "The input and output of {} are not used.",
        ),
        _ONE_CASE,
    ),
    "property": (
        Text("Een eigenschap bij {} wordt niet gebruikt.", "A property of {} is not used."),
        _ONE_CASE,
    ),
    "potentialOwner": (
        Text("Wie {} mag doen, komt niet uit dit veld.", "Who may do {} does not come from this field."),
        _LANES,
    ),
    "resource": (
        Text("De rol {} buiten de banen wordt niet gebruikt.", "The role {} outside the lanes is not used."),
        _LANES,
    ),
    "rendering": (
        Text("De weergave bij {} wordt niet gebruikt.", "The rendering of {} is not used."),
        Text("Koppel een formulier aan de taak.", "Link a form to the task."),
    ),
    "itemDefinition": (
        Text("De gegevenssoort {} wordt niet gebruikt.", "The item definition {} is not used."),
        _ONE_CASE,
    ),
    "interface": (
        Text("De koppeling {} naar een ander systeem wordt niet gebruikt.", "The interface {} is not used."),
        Text("U kunt haar laten staan of weghalen.", "You may leave it or remove it."),
    ),
    "import": (
        Text(
            "Het diagram haalt een ander bestand binnen; dat gebeurt niet.", "The imported file is not read."
        ),
        Text(
            "Zet het aangeroepen proces als .bpmn in dezelfde map.",
            "Put the called process as .bpmn into the same folder.",
        ),
    ),
    "conversation": (
        Text("Het gesprek {} is alleen uitleg.", "The conversation {} is explanation only."),
        Text("U kunt het laten staan of weghalen.", "You may leave it or remove it."),
    ),
}
for _same, _as in (
    ("humanPerformer", "potentialOwner"),
    ("performer", "potentialOwner"),
    ("resourceRole", "potentialOwner"),
    ("partnerEntity", "interface"),
    ("partnerRole", "interface"),
    ("endPoint", "interface"),
    ("relationship", "interface"),
    ("extension", "interface"),
    ("dataInput", "ioSpecification"),
    ("dataOutput", "ioSpecification"),
    ("inputSet", "ioSpecification"),
    ("outputSet", "ioSpecification"),
    ("callConversation", "conversation"),
    ("subConversation", "conversation"),
    ("conversationLink", "conversation"),
    ("conversationAssociation", "conversation"),
    ("participantAssociation", "conversation"),
    ("messageFlowAssociation", "conversation"),
    ("supportedInterfaceRef", "interface"),
    ("operationRef", "interface"),
):
    REFUSED_ADVICE[_same] = REFUSED_ADVICE[_as]
