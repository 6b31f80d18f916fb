"""What can go wrong at the desk, said to the person at it."""

from __future__ import annotations

from collections.abc import Sequence

from meldcode.desk.values import DraftFile
from meldcode.messages import Finding, MeldcodeError, Text


class DeskError(MeldcodeError):
    """Something the desk does not do; the text says why and what to do."""


class NotThere(DeskError):
    """There is no such file, revision, version or draft here."""

    def __init__(self, text: Text | None = None) -> None:
        super().__init__(text or Text("Dit bestand is er niet.", "There is no such file."))


class FileRefused(DeskError):
    """This file cannot be part of a meldcode; `findings` says why where a file was looked into."""

    def __init__(self, text: Text, findings: Sequence[Finding] = ()) -> None:
        super().__init__(text)
        self.findings = tuple(findings)


class Overtaken(DeskError):
    """Somebody saved this file meanwhile: nothing was stored, `theirs` is how it stands now."""

    def __init__(self, theirs: DraftFile) -> None:
        super().__init__(
            Text(
                f"{theirs.by_name} heeft dit bestand ondertussen veranderd. Vergelijk, en kies dan welke "
                "tekst blijft.",
                f"{theirs.by_name} has changed this file in the meantime. Compare, then choose which one "
                "stays.",
            )
        )
        self.theirs = theirs
