"""Collecting findings about one diagram, each with what is wrong and what to do, in two languages."""

from __future__ import annotations

import re

from meldcode.diagram.model import Diagram, Node
from meldcode.diagram.naming import described
from meldcode.messages import Finding, Severity, Text

# Around an id whose words depend on the language and on the elements around it. No name that a person gives
# holds these characters (they belong to no script).
_OPEN, _CLOSE = "\ue000", "\ue001"
_BETWEEN = "van|bij|op|na|uit|met|of|at|on|to|from|after|with"
# With the kind before it, which its words say already: *De taak ·x·*.
_HEAD = rf"(?P<head>\b(?:[Dd]e|[Hh]et|[Tt]he) (?:(?!(?:{_BETWEEN}) )[\w-]+ ){{1,3}})?"
_REFERENCE = re.compile(f"{_HEAD}{_OPEN}(?P<key>[^{_CLOSE}]*){_CLOSE}")


class Faults:
    """The findings of one file, in the order they were found, each once."""

    def __init__(self, file: str, diagram: Diagram | None = None) -> None:
        self.file = file
        self._diagram = diagram
        self._findings: dict[tuple[str, str | None, str], Finding] = {}

    def error(self, code: str, element: str | None, what: Text, remedy: Text) -> None:
        """Something that refuses publishing."""
        self._add(Finding(code, self.file, element, self._in_words(what), remedy, Severity.ERROR))

    def warning(self, code: str, element: str | None, what: Text, remedy: Text) -> None:
        """Something to look at, which does not stop anybody."""
        self._add(Finding(code, self.file, element, self._in_words(what), remedy, Severity.WARNING))

    def all(self) -> list[Finding]:
        return list(self._findings.values())

    def _add(self, finding: Finding) -> None:
        self._findings.setdefault((finding.code, finding.element, finding.what.nl), finding)

    def _in_words(self, said: Text) -> Text:
        return Text(self._worded(said.nl, "nl"), self._worded(said.en, "en"))

    def _worded(self, sentence: str, language: str) -> str:
        """The sentence with its references in words: *De taak ·x·* becomes *De taak na “Wegen”*."""

        def words(found: re.Match[str]) -> str:
            if self._diagram is None:
                return f"{found['head'] or ''}`{found['key']}`"
            told = described(self._diagram, found["key"]).of(language)
            if told.startswith("`"):
                return f"{found['head'] or ''}{told}"
            begins = found.start() == 0 or (found["head"] or "")[:1].isupper()
            return told[:1].upper() + told[1:] if begins else told

        return _REFERENCE.sub(words, sentence)


def called(node: Node) -> str:
    """How a sentence names a node: its label where it has one, else by what stands around it."""
    return f"“{node.name}”" if node.name else reference(node.id)


def reference(key: str) -> str:
    """An element of the drawing within a sentence of a finding, put in words when it is added."""
    return f"{_OPEN}{key}{_CLOSE}"
