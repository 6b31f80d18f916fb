"""Checks on single nodes: what a gateway, an event, a task or a repeated task needs to run here."""

from __future__ import annotations

from collections.abc import Mapping

from meldcode.diagram.faults import Faults, called, reference
from meldcode.diagram.model import Diagram, Node
from meldcode.diagram.names import ACTIVITIES, ACUTE_MESSAGE, GATEWAYS, HUMAN_TASKS
from meldcode.messages import Text

# What each kind of event can do here. None is the plain event. Anything else in a diagram was either
# refused by name already (conditional, compensate, cancel, link) or is caught by this table.
EVENTS_THAT_RUN: Mapping[str, frozenset[str | None]] = {
    "startEvent": frozenset({None}),
    "endEvent": frozenset({None, "terminate", "error", "escalation", "message", "signal"}),
    "intermediateCatchEvent": frozenset({"timer", "message", "signal"}),
    "intermediateThrowEvent": frozenset({None, "message", "signal", "escalation"}),
    "boundaryEvent": frozenset({"timer", "message", "signal", "error", "escalation"}),
}
TOLD_BY_NAME = frozenset({"conditional", "compensate", "cancel", "link"})
NAMED = {"message", "signal"}
WAITING_TASKS = HUMAN_TASKS | {"receiveTask"}
HOSTS = WAITING_TASKS | {"subProcess", "callActivity"}


def node_findings(node: Node, diagram: Diagram, faults: Faults) -> None:
    """Everything that can be said about one node and the nodes it touches."""
    _event(node, diagram, faults)
    _task(node, faults)
    _loop(node, faults)
    if node.kind in GATEWAYS:
        _gateway(node, diagram, faults)


# --- gateways ----------------------------------------------------------------------------------------


def _gateway(node: Node, diagram: Diagram, faults: Faults) -> None:
    if len(node.outgoing) == 1 and len(node.incoming) == 1 and node.kind != "eventBasedGateway":
        faults.warning(
            "gateway-without-work",
            node.id,
            Text(
                f"De gateway {called(node)} kiest of voegt niets samen.",
                f"The gateway {called(node)} does nothing.",
            ),
            Text("U kunt haar weghalen.", "You may remove it."),
        )
    if node.default_flow and node.default_flow not in node.outgoing:
        faults.error(
            "default-elsewhere",
            node.id,
            Text(
                f"De standaardpijl van {called(node)} begint daar niet.",
                f"The default flow of {called(node)} does not begin there.",
            ),
            Text("Kies een pijl die uit de gateway komt.", "Choose a flow that leaves the gateway."),
        )
    if node.kind in {"exclusiveGateway", "inclusiveGateway"} and len(node.outgoing) > 1:
        _choices(node, diagram, faults)
    if node.kind == "eventBasedGateway":
        _event_gateway(node, diagram, faults)


def _choices(node: Node, diagram: Diagram, faults: Faults) -> None:
    for flow in (diagram.flows[key] for key in node.outgoing):
        if flow.id == node.default_flow:
            if flow.condition:
                faults.error(
                    "condition-on-default",
                    flow.id,
                    Text(
                        f"{reference(flow.id)} is de standaardpijl en heeft ook een voorwaarde; "
                        "die wordt genegeerd.",
                        f"{reference(flow.id)} is the default and has a condition as well, which is ignored.",
                    ),
                    Text("Haal de voorwaarde weg.", "Remove the condition."),
                )
        elif not flow.condition:
            faults.error(
                "condition-missing",
                flow.id,
                Text(
                    f"{reference(flow.id)} heeft geen voorwaarde en is niet de standaardpijl.",
                    f"{reference(flow.id)} has no condition and is not the default.",
                ),
                Text(
                    'Schrijf een voorwaarde, bijvoorbeeld = melden = "ja", of maak haar standaard.',
                    'Write a condition, for instance = melden = "ja", or make it the default.',
                ),
            )


def _event_gateway(node: Node, diagram: Diagram, faults: Faults) -> None:
    targets = [diagram.nodes.get(diagram.flows[key].target) for key in node.outgoing]
    wrong = [
        t for t in targets if t is not None and (t.kind != "intermediateCatchEvent" or len(t.incoming) != 1)
    ]
    if len(targets) < 2 or wrong:
        names = f" ({', '.join(called(target) for target in wrong)})" if wrong else ""
        faults.error(
            "event-gateway",
            node.id,
            Text(
                f"De gebeurtenisgateway {called(node)} moet naar twee of meer wachtende gebeurtenissen gaan, "
                f"elk met alleen die pijl{names}.",
                f"The event-based gateway {called(node)} must lead to two or more catching events, "
                f"each with that one flow only{names}.",
            ),
            Text(
                "Teken achter elke pijl een eigen tussengebeurtenis (timer, bericht of signaal).",
                "Draw an intermediate event (timer, message or signal) of its own behind each flow.",
            ),
        )


# --- events ------------------------------------------------------------------------------------------


def _event(node: Node, diagram: Diagram, faults: Faults) -> None:
    if node.kind == "boundaryEvent":
        _boundary(node, diagram, faults)
    if node.kind not in EVENTS_THAT_RUN or node.event in TOLD_BY_NAME:
        return
    in_event_subprocess = node.parent in diagram.nodes and diagram.nodes[node.parent].triggered_by_event
    if node.kind == "startEvent" and in_event_subprocess:
        pass  # said with the event subprocess
    elif node.event not in EVENTS_THAT_RUN[node.kind]:
        _event_cannot(node, faults)
        return
    if node.event in NAMED and not node.event_name:
        _nameless(node, faults)


def _event_cannot(node: Node, faults: Faults) -> None:
    what = node.event or "—"
    faults.error(
        "event-unsupported",
        node.id,
        Text(
            f"De gebeurtenis {called(node)} ({node.kind}, {what}) werkt hier niet.",
            f"The event {called(node)} ({node.kind}, {what}) does not work here.",
        ),
        Text(
            "Een proces begint met een gewone start. Wachten kan op een timer, bericht of signaal.",
            "A process begins with a plain start. Waiting is possible for a timer, message or signal.",
        ),
    )


def _nameless(node: Node, faults: Faults) -> None:
    faults.error(
        "event-without-name",
        node.id,
        Text(
            f"{called(node)} verwijst naar geen bericht of signaal met een naam; er zou niets gebeuren.",
            f"{called(node)} refers to no message or signal with a name; nothing would happen.",
        ),
        Text("Kies een bericht of signaal en geef het een naam.", "Choose a message or signal and name it."),
    )


def _boundary(node: Node, diagram: Diagram, faults: Faults) -> None:
    host = diagram.nodes.get(node.attached_to or "")
    if host is None or host.kind not in ACTIVITIES or host.parent != node.parent:
        faults.error(
            "boundary-host",
            node.id,
            Text(
                f"De randgebeurtenis {called(node)} zit nergens aan vast.",
                f"The boundary event {called(node)} is attached to nothing.",
            ),
            Text("Sleep haar op de rand van een taak.", "Drag it onto the edge of a task."),
        )
        return
    if host.kind not in HOSTS:
        faults.error(
            "boundary-on-automatic",
            node.id,
            Text(
                f"{called(host)} wacht niet, dus {called(node)} kan nooit gebeuren.",
                f"{called(host)} does not wait, so {called(node)} can never happen.",
            ),
            Text("Hang de gebeurtenis aan een taak van een mens.", "Attach the event to a person's task."),
        )
    if node.event == "message" and node.event_name == ACUTE_MESSAGE:
        faults.error(
            "acute-on-task",
            node.id,
            Text(
                "Acuut gevaar hangt aan één taak; het moet op elk moment kunnen.",
                "Acute danger hangs on one task; it must be possible at any moment.",
            ),
            Text(
                "Teken een gebeurtenis-subproces dat begint met het bericht `acuut`.",
                "Draw an event subprocess that begins with the message `acuut`.",
            ),
        )
    if node.event in {"error", "escalation"} and host.kind not in {"subProcess", "callActivity"}:
        faults.error(
            "boundary-never",
            node.id,
            Text(
                f"Een taak van een mens geeft nooit een fout of escalatie; {called(node)} gebeurt nooit.",
                f"A person's task never throws an error or escalation; {called(node)} never happens.",
            ),
            Text(
                "Hang haar aan een subproces waarin de fout of escalatie eindigt.",
                "Attach it to a subprocess in which the error or escalation ends.",
            ),
        )
    if node.event == "error" and not node.interrupting:
        faults.error(
            "error-interrupts",
            node.id,
            Text(
                f"Een fout breekt altijd af; {called(node)} niet.",
                f"An error always interrupts; {called(node)} not.",
            ),
            Text("Maak de rand doorlopend (onderbrekend).", "Make it interrupting."),
        )


# --- tasks -------------------------------------------------------------------------------------------


def _task(node: Node, faults: Faults) -> None:
    if node.kind in HUMAN_TASKS and not node.role:
        faults.error(
            "task-without-role",
            node.id,
            Text(f"Niemand doet de taak {called(node)}.", f"Nobody does the task {called(node)}."),
            Text("Zet haar in een baan, of geef haar een rol.", "Put it in a lane, or give it a role."),
        )
    if node.kind == "userTask" and not node.form:
        faults.warning(
            "task-without-form",
            node.id,
            Text(f"De taak {called(node)} heeft geen formulier.", f"The task {called(node)} has no form."),
            Text("Koppel een formulier uit forms/.", "Link a form from forms/."),
        )
    if node.kind in HUMAN_TASKS and not node.name:
        faults.error(
            "task-without-name",
            node.id,
            Text(f"De taak {called(node)} heeft geen naam.", f"The task {called(node)} has no name."),
            Text("Schrijf in de taak wat er gedaan wordt.", "Write in the task what is done."),
        )
    if node.kind == "sendTask" and not (node.mail and node.to):
        faults.error(
            "send-without-mail",
            node.id,
            Text(
                f"De verzendtaak {called(node)} weet niet welke mail zij stuurt, of aan wie.",
                f"The send task {called(node)} does not know which mail it sends, or to whom.",
            ),
            Text(
                "Vul `meldcode:mail` (een tekst uit mails/) en `meldcode:to` (een rol) in.",
                "Fill in `meldcode:mail` (a text from mails/) and `meldcode:to` (a role).",
            ),
        )
    if node.kind == "receiveTask" and not node.event_name:
        _nameless(node, faults)
    if node.kind == "businessRuleTask" and not node.decision:
        faults.error(
            "rule-without-decision",
            node.id,
            Text(
                f"De beslistaak {called(node)} roept geen beslistabel aan.",
                f"The business rule task {called(node)} calls no decision table.",
            ),
            Text("Kies een beslistabel (.dmn).", "Choose a decision table (.dmn)."),
        )
    if node.kind == "callActivity" and not node.called_element:
        faults.error(
            "call-without-process",
            node.id,
            Text(f"{called(node)} roept geen proces aan.", f"{called(node)} calls no process."),
            Text("Kies het aan te roepen proces.", "Choose the process to call."),
        )


def _loop(node: Node, faults: Faults) -> None:
    loop = node.loop
    if loop is None:
        return
    if node.kind in {"sendTask", "businessRuleTask"}:
        faults.warning(
            "loop-automatic",
            node.id,
            Text(
                f"Een automatische taak wordt herhaald: {called(node)}.",
                f"An automatic task loops: {called(node)}.",
            ),
            Text("Kijk of dat de bedoeling is.", "See whether that is what you want."),
        )
    if loop.kind == "standard":
        if loop.condition is None and loop.maximum is None:
            _loop_fault(
                node,
                faults,
                "De herhaling van {} heeft geen voorwaarde en geen maximum.",
                "The loop of {} has neither a condition nor a maximum.",
            )
    elif bool(loop.cardinality) == bool(loop.collection):
        _loop_fault(
            node,
            faults,
            "De herhaling van {} moet óf een lijst óf een aantal hebben.",
            "The multi-instance {} must have either a collection or a cardinality.",
        )


def _loop_fault(node: Node, faults: Faults, nl: str, en: str) -> None:
    faults.error(
        "loop-incomplete",
        node.id,
        Text(nl.format(called(node)), en.format(called(node))),
        Text(
            "Vul de lijst of het aantal in (bij een lus: een voorwaarde of een maximum).",
            "Fill in the collection or the cardinality (for a loop: a condition or a maximum).",
        ),
    )
