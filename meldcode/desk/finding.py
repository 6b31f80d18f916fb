"""The quick check of a draft: what is wrong, why that matters and how to mend it.

An unreadable file is a finding like any other. While one file cannot be read the rest cannot be judged
together, so then each diagram is looked at by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from meldcode import definition
from meldcode.definition import DefinitionError, Version
from meldcode.desk.drawn import drawn_findings
from meldcode.desk.mends import mend_of
from meldcode.desk.reasons import Source, why
from meldcode.diagram import diagram_findings, read_diagram
from meldcode.messages import Finding, MeldcodeError, Severity, Text, errors_in

__all__ = ["Found", "Look", "Source", "as_found", "findings", "look", "report_of", "told"]


@dataclass(frozen=True, slots=True)
class Found:
    """One finding in three lines: `what`, `why` with its `source`, and `how` to mend it.

    `mend`, where there is one, says what a button may change: `{"kind": …}` with what that kind needs.
    """

    code: str
    file: str
    element: str | None
    severity: Severity
    what: Text
    why: Text
    source: Source
    how: Text
    mend: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a draft: its `version` (None while a file cannot be read) and what was found."""

    version: Version | None
    findings: tuple[Found, ...]

    @property
    def errors(self) -> tuple[Found, ...]:
        """What stands in the way of publishing."""
        return errors_in(self.findings)


def look(contents: Mapping[str, bytes]) -> Look:
    """Everything the quick check says of these files, errors first. Never raises for what is in a file."""
    return _look(tuple(sorted(contents.items())))


@lru_cache(maxsize=8)  # a designer's pages look at one draft again and again, and nothing in a look changes
def _look(files: tuple[tuple[str, bytes], ...]) -> Look:
    contents = dict(files)
    version: Version | None = None
    try:
        version = definition.read_files(contents)
        found = definition.check(version)
        found = [*found, *drawn_findings(version, found)]
    except DefinitionError as error:
        found = [*error.findings, *_by_themselves(contents, {one.file for one in error.findings})]
    return Look(version, tuple(sorted((as_found(one, version) for one in found), key=_order)))


def findings(contents: Mapping[str, bytes]) -> tuple[Found, ...]:
    """The findings of `look`."""
    return look(contents).findings


def report_of(found: Iterable[Found], proof: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the check said of a version, to keep with its publication.

    `proof` is what `check.as_json` makes of a proof, with what was told of the `examples`.
    """
    return {"findings": [told(one) for one in found], "proof": proof}


def told(found: Found) -> dict[str, Any]:
    """A finding as plain JSON, its sentences in both languages."""
    return {
        "code": found.code,
        "file": found.file,
        "element": found.element,
        "severity": found.severity.value,
        "what": found.what._asdict(),
        "why": found.why._asdict(),
        "source": found.source.value,
        "how": found.how._asdict(),
    }


def _by_themselves(contents: Mapping[str, bytes], unread: Iterable[str]) -> list[Finding]:
    skipped, found = set(unread), list[Finding]()
    for path, data in sorted(contents.items()):
        if path.endswith(".bpmn") and path not in skipped:
            try:
                found += diagram_findings(read_diagram(data, path))
            except MeldcodeError:
                continue  # it is among the unread ones of another run: nothing to add
    return found


def as_found(finding: Finding, version: Version | None) -> Found:
    """A finding with why it matters and, where there is one, what a button may change."""
    reason = why(finding.code)
    return Found(
        finding.code,
        finding.file,
        finding.element,
        finding.severity,
        finding.what,
        reason.text,
        reason.source,
        finding.remedy,
        mend_of(finding, version),
    )


def _order(found: Found) -> tuple[bool, str, str]:
    return found.severity is not Severity.ERROR, found.file, found.element or ""
