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

from meldcode.diagram.model import Node, Purpose
from meldcode.engine.contract import Incident, Mail
from meldcode.engine.events import items_around
from meldcode.engine.running import running
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


# --- scopes ----------------------------------------------------------------------------------------


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
