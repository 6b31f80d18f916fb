"""Collecting findings about one diagram, each with what is wrong and what to do, in two languages."""

from __future__ import annotations

from meldcode.diagram.model import Node
from meldcode.messages import Finding, Severity, Text


class Faults:
    """The findings of one file, in the order they were found, each once."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._findings: dict[tuple[str, str | None, str], Finding] = {}

    def error(self, code: str, element: str | None, what: Text, remedy: Text) -> None:
        """Something that refuses publishing."""
        self._add(Finding(code, self.file, element, what, remedy, Severity.ERROR))

    def warning(self, code: str, element: str | None, what: Text, remedy: Text) -> None:
        """Something to look at, which does not stop anybody."""
        self._add(Finding(code, self.file, element, what, remedy, Severity.WARNING))

    def all(self) -> list[Finding]:
        return list(self._findings.values())

    def _add(self, finding: Finding) -> None:
        self._findings.setdefault((finding.code, finding.element, finding.what.nl), finding)


def called(node: Node) -> str:
    """How a sentence names a node: its label where it has one, else its id."""
    return f"“{node.name}”" if node.name else f"`{node.id}`"
