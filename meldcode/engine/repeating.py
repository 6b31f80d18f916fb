"""Activities that are done several times: standard loops and multi-instance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.util.task import TaskState

from meldcode.diagram.model import Loop, Node
from meldcode.engine.contract import Incident
from meldcode.engine.events import items_around
from meldcode.engine.parts import Part, cancel, is_open
from meldcode.engine.running import MOST_INSTANCES, label, running
from meldcode.feel import to_json
from meldcode.messages import Text


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
