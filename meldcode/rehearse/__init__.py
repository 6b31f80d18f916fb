"""Rehearsal: cases played on the pure engine with a moved clock, an example at once or a move at a time."""

from meldcode.rehearse.chance import random_answers, random_move, random_walk, walk_on
from meldcode.rehearse.example import Away, Example, ExampleError, ExpectedMail, Moment, read_example
from meldcode.rehearse.playing import Happening, Timeline, examples_of, play
from meldcode.rehearse.rehearsal import Point, Rehearsal, RehearsalError, begin, read_kept, resume
from meldcode.rehearse.saving import as_example
from meldcode.rehearse.telling import as_json, as_text, by_day, told

__all__ = [
    "Away",
    "Example",
    "ExampleError",
    "ExpectedMail",
    "Happening",
    "Moment",
    "Point",
    "Rehearsal",
    "RehearsalError",
    "Timeline",
    "as_example",
    "as_json",
    "as_text",
    "begin",
    "by_day",
    "examples_of",
    "play",
    "random_answers",
    "random_move",
    "random_walk",
    "read_example",
    "read_kept",
    "resume",
    "told",
    "walk_on",
]
