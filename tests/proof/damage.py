"""An organisation's folder that can be damaged: small edits of its files, each sure to have an effect."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lxml import etree

from meldcode.definition import Version, read_files

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
TAGS = "urn:meldcode:bpmn:1"
ROOT = Path(__file__).resolve().parents[2]


class Folder:
    """The files of `processes/<name>`, to be edited by id. An edit that finds nothing fails."""

    def __init__(self, name: str) -> None:
        root = ROOT / "processes" / name
        self.files = {
            path.relative_to(root).as_posix(): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file() and not path.name.startswith(".")
        }
        self.trees: dict[str, Any] = {}

    def version(self) -> Version:
        for path, tree in self.trees.items():
            self.files[path] = etree.tostring(tree, xml_declaration=True, encoding="UTF-8")
        return read_files(self.files)

    # --- diagrams ------------------------------------------------------------------------------------

    def tree(self, path: str = "meldcode.bpmn") -> Any:
        if path not in self.trees:
            self.trees[path] = etree.fromstring(self.files[path])
        return self.trees[path]

    def element(self, key: str, path: str = "meldcode.bpmn") -> Any:
        (found,) = self.tree(path).xpath("//*[@id=$key]", key=key)
        return found

    def retarget(self, flow: str, target: str) -> None:
        """Let a flow lead elsewhere."""
        element = self.element(flow)
        old = element.get("targetRef")
        for incoming in self.element(old).findall(f"{{{BPMN}}}incoming"):
            if incoming.text == flow:
                incoming.getparent().remove(incoming)
        element.set("targetRef", target)
        self._listed(target, "incoming", flow)

    def _listed(self, node: str, kind: str, flow: str) -> None:
        listed = etree.Element(f"{{{BPMN}}}{kind}")
        listed.text = flow
        place = 1 if self.element(node).find(f"{{{BPMN}}}extensionElements") is not None else 0
        self.element(node).insert(place, listed)

    def condition(self, flow: str, text: str) -> None:
        element = self.element(flow)
        (found,) = element.findall(f"{{{BPMN}}}conditionExpression")
        assert found.text != text
        found.text = text

    def swap_default(self, gateway: str, default: str, conditions: dict[str, str]) -> None:
        """Make another flow the default; the others get these conditions."""
        self.element(gateway).set("default", default)
        for found in self.element(default).findall(f"{{{BPMN}}}conditionExpression"):
            found.getparent().remove(found)
        for flow, text in conditions.items():
            for found in self.element(flow).findall(f"{{{BPMN}}}conditionExpression"):
                found.getparent().remove(found)
            made = etree.SubElement(self.element(flow), f"{{{BPMN}}}conditionExpression")
            made.set("{http://www.w3.org/2001/XMLSchema-instance}type", "bpmn:tFormalExpression")
            made.text = text

    def tag(self, node: str, name: str, value: str | None) -> None:
        """Set one of our attributes, or take it away."""
        key = f"{{{TAGS}}}{name}"
        element = self.element(node)
        assert element.get(key) != value
        if value is None:
            del element.attrib[key]
        else:
            element.set(key, value)

    def attribute(self, node: str, name: str, value: str) -> None:
        element = self.element(node)
        assert element.get(name) != value
        element.set(name, value)

    def lane(self, node: str, lane: str) -> None:
        """Move a node to another lane."""
        for listed in self.tree().iter(f"{{{BPMN}}}flowNodeRef"):
            if listed.text == node:
                listed.getparent().remove(listed)
                break
        made = etree.SubElement(self.element(lane), f"{{{BPMN}}}flowNodeRef")
        made.text = node

    def duration(self, timer: str, text: str) -> None:
        (found,) = self.element(timer).iter(f"{{{BPMN}}}timeDuration")
        assert found.text != text
        found.text = text

    def remove(self, *keys: str) -> None:
        """Take elements away, with the flows at them and everything that names them."""
        gone = set(keys)
        for flow in self.tree().iter(f"{{{BPMN}}}sequenceFlow"):
            if flow.get("sourceRef") in gone or flow.get("targetRef") in gone:
                gone.add(flow.get("id"))
        for element in list(self.tree().iter()):
            named = element.get("id") in gone or element.get("bpmnElement") in gone
            if (named or (element.text or "").strip() in gone) and element.getparent() is not None:
                element.getparent().remove(element)

    def insert_task(self, flow: str, key: str, lane: str, **tags: str) -> None:
        """Put a new task on a flow: the flow leads to it, a new flow on from it."""
        target = self.element(flow).get("targetRef")
        process = self.element(flow).getparent()
        task = etree.SubElement(process, f"{{{BPMN}}}userTask", id=key, name=key)
        for name, value in tags.items():
            task.set(f"{{{TAGS}}}{name}", value)
        self.lane(key, lane)
        self.retarget(flow, key)
        self.flow(f"van_{key}", key, target)

    def flow(self, key: str, source: str, target: str, condition: str | None = None) -> None:
        process = self.element(source).getparent()
        made = etree.SubElement(
            process, f"{{{BPMN}}}sequenceFlow", id=key, sourceRef=source, targetRef=target
        )
        if condition:
            text = etree.SubElement(made, f"{{{BPMN}}}conditionExpression")
            text.set("{http://www.w3.org/2001/XMLSchema-instance}type", "bpmn:tFormalExpression")
            text.text = condition
        self._listed(source, "outgoing", key)
        self._listed(target, "incoming", key)

    def add(self, kind: str, key: str, lane: str, beside: str, **attributes: str) -> None:
        """A new element in the scope of another."""
        etree.SubElement(self.element(beside).getparent(), f"{{{BPMN}}}{kind}", {"id": key, **attributes})
        self.lane(key, lane)

    def form_of(self, node: str, path: str) -> None:
        """Give a task this form."""
        spiff = "http://spiffworkflow.org/bpmn/schema/1.0/core"
        extension = etree.Element(f"{{{BPMN}}}extensionElements")
        properties = etree.SubElement(extension, f"{{{spiff}}}properties")
        etree.SubElement(properties, f"{{{spiff}}}property", name="formJsonSchemaFilename", value=path)
        self.element(node).insert(0, extension)

    # --- forms, tables, texts ------------------------------------------------------------------------

    def form(self, path: str, change: Callable[[dict[str, Any]], None]) -> None:
        read = json.loads(self.files[path])
        before = json.dumps(read)
        change(read)
        assert json.dumps(read) != before
        self.files[path] = json.dumps(read).encode()

    def text(self, path: str, old: str, new: str) -> None:
        data = self.files[path].decode()
        assert old in data
        self.files[path] = data.replace(old, new).encode()

    def rules(self, path: str, order: Callable[[list[Any]], list[Any]]) -> None:
        """Change the rules of a table: take some away, or put them in another order."""
        tree = self.tree(path)
        found = [element for element in tree.iter() if etree.QName(element).localname == "rule"]
        table = found[0].getparent()
        kept = order(list(found))
        assert [one.get("id") for one in kept] != [one.get("id") for one in found]
        for element in found:
            table.remove(element)
        table.extend(kept)

    def cell(self, path: str, cell: str, text: str) -> None:
        (found,) = [one for one in self.element(cell, path) if etree.QName(one).localname == "text"]
        assert found.text != text
        found.text = text


def component(form: dict[str, Any], key: str) -> dict[str, Any]:
    """The question with this key."""
    todo = list(form["components"])
    while todo:
        one = todo.pop()
        if one.get("key") == key:
            found: dict[str, Any] = one
            return found
        todo += one.get("components", [])
    raise AssertionError(f"no question {key}")
