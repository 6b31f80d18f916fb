"""What can be wrong with a FEEL text, and the limits that every text and every evaluation keeps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from meldcode.messages import MeldcodeError, Text

Kind = Literal["syntax", "unsupported", "limit"]


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a text may be and how much work one evaluation may do.

    `length` counts characters of the text, `depth` constructs inside each other, `steps` the work of
    loops, lists and strings (an expression without a loop is already bounded by its length).
    """

    length: int = 2000
    depth: int = 40
    steps: int = 10_000


class FeelError(MeldcodeError):
    """A FEEL text that cannot be used, or an evaluation that broke a limit.

    `position` is 0-based and lies in `0..len(source)`; `line` and `column` are 1-based.
    """

    def __init__(self, text: Text, kind: Kind, source: str = "", position: int = 0) -> None:
        super().__init__(text)
        self.kind: Kind = kind
        self.position = max(0, min(position, len(source)))
        before = source[: self.position]
        self.line = before.count("\n") + 1
        self.column = self.position - (before.rfind("\n") + 1) + 1


def too_much_work() -> FeelError:
    """The error of an evaluation that used up its steps."""
    return FeelError(
        Text(
            "Deze uitdrukking kost te veel rekenwerk. Maak de lijst korter of de uitdrukking eenvoudiger.",
            "This expression takes too much work. Make the list shorter or the expression simpler.",
        ),
        "limit",
    )
