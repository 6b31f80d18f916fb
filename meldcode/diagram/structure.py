"""Checks on the shape of a process: its starts and ends, its flows, and what can be reached.

Every rule here stands for something SpiffWorkflow accepts without a word and then does wrongly, or
refuses with a message no designer understands.
"""

from __future__ import annotations

from collections.abc import Iterator

from meldcode.diagram.faults import Faults, called, reference
from meldcode.diagram.model import Diagram, Flow, Node
from meldcode.diagram.names import GATEWAYS
from meldcode.diagram.nodes import node_findings
from meldcode.messages import Text


def structure_findings(diagram: Diagram, faults: Faults) -> None:
    """Everything that can be said about nodes and flows without reading their expressions."""
    _processes(diagram, faults)
    for flow in diagram.flows.values():
        _flow(flow, diagram, faults)
    for node in diagram.nodes.values():
        _degree(node, diagram, faults)
        node_findings(node, diagram, faults)
        if node.kind == "subProcess":
            _subprocess(node, diagram, faults)
    _unreachable(diagram, faults)


def children(container: str, diagram: Diagram) -> list[Node]:
    """The nodes drawn directly inside a process or subprocess."""
    return [node for node in diagram.nodes.values() if node.parent == container]


# --- processes and subprocesses ----------------------------------------------------------------------


def _processes(diagram: Diagram, faults: Faults) -> None:
    for process in diagram.processes.values():
        inside = children(process.id, diagram)
        if not process.executable:
            faults.error(
                "process-not-executable",
                process.id,
                Text(
                    f"Het proces {reference(process.id)} staat niet op uitvoerbaar.",
                    f"The process {reference(process.id)} is not marked executable.",
                ),
                Text(
                    "Zet bij het proces `uitvoerbaar` aan; teken een partij die niet meedoet als lege pool.",
                    "Tick `executable` on the process; draw a party that takes no part as an empty pool.",
                ),
            )
        _one_start(process.id, reference(process.id), inside, faults)
        _some_end(process.id, inside, faults)


def _one_start(key: str, label: str, inside: list[Node], faults: Faults) -> None:
    starts = [node for node in inside if node.kind == "startEvent"]
    if len(starts) == 1:
        return
    faults.error(
        "start-count",
        key,
        Text(
            f"{label} heeft {len(starts)} startgebeurtenissen; het moet er precies één zijn.",
            f"{label} has {len(starts)} start events; it must have exactly one.",
        ),
        Text(
            "Houd één startgebeurtenis over en verdeel daarna met een gateway.",
            "Keep one start event and split with a gateway after it.",
        ),
    )


def _some_end(key: str, inside: list[Node], faults: Faults) -> None:
    if any(node.kind == "endEvent" for node in inside):
        return
    faults.error(
        "end-missing",
        key,
        Text(f"{reference(key)} heeft geen eindgebeurtenis.", f"{reference(key)} has no end event."),
        Text("Laat elk pad eindigen in een eindgebeurtenis.", "Let every path finish in an end event."),
    )


def _subprocess(node: Node, diagram: Diagram, faults: Faults) -> None:
    inside = children(node.id, diagram)
    _one_start(node.id, called(node), inside, faults)
    _some_end(node.id, inside, faults)
    if node.triggered_by_event:
        _event_subprocess(node, inside, diagram, faults)


def _event_subprocess(node: Node, inside: list[Node], diagram: Diagram, faults: Faults) -> None:
    for start in inside:
        if start.kind == "startEvent" and start.event != "message":
            faults.error(
                "event-subprocess-start",
                start.id,
                Text(
                    f"Het gebeurtenis-subproces {called(node)} kan alleen met een bericht beginnen"
                    + (": met een timer blijft een zaak altijd open." if start.event == "timer" else "."),
                    f"The event subprocess {called(node)} can only begin with a message"
                    + (": with a timer a case stays open for ever." if start.event == "timer" else "."),
                ),
                Text(
                    "Kies een berichtstart, of hang een timer aan de taak.",
                    "Choose a message start, or attach a timer to the task.",
                ),
            )
        elif start.kind == "startEvent" and _same_message(start, node, diagram):
            faults.error(
                "event-subprocess-twice",
                node.id,
                Text(
                    f"Twee gebeurtenis-subprocessen wachten op hetzelfde bericht `{start.event_name}`.",
                    f"Two event subprocesses wait for the same message `{start.event_name}`.",
                ),
                Text(
                    "Voeg ze samen of geef ze elk een eigen bericht.",
                    "Join them or give each its own message.",
                ),
            )
    if node.parent not in diagram.processes:
        faults.error(
            "event-subprocess-place",
            node.id,
            Text(
                f"Het gebeurtenis-subproces {called(node)} staat binnen een ander subproces.",
                f"The event subprocess {called(node)} stands inside another subprocess.",
            ),
            Text("Teken het in het proces zelf.", "Draw it in the process itself."),
        )
    if node.incoming or node.outgoing or any(n.attached_to == node.id for n in diagram.nodes.values()):
        faults.error(
            "event-subprocess-flow",
            node.id,
            Text(
                f"Aan het gebeurtenis-subproces {called(node)} zit een pijl of een gebeurtenis vast.",
                f"A flow or an event is attached to the event subprocess {called(node)}.",
            ),
            Text(
                "Haal die weg: een gebeurtenis-subproces begint door zijn bericht.",
                "Remove it: an event subprocess begins by its message.",
            ),
        )


def _same_message(start: Node, subprocess: Node, diagram: Diagram) -> bool:
    earlier = True
    for other in diagram.nodes.values():
        if other.id == subprocess.id:
            earlier = False
        elif earlier and other.kind == "startEvent" and other.event_name == start.event_name:
            around = diagram.nodes.get(other.parent)
            if around and around.triggered_by_event and around.parent == subprocess.parent:
                return start.event_name is not None and around.id != subprocess.id
    return False


# --- flows -------------------------------------------------------------------------------------------


def _flow(flow: Flow, diagram: Diagram, faults: Faults) -> None:
    source, target = diagram.nodes.get(flow.source), diagram.nodes.get(flow.target)
    if source is None or target is None:
        faults.error(
            "flow-dangling",
            flow.id,
            Text(
                f"De pijl {reference(flow.id)} hangt los: een van de einden is er niet.",
                f"The flow {reference(flow.id)} dangles: one of its ends is not there.",
            ),
            Text("Verbind de pijl opnieuw of haal haar weg.", "Connect the flow again or remove it."),
        )
        return
    if source.parent != target.parent:
        faults.error(
            "flow-crosses",
            flow.id,
            Text(
                f"De pijl {reference(flow.id)} gaat een subproces of pool in of uit.",
                f"The flow {reference(flow.id)} crosses the border of a subprocess or pool.",
            ),
            Text(
                "Verbind met het subproces zelf; binnenin begint het bij zijn start.",
                "Connect to the subprocess itself; inside, it begins at its start.",
            ),
        )
    chooses = source.kind in {"exclusiveGateway", "inclusiveGateway"}
    if flow.condition and (not chooses or len(source.outgoing) == 1):
        faults.error(
            "condition-ignored",
            flow.id,
            Text(
                f"De voorwaarde op {reference(flow.id)} wordt genegeerd.",
                f"The condition on {reference(flow.id)} is ignored.",
            ),
            Text(
                "Zet er een exclusieve gateway tussen met ten minste twee pijlen, of haal de voorwaarde weg.",
                "Put an exclusive gateway with at least two flows in between, or remove the condition.",
            ),
        )


def _degree(node: Node, diagram: Diagram, faults: Faults) -> None:
    if node.kind == "startEvent" and node.incoming:
        faults.error(
            "start-incoming",
            node.id,
            Text(
                f"Er wijst een pijl naar de start {called(node)}.",
                f"A flow points to the start {called(node)}.",
            ),
            Text("Laat de pijl naar de eerste taak wijzen.", "Let the flow point to the first task."),
        )
    if node.kind == "boundaryEvent" and node.incoming:
        faults.error(
            "boundary-incoming",
            node.id,
            Text(
                f"Er wijst een pijl naar de randgebeurtenis {called(node)}.",
                f"A flow points to the boundary event {called(node)}.",
            ),
            Text("Laat de pijl naar de taak zelf wijzen.", "Let the flow point to the task itself."),
        )
    if node.kind == "endEvent" and node.outgoing:
        faults.error(
            "end-outgoing",
            node.id,
            Text(f"Na het einde {called(node)} komt nog een pijl.", f"A flow leaves the end {called(node)}."),
            Text(
                "Haal de pijl weg of maak er een tussengebeurtenis van.",
                "Remove the flow or make it an intermediate event.",
            ),
        )
    if node.kind not in GATEWAYS and node.kind != "endEvent" and len(node.outgoing) > 1:
        faults.error(
            "several-outgoing",
            node.id,
            Text(
                f"Uit {called(node)} komen {len(node.outgoing)} pijlen.",
                f"{len(node.outgoing)} flows leave {called(node)}.",
            ),
            Text(
                "Zet er een gateway achter die kiest (exclusief) of splitst (parallel).",
                "Put a gateway behind it that chooses (exclusive) or splits (parallel).",
            ),
        )
    if not node.outgoing and node.kind != "endEvent" and not node.triggered_by_event:
        faults.error(
            "dangling-end",
            node.id,
            Text(f"Na {called(node)} houdt het pad op.", f"The path stops after {called(node)}."),
            Text("Verbind het met een volgende stap of een einde.", "Connect it to a next step or an end."),
        )


def _unreachable(diagram: Diagram, faults: Faults) -> None:
    reached = set(reachable(diagram))
    for node in diagram.nodes.values():
        if node.id not in reached:
            faults.error(
                "unreachable",
                node.id,
                Text(
                    f"{called(node)} is nergens vandaan te bereiken; het zou stil wegvallen.",
                    f"{called(node)} cannot be reached from anywhere; it would silently be dropped.",
                ),
                Text("Verbind het met een pijl of haal het weg.", "Connect it with a flow or remove it."),
            )


def reachable(diagram: Diagram) -> Iterator[str]:
    """The nodes a token can come to, from every start event whose container is reachable itself."""
    todo = [
        node.id
        for node in diagram.nodes.values()
        if (node.kind == "startEvent" and node.parent in diagram.processes) or node.triggered_by_event
    ]
    seen: set[str] = set()
    while todo:
        key = todo.pop()
        if key in seen or key not in diagram.nodes:
            continue
        seen.add(key)
        yield key
        node = diagram.nodes[key]
        todo += [diagram.flows[flow].target for flow in node.outgoing]
        for other in diagram.nodes.values():
            if other.attached_to == key or (other.parent == key and other.kind == "startEvent"):
                todo.append(other.id)
        if node.kind == "adHocSubProcess":  # has no start; its tasks are refused, not lost
            todo += [other.id for other in children(key, diagram)]
