"""From the bytes of a `.bpmn` file to a `Diagram`.

Reading is lenient: whatever can be read is read, also what cannot run here, so that the picture can
be drawn and every fault be named at its own element. What is wrong is said by `check.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from lxml import etree

from meldcode.diagram.model import (
    CalendarKind,
    Diagram,
    Flow,
    Lane,
    Loop,
    Node,
    Process,
    Purpose,
    StepKind,
    Timer,
)
from meldcode.diagram.names import (
    BPMN,
    CONTAINERS,
    EVENT_DEFINITION,
    EVENTS,
    FLOW_NODES,
    FORM_PROPERTY,
    bpmn,
    own,
    spiff,
)
from meldcode.diagram.xml import DiagramError, read_xml, unreadable
from meldcode.messages import Text

MAX_NODES = 1_000  # the checks compare nodes with each other
TIMER_KINDS = {"timeDuration": "duration", "timeCycle": "cycle", "timeDate": "date"}


def read_diagram(xml: bytes, file: str) -> Diagram:
    """Read one `.bpmn` file.

    `file` is its path inside the organisation's folder. Raises `DiagramError` (with `findings`) when
    the file is not safe XML, is not BPMN 2.0, or holds no process at all.
    """
    root = read_xml(xml, file)
    if root.tag != bpmn("definitions"):
        raise unreadable(
            "not-bpmn",
            file,
            Text("Dit bestand is geen BPMN 2.0-diagram.", "This file is not a BPMN 2.0 diagram."),
            Text(
                "Teken het in de ontwerper, of sla het op als BPMN 2.0 (.bpmn).",
                "Draw it in the designer, or save it as BPMN 2.0 (.bpmn).",
            ),
        )
    processes = _processes(root)
    if not processes:
        raise unreadable(
            "no-process",
            file,
            Text("Het diagram bevat geen proces.", "The diagram holds no process."),
            Text(
                "Teken ten minste een proces met een begin, een taak en een einde.",
                "Draw at least one process with a start, a task and an end.",
            ),
        )
    names = _Names.of(root)
    lanes: dict[str, Lane] = {}
    lane_of: dict[str, str] = {}
    nodes: dict[str, Node] = {}
    flows: dict[str, Flow] = {}
    for process in root.iterchildren(bpmn("process")):
        key = process.get("id")
        if not key:
            continue
        _read_lanes(process, key, lanes, lane_of)
        for container in _containers(process):
            _read_container(container, key, names, nodes, flows)
    if len(nodes) > MAX_NODES:
        raise _too_large(file)
    _connect(nodes, flows)
    _assign_roles(nodes, lanes, lane_of)
    return Diagram(
        file=file,
        xml=xml,
        processes=processes,
        lanes=lanes,
        nodes=nodes,
        flows=flows,
        messages=names.messages,
    )


def _too_large(file: str) -> DiagramError:
    return unreadable(
        "diagram-too-large",
        file,
        Text(
            f"Het diagram heeft meer dan {MAX_NODES} taken en gebeurtenissen.",
            f"The diagram has more than {MAX_NODES} tasks and events.",
        ),
        Text(
            "Verdeel het over meer diagrammen met een aangeroepen proces.",
            "Split it over several diagrams with a called process.",
        ),
    )


def slug(name: str) -> str:
    """A lane's name as a role key: lower case, blanks as `-` ("Intern begeleider" → intern-begeleider)."""
    return "-".join(name.lower().split())


def local_name(element: etree._Element) -> str | None:
    """The element's name when it is a BPMN element, else None."""
    prefix = f"{{{BPMN}}}"
    return element.tag[len(prefix) :] if element.tag.startswith(prefix) else None


def nearest_id(element: etree._Element) -> str | None:
    """The id of the element or of the closest one around it that has one."""
    current: etree._Element | None = element
    while current is not None:
        if current.get("id"):
            return current.get("id")
        current = current.getparent()
    return None


def feel_text(text: str | None) -> str | None:
    """An expression as drawn, without blanks around it and without its leading `=`."""
    stripped = (text or "").strip()
    stripped = stripped[1:].strip() if stripped.startswith("=") else stripped
    return stripped or None


def is_true(value: str | None) -> bool:
    """An XML Schema boolean (`true` or `1`)."""
    return (value or "").strip().lower() in {"true", "1"}


def event_definitions(event: etree._Element) -> list[etree._Element]:
    """The event definitions drawn on an event (an `eventDefinitionRef` counts as none)."""
    return [child for child in event if (local_name(child) or "").endswith(EVENT_DEFINITION)]


@dataclass(frozen=True, slots=True)
class _Names:
    """Names of the messages, signals, errors and escalations of one file, by id."""

    messages: Mapping[str, str]
    others: Mapping[str, str]

    @classmethod
    def of(cls, root: etree._Element) -> _Names:
        messages = {
            message.get("id", ""): (message.get("name") or "").strip()
            for message in root.iterchildren(bpmn("message"))
        }
        others: dict[str, str] = {}
        for tag, attribute in (("signal", "name"), ("error", "errorCode"), ("escalation", "escalationCode")):
            for item in root.iterchildren(bpmn(tag)):
                others[item.get("id", "")] = (item.get(attribute) or item.get("name") or "").strip()
        return cls(messages, others)

    def of_event(self, definition: etree._Element) -> str | None:
        reference = definition.get("messageRef")
        if reference is not None:
            return self.messages.get(reference) or None
        for attribute in ("signalRef", "errorRef", "escalationRef"):
            reference = definition.get(attribute)
            if reference is not None:
                return self.others.get(reference) or None
        return (definition.get("name") or "").strip() or None  # a link carries its own name


def _processes(root: etree._Element) -> dict[str, Process]:
    processes: dict[str, Process] = {}
    for element in root.iterchildren(bpmn("process")):
        key = element.get("id")
        if key and key not in processes:
            processes[key] = Process(
                key, (element.get("name") or "").strip(), is_true(element.get("isExecutable"))
            )
    return processes


def _containers(process: etree._Element) -> Iterator[etree._Element]:
    yield process
    for element in process.iterdescendants():
        if local_name(element) in CONTAINERS and element.get("id"):
            yield element


def _read_lanes(process: etree._Element, key: str, lanes: dict[str, Lane], lane_of: dict[str, str]) -> None:
    # Document order visits outer lanes before the lanes inside them, so the innermost lane wins.
    for element in process.iterdescendants(bpmn("lane")):
        lane_id = element.get("id")
        if not lane_id:
            continue
        name = (element.get("name") or "").strip()
        role = (element.get(own("role")) or "").strip() or slug(name)
        lanes.setdefault(lane_id, Lane(lane_id, name, role, key))
        for reference in element.iterchildren(bpmn("flowNodeRef")):
            lane_of[(reference.text or "").strip()] = lane_id


def _read_container(
    container: etree._Element, process: str, names: _Names, nodes: dict[str, Node], flows: dict[str, Flow]
) -> None:
    parent = container.get("id", "")
    for child in container:
        kind = local_name(child)
        key = child.get("id")
        if kind is None or not key:
            continue
        if kind in FLOW_NODES and key not in nodes:
            nodes[key] = _node(child, kind, process, parent, names)
        elif kind == "sequenceFlow" and key not in flows:
            flows[key] = Flow(
                id=key,
                name=_label(child),
                source=child.get("sourceRef", ""),
                target=child.get("targetRef", ""),
                process=process,
                condition=feel_text(child.findtext(bpmn("conditionExpression"))),
            )


def _node(element: etree._Element, kind: str, process: str, parent: str, names: _Names) -> Node:
    event, event_name, timer = _event(element, kind, names)
    return Node(
        id=element.get("id", ""),
        kind=kind,
        name=_label(element),
        process=process,
        parent=parent,
        role=_own(element, "role"),
        steps=_steps(element),
        form=_form(element),
        decision=_extension(element, "calledDecisionId"),
        instructions=_extension(element, "instructionsForEndUser"),
        mail=_own(element, "mail"),
        to=_own(element, "to"),
        outcome=_own(element, "outcome"),
        event=event,
        event_name=event_name,
        timer=timer,
        attached_to=element.get("attachedToRef"),
        interrupting=_interrupting(element, kind),
        triggered_by_event=is_true(element.get("triggeredByEvent")),
        default_flow=element.get("default"),
        called_element=(element.get("calledElement") or "").strip() or None,
        loop=_loop(element),
    )


def _label(element: etree._Element) -> str:
    return " ".join((element.get("name") or "").split())


def _own(element: etree._Element, name: str) -> str | None:
    return (element.get(own(name)) or "").strip() or None


def _steps(element: etree._Element) -> frozenset[StepKind]:
    drawn = (element.get(own("step")) or "").split()
    return frozenset(StepKind(step) for step in drawn if step in set(StepKind))


def _extension(element: etree._Element, name: str) -> str | None:
    text = element.findtext(f"{bpmn('extensionElements')}/{spiff(name)}")
    return (text or "").strip() or None


def _form(element: etree._Element) -> str | None:
    path = f"{bpmn('extensionElements')}/{spiff('properties')}/{spiff('property')}"
    for item in element.iterfind(path):
        if item.get("name") == FORM_PROPERTY:
            return (item.get("value") or "").strip() or None
    return None


def _interrupting(element: etree._Element, kind: str) -> bool:
    attribute = {"boundaryEvent": "cancelActivity", "startEvent": "isInterrupting"}.get(kind)
    return attribute is None or is_true(element.get(attribute, "true"))


def _event(element: etree._Element, kind: str, names: _Names) -> tuple[str | None, str | None, Timer | None]:
    """What an event (or a send or receive task) waits for or throws: its kind, name and timer."""
    if kind in {"sendTask", "receiveTask"}:
        name = names.of_event(element) if element.get("messageRef") else None
        return ("message" if name else None), name, None
    definitions = event_definitions(element) if kind in EVENTS else []
    if not definitions:
        return None, None, None
    if len(definitions) > 1:
        return "multiple", None, None
    definition = definitions[0]
    event = (local_name(definition) or "").removesuffix(EVENT_DEFINITION)
    if event == "timer":
        return event, None, _timer(element, definition)
    return event, names.of_event(definition), None


def _timer(event: etree._Element, definition: etree._Element) -> Timer | None:
    calendar = _own(event, "calendar")
    purpose = _own(event, "purpose")
    for child in definition:
        kind = TIMER_KINDS.get(local_name(child) or "")
        if kind:
            return Timer(
                kind=kind,
                text=(child.text or "").strip(),
                calendar=CalendarKind(calendar) if calendar in set(CalendarKind) else None,
                purpose=Purpose(purpose) if purpose in set(Purpose) else None,
            )
    return None


def _loop(element: etree._Element) -> Loop | None:
    standard = element.find(bpmn("standardLoopCharacteristics"))
    if standard is not None:
        maximum = (standard.get("loopMaximum") or "").strip()
        return Loop(
            kind="standard",
            condition=feel_text(standard.findtext(bpmn("loopCondition"))),
            maximum=int(maximum) if re.fullmatch(r"[0-9]{1,6}", maximum) else None,
            test_before=is_true(standard.get("testBefore")),
        )
    multi = element.find(bpmn("multiInstanceLoopCharacteristics"))
    if multi is None:
        return None
    return Loop(
        kind="sequential" if is_true(multi.get("isSequential")) else "parallel",
        cardinality=feel_text(multi.findtext(bpmn("loopCardinality"))),
        collection=feel_text(multi.findtext(bpmn("loopDataInputRef"))),
        item=_item(multi, "inputDataItem"),
        output_collection=feel_text(multi.findtext(bpmn("loopDataOutputRef"))),
        output_item=_item(multi, "outputDataItem"),
        condition=feel_text(multi.findtext(bpmn("completionCondition"))),
    )


def _item(multi: etree._Element, name: str) -> str | None:
    # SpiffWorkflow names the variable after the item's id, not after its name.
    item = multi.find(bpmn(name))
    return None if item is None else item.get("id") or item.get("name")


def _connect(nodes: dict[str, Node], flows: Mapping[str, Flow]) -> None:
    # The flows' own source and target count; the `<incoming>`/`<outgoing>` lists of a file may lie.
    incoming: dict[str, list[str]] = {}
    outgoing: dict[str, list[str]] = {}
    for flow in flows.values():
        outgoing.setdefault(flow.source, []).append(flow.id)
        incoming.setdefault(flow.target, []).append(flow.id)
    for key, node in nodes.items():
        nodes[key] = replace(
            node, incoming=tuple(incoming.get(key, ())), outgoing=tuple(outgoing.get(key, ()))
        )


def _assign_roles(nodes: dict[str, Node], lanes: Mapping[str, Lane], lane_of: Mapping[str, str]) -> None:
    """Give every node its lane and role; what has none takes them from its host or its subprocess."""
    done: set[str] = set()

    def around(node: Node) -> str:
        host = nodes.get(node.attached_to or "")
        return host.id if host is not None and host.kind != "boundaryEvent" else node.parent

    def resolve(key: str, trail: tuple[str, ...]) -> Node:
        node = nodes[key]
        if key in done or key in trail:
            return node
        above = around(node)
        outer = resolve(above, (*trail, key)) if above in nodes else None
        lane = lane_of.get(key) or (outer.lane if outer else None)
        role = node.role
        if role is None and lane_of.get(key) in lanes:
            role = lanes[lane_of[key]].role
        if role is None and outer is not None:
            role = outer.role
        nodes[key] = replace(node, lane=lane, role=role or None)
        done.add(key)
        return nodes[key]

    for key in list(nodes):
        resolve(key, ())
