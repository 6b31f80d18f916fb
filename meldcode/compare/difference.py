"""One difference between two versions, in a sentence for who has to agree with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

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


NOTHING = Text("niets", "nothing")


def was_and_is(subject: Text, old: Text, new: Text) -> Text:
    """`Wie dit doet: was de leerkracht, wordt de directeur.`, or that it was added or taken out."""
    if new == NOTHING:
        nl, en = f"weggehaald. Er stond {old.nl}", f"taken out. It was {old.en}"
    elif old == NOTHING:
        nl, en = f"toegevoegd. Er staat nu {new.nl}", f"added. It is now {new.en}"
    else:
        nl, en = f"was {old.nl}, wordt {new.nl}", f"was {old.en}, becomes {new.en}"
    return Text(_ended(f"{subject.nl}: {nl}"), _ended(f"{subject.en}: {en}"))


def _ended(sentence: str) -> str:
    """With one full stop, also where what is quoted last brings its own."""
    return sentence if sentence.endswith((".”", "?”", "!”")) else f"{sentence}."


def quoted(text: str) -> Text:
    """A text between quotation marks, or the word for nothing."""
    shown = " ".join(text.split())
    return Text(f"“{shown}”", f"“{shown}”") if shown else NOTHING


def quoted_both(text: Text) -> Text:
    """The sentence of each language between quotation marks, inside a sentence: without its full stop."""
    return Text(quoted(text.nl.removesuffix(".")).nl, quoted(text.en.removesuffix(".")).en)


def titled(path: str) -> str:
    """`“Vt advies”`: a file as the desk names it, without folder and ending, as words."""
    return f"“{PurePosixPath(path).stem.replace('-', ' ').replace('_', ' ').capitalize()}”"


def listed(texts: Iterable[str]) -> Text:
    """Texts between quotation marks with commas, or the word for nothing."""
    shown = ", ".join(f"“{text}”" for text in texts)
    return Text(shown, shown) if shown else NOTHING


def yes_or_no(value: bool) -> Text:
    return Text("ja", "yes") if value else Text("nee", "no")
