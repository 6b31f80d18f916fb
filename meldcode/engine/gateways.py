"""Gateways: where tokens are divided, chosen and joined."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.bpmn.specs.mixins import IntermediateCatchEventMixin
from SpiffWorkflow.util.task import TaskState

from meldcode.diagram.model import Flow, Node
from meldcode.engine.contract import Incident
from meldcode.engine.events import FirstOf, items_around
from meldcode.engine.parts import Part, is_open
from meldcode.engine.running import label, running
from meldcode.messages import Text


@dataclass(frozen=True, slots=True)
class Branch:
    """One way out of a gateway, in the order of the XML."""

    flow: Flow
    target: str  # the spec's name


class Joining(Part):
    """A gateway that may wait for tokens. Each waiting token knows which flow it came in by."""

    def _update_hook(self, my_task: Any) -> bool:
        my_task.internal_data.setdefault("from", my_task.parent.task_spec.name)
        if len(self._inputs) < 2:
            return True
        waiting = [
            task
            for task in my_task.workflow.tasks.values()
            if task.task_spec is self and task is not my_task and task.state == TaskState.WAITING
        ]
        taken = self._taken(my_task, waiting)
        if taken is None:
            my_task._set_state(TaskState.WAITING)
            return False
        for task in taken:
            task.cancel()
        return True

    def _taken(self, my_task: Any, waiting: list[Any]) -> list[Any] | None:
        """The other tokens that go on as one with `my_task`; None when it has to wait."""
        raise NotImplementedError


class Parallel(Joining):
    """Waits for one token on every incoming flow; excess tokens stay for the next round."""

    def _taken(self, my_task: Any, waiting: list[Any]) -> list[Any] | None:
        missing: Counter[str] = Counter(self._inputs)
        missing[my_task.internal_data["from"]] -= 1
        taken = []
        for task in waiting:
            if missing[task.internal_data["from"]] > 0:
                missing[task.internal_data["from"]] -= 1
                taken.append(task)
        return taken if not any(count > 0 for count in missing.values()) else None


class Choosing(Part):
    """A gateway whose outgoing flows have conditions."""

    branches: tuple[Branch, ...] = ()
    default: str | None = None

    def _predict_hook(self, my_task: Any) -> None:
        pass  # the children are those that are chosen

    def _holds(self, branch: Branch, my_task: Any) -> bool:
        if branch.flow.condition is None:
            return True
        assert self.node is not None  # noqa: S101  (gateways are always drawn)
        # Anything but true, null included, is not true: FEEL's own rule for conditions.
        return running().evaluate(branch.flow.condition, self.node, items_around(my_task)) is True

    def _move_on(self, my_task: Any, chosen: list[Branch]) -> bool:
        targets = [branch.target for branch in chosen]
        running().trail.extend(branch.flow.id for branch in chosen)
        if not targets and self.default is not None:
            targets = [self.default]
            if self.node is not None and self.node.default_flow:
                running().trail.append(self.node.default_flow)
        if not targets:
            raise self._nowhere()
        specs = my_task.workflow.spec.task_specs
        my_task._sync_children([specs[name] for name in targets], TaskState.FUTURE)
        return True

    def _nowhere(self) -> Incident:
        name = label(self.node) if self.node else self.name
        return Incident(
            "no-branch",
            self.bpmn_id,
            Text(
                f"Bij '{name}' past geen enkele uitgang bij de gegeven antwoorden. "
                "Controleer de voorwaarden, of wijs een standaarduitgang aan.",
                f"At '{name}' no way out fits the answers that were given. "
                "Check the conditions, or mark one way out as the default.",
            ),
        )


class Exclusive(Choosing):
    """The first flow, in the order of the XML, whose condition holds; else the default."""

    def _run_hook(self, my_task: Any) -> bool:
        first = next((branch for branch in self.branches if self._holds(branch, my_task)), None)
        return self._move_on(my_task, [] if first is None else [first])


class Inclusive(Choosing, Joining):
    """Every flow whose condition holds. As a join it waits while a missing token can still come.

    `upstream[input]` names the specs from which a token can arrive by that input without passing this
    gateway first (BPMN 2.0, 13.4.3).
    """

    upstream: Mapping[str, frozenset[str]] = {}

    def _run_hook(self, my_task: Any) -> bool:
        return self._move_on(my_task, [branch for branch in self.branches if self._holds(branch, my_task)])

    def _taken(self, my_task: Any, waiting: list[Any]) -> list[Any] | None:
        arrived = {my_task.internal_data["from"]}
        taken = []
        for task in waiting:
            if task.internal_data["from"] not in arrived:
                arrived.add(task.internal_data["from"])
                taken.append(task)
        missing = set(self._inputs) - arrived
        if missing:
            for task in my_task.workflow.tasks.values():
                if task.task_spec is self or not is_open(task):
                    continue
                spec = task.task_spec.name
                comes = any(spec in self.upstream[name] for name in missing)
                # A token that may join one already here instead is not waited for.
                if comes and not any(spec in self.upstream[name] for name in arrived):
                    return None
        return taken


class EventGateway(IntermediateCatchEventMixin, Part):
    """Waits for the first of the events drawn behind it, and follows only that one."""

    def __init__(self, wf_spec: Any, name: str, node: Node) -> None:
        super().__init__(wf_spec, name, event_definition=FirstOf(), node=node)

    def _predict_hook(self, my_task: Any) -> None:
        pass

    def _run_hook(self, my_task: Any) -> bool:
        spec = my_task.workflow.spec.task_specs[my_task.internal_data["chosen"]]
        my_task._sync_children([spec], TaskState.FUTURE)
        for child in my_task.children:
            child.internal_data["event_fired"] = True  # it was caught here
        return True
