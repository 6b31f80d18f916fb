"""A version in words: what happens, who does it and when, in sentences a board member can read."""

from meldcode.describe.code import Chapter, Step, chapters
from meldcode.describe.conditions import condition_in_words, question
from meldcode.describe.tables import Row, answer_cell, condition_cell, policy_in_words, rows_in_words
from meldcode.describe.words import (
    called,
    duration_in_words,
    role_in_words,
    timer_in_words,
    timer_sentence,
)

__all__ = [
    "Chapter",
    "Row",
    "Step",
    "answer_cell",
    "called",
    "chapters",
    "condition_cell",
    "condition_in_words",
    "duration_in_words",
    "policy_in_words",
    "question",
    "role_in_words",
    "rows_in_words",
    "timer_in_words",
    "timer_sentence",
]
