"""The findings of one form while it is being read, and the place in it that they are about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from meldcode.form.values import clean, whole_unicode
from meldcode.messages import Finding, Severity, Text

MOST_FINDINGS = 50
"""More of them help nobody, and a hostile file may have thousands."""


class Notes:
    """Collects findings. `place` is the key, path or id of the component being read."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.findings: list[Finding] = []
        self.place: str | None = None

    @property
    def usable(self) -> bool:
        """Whether nothing refuses the form so far."""
        return all(finding.severity is not Severity.ERROR for finding in self.findings)

    def at(self, component: Mapping[str, Any], number: int) -> None:
        """From here on findings are about this component, the `number`th of the form."""
        names = (component.get(attribute) for attribute in ("key", "path", "id"))
        named = (name for name in names if isinstance(name, str) and name and whole_unicode(name))
        self.place = clean(next(named, ""), lines=False)[:80] or f"onderdeel {number}"

    def add(
        self, code: str, place: str | None, what: Text, remedy: Text, severity: Severity = Severity.ERROR
    ) -> None:
        """One finding about `place` (None: the whole form)."""
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(code, self.file, place, what, remedy, severity))

    def here(self, code: str, what: Text, remedy: Text) -> None:
        """One finding that refuses the form, about the component being read."""
        self.add(code, self.place, what, remedy)
