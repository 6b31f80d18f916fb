"""Small BPMN diagrams for the engine's tests, drawn in code and read by the real reader.

`Drawing` collects elements and flows of one process or subprocess; `xml()` is the file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

NAMESPACES = (
    'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:meldcode="urn:meldcode:bpmn:1" targetNamespace="urn:test"'
)


@dataclass
class Drawing:
    """One scope. Elements are drawn in the order in which they are added."""

    id: str = "proces"
    elements: list[str] = field(default_factory=list)
    flows: list[str] = field(default_factory=list)
    definitions: list[str] = field(default_factory=list)
    arrows: int = 0

    def add(self, kind: str, key: str, inner: str = "", **attributes: str) -> str:
        """An element; attributes in Python spelling (`meldcode_mail` → `meldcode:mail`)."""
        written = "".join(
            f" {name.replace('_', ':', 1) if name.startswith('meldcode_') else name}={quoteattr(value)}"
            for name, value in attributes.items()
        )
        self.elements.append(f"<bpmn:{kind} id={quoteattr(key)}{written}>{inner}</bpmn:{kind}>")
        return key

    def flow(self, source: str, target: str, condition: str | None = None, key: str | None = None) -> str:
        """A sequence flow; the key is made up when none is given."""
        self.arrows += 1
        key = key or f"pijl_{self.id}_{self.arrows}"
        inner = ""
        if condition is not None:
            kind = 'xsi:type="bpmn:tFormalExpression"'
            inner = f"<bpmn:conditionExpression {kind}>{escape(condition)}</bpmn:conditionExpression>"
        ends = f'id="{key}" sourceRef="{source}" targetRef="{target}"'
        self.flows.append(f"<bpmn:sequenceFlow {ends}>{inner}</bpmn:sequenceFlow>")
        return key

    def chain(self, *keys: str) -> None:
        """Flows from each to the next."""
        for source, target in pairwise(keys):
            self.flow(source, target)

    def start(self, key: str = "begin") -> str:
        return self.add("startEvent", key)

    def end(self, key: str = "einde", inner: str = "", **attributes: str) -> str:
        return self.add("endEvent", key, inner, **attributes)

    def task(self, key: str, inner: str = "", **attributes: str) -> str:
        return self.add("userTask", key, inner, **{"name": key, "meldcode_role": "leerkracht", **attributes})

    def mail(self, key: str, to: str = "leerkracht", template: str = "herinnering") -> str:
        return self.add("sendTask", key, meldcode_mail=template, meldcode_to=to)

    def decision(self, key: str, table: str) -> str:
        called = f"<spiffworkflow:calledDecisionId>{table}</spiffworkflow:calledDecisionId>"
        inner = f"<bpmn:extensionElements>{called}</bpmn:extensionElements>"
        return self.add("businessRuleTask", key, inner)

    def timer(
        self,
        key: str,
        text: str,
        on: str | None = None,
        kind: str = "timeDuration",
        calendar: str = "klok",
        purpose: str | None = None,
        interrupting: bool = False,
    ) -> str:
        """A boundary timer on `on`, or an intermediate one."""
        time = f"<bpmn:{kind}>{escape(text)}</bpmn:{kind}>"
        inner = f"<bpmn:timerEventDefinition>{time}</bpmn:timerEventDefinition>"
        tags = {"meldcode_calendar": calendar} | ({"meldcode_purpose": purpose} if purpose else {})
        if on is None:
            return self.add("intermediateCatchEvent", key, inner, **tags)
        return self.boundary(key, on, inner, interrupting, **tags)

    def boundary(self, key: str, on: str, inner: str, interrupting: bool, **attributes: str) -> str:
        edge = {"attachedToRef": on, "cancelActivity": "true" if interrupting else "false"}
        return self.add("boundaryEvent", key, inner, **edge, **attributes)

    def reminder(self, key: str, text: str, on: str, to: str = "leerkracht", **options: str) -> None:
        """A non-interrupting timer whose path is one mail."""
        options = {"purpose": "herinnering", **options}
        self.timer(key, text, on, **options)  # type: ignore[arg-type]
        self.mail(f"{key}_mail", to)
        self.end(f"{key}_einde")
        self.chain(key, f"{key}_mail", f"{key}_einde")

    def event(self, kind: str, name: str) -> str:
        """The inside of an event that waits for or throws a message, signal, error or escalation."""
        code = {"error": "errorCode", "escalation": "escalationCode"}.get(kind, "name")
        key = f"{kind}_{name}"
        definition = f'<bpmn:{kind} id="{key}" name={quoteattr(name)} {code}={quoteattr(name)}/>'
        if kind == "message" or kind == "signal":
            definition = f'<bpmn:{kind} id="{key}" name={quoteattr(name)}/>'
        if definition not in self.definitions:
            self.definitions.append(definition)
        return f'<bpmn:{kind}EventDefinition {kind}Ref="{key}"/>'

    def gateway(self, kind: str, key: str, **attributes: str) -> str:
        return self.add(f"{kind}Gateway", key, **attributes)

    def inside(self, inner: Drawing, kind: str = "subProcess", extra: str = "", **attributes: str) -> str:
        """`inner` as a subprocess of this scope."""
        self.definitions += [item for item in inner.definitions if item not in self.definitions]
        return self.add(kind, inner.id, extra + inner.body(), **attributes)

    def body(self) -> str:
        return "".join(self.elements + self.flows)

    def process(self) -> str:
        return f'<bpmn:process id="{self.id}" isExecutable="true">{self.body()}</bpmn:process>'

    def xml(self, *others: Drawing) -> bytes:
        """The file, with other processes beside this one."""
        drawings = (self, *others)
        definitions = list(dict.fromkeys(item for drawing in drawings for item in drawing.definitions))
        inside = "".join(definitions) + "".join(drawing.process() for drawing in drawings)
        return f"<bpmn:definitions {NAMESPACES}>{inside}</bpmn:definitions>".encode()


def line(key: str = "proces") -> Drawing:
    drawing = Drawing(key)
    drawing.start(f"{key}_begin" if key != "proces" else "begin")
    return drawing


def times(kind: str, **parts: str) -> str:
    """Multi-instance characteristics: `collection`, `item`, `cardinality`, `into`, `output`, `until`."""
    inner = ""
    if "cardinality" in parts:
        inner += f"<bpmn:loopCardinality>{escape(parts['cardinality'])}</bpmn:loopCardinality>"
    if "collection" in parts:
        inner += f"<bpmn:loopDataInputRef>{parts['collection']}</bpmn:loopDataInputRef>"
    if "into" in parts:
        inner += f"<bpmn:loopDataOutputRef>{parts['into']}</bpmn:loopDataOutputRef>"
    if "item" in parts:
        inner += f'<bpmn:inputDataItem id="{parts["item"]}"/>'
    if "output" in parts:
        inner += f'<bpmn:outputDataItem id="{parts["output"]}"/>'
    if "until" in parts:
        inner += f"<bpmn:completionCondition>{escape(parts['until'])}</bpmn:completionCondition>"
    tag = "bpmn:multiInstanceLoopCharacteristics"
    sequential = "true" if kind == "sequential" else "false"
    return f'<{tag} isSequential="{sequential}">{inner}</{tag}>'


def loop(condition: str | None = None, maximum: int | None = None, before: bool = False) -> str:
    """Standard loop characteristics."""
    limit = f' loopMaximum="{maximum}"' if maximum else ""
    test = ' testBefore="true"' if before else ""
    inner = f"<bpmn:loopCondition>{escape(condition)}</bpmn:loopCondition>" if condition else ""
    return f"<bpmn:standardLoopCharacteristics{limit}{test}>{inner}</bpmn:standardLoopCharacteristics>"
