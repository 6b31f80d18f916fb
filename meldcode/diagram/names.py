"""The names a BPMN file is made of: namespaces, element names and our own attributes."""

from __future__ import annotations

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DI = "http://www.omg.org/spec/DD/20100524/DI"
SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"
MELDCODE = "urn:meldcode:bpmn:1"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
KNOWN_NAMESPACES = frozenset({BPMN, BPMNDI, DC, DI, SPIFF, MELDCODE, XSI})

FORM_PROPERTY = "formJsonSchemaFilename"
ACUTE_MESSAGE = "acuut"  # the message whose event subprocess is the route for acute danger

CONTAINERS = frozenset({"process", "subProcess", "transaction", "adHocSubProcess"})
TASKS = frozenset(
    {
        "task",
        "userTask",
        "manualTask",
        "sendTask",
        "receiveTask",
        "businessRuleTask",
        "serviceTask",
        "scriptTask",
    }
)
ACTIVITIES = TASKS | {"subProcess", "transaction", "adHocSubProcess", "callActivity"}
GATEWAYS = frozenset(
    {"exclusiveGateway", "inclusiveGateway", "parallelGateway", "eventBasedGateway", "complexGateway"}
)
EVENTS = frozenset(
    {"startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"}
)
FLOW_NODES = ACTIVITIES | GATEWAYS | EVENTS
HUMAN_TASKS = frozenset({"userTask", "manualTask"})
EVENT_DEFINITION = "EventDefinition"  # the ending of every event definition's element name


def bpmn(name: str) -> str:
    """`name` as an lxml tag in the BPMN namespace."""
    return f"{{{BPMN}}}{name}"


def spiff(name: str) -> str:
    """`name` as an lxml tag in SpiffWorkflow's namespace."""
    return f"{{{SPIFF}}}{name}"


def own(name: str) -> str:
    """`name` as an lxml attribute in our namespace."""
    return f"{{{MELDCODE}}}{name}"


def words(text: str) -> frozenset[str]:
    """The words of a text, for lists of names that are easier to read as prose."""
    return frozenset(text.split())
