"""Checks on the elements of the file itself: what cannot run here, ids, references and lanes."""

from __future__ import annotations

import re
from collections import Counter

from lxml import etree

from meldcode.diagram.faults import Faults, reference
from meldcode.diagram.names import (
    EVENT_DEFINITION,
    FLOW_NODES,
    bpmn,
    own,
    words,
)
from meldcode.diagram.read import local_name, nearest_id
from meldcode.diagram.refusals import REFUSED, REFUSED_ADVICE
from meldcode.diagram.tags import tag_findings
from meldcode.messages import Text

RUNS = words(
    """
    definitions process extensionElements sequenceFlow conditionExpression incoming outgoing
    startEvent endEvent intermediateCatchEvent intermediateThrowEvent boundaryEvent
    userTask manualTask sendTask receiveTask businessRuleTask subProcess callActivity
    exclusiveGateway inclusiveGateway parallelGateway eventBasedGateway
    timerEventDefinition timeDuration timeCycle timeDate messageEventDefinition signalEventDefinition
    errorEventDefinition escalationEventDefinition terminateEventDefinition
    message signal error escalation
    standardLoopCharacteristics loopCondition multiInstanceLoopCharacteristics loopCardinality
    loopDataInputRef loopDataOutputRef inputDataItem outputDataItem completionCondition
    """
)
EXPLAINS = words(
    """
    laneSet lane childLaneSet flowNodeRef collaboration participant participantMultiplicity messageFlow
    documentation textAnnotation text association group category categoryValue dataObject dataState
    auditing monitoring dataInputAssociation dataOutputAssociation sourceRef targetRef
    """
)
# Parts of a drawn element that have an id of their own, which nobody can see in the diagram.
DETAILS = words(
    """
    script eventDefinitionRef complexBehaviorDefinition ioSpecification property rendering
    potentialOwner humanPerformer performer resourceRole supportedInterfaceRef operationRef
    correlationSubscription
    """
)

ID = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*")
# Names SpiffWorkflow gives to tasks of its own; with the same id a drawn element silently takes
# their place and the process comes out empty.
RESERVED = frozenset({"Start", "End", "Root", "StartEventSplit", "StartEventJoin"})
RESERVED_ENDINGS = (".EndJoin", ".BoundaryEventSplit", ".BoundaryEventJoin")
FORBIDDEN_NAME = "typename"  # a key of this name selects classes when a stored case is loaded


def element_findings(root: etree._Element, faults: Faults) -> None:
    """Everything that can be said about one element at a time."""
    _ids(root, faults)
    for element in root.iter():
        name = local_name(element)
        if name is None:
            continue
        _whitelist(element, name, faults)
        tag_findings(element, name, faults)
        _attributes(element, name, faults)
    _references(root, faults)
    _lanes(root, faults)


# --- ids ---------------------------------------------------------------------------------------------


def _ids(root: etree._Element, faults: Faults) -> None:
    seen: Counter[str] = Counter()
    items: set[str] = set()
    for element in root.iter():
        name = local_name(element)
        key = element.get("id")
        if key is None:
            if name in FLOW_NODES or name in {"sequenceFlow", "process", "lane"}:
                _missing_id(name, element, faults)
            continue
        # The item of a multi-instance task is a variable name; several tasks may use the same one.
        if name in {"inputDataItem", "outputDataItem"}:
            items.add(key)
            continue
        seen[key] += 1
        if name is not None:
            _odd_id(key, faults)
    for key, count in seen.items():
        if count > 1 or key in items:
            faults.error(
                "id-twice",
                key,
                Text(
                    f"Het id `{key}` komt meer dan één keer voor.", f"The id `{key}` occurs more than once."
                ),
                Text("Geef elk element een eigen id.", "Give each element an id of its own."),
            )


def _missing_id(name: str | None, element: etree._Element, faults: Faults) -> None:
    faults.error(
        "id-missing",
        nearest_id(element),
        Text(
            f"Een element `{name}` “{element.get('name', '')}” heeft geen id.",
            f"An element `{name}` “{element.get('name', '')}” has no id.",
        ),
        Text("Sla het diagram opnieuw op in de ontwerper.", "Save the diagram again in the designer."),
    )


def _odd_id(key: str, faults: Faults) -> None:
    if key in RESERVED or key.endswith(RESERVED_ENDINGS):
        faults.error(
            "id-reserved",
            key,
            Text(
                f"Het id `{key}` is gereserveerd: het proces zou stil leeg blijven.",
                f"The id `{key}` is reserved: the process would silently stay empty.",
            ),
            Text(f"Kies een ander id, bijvoorbeeld `{key.lower()}_1`.", "Choose another id."),
        )
    elif key.lower() == FORBIDDEN_NAME:
        _typename(key, faults)
    elif len(key) > 200 or not ID.fullmatch(key):
        faults.error(
            "id-odd",
            key,
            Text(f"Het id `{key}` bevat vreemde tekens.", f"The id `{key}` holds unusual characters."),
            Text(
                "Gebruik letters, cijfers, `_`, `-` en een punt tussen woorden; begin met een letter.",
                "Use letters, digits, `_`, `-` and a dot between words; begin with a letter.",
            ),
        )


def _typename(element: str | None, faults: Faults) -> None:
    faults.error(
        "name-typename",
        element,
        Text(
            "De naam `typename` mag nergens voorkomen: een zaak met die naam kan niet meer worden geopend.",
            "The name `typename` may not occur anywhere: a case that holds it cannot be opened again.",
        ),
        Text("Kies een andere naam.", "Choose another name."),
    )


# --- what may stand in a diagram ---------------------------------------------------------------------


def _whitelist(element: etree._Element, name: str, faults: Faults) -> None:
    if name in RUNS or name in EXPLAINS or _is_told_already(element):
        return
    owner = _owner(element) if name in DETAILS or name.endswith(EVENT_DEFINITION) else element
    key = nearest_id(owner)
    drawn = " ".join((owner.get("name") or "").split())
    label = f"“{drawn}”" if drawn else reference(key or "")
    if name in REFUSED:
        what, remedy = REFUSED[name]
        faults.error("unsupported", key, Text(what.nl.format(label), what.en.format(label)), remedy)
    elif name in REFUSED_ADVICE:
        what, remedy = REFUSED_ADVICE[name]
        faults.warning("not-executed", key, Text(what.nl.format(label), what.en.format(label)), remedy)
    else:
        faults.error(
            "unsupported",
            key,
            Text(
                f"Het onderdeel `{name}` ({label}) kan hier niet worden uitgevoerd.",
                f"The element `{name}` ({label}) cannot be executed here.",
            ),
            Text(
                "Haal het weg, of teken het met taken, gateways en gebeurtenissen.",
                "Remove it, or draw it with tasks, gateways and events.",
            ),
        )


def _is_told_already(element: etree._Element) -> bool:
    """Is this a part of an extension, or of something that has its own finding?"""
    for outer in element.iterancestors():
        name = local_name(outer)
        if name == "extensionElements":
            return True
        if name not in FLOW_NODES and (name in REFUSED or name in REFUSED_ADVICE):
            return True
    return False


def _owner(detail: etree._Element) -> etree._Element:
    """The drawn element a detail belongs to: a person looks for that one in the diagram."""
    for outer in detail.iterancestors():
        if local_name(outer) in FLOW_NODES or local_name(outer) == "process":
            return outer
    return detail


def _attributes(element: etree._Element, name: str, faults: Faults) -> None:
    key = element.get("id")
    if element.get("isForCompensation", "false").strip() in {"true", "1"}:
        what, remedy = REFUSED["compensateEventDefinition"]
        label = reference(key or "")
        faults.error("unsupported", key, Text(what.nl.format(label), what.en.format(label)), remedy)
    for attribute in ("startQuantity", "completionQuantity"):
        if element.get(attribute, "1").strip() != "1":
            faults.error(
                "quantity",
                key,
                Text(f"`{attribute}` werkt hier niet.", f"`{attribute}` does not work here."),
                Text(
                    "Haal het weg; gebruik een herhaalde taak (multi-instance).",
                    "Remove it; use a multi-instance task.",
                ),
            )
    if name == "eventBasedGateway" and (
        element.get("eventGatewayType", "Exclusive") != "Exclusive" or element.get("instantiate") == "true"
    ):
        faults.error(
            "event-gateway-kind",
            key,
            Text(
                "Deze gebeurtenisgateway is parallel of start een proces. Dat werkt hier niet.",
                "This event-based gateway is parallel or starts a process, which does not work here.",
            ),
            Text("Maak er een gewone gebeurtenisgateway van.", "Make it a plain event-based gateway."),
        )
    names = {(element.get(attribute) or "").strip().lower() for attribute in ("id", "name")}
    if name in {"inputDataItem", "outputDataItem", "message", "signal"} and FORBIDDEN_NAME in names:
        _typename(nearest_id(element), faults)


# --- references --------------------------------------------------------------------------------------


def _references(root: etree._Element, faults: Faults) -> None:
    """A node's `<incoming>` and `<outgoing>` lists must name exactly the flows that touch it."""
    drawn: set[tuple[str, str, str]] = set()
    for flow in root.iter(bpmn("sequenceFlow")):
        drawn.add((flow.get("sourceRef", ""), "outgoing", flow.get("id", "")))
        drawn.add((flow.get("targetRef", ""), "incoming", flow.get("id", "")))
    listed: set[tuple[str, str, str]] = set()
    nodes: list[str] = []
    for node in root.iter():
        if local_name(node) in FLOW_NODES and node.get("id"):
            nodes.append(node.get("id", ""))
            for item in node.iterchildren(bpmn("incoming"), bpmn("outgoing")):
                listed.add((nodes[-1], local_name(item) or "", (item.text or "").strip()))
    wrong: dict[str, set[str]] = {}
    for node_id, _, flow_id in drawn ^ listed:
        wrong.setdefault(node_id, set()).add(reference(flow_id))
    for key in nodes:
        if key in wrong:
            _wrong_lists(key, ", ".join(sorted(wrong[key])), faults)


def _wrong_lists(key: str, flows: str, faults: Faults) -> None:
    faults.error(
        "flow-lists",
        key,
        Text(
            f"De lijst van pijlen (incoming/outgoing) van {reference(key)} klopt niet: {flows}.",
            f"The list of flows (incoming/outgoing) of {reference(key)} is wrong: {flows}.",
        ),
        Text("Sla het diagram opnieuw op in de ontwerper.", "Save the diagram again in the designer."),
    )


def _lanes(root: etree._Element, faults: Faults) -> None:
    """A node stands in one lane; an outer lane may repeat the nodes of the lanes inside it."""
    lane_of: dict[str, etree._Element] = {}
    for lane in root.iter(bpmn("lane")):
        if not (lane.get("name") or "").strip() and not (lane.get(own("role")) or "").strip():
            faults.error(
                "lane-without-name",
                lane.get("id"),
                Text("Een baan heeft geen naam.", "A lane has no name."),
                Text("Schrijf in de baan wie er aan het werk is.", "Write in the lane who does the work."),
            )
        for listed in lane.iterchildren(bpmn("flowNodeRef")):
            node = (listed.text or "").strip()
            earlier = lane_of.get(node)
            if earlier is not None and earlier not in list(lane.iterancestors()):
                both = " / ".join(f"“{item.get('name', '')}”" for item in (earlier, lane))
                faults.error(
                    "lane-twice",
                    node,
                    Text(
                        f"{reference(node)} staat in twee banen: {both}.",
                        f"{reference(node)} stands in two lanes: {both}.",
                    ),
                    Text("Sleep de taak helemaal in één baan.", "Drag the task fully into one lane."),
                )
            lane_of[node] = lane
