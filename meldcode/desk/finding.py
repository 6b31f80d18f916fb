"""The quick check of a draft: what is wrong, why that matters and how to mend it.

An unreadable file is a finding like any other. While one file cannot be read the rest cannot be judged
together, so then each diagram is looked at by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from meldcode import definition
from meldcode.definition import DefinitionError
from meldcode.desk.reasons import Source, why
from meldcode.diagram import diagram_findings, read_diagram
from meldcode.messages import Finding, MeldcodeError, Severity, Text

__all__ = ["Found", "Source", "findings"]


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


def findings(contents: Mapping[str, bytes]) -> tuple[Found, ...]:
    """Everything the quick check says of these files, errors first. Never raises for what is in a file."""
    return tuple(sorted(map(_found, _checked(contents)), key=_order))


def _checked(contents: Mapping[str, bytes]) -> Sequence[Finding]:
    try:
        return definition.check(definition.read_files(contents))
    except DefinitionError as error:
        return [*error.findings, *_by_themselves(contents, {one.file for one in error.findings})]


def _by_themselves(contents: Mapping[str, bytes], unread: Iterable[str]) -> list[Finding]:
    skipped, found = set(unread), list[Finding]()
    for path, data in sorted(contents.items()):
        if path.endswith(".bpmn") and path not in skipped:
            try:
                found += diagram_findings(read_diagram(data, path))
            except MeldcodeError:
                continue  # it is among the unread ones of another run: nothing to add
    return found


def _found(finding: Finding) -> Found:
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
    )


def _order(found: Found) -> tuple[bool, str, str]:
    return found.severity is not Severity.ERROR, found.file, found.element or ""
