"""What people do with a case. One call is one transaction: all of it happens, or nothing of it.

Commands carry a `key` the caller made up (a form's token): sent again, it is done once.
"""

from __future__ import annotations

from meldcode.cases.commands import complete, open_case, raise_acute
from meldcode.cases.erasure import erase_case
from meldcode.cases.errors import (
    AccessDenied,
    AnswersRefused,
    CaseStuck,
    KeyReused,
    NotFound,
    TaskGone,
)
from meldcode.cases.reading import case_log, case_page, cases, my_tasks, task_page
from meldcode.cases.values import (
    CasePage,
    CaseSummary,
    CaseView,
    EntryView,
    LogLine,
    Outcome,
    TaskPage,
    TaskView,
)
from meldcode.people import Actor
from meldcode.timers import recalculate, wake

__all__ = [
    "AccessDenied",
    "Actor",
    "AnswersRefused",
    "CasePage",
    "CaseStuck",
    "CaseSummary",
    "CaseView",
    "EntryView",
    "KeyReused",
    "LogLine",
    "NotFound",
    "Outcome",
    "TaskGone",
    "TaskPage",
    "TaskView",
    "case_log",
    "case_page",
    "cases",
    "complete",
    "erase_case",
    "my_tasks",
    "open_case",
    "raise_acute",
    "recalculate",
    "task_page",
    "wake",
]
