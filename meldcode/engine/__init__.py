"""How a case moves: `step(version, calendar, state, command, now) -> Step`, on SpiffWorkflow."""

from meldcode.engine.contract import (
    Asked,
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
from meldcode.engine.migrating import Migrated, Misfit, migrate
from meldcode.engine.steps import document, open_tasks, step

__all__ = [
    "Asked",
    "Command",
    "Complete",
    "Deadline",
    "EngineError",
    "Fact",
    "Incident",
    "Json",
    "Mail",
    "Migrated",
    "Misfit",
    "OpenTask",
    "RaiseEvent",
    "Recalculate",
    "Refused",
    "Start",
    "State",
    "Step",
    "Wake",
    "document",
    "migrate",
    "open_tasks",
    "step",
]
