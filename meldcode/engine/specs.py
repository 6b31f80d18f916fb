"""From a version's nodes and flows to SpiffWorkflow specs, once per version.

The graph is built from what `diagram` read, not from the XML a second time: what the checks saw is
what runs. Conditions keep the order of the XML, roles and lanes play no part, and an element that
cannot run here is refused by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.simple import NoneEventDefinition

from meldcode.diagram.model import Flow, Node
from meldcode.engine import gateways, parts, repeating
from meldcode.engine.contract import EngineError
from meldcode.engine.events import Coded, Named, Terminate, TimerDefinition
from meldcode.engine.running import label
from meldcode.messages import Text
from meldcode.recent import Recent

if TYPE_CHECKING:
    from meldcode.definition import Version

# A parsed version holds some hundreds of KiB; more versions than this are seldom in use at once.
MOST_VERSIONS = 64

PERSON_TASKS = frozenset({"userTask", "manualTask", "task"})
SCOPES = frozenset({"subProcess"})

CANNOT_RUN = ("kan hier niet worden uitgevoerd", "cannot be executed here")
CANNOT_WAIT = (
    "wacht op iets waarop hier niet gewacht kan worden",
    "waits for something that cannot be waited for here",
)

_scopes: Recent[str, Mapping[str, parts.Scope]] = Recent(MOST_VERSIONS)


def scopes_of(version: Version) -> Mapping[str, parts.Scope]:
    """The scopes (processes and subprocesses) of `version` by id. Safe to share between threads.

    Raises `EngineError` when the version holds something that cannot run here.
    """
    return _scopes.get(version.id, lambda: _build(version))


def forget() -> None:
    """Begin as a new process would. For tests."""
    _scopes.forget()


def _build(version: Version) -> Mapping[str, parts.Scope]:
    inside: dict[str, list[Node]] = {process: [] for process in version.processes}
    for node in version.nodes.values():
        if node.kind in SCOPES:
            inside.setdefault(node.id, [])
    for node in version.nodes.values():
        inside.setdefault(node.parent, []).append(node)
    _refuse_recursion(version)
    return {key: _Builder(key, nodes, version.flows, inside).scope for key, nodes in inside.items()}


class _Builder:
    """Builds one scope. Names of specs: the node's id; the first spec of an activity with boundary
    events is `<id>.BoundaryEventSplit`, of a repeated one `<id> [child]` is one time (SpiffWorkflow's
    own names)."""

    def __init__(
        self, key: str, nodes: list[Node], flows: Mapping[str, Flow], inside: Mapping[str, list[Node]]
    ) -> None:
        self.scope = parts.Scope(key)
        self.nodes = {node.id: node for node in nodes}
        self.flows = flows
        self.inside = inside
        for node in nodes:
            if node.id in self.scope.task_specs:
                raise _refused(node, "draagt een id dat al in gebruik is", "has an id that is already in use")
            self._make(node)
        for node in nodes:
            self._connect(node)
        for node in nodes:
            if node.kind == "eventBasedGateway":
                self._offer(node)
            elif node.kind == "inclusiveGateway":
                self._look_upstream(node)
        self._begin()

    def _make(self, node: Node) -> None:
        maker = MAKERS.get(node.kind)
        if maker is None:
            raise _refused(node, *CANNOT_RUN)
        if node.triggered_by_event:
            self._make_route(node)
            return
        if node.loop is None:
            maker(self.scope, node.id, node)
            return
        once = f"{node.id} [child]"
        maker(self.scope, once, node)
        repeated = repeating.StandardLoop if node.loop.kind == "standard" else repeating.MultiInstance
        spec = repeated(self.scope, node.id, node, once, node.loop)
        self.scope.task_specs[once]._inputs.append(spec.name)

    def _make_route(self, node: Node) -> None:
        starts = [inner for inner in self.inside[node.id] if inner.kind == "startEvent"]
        if len(starts) != 1 or starts[0].event != "message" or not starts[0].event_name:
            raise _refused(
                node,
                "moet met precies één bericht beginnen; andere gebeurtenis-subprocessen kunnen hier niet",
                "must begin with exactly one message; other event subprocesses cannot run here",
            )
        spec = _subprocess(self.scope, node.id, node)
        spec._inputs.append(self.scope.start.name)
        spec.connect(self.scope.end)
        name = starts[0].event_name
        if name in self.scope.routes:
            raise _refused(
                node,
                f"wacht op een bericht ('{name}') waar al een ander op wacht",
                f"waits for a message ('{name}') that another one already waits for",
            )
        self.scope.routes[name] = parts.EventRoute(node.id, node, starts[0].interrupting)

    def _connect(self, node: Node) -> None:
        if node.triggered_by_event:
            return
        spec = self.scope.task_specs[node.id]
        boundaries = [other for other in self.nodes.values() if other.attached_to == node.id]
        if boundaries:
            self._guard(node, spec, boundaries)
        targets = [(flow, self._entry(flow)) for flow in (self.flows[key] for key in node.outgoing)]
        if isinstance(spec, gateways.Choosing):
            spec.branches = tuple(
                gateways.Branch(flow, target.name) for flow, target in targets if flow.id != node.default_flow
            )
            spec.default = next(
                (target.name for flow, target in targets if flow.id == node.default_flow), None
            )
        for _, target in targets:
            spec.connect(target)
        if not targets:
            spec.connect(self.scope.end)  # BPMN's implicit end

    def _guard(self, node: Node, spec: Any, boundaries: list[Node]) -> None:
        split = self._split(node)
        split.main = spec.name
        close = parts.Close(self.scope, f"{node.id}.BoundaryEventJoin")
        # Before any other way on: closing must come first when an interruption wins from a completion.
        spec.connect(close)
        split.connect(spec)
        for boundary in boundaries:
            event = self.scope.task_specs[boundary.id]
            split.connect(event)
            if boundary.interrupting:
                event._outputs.insert(0, close.name)
                close._connect_notify(event)

    def _split(self, node: Node) -> Any:
        name = f"{node.id}.BoundaryEventSplit"
        return self.scope.task_specs.get(name) or parts.Split(self.scope, name)

    def _entry(self, flow: Flow) -> Any:
        target = self.nodes.get(flow.target)
        if target is None:
            raise EngineError(
                Text(
                    f"Pijl '{flow.id}' wijst naar een element dat er niet is of in een ander proces ligt.",
                    f"Flow '{flow.id}' points to an element that is missing or lies in another process.",
                )
            )
        if any(other.attached_to == target.id for other in self.nodes.values()):
            return self._split(target)
        return self.scope.task_specs[target.id]

    def _offer(self, node: Node) -> None:
        gateway = self.scope.task_specs[node.id]
        for output in gateway.outputs:
            if not isinstance(output, parts.Catch):
                raise _refused(
                    node,
                    "mag alleen naar gebeurtenissen en ontvangsttaken zonder rand-gebeurtenis wijzen",
                    "may only lead to catch events and receive tasks without boundary events",
                )
            gateway.event_definition.options.append((output.name, output.event_definition))

    def _look_upstream(self, node: Node) -> None:
        gateway = self.scope.task_specs[node.id]
        sources: dict[str, set[str]] = {}
        for name, spec in self.scope.task_specs.items():
            for output in spec._outputs:
                sources.setdefault(output, set()).add(name)
        upstream = {}
        for name in gateway._inputs:
            seen, todo = {name}, [name]
            while todo:
                for source in sources.get(todo.pop(), ()):
                    if source not in seen and source != gateway.name:
                        seen.add(source)
                        todo.append(source)
            upstream[name] = frozenset(seen - {gateway.name})
        gateway.upstream = upstream

    def _begin(self) -> None:
        starts = [node for node in self.nodes.values() if node.kind == "startEvent"]
        plain = [node for node in starts if node.event is None]
        begin = plain or starts
        if len(begin) == 1:
            self.scope.start.connect(self.scope.task_specs[begin[0].id])


# --- one maker per BPMN element ---------------------------------------------------------------------


def _subprocess(scope: Any, name: str, node: Node) -> Any:
    return parts.Subprocess(scope, name, subworkflow_spec=node.called_element or node.id, node=node)


def _start(scope: Any, name: str, node: Node) -> Any:
    # Whatever it is drawn with, a scope is started by us: by a token, by `Start` or by `RaiseEvent`.
    return parts.Catch(scope, name, event_definition=NoneEventDefinition(), node=node)


def _catch(scope: Any, name: str, node: Node) -> Any:
    if node.event not in ("message", "signal", "timer"):
        raise _refused(node, *CANNOT_WAIT)
    return parts.Catch(scope, name, event_definition=_definition(node), node=node)


def _throw(scope: Any, name: str, node: Node) -> Any:
    if node.event not in (None, "message", "signal", "escalation"):
        raise _refused(node, *CANNOT_RUN)
    return parts.Throw(scope, name, event_definition=_definition(node), node=node)


def _end(scope: Any, name: str, node: Node) -> Any:
    if node.event not in (None, "message", "signal", "escalation", "error", "terminate"):
        raise _refused(node, *CANNOT_RUN)
    return parts.End(scope, name, event_definition=_definition(node), node=node)


def _boundary(scope: Any, name: str, node: Node) -> Any:
    if node.event not in ("message", "signal", "timer", "error", "escalation"):
        raise _refused(node, *CANNOT_WAIT)
    definition = _definition(node)
    return parts.Boundary(
        scope, name, event_definition=definition, cancel_activity=node.interrupting, node=node
    )


def _definition(node: Node) -> EventDefinition:
    if node.event in ("message", "signal"):
        return Named(node.event, node.event_name)
    if node.event in ("error", "escalation"):
        return Coded(node.event, node.event_name)
    if node.event == "terminate":
        return Terminate()
    if node.event == "timer":
        if node.timer is None:
            raise _refused(node, "noemt geen tijd", "names no time")
        return TimerDefinition(node, node.timer)
    return NoneEventDefinition()


MAKERS: Mapping[str, Callable[[Any, str, Node], Any]] = {
    **{kind: parts.PersonTask for kind in PERSON_TASKS},
    **{kind: _subprocess for kind in SCOPES},
    "callActivity": _subprocess,
    "sendTask": parts.MailTask,
    "receiveTask": _catch,
    "businessRuleTask": parts.DecisionTask,
    "exclusiveGateway": gateways.Exclusive,
    "inclusiveGateway": gateways.Inclusive,
    "parallelGateway": gateways.Parallel,
    "eventBasedGateway": gateways.EventGateway,
    "startEvent": _start,
    "endEvent": _end,
    "intermediateCatchEvent": _catch,
    "intermediateThrowEvent": _throw,
    "boundaryEvent": _boundary,
}


def _refuse_recursion(version: Version) -> None:
    # A process that calls itself, directly or through another, would start scopes without end.
    calls: dict[str, list[Node]] = {}
    for node in version.nodes.values():
        if node.kind == "callActivity":
            if node.called_element not in version.processes:
                raise _refused(
                    node,
                    f"roept proces '{node.called_element}' aan, dat er niet is",
                    f"calls process '{node.called_element}', which does not exist",
                )
            calls.setdefault(node.process, []).append(node)
    done: set[str] = set()

    def visit(process: str, trail: tuple[str, ...]) -> None:
        for node in calls.get(process, ()):
            called = node.called_element or ""
            if called in (*trail, process):
                raise _refused(node, "roept zichzelf weer aan", "calls itself again")
            if called not in done:
                visit(called, (*trail, process))
        done.add(process)

    for process in version.processes:
        visit(process, ())


def _refused(node: Node, dutch: str, english: str) -> EngineError:
    return EngineError(Text(f"'{label(node)}' {dutch}.", f"'{label(node)}' {english}."))
