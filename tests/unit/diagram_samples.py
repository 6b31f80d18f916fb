"""Small diagrams for tests: nodes as XML, flows as one line each, the lists of flows filled in."""

# ruff: noqa: E501  # snippets of XML

from __future__ import annotations

import re

from lxml import etree

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
NAMESPACES = f"""
    xmlns="{BPMN}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core"
    xmlns:meldcode="urn:meldcode:bpmn:1" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
    xmlns:signavio="http://www.signavio.com"
    xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"
    xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI"
"""
FLOW = re.compile(r"(?P<id>[\w.]+): (?P<source>\S+) -> (?P<target>\S+)(?: \[(?P<condition>.*)\])?")
FORM = """
  <extensionElements><spiffworkflow:properties>
    <spiffworkflow:property name="formJsonSchemaFilename" value="forms/a.form"/>
  </spiffworkflow:properties></extensionElements>
"""


def user_task(key: str, more: str = "", inside: str = "") -> str:
    """A user task with a name and a form."""
    return f'<userTask id="{key}" name="Taak {key}" {more}>{FORM}{inside}</userTask>'


def timer(key: str, host: str, time: str = "P5D", more: str = 'meldcode:calendar="werkdagen"') -> str:
    """A non-interrupting reminder on the edge of `host`."""
    return f"""
      <boundaryEvent id="{key}" attachedToRef="{host}" cancelActivity="false"
                     meldcode:purpose="herinnering" {more}>
        <timerEventDefinition id="{key}_def"><timeDuration>{time}</timeDuration></timerEventDefinition>
      </boundaryEvent>
    """


def start_to_end(nodes: str, flows: str = "", *, task: str = "a") -> tuple[str, str]:
    """`start → task → end` around some nodes; more flows can be added."""
    around = f'<startEvent id="start"/>{nodes}<endEvent id="end"/>'
    return around, f"in: start -> {task}\nout: {task} -> end\n{flows}"


def bpmn(
    nodes: str,
    flows: str = "",
    *,
    head: str = "",
    lanes: str | None = None,
    process: str = "proces",
    executable: str = "true",
    more: str = "",
) -> bytes:
    """A `.bpmn` file with one process; without `lanes`, every node stands in the lane Leerkracht."""
    listed = [match for line in flows.splitlines() if (match := FLOW.fullmatch(line.strip()))]
    drawn = "".join(
        f'<sequenceFlow id="{f["id"]}" sourceRef="{f["source"]}" targetRef="{f["target"]}">'
        + (
            f'<conditionExpression xsi:type="tFormalExpression">{_escaped(f["condition"])}</conditionExpression>'
            if f["condition"]
            else ""
        )
        + "</sequenceFlow>"
        for f in listed
    )
    root = etree.fromstring(
        f'<definitions {NAMESPACES} id="defs" targetNamespace="urn:test">{head}'
        f'<process id="{process}" isExecutable="{executable}">{lanes or ""}{nodes}{drawn}</process>'
        f"{more}</definitions>"
    )
    _fill_in(root, listed)
    if lanes is None:
        _one_lane(root)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _fill_in(root: etree._Element, flows: list[re.Match[str]]) -> None:
    by_id = {element.get("id"): element for element in root.iter() if element.get("id")}
    for flow in flows:
        for place, name in (("source", "outgoing"), ("target", "incoming")):
            if flow[place] in by_id:
                reference = etree.SubElement(by_id[flow[place]], f"{{{BPMN}}}{name}")
                reference.text = flow["id"]


def _one_lane(root: etree._Element) -> None:
    process = root.find(f"{{{BPMN}}}process")
    assert process is not None
    lanes = etree.Element(f"{{{BPMN}}}laneSet", {"id": "lanes"})
    lane = etree.SubElement(lanes, f"{{{BPMN}}}lane", {"id": "lane_a", "name": "Leerkracht"})
    for child in process:
        name = etree.QName(child).localname
        if name.endswith(("Event", "Task", "task", "Gateway", "Process", "Activity", "transaction")):
            reference = etree.SubElement(lane, f"{{{BPMN}}}flowNodeRef")
            reference.text = child.get("id")
    process.insert(0, lanes)


def around(task: str, *, flows: str = "", more: str = "", key: str = "a", **options: str) -> bytes:
    """A diagram of start → `task` → end, with other nodes beside it."""
    nodes, drawn = start_to_end(task + more, flows, task=key)
    return bpmn(nodes, drawn, **options)


def choice(first: str, second: str, kind: str = "exclusiveGateway") -> bytes:
    """A gateway with two conditions and a default."""
    nodes = f"""
      <startEvent id="start"/><{kind} id="keuze" default="f3"/>
      {user_task("a")}{user_task("b")}{user_task("c")}<endEvent id="end"/>
    """
    flows = f"""
      f0: start -> keuze
      f1: keuze -> a [{first}]
      f2: keuze -> b [{second}]
      f3: keuze -> c
      f4: a -> end
      f5: b -> end
      f6: c -> end
    """
    return bpmn(nodes, flows)
