"""Our task specs: what each BPMN element does when a token reaches it.

They run on SpiffWorkflow's tasks, workflows and event manager, and differ from its own specs in four
ways that the stored state depends on:

- a token's children are made when it moves on, never predicted ahead: a state holds tokens only;
- a join looks at the tokens waiting in it, never at ancestors or finished tasks, so finished tasks
  can be forgotten;
- data lives in the case document (`running`), so SpiffWorkflow's own copying of data does nothing;
- nothing here is changed by running: one spec serves every case and thread at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit, BpmnStartTask, SimpleBpmnTask
from SpiffWorkflow.bpmn.specs.mixins import (
    BoundaryEventMixin,
    EndEventMixin,
    IntermediateCatchEventMixin,
    IntermediateThrowEventMixin,
    SubWorkflowTaskMixin,
)
from SpiffWorkflow.specs.WorkflowSpec import WorkflowSpec
from SpiffWorkflow.util.task import TaskState

from meldcode.diagram.model import Flow, Loop, Node, Purpose
from meldcode.engine.contract import Incident, Mail
from meldcode.engine.events import FirstOf, items_around
from meldcode.engine.running import MOST_INSTANCES, label, running
from meldcode.feel import to_json
from meldcode.messages import Text

LADDER = (Purpose.HERINNERING, Purpose.ESCALATIE)


def is_open(task: Any) -> bool:
    """Whether `task` is a token: reached and not finished."""
    return bool(task.has_state(TaskState.NOT_FINISHED_MASK))


def cancel(task: Any) -> None:
    """Take back a token and everything that hangs under it, innermost first.

    SpiffWorkflow's own `cancel` drops children without telling them, which leaves the timers and the
    subprocesses of multi-instance children behind.
    """
    for child in list(task.children):
        cancel(child)
    if is_open(task):
        task.cancel()


class Part(BpmnTaskSpec):
    """Base of all our specs. `node` is the drawn element, None for SpiffWorkflow's own plumbing."""

    def __init__(self, wf_spec: Any, name: str, node: Node | None = None, **kwargs: Any) -> None:
        super().__init__(wf_spec, name, **kwargs)
        self.node = node
        self.bpmn_id = node.id if node else None

    def test(self) -> None:
        pass  # the graph is built by us, once, and complete

    def _predict(self, my_task: Any, *args: Any, **kwargs: Any) -> None:
        pass

    def _run(self, my_task: Any) -> Any:
        self._predict_hook(my_task)
        return super()._run(my_task)

    def _update_hook(self, my_task: Any) -> Any:
        return True


class PersonTask(Part):
    """A user task, a manual task or a plain task: open until a person completes it."""

    def __init__(self, wf_spec: Any, name: str, node: Node) -> None:
        super().__init__(wf_spec, name, node, manual=True)

    def _on_ready_hook(self, my_task: Any) -> None:
        my_task.internal_data.setdefault("since", running().now.isoformat())


class MailTask(Part):
    """A send task: asks for a mail. Sending is done elsewhere, from the row this becomes."""

    def _run_hook(self, my_task: Any) -> bool:
        node, step = self.node, running()
        if node is None or not node.mail or not node.to:
            raise Incident(
                "mail",
                self.bpmn_id,
                Text(
                    f"Verzendtaak '{self.name}' noemt geen mail of geen ontvanger.",
                    f"Send task '{self.name}' names no mail or no receiver.",
                ),
            )
        cause = step.cause
        if cause is None:
            mail = Mail(node.id, node.mail, node.to, step.public_id(my_task.id), 1, 0)
        else:
            mail = Mail(
                node=node.id,
                template=node.mail,
                to=node.to,
                timer=f"{cause.timer}/{node.id}",
                occurrence=cause.occurrence,
                level=cause.level,
                task=cause.task,
                task_since=cause.task_since,
                due_at=cause.due,
                respond_by=cause.respond_by,
            )
            if any(mail == earlier for earlier in step.mails):
                return True  # the same send task twice on one timer's path is one mail
        step.mails.append(mail)
        step.fact("mail_requested", node.id, template=node.mail, to=node.to, level=mail.level)
        return True


class DecisionTask(Part):
    """A business rule task: our decision table, its result into the case document."""

    def _run_hook(self, my_task: Any) -> bool:
        if self.node is not None:
            running().decide(self.node, items_around(my_task))
        return True


# --- gateways --------------------------------------------------------------------------------------


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

    def _move_on(self, my_task: Any, targets: list[str]) -> bool:
        if not targets and self.default is not None:
            targets = [self.default]
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
        first = next((branch.target for branch in self.branches if self._holds(branch, my_task)), None)
        return self._move_on(my_task, [] if first is None else [first])


class Inclusive(Choosing, Joining):
    """Every flow whose condition holds. As a join it waits while a missing token can still come.

    `upstream[input]` names the specs from which a token can arrive by that input without passing this
    gateway first (BPMN 2.0, 13.4.3).
    """

    upstream: Mapping[str, frozenset[str]] = {}

    def _run_hook(self, my_task: Any) -> bool:
        targets = [branch.target for branch in self.branches if self._holds(branch, my_task)]
        return self._move_on(my_task, targets)

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


# --- events ----------------------------------------------------------------------------------------


class Catch(IntermediateCatchEventMixin, Part):
    """A start event, an intermediate catch event or a receive task."""


class Throw(IntermediateThrowEventMixin, Part):
    """An intermediate throw event."""


class End(EndEventMixin, Part):
    """An end event; its outcome becomes the case's."""

    def _run_hook(self, my_task: Any) -> Any:
        if self.node is not None and self.node.outcome:
            running().outcome = self.node.outcome
        return super()._run_hook(my_task)


class Boundary(BoundaryEventMixin, Part):
    """An event on the edge of an activity."""

    @property
    def in_ladder(self) -> bool:
        """Whether it is a reminder or an escalation of the activity's ladder."""
        timer = self.node.timer if self.node else None
        return timer is not None and not self.cancel_activity and timer.purpose in LADDER

    @property
    def repeats(self) -> bool:
        """Whether it may fire more than once."""
        timer = self.node.timer if self.node else None
        return timer is not None and not self.cancel_activity and timer.kind == "cycle"


class Split(Part, BoundaryEventSplit):
    """Begins an activity together with its boundary events. `main` is the activity's spec."""

    main: str = ""

    def activity(self, my_task: Any) -> Any:
        """The token of the activity itself."""
        return next((child for child in my_task.children if child.task_spec.name == self.main), None)

    def is_active(self, my_task: Any) -> bool:
        """Whether the activity is still going on."""
        activity = self.activity(my_task)
        return activity is not None and is_open(activity)


class Close(Part):
    """Ends an activity and its boundary events: behind the activity and each interrupting event."""

    def _update_hook(self, my_task: Any) -> bool:
        came_from = my_task.parent
        split = came_from.parent
        activity = split.task_spec.activity(split)
        events = [child for child in split.children if child is not activity]
        for event in events:
            if event.state == TaskState.WAITING:
                cancel(event)
        if came_from is not activity:
            cancel(activity)
        elif any(event.task_spec.cancel_activity and event.state == TaskState.READY for event in events):
            # Finished and interrupted at once (an error thrown by its last token): the interruption wins.
            cancel(activity)
        return True


# --- subprocesses and loops ------------------------------------------------------------------------


class Subprocess(SubWorkflowTaskMixin, Part):
    """A subprocess, an event subprocess or a called process: a scope of its own."""

    def _update_hook(self, my_task: Any) -> Any:
        subprocess = my_task.workflow.top_workflow.get_subprocess(my_task)
        if subprocess is not None:
            return subprocess.completed
        self.start_workflow(my_task)
        my_task._set_state(TaskState.STARTED)
        return False

    def _on_cancel(self, my_task: Any) -> None:
        subprocess = my_task.workflow.top_workflow.get_subprocess(my_task)
        if subprocess is not None:
            for task in list(subprocess.task_tree.children):
                cancel(task)
            subprocess.completed = True

    def copy_data(self, my_task: Any, subworkflow: Any) -> None:
        pass

    def update_data(self, my_task: Any, subworkflow: Any) -> None:
        pass


class Repeating(Part):
    """An activity that is done several times. `child` is the spec of one time."""

    def __init__(self, wf_spec: Any, name: str, node: Node, child: str, loop: Loop) -> None:
        super().__init__(wf_spec, name, node)
        self.child = child
        self.loop = loop
        # On the spec itself, not on the process that made the children: another process takes over.
        wf_spec.task_specs[child].completed_event.connect(self.merge_child)

    def merge_child(self, workflow: Any, child: Any) -> None:
        """One time is done (SpiffWorkflow's name for it)."""
        raise NotImplementedError

    def _begin_one(self, my_task: Any, data: dict[str, Any]) -> None:
        child = my_task._add_child(my_task.workflow.spec.task_specs[self.child], TaskState.FUTURE)
        child.triggered = True
        child.internal_data.update(data)
        child.task_spec._update(child)

    def _true(self, text: str, my_task: Any, extra: Mapping[str, Any]) -> bool:
        assert self.node is not None  # noqa: S101
        return running().evaluate(text, self.node, {**items_around(my_task), **extra}) is True


class StandardLoop(Repeating):
    """Again while its condition holds, at most `maximum` times."""

    def _update_hook(self, my_task: Any) -> bool:
        if "done" in my_task.internal_data:
            return False
        my_task.internal_data["done"] = 0
        if self.loop.test_before and not self._again(my_task):
            return True
        my_task._set_state(TaskState.STARTED)
        self._begin_one(my_task, {})
        return False

    def merge_child(self, workflow: Any, child: Any) -> None:
        my_task = child.parent
        my_task.internal_data["done"] += 1
        if self._again(my_task):
            self._begin_one(my_task, {})
        else:
            my_task._set_state(TaskState.READY)

    def _again(self, my_task: Any) -> bool:
        done = my_task.internal_data["done"]
        if self.loop.maximum is not None and done >= self.loop.maximum:
            return False
        if self.loop.condition is None:
            return True
        return self._true(self.loop.condition, my_task, {"loopCounter": done + 1})


class MultiInstance(Repeating):
    """Once for each element of a collection, at the same time or one after the other."""

    def _update_hook(self, my_task: Any) -> bool:
        data = my_task.internal_data
        if "done" in data:
            return False
        values = self._values(my_task)
        data.update(done=0, total=len(values))
        if self.loop.output_collection:
            running().document[self.loop.output_collection] = [None] * len(values)
        if not values:
            return True
        my_task._set_state(TaskState.STARTED)
        if self.loop.kind == "sequential":
            data["values"] = values
            values = values[:1]
        for index, value in enumerate(values):
            self._begin_one(my_task, self._item(index, value))
        return False

    def merge_child(self, workflow: Any, child: Any) -> None:
        my_task = child.parent
        data = my_task.internal_data
        data["done"] += 1
        self._keep_output(child)
        if data["done"] == data["total"] or self._enough(my_task, child):
            for other in list(my_task.children):
                cancel(other)
            my_task._set_state(TaskState.READY)
        elif self.loop.kind == "sequential":
            index = data["done"]
            self._begin_one(my_task, self._item(index, data["values"][index]))

    def _values(self, my_task: Any) -> list[Any]:
        assert self.node is not None  # noqa: S101
        text = self.loop.collection or self.loop.cardinality or "null"
        found = running().evaluate(text, self.node, items_around(my_task))
        if self.loop.collection is None:
            times = to_json(found)
            # A number of times: the elements are 1, 2, 3 …
            found = list(range(1, min(times, MOST_INSTANCES + 1) + 1)) if type(times) is int else None
        if not isinstance(found, list):
            raise self._unusable()
        if len(found) > MOST_INSTANCES:
            raise self._too_many()
        return [to_json(value) for value in found]

    def _item(self, index: int, value: Any) -> dict[str, Any]:
        items = {"loopCounter": index + 1}
        if self.loop.item:
            items[self.loop.item] = value
        return {"index": index, "items": items}

    def _keep_output(self, child: Any) -> None:
        into, name = self.loop.output_collection, self.loop.output_item
        if not into or not name:
            return
        document = running().document
        output = child.internal_data.pop("output", None)
        if output is None:
            output = document.get(name)
        kept = document.get(into)
        kept = list(kept) if isinstance(kept, list) else []
        index = child.internal_data["index"]
        kept += [None] * (index + 1 - len(kept))
        kept[index] = output
        document[into] = kept

    def _enough(self, my_task: Any, child: Any) -> bool:
        if not self.loop.condition:
            return False
        data = my_task.internal_data
        counts = {
            "numberOfInstances": data["total"],
            "numberOfCompletedInstances": data["done"],
            "numberOfActiveInstances": sum(is_open(other) for other in my_task.children),
        }
        return self._true(self.loop.condition, child, counts)

    def _unusable(self) -> Incident:
        name = label(self.node) if self.node else self.name
        return Incident(
            "expression",
            self.bpmn_id,
            Text(
                f"'{name}' moet voor elk element van een lijst, maar er is geen lijst.",
                f"'{name}' is done for each element of a list, but there is no list.",
            ),
        )

    def _too_many(self) -> Incident:
        name = label(self.node) if self.node else self.name
        return Incident(
            "too-many-instances",
            self.bpmn_id,
            Text(
                f"'{name}' zou meer dan {MOST_INSTANCES} keer moeten. Maak de lijst korter.",
                f"'{name}' would have to be done more than {MOST_INSTANCES} times. Shorten the list.",
            ),
        )


# --- one scope -------------------------------------------------------------------------------------


class LastToken(Part):
    """Stands before the end of a scope, until it holds the scope's last token."""

    def _update_hook(self, my_task: Any) -> bool:
        others = [task for task in my_task.workflow.tasks.values() if task is not my_task and is_open(task)]
        for task in others:
            if task.task_spec is self:
                task.cancel()
        if all(task.task_spec is self for task in others):
            return True
        my_task._set_state(TaskState.WAITING)
        return False


class Scope(BpmnProcessSpec):
    """A process or a subprocess as a graph of our specs.

    `routes` are its event subprocesses by message name: started by `RaiseEvent`, never by a token.
    """

    def __init__(self, name: str) -> None:
        WorkflowSpec.__init__(self, name=name)
        self.start = BpmnStartTask(self, "Start")
        self.end = LastToken(self, f"{name}.EndJoin")
        self.end.connect(SimpleBpmnTask(self, "End"))
        self.description = None
        self.io_specification = None
        self.data_objects: dict[str, Any] = {}
        self.data_stores: dict[str, Any] = {}
        self.correlation_keys: dict[str, Any] = {}
        self.bpmn_start_events: list[Any] = []
        self.routes: dict[str, EventRoute] = {}


@dataclass(frozen=True, slots=True)
class EventRoute:
    """An event subprocess: the spec to start, and whether it takes back all other tokens of its scope."""

    spec: str
    node: Node
    interrupting: bool
