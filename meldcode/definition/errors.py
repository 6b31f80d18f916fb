"""What is raised when an organisation's folder cannot be read at all."""

from __future__ import annotations

from collections.abc import Sequence

from meldcode.messages import Finding, MeldcodeError


class DefinitionError(MeldcodeError):
    """A folder that cannot be read; `findings` says why (never empty), `text` is the first of them."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(findings[0].what)
        self.findings = tuple(findings)
