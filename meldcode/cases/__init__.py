"""What people do with a case. One call is one transaction: all of it happens, or nothing of it.

Commands carry a `key` the caller made up (a form's token): sent again, it is done once.
"""

from __future__ import annotations

from meldcode.cases.advice import (
    AdvicePage,
    AskPage,
    advice_page,
    ask_advice,
    ask_page,
    end_advice,
    give_advice,
)
from meldcode.cases.commands import complete, open_case, raise_acute
from meldcode.cases.deadlines import deadline_page, foresee, move_deadline, restore_deadline
from meldcode.cases.drafts import discard_draft, keep_draft
from meldcode.cases.erasure import erase_case, finish_erasures
from meldcode.cases.errors import (
    AccessDenied,
    AnswersRefused,
    CannotHold,
    CaseClosed,
    CaseStuck,
    KeyReused,
    NotFound,
    ShutOut,
    TaskGone,
    TaskTaken,
    TaskUnclaimed,
)
from meldcode.cases.exclusions import LastToWatch, ShutOutPage, readmit, shut_out, shut_out_page
from meldcode.cases.holding import claim, give_back, handover, reassign
from meldcode.cases.listing import cases, closed, my_tasks, overview
from meldcode.cases.notes import add_note
from meldcode.cases.pausing import pause_page, pause_reminders, resume_reminders
from meldcode.cases.reading import case_log, case_map, case_page, task_form, task_page
from meldcode.cases.values import (
    CaseList,
    CaseMap,
    CasePage,
    CaseSummary,
    CaseView,
    ClosedCase,
    DeadlinePage,
    DeadlineView,
    Draft,
    EntryView,
    Handover,
    LogLine,
    MoveView,
    NoteView,
    Outcome,
    PausePage,
    PauseView,
    ShiftView,
    StepCount,
    TaskForm,
    TaskPage,
    TaskView,
)
from meldcode.people import Actor
from meldcode.timers import recalculate, wake

__all__ = [
    "AccessDenied",
    "Actor",
    "AdvicePage",
    "AnswersRefused",
    "AskPage",
    "CannotHold",
    "CaseClosed",
    "CaseList",
    "CaseMap",
    "CasePage",
    "CaseStuck",
    "CaseSummary",
    "CaseView",
    "ClosedCase",
    "DeadlinePage",
    "DeadlineView",
    "Draft",
    "EntryView",
    "Handover",
    "KeyReused",
    "LastToWatch",
    "LogLine",
    "MoveView",
    "NotFound",
    "NoteView",
    "Outcome",
    "PausePage",
    "PauseView",
    "ShiftView",
    "ShutOut",
    "ShutOutPage",
    "StepCount",
    "TaskForm",
    "TaskGone",
    "TaskPage",
    "TaskTaken",
    "TaskUnclaimed",
    "TaskView",
    "add_note",
    "advice_page",
    "ask_advice",
    "ask_page",
    "case_log",
    "case_map",
    "case_page",
    "cases",
    "claim",
    "closed",
    "complete",
    "deadline_page",
    "discard_draft",
    "end_advice",
    "erase_case",
    "finish_erasures",
    "foresee",
    "give_advice",
    "give_back",
    "handover",
    "keep_draft",
    "move_deadline",
    "my_tasks",
    "open_case",
    "overview",
    "pause_page",
    "pause_reminders",
    "raise_acute",
    "readmit",
    "reassign",
    "recalculate",
    "restore_deadline",
    "resume_reminders",
    "shut_out",
    "shut_out_page",
    "task_form",
    "task_page",
    "wake",
]
