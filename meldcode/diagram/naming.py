"""What people call an element of a drawing: its name, or its kind and the named elements around it.

Nobody sees ids: a choice without a name is *de keuze tussen “Wegen” en “Melden”*.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from meldcode.diagram.model import Diagram, Flow, Node
from meldcode.messages import Text

KINDS: Mapping[str, Text] = {
    "userTask": Text("de taak", "the task"),
    "manualTask": Text("de taak", "the task"),
    "task": Text("de taak", "the task"),
    "sendTask": Text("de mail", "the mail"),
    "receiveTask": Text("de taak die op een bericht wacht", "the task that waits for a message"),
    "businessRuleTask": Text("de beslistabel", "the decision table"),
    "serviceTask": Text("de taak van een ander systeem", "the task of another system"),
    "scriptTask": Text("het script", "the script"),
    "callActivity": Text("de zijroute", "the side route"),
    "subProcess": Text("het deelproces", "the subprocess"),
    "exclusiveGateway": Text("de keuze", "the choice"),
    "inclusiveGateway": Text("de keuze", "the choice"),
    "complexGateway": Text("de keuze", "the choice"),
    "parallelGateway": Text("de splitsing", "the split"),
    "eventBasedGateway": Text("het wachtpunt", "the waiting point"),
    "startEvent": Text("het begin", "the start"),
    "endEvent": Text("het einde", "the end"),
    "intermediateThrowEvent": Text("het tussenpunt", "the intermediate point"),
    "intermediateCatchEvent": Text("het wachtpunt", "the waiting point"),
    "boundaryEvent": Text("de gebeurtenis", "the event"),
}
TIMES: Mapping[str, Text] = {
    "boundaryEvent": Text("de termijn", "the term"),
    "intermediateCatchEvent": Text("de wachttijd", "the wait"),
}
PART = Text("het onderdeel", "the element")
LANE = Text("een baan zonder naam", "a lane without a name")
PROCESS = Text("dit diagram", "this diagram")
JOIN = Text("het samenkomen", "the join")


def described(diagram: Diagram, key: str | None) -> Text:
    """How a sentence names an element: “its name” where it has one. What is not drawn keeps its `id`."""
    key = key or ""
    if key in diagram.nodes:
        return _node(diagram, diagram.nodes[key])
    if key in diagram.flows:
        return _flow(diagram, diagram.flows[key])
    if key in diagram.lanes:
        return _quoted(diagram.lanes[key].name) or LANE
    if key in diagram.processes:
        return _quoted(diagram.processes[key].name) or PROCESS
    return Text(f"`{key}`", f"`{key}`")


def described_in(diagrams: Iterable[Diagram], key: str | None) -> Text:
    """The same for an element of one of several diagrams."""
    for diagram in diagrams:
        if any(key in known for known in (diagram.nodes, diagram.flows, diagram.lanes, diagram.processes)):
            return described(diagram, key)
    return Text(f"`{key}`", f"`{key}`")


def _quoted(name: str) -> Text | None:
    """A name in quotes, on one line; None for none."""
    plain = " ".join(name.split())
    return Text(f"“{plain}”", f"“{plain}”") if plain else None


def _kind(node: Node) -> Text:
    if node.event == "timer" and node.kind in TIMES:
        return TIMES[node.kind]
    if node.kind.endswith("Gateway") and len(node.incoming) > 1 and len(node.outgoing) < 2:
        return JOIN
    return KINDS.get(node.kind, PART)


def _node(diagram: Diagram, node: Node) -> Text:
    named = _quoted(node.name)
    if named:
        return named
    kind = _kind(node)
    host = diagram.nodes.get(node.attached_to or "")
    if host is not None:
        beside = _quoted(host.name) or _kind(host)
        return Text(f"{kind.nl} op {beside.nl}", f"{kind.en} on {beside.en}")
    before = _nearest(diagram, node, back=True)
    after = _nearest(diagram, node, back=False)
    if before and after:
        between = Text(f"tussen {before.nl} en {after.nl}", f"between {before.en} and {after.en}")
    elif before:
        between = Text(f"na {before.nl}", f"after {before.en}")
    elif after:
        between = Text(f"vóór {after.nl}", f"before {after.en}")
    else:
        between = Text("zonder naam", "without a name")
    return Text(f"{kind.nl} {between.nl}", f"{kind.en} {between.en}")


def _flow(diagram: Diagram, flow: Flow) -> Text:
    named = _quoted(flow.name)
    ends = [diagram.nodes.get(key) for key in (flow.source, flow.target)]
    source, target = (_end(diagram, one, back=place == 0) for place, one in enumerate(ends))
    head = Text("de pijl", "the arrow")
    if named:
        head = Text(f"de pijl {named.nl}", f"the arrow {named.en}")
    if source and target:
        return Text(
            f"{head.nl} van {source.nl} naar {target.nl}", f"{head.en} from {source.en} to {target.en}"
        )
    if source:
        return Text(f"{head.nl} vanuit {source.nl}", f"{head.en} from {source.en}")
    if target:
        return Text(f"{head.nl} naar {target.nl}", f"{head.en} to {target.en}")
    return head if named else Text("een losse pijl", "a loose arrow")


def _end(diagram: Diagram, node: Node | None, *, back: bool) -> Text | None:
    """What an arrow begins or ends at: by its name, else by its kind and the nearest name on that side."""
    if node is None:
        return None
    named = _quoted(node.name)
    if named:
        return named
    kind, near = _kind(node), _nearest(diagram, node, back=back)
    if near is None:
        return kind
    side = Text("na", "after") if back else Text("vóór", "before")
    return Text(f"{kind.nl} {side.nl} {near.nl}", f"{kind.en} {side.en} {near.en}")


def _nearest(diagram: Diagram, node: Node, *, back: bool) -> Text | None:
    """The first named element on that side, along the arrows."""
    seen, todo = {node.id}, [node]
    while todo:
        for one in _beside(diagram, todo.pop(0), back=back):
            if one.id in seen:
                continue
            seen.add(one.id)
            named = _quoted(one.name)
            if named:
                return named
            todo.append(one)
    return None


def _beside(diagram: Diagram, node: Node, *, back: bool) -> Iterable[Node]:
    flows = (diagram.flows.get(key) for key in (node.incoming if back else node.outgoing))
    keys = [one.source if back else one.target for one in flows if one is not None]
    if back and node.attached_to:
        keys.append(node.attached_to)
    return (diagram.nodes[key] for key in keys if key in diagram.nodes)
