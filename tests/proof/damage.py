"""An organisation's folder that can be changed: small edits of its files, each sure to have an effect."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from meldcode.definition import Version, read_files

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
TAGS = "urn:meldcode:bpmn:1"
SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"
ROOT = Path(__file__).resolve().parents[2]
ORGANISATIONS = tuple(sorted(path.name for path in (ROOT / "processes").iterdir() if path.is_dir()))


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

    def diagrams(self) -> Iterator[Any]:
        for path in list(self.files):
            if path.endswith(".bpmn"):
                yield self.tree(path)

    def element(self, key: str, path: str | None = None) -> Any:
        trees = [self.tree(path)] if path else list(self.diagrams())
        (found,) = [one for tree in trees for one in tree.xpath("//*[@id=$key]", key=key)]
        return found

    def retarget(self, flow: str, target: str) -> None:
        """Let a flow lead elsewhere."""
        element = self.element(flow)
        assert element.get("targetRef") != target
        for incoming in self.element(element.get("targetRef")).findall(f"{{{BPMN}}}incoming"):
            if incoming.text == flow:
                incoming.getparent().remove(incoming)
        element.set("targetRef", target)
        self._listed(target, "incoming", flow)

    def _listed(self, node: str, kind: str, flow: str) -> None:
        listed = etree.Element(f"{{{BPMN}}}{kind}")
        listed.text = flow
        place = 1 if self.element(node).find(f"{{{BPMN}}}extensionElements") is not None else 0
        self.element(node).insert(place, listed)

    def condition(self, flow: str, change: Callable[[str], str] | None) -> None:
        """Rewrite a condition; None takes it away."""
        element = self.element(flow)
        (found,) = element.findall(f"{{{BPMN}}}conditionExpression")
        if change is None:
            element.remove(found)
            return
        before = found.text
        found.text = change(before)
        assert found.text != before

    def conditioned(self, flow: str, text: str) -> None:
        """Give a flow that has none a condition."""
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

    def kind(self, node: str, kind: str) -> None:
        """Make another kind of element of it."""
        element = self.element(node)
        assert etree.QName(element).localname != kind
        element.tag = f"{{{BPMN}}}{kind}"
        element.attrib.pop("default", None)

    def duration(self, timer: str, text: str) -> None:
        (found,) = self.element(timer).iter(f"{{{BPMN}}}timeDuration")
        assert found.text != text
        found.text = text

    def remove(self, *keys: str) -> None:
        """Take elements away, with the flows at them and everything that names them."""
        gone = set(keys)
        for tree in self.diagrams():
            for flow in tree.iter(f"{{{BPMN}}}sequenceFlow"):
                if flow.get("sourceRef") in gone or flow.get("targetRef") in gone:
                    gone.add(flow.get("id"))
            for element in list(tree.iter()):
                named = element.get("id") in gone or element.get("bpmnElement") in gone
                if (named or (element.text or "").strip() in gone) and element.getparent() is not None:
                    element.getparent().remove(element)

    def add(self, kind: str, key: str, beside: str, role: str | None = None, **attributes: str) -> None:
        """A new element in the scope and the lane of another."""
        made = etree.SubElement(
            self.element(beside).getparent(), f"{{{BPMN}}}{kind}", {"id": key, **attributes}
        )
        for tree in self.diagrams():
            for listed in list(tree.iter(f"{{{BPMN}}}flowNodeRef")):
                if (listed.text or "").strip() == beside:
                    etree.SubElement(listed.getparent(), f"{{{BPMN}}}flowNodeRef").text = key
        if role:
            made.set(f"{{{TAGS}}}role", role)

    def flow(self, key: str, source: str, target: str, condition: str | None = None) -> None:
        process = self.element(source).getparent()
        etree.SubElement(process, f"{{{BPMN}}}sequenceFlow", id=key, sourceRef=source, targetRef=target)
        if condition:
            self.conditioned(key, condition)
        self._listed(source, "outgoing", key)
        self._listed(target, "incoming", key)

    def task(self, flow: str, key: str, role: str, questions: list[dict[str, Any]], steps: str = "") -> None:
        """Put a new task with a form on a flow: the flow leads to it, a new flow on from it."""
        target = self.element(flow).get("targetRef")
        self.add("userTask", key, target, role, name=key)
        if steps:
            self.tag(key, "step", steps)
        form = {"type": "default", "id": key, "schemaVersion": 19, "components": questions}
        self.files[f"forms/{key}.form"] = json.dumps(form).encode()
        self.form_of(key, f"forms/{key}.form")
        self.retarget(flow, key)
        self.flow(f"van_{key}", key, target)

    def timer(self, key: str, on: str, target: str, text: str, *, interrupting: bool) -> None:
        """A timer on the edge of a task."""
        edge = {"attachedToRef": on, "cancelActivity": "true" if interrupting else "false"}
        self.add("boundaryEvent", key, on, **edge)
        self.tag(key, "calendar", "werkdagen")
        self.tag(key, "purpose", "termijn")
        self.clock(key, text)
        self.flow(f"van_{key}", key, target)

    def clock(self, event: str, text: str) -> None:
        """Let an event wait for a duration."""
        made = etree.SubElement(self.element(event), f"{{{BPMN}}}timerEventDefinition", id=f"{event}_tijd")
        etree.SubElement(made, f"{{{BPMN}}}timeDuration").text = text

    def form_of(self, node: str, path: str) -> None:
        """Give a task this form."""
        extension = etree.Element(f"{{{BPMN}}}extensionElements")
        properties = etree.SubElement(extension, f"{{{SPIFF}}}properties")
        etree.SubElement(properties, f"{{{SPIFF}}}property", name="formJsonSchemaFilename", value=path)
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

    def cell(self, path: str, rule: int, place: int, text: str) -> None:
        """Write a test of a table; rule and place count from 0."""
        rows = [element for element in self.tree(path).iter() if etree.QName(element).localname == "rule"]
        cells = [one for one in rows[rule] if etree.QName(one).localname == "inputEntry"]
        (found,) = [one for one in cells[place] if etree.QName(one).localname == "text"]
        assert found.text != text
        found.text = text


def questions(form: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every component of a form at any depth."""
    todo = list(form["components"])
    while todo:
        one = todo.pop()
        yield one
        todo += one.get("components", [])


def component(form: dict[str, Any], key: str) -> dict[str, Any]:
    """The question with this key."""
    return next(one for one in questions(form) if one.get("key") == key)
