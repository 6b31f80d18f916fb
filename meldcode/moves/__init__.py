"""A move: one engine step on a stored case, and everything it led to, in one transaction.

`cases` moves a case because a person asked, `timers` because time passed; both do it here.

    case = load(tx, case_id)
    step = take(case, Complete(task, answers), now)
    changes = Changes(tx, now)
    changes.add(case, step, by=actor, action="task_completed")
    changes.save()
"""

from __future__ import annotations

from meldcode.moves.loading import Case, Pause, Task, load, load_all, look, look_all, new_case, take
from meldcode.moves.mailing import reminders
from meldcode.moves.redirecting import is_for, redirect
from meldcode.moves.releasing import release
from meldcode.moves.saving import RECALCULATED, Changes, Choice, Entry, due_moment

__all__ = [
    "RECALCULATED",
    "Case",
    "Changes",
    "Choice",
    "Entry",
    "Pause",
    "Task",
    "due_moment",
    "is_for",
    "load",
    "load_all",
    "look",
    "look_all",
    "new_case",
    "redirect",
    "release",
    "reminders",
    "take",
]
