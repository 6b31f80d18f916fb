"""Checks on the elements of the file itself: what cannot run here, ids, tags and foreign meaning."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterator

from lxml import etree

from meldcode.diagram.faults import Faults
from meldcode.diagram.model import CalendarKind, Purpose, StepKind
from meldcode.diagram.names import (
    ACTIVITIES,
    BPMN,
    EVENT_DEFINITION,
    FLOW_NODES,
    FORM_PROPERTY,
    KNOWN_NAMESPACES,
    MELDCODE,
    SPIFF,
    bpmn,
    own,
)
from meldcode.diagram.read import local_name
from meldcode.diagram.refusals import REFUSED, REFUSED_ADVICE
from meldcode.messages import Text


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


RUNS = _words(
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
EXPLAINS = _words(
    """
    laneSet lane childLaneSet flowNodeRef collaboration participant participantMultiplicity messageFlow
    documentation textAnnotation text association group category categoryValue dataObject dataState
    auditing monitoring dataInputAssociation dataOutputAssociation sourceRef targetRef
    """
)
# Programs store meaning of their own in a diagram: who does a task, which form it shows, what to run.
# None of it runs here, and a person who relied on it must hear that.
OTHER_ENGINES = (
    "http://camunda.org/schema/",
    "http://activiti.org/",
    "http://flowable.org/",
    "http://www.jboss.org/drools",
)
# Parts of a drawn element that have an id of their own, which nobody can see in the diagram.
DETAILS = _words(
    """
    script eventDefinitionRef complexBehaviorDefinition ioSpecification property rendering
    potentialOwner humanPerformer performer resourceRole supportedInterfaceRef operationRef
    correlationSubscription
    """
)
EDITOR = "http://camunda.org/schema/modeler/1.0"  # only says which program drew it
FOREIGN_MEANING = _words(
    """
    assignee candidateUsers candidateGroups formKey formRef formData formDefinition assignmentDefinition
    taskListener executionListener listener script inputOutput ioMapping connector taskDefinition
    class delegateExpression expression dueDate followUpDate decisionRef calledDecision
    """
)
HARMLESS_FOREIGN = frozenset(
    {"historyTimeToLive", "versionTag", "isStartableInTasklist", "userTask", "diagramRelationId"}
)
SPIFF_RUNS = frozenset({"properties", "property", "calledDecisionId", "instructionsForEndUser"})
SPIFF_SCRIPTS = frozenset({"preScript", "postScript", "script", "serviceTaskOperator"})

ID = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*")
KEY = re.compile(r"[a-z][a-z0-9-]{0,62}")
# Names SpiffWorkflow gives to tasks of its own; with the same id a drawn element silently takes
# their place and the process comes out empty.
RESERVED = frozenset({"Start", "End", "Root", "StartEventSplit", "StartEventJoin"})
RESERVED_ENDINGS = (".EndJoin", ".BoundaryEventSplit", ".BoundaryEventJoin")
FORBIDDEN_NAME = "typename"  # a key of this name selects classes when a stored case is loaded

TIMED = frozenset({"boundaryEvent", "intermediateCatchEvent", "startEvent"})
TAG_PLACES = {
    "step": ACTIVITIES,
    "role": ACTIVITIES | {"lane"},
    "calendar": TIMED,
    "purpose": TIMED,
    "mail": frozenset({"sendTask"}),
    "to": frozenset({"sendTask"}),
    "outcome": frozenset({"endEvent"}),
}


def element_findings(root: etree._Element, faults: Faults) -> None:
    """Everything that can be said about one element at a time."""
    _ids(root, faults)
    for element in root.iter():
        name = local_name(element)
        if name is None:
            continue
        _whitelist(element, name, faults)
        _tags(element, name, faults)
        _foreign(element, name, faults)
        if name == "extensionElements":
            _extensions(element, faults)
        _attributes(element, name, faults)
    _references(root, faults)
    _lanes(root, faults)


def nearest_id(element: etree._Element) -> str | None:
    """The id of the element or of the closest one around it that has one."""
    current: etree._Element | None = element
    while current is not None:
        if current.get("id"):
            return current.get("id")
        current = current.getparent()
    return None


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
    label = f"“{drawn}”" if drawn else f"`{key}`"
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
        faults.error("unsupported", key, Text(what.nl.format(f"`{key}`"), what.en.format(f"`{key}`")), remedy)
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


# --- our own tags ------------------------------------------------------------------------------------


def _tags(element: etree._Element, name: str, faults: Faults) -> None:
    key = nearest_id(element)
    for attribute, value in element.attrib.items():
        qualified = etree.QName(str(attribute))
        if qualified.namespace != MELDCODE:
            continue
        tag = qualified.localname
        if tag not in TAG_PLACES:
            _unknown("tag-unknown", key, f"meldcode:{tag}", tag, sorted(TAG_PLACES), faults)
        elif name not in TAG_PLACES[tag]:
            faults.error(
                "tag-place",
                key,
                Text(
                    f"`meldcode:{tag}` heeft geen betekenis op `{name}`.",
                    f"`meldcode:{tag}` has no meaning on `{name}`.",
                ),
                Text(
                    f"Zet het op: {', '.join(sorted(TAG_PLACES[tag]))}.",
                    f"Put it on: {', '.join(sorted(TAG_PLACES[tag]))}.",
                ),
            )
        else:
            _tag_value(tag, str(value), key, faults)


def _tag_value(tag: str, value: str, key: str | None, faults: Faults) -> None:
    known: dict[str, list[str]] = {
        "step": [*StepKind],
        "calendar": [*CalendarKind],
        "purpose": [*Purpose],
    }
    words = value.split() if tag == "step" else [value.strip()]
    for word in words or [""]:
        if tag in known:
            if word not in known[tag]:
                _unknown(f"{tag}-unknown", key, f"meldcode:{tag}", word, known[tag], faults)
        elif tag != "mail" and not KEY.fullmatch(word):
            faults.error(
                "tag-value",
                key,
                Text(
                    f"`{word}` kan niet bij `meldcode:{tag}` staan.",
                    f"`{word}` cannot be a value of `meldcode:{tag}`.",
                ),
                Text(
                    "Gebruik kleine letters, cijfers en streepjes.",
                    "Use lower-case letters, digits and hyphens.",
                ),
            )


def _unknown(code: str, key: str | None, where: str, word: str, known: list[str], faults: Faults) -> None:
    close = difflib.get_close_matches(word, known, n=1)
    meant_nl = f" Bedoelt u `{close[0]}`?" if close else ""
    meant_en = f" Do you mean `{close[0]}`?" if close else ""
    faults.error(
        code,
        key,
        Text(
            f"`{word}` is onbekend bij `{where}`.{meant_nl}", f"`{word}` is unknown to `{where}`.{meant_en}"
        ),
        Text(f"Kies uit: {', '.join(known)}.", f"Choose from: {', '.join(known)}."),
    )


# --- extensions --------------------------------------------------------------------------------------


def _extensions(container: etree._Element, faults: Faults) -> None:
    owner = container.getparent()
    owner_name = local_name(owner) if owner is not None else None
    key = nearest_id(container)
    for extension in container:
        qualified = etree.QName(extension)
        if qualified.namespace == MELDCODE:
            _unknown("tag-unknown", key, "extensionElements", qualified.localname, sorted(TAG_PLACES), faults)
        elif qualified.namespace == SPIFF:
            _spiff_extension(extension, qualified.localname, owner_name, key, faults)


def _spiff_extension(
    extension: etree._Element, name: str, owner: str | None, key: str | None, faults: Faults
) -> None:
    if name in SPIFF_SCRIPTS:
        faults.error(
            "script",
            key,
            Text(
                f"Hier hangt een script aan (`{name}`). Scripts uit een diagram worden nooit uitgevoerd.",
                f"A script hangs on this element (`{name}`). Scripts from a diagram are never run.",
            ),
            Text(
                "Haal het script weg; gebruik een formulier, een beslistabel of een voorwaarde.",
                "Remove the script; use a form, a decision table or a condition.",
            ),
        )
        return
    names = [item.get("name") or "" for item in extension] if name == "properties" else []
    misplaced = (name == "calledDecisionId" and owner != "businessRuleTask") or (
        FORM_PROPERTY in names and owner != "userTask"
    )
    ignored = [item for item in names if item != FORM_PROPERTY] if name in SPIFF_RUNS else [name]
    if misplaced:
        faults.error(
            "extension-place",
            key,
            Text(
                "Een formulier hoort bij een gebruikerstaak, een beslistabel bij een beslistaak.",
                "A form belongs to a user task, a decision table to a business rule task.",
            ),
            Text(
                "Verander het soort taak, of haal de koppeling weg.",
                "Change the task's type, or remove the link.",
            ),
        )
    if ignored:
        _not_run(key, ignored, faults)


def _foreign(element: etree._Element, name: str, faults: Faults) -> None:
    """Meaning of other programs on one BPMN element: said once, with all its names."""
    found = set(_foreign_attributes(element))
    if name == "extensionElements":
        found |= set(_foreign_elements(element))
    if found:
        _not_run(nearest_id(element), sorted(found), faults)


def _foreign_attributes(element: etree._Element) -> Iterator[str]:
    for attribute in element.attrib:
        qualified = etree.QName(str(attribute))
        if qualified.namespace and _has_meaning(qualified):
            yield qualified.localname


def _foreign_elements(container: etree._Element) -> Iterator[str]:
    for element in container.iterdescendants():
        qualified = etree.QName(element)
        if _has_meaning(qualified):
            yield qualified.localname


def _has_meaning(qualified: etree.QName) -> bool:
    namespace = qualified.namespace or BPMN
    if namespace in KNOWN_NAMESPACES or namespace == EDITOR or qualified.localname in HARMLESS_FOREIGN:
        return False
    return namespace.startswith(OTHER_ENGINES) or qualified.localname in FOREIGN_MEANING


def _not_run(key: str | None, names: list[str], faults: Faults) -> None:
    listed = ", ".join(f"`{name}`" for name in names)
    faults.warning(
        "extension-ignored",
        key,
        Text(
            f"Een ander programma heeft hier iets bij gezet dat niet wordt uitgevoerd: {listed}.",
            f"Another program added something here that will not run: {listed}.",
        ),
        Text(
            "Leg wie, welk formulier en wanneer vast met een baan, een formulier en een timer.",
            "Say who, which form and when with a lane, a form and a timer.",
        ),
    )


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
        wrong.setdefault(node_id, set()).add(f"`{flow_id}`")
    for key in nodes:
        if key in wrong:
            _wrong_lists(key, ", ".join(sorted(wrong[key])), faults)


def _wrong_lists(key: str, flows: str, faults: Faults) -> None:
    faults.error(
        "flow-lists",
        key,
        Text(
            f"De lijst van pijlen (incoming/outgoing) van `{key}` klopt niet: {flows}.",
            f"The list of flows (incoming/outgoing) of `{key}` is wrong: {flows}.",
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
        for reference in lane.iterchildren(bpmn("flowNodeRef")):
            node = (reference.text or "").strip()
            earlier = lane_of.get(node)
            if earlier is not None and earlier not in list(lane.iterancestors()):
                both = " / ".join(f"“{item.get('name', '')}”" for item in (earlier, lane))
                faults.error(
                    "lane-twice",
                    node,
                    Text(f"`{node}` staat in twee banen: {both}.", f"`{node}` stands in two lanes: {both}."),
                    Text("Sleep de taak helemaal in één baan.", "Drag the task fully into one lane."),
                )
            lane_of[node] = lane
