"""Deadlines that somebody moved by hand, for who looks at the case: which, to when, why and by whom."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from meldcode import engine
from meldcode.cases.pausing import REASONS as OF_A_PAUSE
from meldcode.cases.values import MoveView
from meldcode.definition import ladders
from meldcode.messages import Text
from meldcode.moves import Case

# Codes, never a story: see `holding.REASONS`.
REASONS: dict[str, Text] = {
    **OF_A_PAUSE,
    "later": Text("het lukt niet eerder", "it cannot be done sooner"),
}


def moves_of(case: Case, names: Mapping[UUID, str]) -> tuple[MoveView, ...]:
    """The deadlines of a case that were moved and still wait: of each open task the next one.

    Asks the engine only when there is one. No content.
    """
    if case.status != "open" or case.state is None or not engine.has_moved(case.state):
        return ()
    found = []
    for task in engine.open_tasks(case.published.version, case.state):
        moved = next((one for one in task.deadlines if one.moved is not None), None)
        if moved is not None and (view := move_view(case, UUID(task.id), task.name, moved, names)):
            found.append(view)
    return tuple(found)


def move_view(
    case: Case, task: UUID, name: str, one: engine.Deadline, names: Mapping[UUID, str]
) -> MoveView | None:
    """A deadline that was moved, in words and names; None for one that stands as drawn."""
    if one.moved is None:
        return None
    by, why = str(one.moved.note["by"]), str(one.moved.note["why"])
    return MoveView(
        task=task,
        name=name,
        purpose=one.purpose,
        roles=roles_told(case, one.node),
        at=one.at,
        drawn=one.moved.drawn,
        reason=REASONS[why],
        by_name=names.get(UUID(by), ""),
    )


def roles_told(case: Case, timer: str) -> tuple[str, ...]:
    """Which roles hear of it when a timer of a ladder fires."""
    rungs = ladders.rungs(case.published.version)
    return tuple(dict.fromkeys(rung.role for rung in rungs if rung.timer == timer))
