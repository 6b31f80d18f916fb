"""How a case moves: `step(version, calendar, state, command, now) -> Step`, on SpiffWorkflow."""

from meldcode.engine.contract import (
    Command,
    Complete,
    Deadline,
    EngineError,
    Fact,
    Incident,
    Json,
    Mail,
    OpenTask,
    RaiseEvent,
    Recalculate,
    Refused,
    Start,
    State,
    Step,
    Wake,
)
from meldcode.engine.steps import document, open_tasks, step

__all__ = [
    "Command",
    "Complete",
    "Deadline",
    "EngineError",
    "Fact",
    "Incident",
    "Json",
    "Mail",
    "OpenTask",
    "RaiseEvent",
    "Recalculate",
    "Refused",
    "Start",
    "State",
    "Step",
    "Wake",
    "document",
    "open_tasks",
    "step",
]
