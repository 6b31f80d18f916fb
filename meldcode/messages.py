"""What the software says to people, in Dutch and in English, and how it says that something is wrong.

Every sentence that reaches a person from the core is a `Text`: the core has no request and no
language, so it carries both and the page, the mail or the terminal picks one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol, TypeVar


class Text(NamedTuple):
    """One sentence in the two languages of the interface."""

    nl: str
    en: str

    def __str__(self) -> str:
        return self.nl

    def of(self, language: str) -> str:
        """The sentence in `language` (`nl` or `en`; anything else gives Dutch)."""
        return self.en if language == "en" else self.nl


def counted(number: int, one: Text, more: Text) -> Text:
    """`1 organisatie`, `2 organisaties`: a number with the word that goes with it."""
    word = one if number == 1 else more
    return Text(f"{number} {word.nl}", f"{number} {word.en}")


class Severity(StrEnum):
    """How much a finding weighs: an `ERROR` refuses publishing, a `WARNING` asks for a look."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a diagram, form, table or mail, for the person who drew it.

    `code` is stable and machine-readable (`timer-unreadable`); `file` is the path inside the
    organisation's folder; `element` the BPMN id, form key or table/rule/cell it is about.
    """

    code: str
    file: str
    element: str | None
    what: Text
    remedy: Text
    severity: Severity = Severity.ERROR


class Weighed(Protocol):
    """Whatever weighs as a finding does."""

    @property
    def severity(self) -> Severity: ...


F = TypeVar("F", bound=Weighed)


def errors_in(found: Iterable[F]) -> tuple[F, ...]:
    """Those of them that refuse publishing."""
    return tuple(one for one in found if one.severity is Severity.ERROR)


class MeldcodeError(Exception):
    """Base of every error that is meant to be read by a person; `text` says what and what to do."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text
