"""What an event waits for or throws: our event definitions for SpiffWorkflow's event machinery.

Its own definitions carry task data along as a payload and evaluate Python; ours carry a name. Its own
timers read the clock; ours note when they fall due and wait to be told (`timing`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.multiple import MultipleEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.simple import TerminateEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition
from SpiffWorkflow.bpmn.util import BpmnEvent

from meldcode.diagram.model import CalendarKind, Node
from meldcode.diagram.model import Timer as DrawnTimer
from meldcode.engine.contract import Incident
from meldcode.engine.running import Running, label, running
from meldcode.feel import to_json
from meldcode.messages import MeldcodeError, Text
from meldcode.workdays import Calendar, Cycle, Duration, TimerError, parse_timer

Entry = dict[str, Any]  # one started timer, as it is stored with its token

_ONCE_A_HOLIDAY = Text(
    "Voor een vakantie kan een timer één keer afgaan: schrijf een duur zoals P5D.",
    "Before a holiday a timer can fire once: write a duration such as P5D.",
)
_NO_TIME = Text(
    "Wat hier staat of wordt uitgerekend, is geen tijd. Een expressie moet een tekst geven als P5D (5 dagen) "
    "of 2026-12-01 (een dag).",
    "What is written or worked out here is no time. An expression has to give a text such as P5D (5 days) or "
    "2026-12-01 (a day).",
)


class Named(EventDefinition):
    """A message or a signal: whoever waits for the same kind and name catches it."""

    def __init__(self, kind: str, name: str | None) -> None:
        super().__init__(name)
        self.kind = kind

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Named) and (self.kind, self.name) == (other.kind, other.name)

    __hash__ = None  # type: ignore[assignment]


class Coded(EventDefinition):
    """An error or an escalation: caught by the nearest enclosing scope that waits for its code."""

    def __init__(self, kind: str, code: str | None) -> None:
        super().__init__(code)
        self.kind = kind
        self.code = code

    def throw(self, my_task: Any) -> None:
        my_task.workflow.top_workflow.catch(BpmnEvent(self, target=my_task.workflow))

    def __eq__(self, other: object) -> bool:
        # A catching event without a code catches every code.
        return isinstance(other, Coded) and self.kind == other.kind and self.code in (None, other.code)

    __hash__ = None  # type: ignore[assignment]


class Terminate(TerminateEventDefinition):
    """Ends its scope; nobody catches it."""

    def throw(self, my_task: Any) -> None:
        pass


class TimerDefinition(TimerEventDefinition):
    """A timer of ours: it notes when it falls due; `timing` decides when it fires."""

    def __init__(self, node: Node, timer: DrawnTimer) -> None:
        super().__init__(node.id, timer.text)
        self.node = node
        self.timer = timer

    def has_fired(self, my_task: Any) -> bool:
        if my_task.internal_data.get("event_fired"):
            return True
        if "timer" not in my_task.internal_data:
            my_task.internal_data["timer"] = start_timer(self, my_task)
        return False

    def __eq__(self, other: object) -> bool:
        return self is other

    __hash__ = None  # type: ignore[assignment]


class FirstOf(MultipleEventDefinition):
    """What an event-based gateway waits for: the first of the events drawn behind it.

    `options` are (name of the spec behind the gateway, its definition).
    """

    def __init__(self) -> None:
        super().__init__()
        self.options: list[tuple[str, EventDefinition]] = []

    def has_fired(self, my_task: Any) -> bool:
        if "chosen" in my_task.internal_data:
            return True
        if "timers" not in my_task.internal_data:
            my_task.internal_data["timers"] = {
                name: start_timer(option, my_task)
                for name, option in self.options
                if isinstance(option, TimerDefinition)
            }
        return False

    def catches(self, my_task: Any, event: Any = None) -> bool:
        return any(option == event.event_definition for _, option in self.options)

    def catch(self, my_task: Any, event: Any = None) -> None:
        for name, option in self.options:
            if option == event.event_definition:
                my_task.internal_data.setdefault("chosen", name)

    def reset(self, my_task: Any) -> None:
        pass

    def __eq__(self, other: object) -> bool:
        return self is other

    __hash__ = None  # type: ignore[assignment]


def start_timer(definition: TimerDefinition, task: Any) -> Entry:
    """The entry of a timer that starts now. Raises `Incident` when its duration cannot be read."""
    step = running()
    text = resolved(definition, items_around(task), step)
    entry: Entry = {"text": text, "since": step.now.isoformat(), "count": 0}
    entry["due"] = first_due(definition, entry, step.calendar).isoformat()
    return entry


def first_due(definition: TimerDefinition, entry: Entry, calendar: Calendar) -> datetime:
    """When a started timer falls due, in UTC, counted from the moment it started."""
    try:
        if definition.timer.kind == "date":
            return moment(entry["text"], calendar)
        rule = _rule(definition, entry)
        interval = rule.interval if isinstance(rule, Cycle) else rule
        if isinstance(rule, Cycle) and kind_of(definition) is CalendarKind.VAKANTIE:
            raise TimerError(_ONCE_A_HOLIDAY)
        return calendar.due(datetime.fromisoformat(entry["since"]), interval, kind_of(definition))
    except MeldcodeError as error:
        raise _unreadable(definition, error.text) from error
    except (ValueError, OverflowError) as error:
        raise _unreadable(definition, _NO_TIME) from error


def _rule(definition: TimerDefinition, entry: Entry) -> Duration | Cycle:
    try:
        return parse_timer(entry["text"])
    except TimerError:
        # what was worked out on the case may be somebody's answer: who reads what is stuck may not read that
        if _is_calculated(definition):
            raise TimerError(_NO_TIME) from None
        raise


def missed(
    definition: TimerDefinition, entry: Entry, calendar: Calendar, now: datetime
) -> tuple[Entry, bool]:
    """A cycle's entry after everything that fell due up to `now` has been taken as one occurrence.

    Returns the new entry (`count`: occurrences so far, `last`: when the last of them fell due) and
    whether the cycle has ended. A date or a duration ends at once.
    """
    rule = parse_timer(entry["text"]) if definition.timer.kind != "date" else None
    if not isinstance(rule, Cycle):
        return {**entry, "count": 1, "last": entry["due"]}, True
    count, due = entry["count"], datetime.fromisoformat(entry["due"])
    last = due
    while due <= now and (rule.repetitions is None or count < rule.repetitions):
        skip = _seconds_skipped(rule, due, now, count)
        count, last = count + 1 + skip, due + skip * timedelta(seconds=rule.interval.seconds)
        due = calendar.due(last, rule.interval, kind_of(definition))
    after = {
        **entry,
        "since": last.isoformat(),
        "due": due.isoformat(),
        "count": count,
        "last": last.isoformat(),
    }
    return after, rule.repetitions is not None and count >= rule.repetitions


def _seconds_skipped(rule: Cycle, due: datetime, now: datetime, count: int) -> int:
    # A cycle of seconds after a year's silence has millions of missed occurrences: compute, don't walk.
    interval = rule.interval
    if interval.years or interval.months or interval.days:
        return 0
    skipped = int((now - due) / timedelta(seconds=interval.seconds))
    return skipped if rule.repetitions is None else min(skipped, rule.repetitions - count - 1)


def kind_of(definition: TimerDefinition) -> CalendarKind:
    """How this timer counts; the check demands a calendar, an unchecked diagram gets the clock."""
    return definition.timer.calendar or CalendarKind.KLOK


def moment(text: str, calendar: Calendar) -> datetime:
    """A date, or a date and time, as a UTC moment; without an offset it is the organisation's own."""
    when = datetime.fromisoformat(text)
    if when.tzinfo is None:
        when = when.replace(tzinfo=ZoneInfo(calendar.zone))
    return when.astimezone(UTC)


def resolved(definition: TimerDefinition, items: Mapping[str, Any], step: Running) -> str:
    """The text of a timer as it starts: an expression is worked out on the case, `items` included."""
    text = definition.timer.text.strip()
    if not _is_calculated(definition):
        return text
    value = to_json(step.evaluate(text, definition.node, items))
    if not isinstance(value, str):
        raise _unreadable(definition, _NO_TIME)
    return value


def _is_calculated(definition: TimerDefinition) -> bool:
    return definition.timer.text.strip().startswith("=")


def _unreadable(definition: TimerDefinition, why: Text) -> Incident:
    name = label(definition.node)
    return Incident(
        "timer",
        definition.node.id,
        Text(
            f"De tijd bij '{name}' is niet te gebruiken. {why.nl}",
            f"The time at '{name}' cannot be used. {why.en}",
        ),
    )


def items_around(task: Any) -> dict[str, Any]:
    """The elements that the multi-instance activities around `task` are about, by name."""
    found: dict[str, Any] = {}
    while task is not None:
        for name, value in task.internal_data.get("items", {}).items():
            found.setdefault(name, value)
        above = task.workflow.parent_task_id
        task = None if above is None else task.workflow.top_workflow.get_task_from_id(above)
    return found
