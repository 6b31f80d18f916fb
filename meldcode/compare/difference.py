"""One difference between two versions, in a sentence for who has to agree with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from meldcode.messages import Text


class Kind(StrEnum):
    """What happened to an element; `MOVED` and `NOTED` change nothing for anybody's case."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"
    NOTED = "noted"


@dataclass(frozen=True, slots=True)
class Difference:
    """`element` is the BPMN id, field path, decision id or None for the file as a whole."""

    kind: Kind
    file: str
    element: str | None
    what: Text

    @property
    def has_meaning(self) -> bool:
        """Whether cases go differently, or people read something else."""
        return self.kind not in {Kind.MOVED, Kind.NOTED}


def was_and_is(subject: Text, old: Text, new: Text) -> Text:
    """`Wie dit doet: was de leerkracht, wordt de directeur.`"""
    return Text(
        f"{subject.nl}: was {old.nl}, wordt {new.nl}.", f"{subject.en}: was {old.en}, becomes {new.en}."
    )


def quoted(text: str) -> Text:
    """A text between quotation marks, or the word for nothing."""
    shown = " ".join(text.split())
    return Text(f"“{shown}”", f"“{shown}”") if shown else Text("niets", "nothing")


def quoted_both(text: Text) -> Text:
    """The sentence of each language between quotation marks, inside a sentence: without its full stop."""
    return Text(quoted(text.nl.removesuffix(".")).nl, quoted(text.en.removesuffix(".")).en)


def listed(texts: Iterable[str]) -> Text:
    """Texts between quotation marks with commas, or the word for nothing."""
    shown = ", ".join(f"“{text}”" for text in texts)
    return Text(shown or "niets", shown or "nothing")


def yes_or_no(value: bool) -> Text:
    return Text("ja", "yes") if value else Text("nee", "no")
