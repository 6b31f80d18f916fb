"""Which timers are due, and what firing them means.

Timers fire in the order in which they fell due, each followed by everything it leads to, so that a
step after a long silence ends where a step at every moment would have ended - except that reminders
do not pile up: of a cycle that was missed several times one occurrence is left, and of several
overdue levels of one ladder only the highest mails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from SpiffWorkflow.util.task import TaskState

from meldcode.diagram.model import CalendarKind, Node
from meldcode.engine import parts, repeating
from meldcode.engine.contract import Deadline, Moved
from meldcode.engine.events import Entry, FirstOf, TimerDefinition, first_due, missed
from meldcode.engine.running import Cause, endless, running


@dataclass(frozen=True, slots=True)
class Waiting:
    """A started timer: the token that holds it and, for an event-based gateway, which of its events."""

    task: Any
    definition: TimerDefinition
    entry: Entry
    due: datetime
    option: str | None = None

    @property
    def node(self) -> Node:
        return self.definition.node

    @property
    def level(self) -> int:
        return int(self.entry.get("level", 0))

    @property
    def interrupts(self) -> bool:
        spec = self.task.task_spec
        return isinstance(spec, parts.Boundary) and spec.cancel_activity

    @property
    def order(self) -> tuple[datetime, bool, int, int]:
        # A reminder due at the very moment at which its task is interrupted still goes out.
        return self.due, self.interrupts, self.level, self.task.id

    def store(self, entry: Entry) -> None:
        """Replace the stored entry."""
        if self.option is None:
            self.task.internal_data["timer"] = entry
        else:
            self.task.internal_data["timers"] = {**self.task.internal_data["timers"], self.option: entry}


def waiting_timers(case: Any) -> list[Waiting]:
    """Every timer that is running in the case, in the order in which they fall due."""
    found: list[Waiting] = []
    for task in case.event_manager.tasks.values():
        definition = task.task_spec.event_definition
        if task.state != TaskState.WAITING:
            continue
        if isinstance(definition, TimerDefinition) and "timer" in task.internal_data:
            entry = task.internal_data["timer"]
            found.append(Waiting(task, definition, entry, datetime.fromisoformat(entry["due"])))
        elif isinstance(definition, FirstOf):
            options = dict(definition.options)
            for name, entry in task.internal_data.get("timers", {}).items():
                found.append(Waiting(task, options[name], entry, datetime.fromisoformat(entry["due"]), name))
    return sorted(found, key=lambda timer: timer.order)


def fire_due(case: Any, run_engine: Callable[[], None]) -> None:
    """Fire everything that is due at this step's moment, and what that makes due in turn."""
    step = running()
    while True:
        number_ladders(case)
        due = [timer for timer in waiting_timers(case) if timer.due <= step.now]
        if not due:
            return
        first = due[0]
        step.count(first.node)
        if _is_overtaken(first, due):
            _supersede(first)
            continue
        _fire(case, first)
        run_engine()
        step.cause = None


def number_ladders(case: Any) -> None:
    """Give the timers of a ladder their level, from 1, by due moment: once, when the activity begins."""
    ladders: dict[int, list[Waiting]] = {}
    for timer in waiting_timers(case):
        if isinstance(timer.task.task_spec, parts.Boundary) and timer.task.task_spec.in_ladder:
            ladders.setdefault(timer.task.parent.id, []).append(timer)
    for ladder in ladders.values():
        if any("level" not in timer.entry for timer in ladder):
            for level, timer in enumerate(ladder, 1):
                timer.store({**timer.entry, "level": level})


def recalculate(case: Any) -> int:
    """Compute every running timer again from the moment it started; returns how many moved.

    One that somebody moved by hand stays on the day that was agreed.
    """
    step = running()
    moved = 0
    for timer in waiting_timers(case):
        if "moved" in timer.entry:
            continue
        due = first_due(timer.definition, timer.entry, step.calendar)
        if due != timer.due:
            moved += 1
            timer.store({**timer.entry, "due": due.isoformat()})
    return moved


def splits_around(task: Any) -> Iterator[Any]:
    """The tokens that began the activities with boundary events in which `task` takes place.

    What a boundary event leads to takes place beside its activity, not in it.
    """
    while task is not None:
        parent = task.parent
        while (
            parent is not None and isinstance(parent.task_spec, repeating.Repeating) and parts.is_open(parent)
        ):
            task, parent = parent, parent.parent
        if parent is not None and isinstance(parent.task_spec, parts.Split):
            yield parent
        above = task.workflow.parent_task_id
        task = None if above is None else task.workflow.top_workflow.get_task_from_id(above)


def deadlines(task: Any) -> tuple[Deadline, ...]:
    """The timers on an open task and on the subprocesses around it, earliest first.

    Not those that count back from a holiday: that day says nothing about when the task must be done.
    """
    found = []
    for split in splits_around(task):
        for event in split.children:
            entry = event.internal_data.get("timer")
            if event.state == TaskState.WAITING and entry is not None:
                node = event.task_spec.node
                if node.timer and node.timer.calendar is CalendarKind.VAKANTIE:
                    continue
                found.append(_deadline(node, entry))
    return tuple(sorted(found, key=lambda deadline: (deadline.at, deadline.level)))


def deadline_of(timer: Waiting) -> Deadline:
    """A waiting timer as the deadline it is to people."""
    return _deadline(timer.node, timer.entry)


def _deadline(node: Node, entry: Entry) -> Deadline:
    by_hand = entry.get("moved")
    return Deadline(
        node.id,
        datetime.fromisoformat(entry["due"]),
        node.timer.purpose if node.timer else None,
        int(entry.get("level", 0)),
        Moved(datetime.fromisoformat(by_hand["drawn"]), by_hand["note"]) if by_hand else None,
    )


def open_tasks_under(task: Any) -> list[Any]:
    """The tasks that a person can complete at a token and under it, subprocesses included."""
    found = [task] if isinstance(task.task_spec, parts.PersonTask) and task.state == TaskState.READY else []
    inner = task.children
    subprocess = task.workflow.top_workflow.get_subprocess(task)
    if subprocess is not None and parts.is_open(task):
        inner = [*inner, *subprocess.task_tree.children]
    for child in inner:
        found += open_tasks_under(child)
    return found


def _is_overtaken(timer: Waiting, due: list[Waiting]) -> bool:
    """Whether a higher level of the same ladder is due too, and not first cut off by an interruption."""
    if timer.level == 0:
        return False
    around = {split.id for split in splits_around(timer.task)}
    cuts = [other.due for other in due if other.interrupts and other.task.parent.id in around]
    return any(
        other.level > timer.level
        and other.task.parent is timer.task.parent
        and not any(cut < other.due for cut in cuts)
        for other in due
    )


def _supersede(timer: Waiting) -> None:
    step = running()
    step.fact("timer_superseded", timer.node.id, level=timer.level, due=timer.due.isoformat())
    entry, ended = missed(timer.definition, timer.entry, step.calendar, step.now)
    _carry_on(timer, entry, ended)


def _fire(case: Any, timer: Waiting) -> None:
    step = running()
    entry, ended = missed(timer.definition, timer.entry, step.calendar, step.now)
    last = datetime.fromisoformat(entry["last"])
    occurrence = int(entry["count"])
    step.fact("timer_fired", timer.node.id, level=timer.level, occurrence=occurrence, due=last.isoformat())
    step.cause = _cause(case, timer, occurrence, last)
    spec = timer.task.task_spec
    if timer.option is not None:
        timer.task.internal_data["chosen"] = timer.option
        spec._update(timer.task)
    elif isinstance(spec, parts.Boundary) and spec.repeats:
        _carry_on(timer, entry, ended)
        _begin_path(timer.task)
    else:
        timer.task.internal_data["event_fired"] = True
        spec._update(timer.task)


def _carry_on(timer: Waiting, entry: Entry, ended: bool) -> None:
    if not ended and datetime.fromisoformat(entry["due"]) <= running().now:
        raise endless(timer.node)
    timer.store(entry)
    if ended:
        # Not through SpiffWorkflow's completion, which would start the paths of a cycle once more.
        timer.task.workflow.top_workflow.event_manager.remove_task(timer.task)
        timer.task._set_state(TaskState.COMPLETED)


def _begin_path(task: Any) -> None:
    # Not under the timer's own token: closing the activity would take the path back with it.
    root = task.workflow.task_tree
    for output in task.task_spec.outputs:
        child = root._add_child(output, TaskState.FUTURE)
        child.triggered = True
        child.internal_data["from"] = task.task_spec.name
        output._update(child)


def _cause(case: Any, timer: Waiting, occurrence: int, due: datetime) -> Cause:
    step = running()
    task = since = None
    spec = timer.task.task_spec
    key = step.public_id(timer.task.id)
    if isinstance(spec, parts.Boundary) and not spec.cancel_activity:
        split = timer.task.parent
        people = open_tasks_under(split.task_spec.activity(split))
        if len(people) == 1:
            task = step.public_id(people[0].id)
            since = datetime.fromisoformat(people[0].internal_data["since"])
    later = [
        other.due
        for other in waiting_timers(case)
        if timer.level and other.level > timer.level and other.task.parent is timer.task.parent
    ]
    return Cause(key, occurrence, timer.level, due, task, since, min(later, default=None))
