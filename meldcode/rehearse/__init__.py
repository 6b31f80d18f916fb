"""Rehearsal: example cases played on the pure engine with a moved clock, and what came of them."""

from meldcode.rehearse.example import Away, Example, ExampleError, ExpectedMail, Moment, read_example
from meldcode.rehearse.playing import Happening, Timeline, examples_of, play
from meldcode.rehearse.telling import as_json, as_text

__all__ = [
    "Away",
    "Example",
    "ExampleError",
    "ExpectedMail",
    "Happening",
    "Moment",
    "Timeline",
    "as_json",
    "as_text",
    "examples_of",
    "play",
    "read_example",
]
